"""One message to Slack, and what its failure means. Only bot/delivery.py posts with it.

Charts: Slack's own chart block first; where the workspace refuses it, a PNG; else the words alone.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from hashlib import blake2b
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.flows.posts import Post
from bot.slack import Directory
from bot.slack_api import NO_ANSWER, TEMPORARY, UNSURE, NoSlackAnswer, error_word
from bot.workers import Workers
from messages.limits import require_fit
from messages.pages.base import Commands
from messages.pages.digest import DigestPage
from messages.pictures import draw_png
from messages.render import Message, render, render_digest
from storage.deliveries import Claim

log = structlog.get_logger()

EVENT_TYPE: Final = "mileage_delivery"
A_PAGE: Final = 200
MOST_PAGES = 50
"""How far back the channel is read: a message that may lie further back is looked for by a lead."""
SKEW: Final = timedelta(minutes=5)
"""By how much Slack's clock and ours may differ."""


class Trouble(Enum):
    """What a failure means for the next step."""

    TEMPORARY = auto()
    PERMANENT = auto()
    UNSURE = auto()


class PostFailed(Exception):
    """A message was not posted, or nobody knows. `error` is Slack's own word for it."""

    def __init__(self, error: str, trouble: Trouble, retry_after: timedelta | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.trouble = trouble
        self.retry_after = retry_after


@dataclass(slots=True)
class Poster:
    """Posts, updates and finds the program's own messages. The client must not repeat requests."""

    client: AsyncWebClient
    directory: Directory
    workers: Workers
    commands: Commands

    async def post(self, claim: Claim, post: Post) -> tuple[str, str]:
        """(channel id, ts) of the message as it stands now; PostFailed otherwise."""
        async with _explained():
            post = replace(post, channel_id=await self._channel_of(post))
            if isinstance(post.page, DigestPage):
                return await self._post_digest(claim, post, post.page)
            return await self._send(claim, post, render(post.page))

    async def find(self, claim: Claim, post: Post) -> tuple[str, str] | None:
        """(channel id, ts) of this delivery's message among those since it was due, or None.

        PostFailed where that cannot be said.
        """
        if post.is_private:
            return None
        async with _explained():
            cursor: str | None = None
            for _ in range(MOST_PAGES):
                page = await self._page_of(claim, post, cursor)
                for message in page["messages"]:
                    if self._is_of(claim, message):
                        return post.channel_id, str(message["ts"])
                cursor = (page.get("response_metadata") or {}).get("next_cursor")
                if not cursor:
                    return None
        raise PostFailed("history_too_long", Trouble.PERMANENT)

    async def _page_of(self, claim: Claim, post: Post, cursor: str | None) -> AsyncSlackResponse:
        """A page of the channel, or of the thread, from before the delivery was due onwards."""
        since = self.directory.clock.elsewhere(claim.first_due_at) - SKEW
        asked: dict[str, Any] = {
            "channel": post.channel_id,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": True,
            "limit": A_PAGE,
            "cursor": cursor,
        }
        if post.thread_ts is None:
            return await self.client.conversations_history(**asked)
        return await self.client.conversations_replies(ts=post.thread_ts, **asked)

    def _is_of(self, claim: Claim, message: dict[str, Any]) -> bool:
        metadata = message.get("metadata") or {}
        is_ours = message.get("bot_id") == self.directory.workspace.bot_id
        return (
            is_ours
            and metadata.get("event_type") == EVENT_TYPE
            and (metadata.get("event_payload") or {}).get("delivery") == delivery_ref(claim)
        )

    async def _channel_of(self, post: Post) -> str:
        """The conversation to post to; PostFailed where another organisation would read it."""
        if post.is_private:
            opened = await self.client.conversations_open(users=post.channel_id)
            return str(opened["channel"]["id"])
        if not post.channel_id:
            raise PostFailed("no_channel", Trouble.PERMANENT)
        self.directory.forget_place(post.channel_id)
        place = await self.directory.place(post.channel_id)
        if place is not None and place.is_shared:
            raise PostFailed("is_shared", Trouble.PERMANENT)
        return post.channel_id

    async def _post_digest(self, claim: Claim, post: Post, page: DigestPage) -> tuple[str, str]:
        page = replace(page, commands=self.commands)
        try:
            return await self._send(claim, post, render_digest(page, "native"))
        except SlackApiError as error:
            if error_word(error) != "invalid_blocks":
                raise
        log.info("chart_refused", delivery=claim.id, next="image")
        file_ids = await self._upload_charts(page)
        if file_ids:
            try:
                return await self._send(claim, post, render_digest(page, "image", *file_ids))
            except SlackApiError as error:
                if error_word(error) != "invalid_blocks":
                    raise
        log.info("chart_refused", delivery=claim.id, next="text")
        return await self._send(claim, post, render_digest(page, "text"))

    async def _upload_charts(self, page: DigestPage) -> tuple[str, ...]:
        """The ids of the charts as uploaded PNGs; none where there are none, or files are not taken."""
        week = page.digest.this_week.week
        file_ids = list[str]()
        for place, chart in enumerate(page.charts, start=1):
            try:
                uploaded = await self.client.files_upload_v2(
                    filename=f"digest-{week}-{place}.png",
                    title=f"{page.digest.team_name}, {week}",
                    alt_txt="The chart's numbers stand in the text of the message.",
                    content=await self.workers.run(draw_png, chart),
                    request_file_info=False,
                )
            except NO_ANSWER:
                return ()
            file_ids.append(str(uploaded["files"][0]["id"]))
        return tuple(file_ids)

    async def _send(self, claim: Claim, post: Post, message: Message) -> tuple[str, str]:
        require_fit(message)
        channel_id = post.channel_id
        if post.replaces_ts is not None:
            await self.client.chat_update(channel=channel_id, ts=post.replaces_ts, **message)
            return channel_id, post.replaces_ts
        # The id alone: metadata can be read by other apps.
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"delivery": delivery_ref(claim)}}
        posted = await self.client.chat_postMessage(
            channel=channel_id,
            thread_ts=post.thread_ts,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
            **message,
        )
        if not posted.get("channel") or not posted.get("ts"):
            raise PostFailed("answer_lost", Trouble.UNSURE)
        return str(posted["channel"]), str(posted["ts"])


def delivery_ref(claim: Claim) -> str:
    """The delivery's id, with a mark of what it is: a restored database gives out ids again."""
    what = f"{claim.kind}\0{claim.audience}\0{claim.period}"
    return f"{claim.id}-{blake2b(what.encode(), digest_size=6).hexdigest()}"


@asynccontextmanager
async def _explained() -> AsyncIterator[None]:
    """Say of every failure to talk to Slack whether trying again makes sense."""
    try:
        yield
    except SlackApiError as error:
        raise _failure_of(error) from error
    except NoSlackAnswer as error:
        raise _failure_of_gateway(error) from error
    except aiohttp.ClientConnectorError as error:
        raise PostFailed("slack_unreachable", Trouble.TEMPORARY) from error
    except NO_ANSWER as error:
        raise PostFailed("answer_lost", Trouble.UNSURE) from error


def _failure_of(error: SlackApiError) -> PostFailed:
    status, word = error.response.status_code, str(error_word(error))
    if status == 429 or word in TEMPORARY:
        return PostFailed("ratelimited", Trouble.TEMPORARY, _retry_after(error.response.headers))
    if status >= 500 or word in UNSURE:
        return PostFailed(word, Trouble.UNSURE)
    return PostFailed(word, Trouble.PERMANENT)


def _failure_of_gateway(error: NoSlackAnswer) -> PostFailed:
    """Whatever stands between may have passed the request on before it answered in Slack's place."""
    if error.status == 429:
        return PostFailed("ratelimited", Trouble.TEMPORARY, _retry_after(error.headers))
    return PostFailed("answer_lost", Trouble.UNSURE)


def _retry_after(headers: Mapping[str, Any]) -> timedelta:
    value = next((v for k, v in dict(headers).items() if k.lower() == "retry-after"), "1")
    text = value[0] if isinstance(value, list) else str(value)
    return timedelta(seconds=int(text) if text.isdigit() else 1)
