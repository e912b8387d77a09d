"""Answers to one person: through the response URL, else an ephemeral, else their direct message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack_api import error_word
from messages.limits import require_fit
from messages.pages.base import Commands, HomePage, MessagePage, ModalPage, Page
from messages.render import render

log = structlog.get_logger()

P = TypeVar("P", bound=Page)
NO_EPHEMERAL_HERE = {
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "user_not_in_channel",
    "missing_scope",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody asked from. A form or the Home has no response URL; the Home has no channel."""

    user_id: str
    channel_id: str | None = None
    response_url: str | None = None


@dataclass(frozen=True, slots=True)
class Replies:
    """Renders pages, holds them to Slack's limits, and shows them to the one who asked."""

    client: AsyncWebClient
    session: aiohttp.ClientSession
    commands: Commands

    async def send(self, to: Address, page: MessagePage) -> None:
        """Show a message to this person alone."""
        message = render(self._named(page))
        require_fit(message)
        if to.response_url and await self._respond(to.response_url, message):
            return
        if to.channel_id and await self._post_ephemeral(to, message):
            return
        opened = await self.client.conversations_open(users=to.user_id)
        await self.client.chat_postMessage(channel=opened["channel"]["id"], **message)

    async def send_file(self, user_id: str, file_name: str, content: bytes) -> None:
        """Upload a file to somebody's own direct message, which nobody else reads."""
        opened = await self.client.conversations_open(users=user_id)
        await self.client.files_upload_v2(
            channel=opened["channel"]["id"],
            filename=file_name,
            title=file_name,
            content=content,
            request_file_info=False,
        )

    async def open_form(self, trigger_id: str, page: ModalPage) -> None:
        """Open a modal; the trigger lives for three seconds and works once."""
        await self.client.views_open(trigger_id=trigger_id, view=self.view_of(page))

    async def update_form(self, view_id: str, page: ModalPage) -> None:
        """Show something else in an open modal."""
        await self.client.views_update(view_id=view_id, view=self.view_of(page))

    def view_of(self, page: ModalPage) -> dict[str, Any]:
        """A modal as an ack may carry it."""
        view = render(self._named(page))
        require_fit(view)
        return dict(view)

    async def publish_home(self, user_id: str, page: HomePage) -> None:
        """Show somebody their Home."""
        view = render(self._named(page))
        require_fit(view)
        await self.client.views_publish(user_id=user_id, view=dict(view))

    def _named(self, page: P) -> P:
        """The page with the slash commands as this workspace names them."""
        changed: Callable[..., P] = replace
        has_commands = any(field.name == "commands" for field in fields(page))
        return changed(page, commands=self.commands) if has_commands else page

    async def _respond(self, url: str, message: Mapping[str, Any]) -> bool:
        webhook = AsyncWebhookClient(url, session=self.session)
        answer = await webhook.send_dict(
            {**message, "response_type": "ephemeral", "replace_original": False}
        )
        if answer.status_code != 200:
            log.warning("response_url_refused", status=answer.status_code)
        return answer.status_code == 200

    async def _post_ephemeral(self, to: Address, message: Mapping[str, Any]) -> bool:
        try:
            await self.client.chat_postEphemeral(
                channel=str(to.channel_id), user=to.user_id, **message
            )
        except SlackApiError as error:
            if error_word(error) in NO_EPHEMERAL_HERE:
                return False
            raise
        return True
