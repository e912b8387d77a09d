"""The Slack workspace as the bot sees it: its clients, who the bot is, who a person is, what a channel is."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.slack_api import NO_ANSWER, error_word, start_explained
from policies.people import SlackIdentity

REMEMBERED_FOR = timedelta(minutes=10)
MOST_PREFILLED = 200
MEMBERS_A_PAGE = 1000
PERMALINK_SECONDS = 1.0
NOBODY = {"user_not_found", "user_not_visible"}
MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace the bot is installed in, and who the bot is there."""

    workspace_id: str
    enterprise_id: str
    bot_user_id: str
    bot_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack says about a person. `refusal` is why they may not use Mileage, or None."""

    identity: SlackIdentity
    name: str
    email: str | None
    time_zone: str
    is_admin: bool
    is_bot: bool
    refusal: str | None

    @property
    def may_take_part(self) -> bool:
        """Whether they can lead a team or be in one."""
        return self.refusal is None and not self.is_bot


@dataclass(frozen=True, slots=True)
class Place:
    """A channel. `is_shared` is whether another organisation reads it."""

    channel_id: str
    name: str
    is_shared: bool
    is_archived: bool
    is_member: bool


async def recognise_workspace(client: AsyncWebClient) -> Workspace:
    """Ask Slack who the bot is, once; SlackUnreachable says in one sentence what is wrong."""
    with start_explained("SLACK_BOT_TOKEN", client.base_url):
        answer = await client.auth_test()
    scopes = str(answer.headers.get("x-oauth-scopes", answer.headers.get("X-OAuth-Scopes", "")))
    return Workspace(
        workspace_id=str(answer["team_id"]),
        enterprise_id=str(answer.get("enterprise_id") or ""),
        bot_user_id=str(answer["user_id"]),
        bot_id=str(answer.get("bot_id") or ""),
        scopes=frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()),
    )


class Installation(AsyncAuthorize):
    """The one installation, as Bolt's `authorize`: answers from memory, with no auth.test a request."""

    def __init__(self, workspace: Workspace, token: str) -> None:
        self._workspace = workspace
        self._result: AuthorizeResult | None = AuthorizeResult(
            enterprise_id=workspace.enterprise_id or None,
            team_id=workspace.workspace_id,
            bot_user_id=workspace.bot_user_id,
            bot_id=workspace.bot_id,
            bot_token=token,
        )

    @property
    def is_revoked(self) -> bool:
        """Whether the workspace took its consent back."""
        return self._result is None

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,  # noqa: ARG002 - the shape that Bolt calls
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,  # noqa: ARG002
        **_actor: str | None,
    ) -> AuthorizeResult | None:
        """Who the bot is, or None for a workspace it is not installed in."""
        is_ours = team_id == self._workspace.workspace_id or (
            bool(enterprise_id) and enterprise_id == self._workspace.enterprise_id
        )
        return self._result if is_ours else None

    def forget(self) -> None:
        """Drop the token after app_uninstalled or tokens_revoked."""
        self._result = None


@dataclass(slots=True)
class Directory:
    """People and channels, looked up in Slack and remembered for ten minutes."""

    client: AsyncWebClient
    workspace: Workspace
    clock: Clock
    _profiles: dict[str, tuple[datetime, Profile]] = field(default_factory=dict)
    _places: dict[str, tuple[datetime, Place | None]] = field(default_factory=dict)

    async def profile(self, user_id: str) -> Profile:
        """What Slack says about a person; SlackApiError when it knows nobody of this id."""
        known = self._profiles.get(user_id)
        if known is None or self.clock.now() - known[0] > REMEMBERED_FOR:
            answer = await self.client.users_info(user=user_id)
            known = (self.clock.now(), self._profile_of(answer["user"]))
            if len(self._profiles) >= MOST_REMEMBERED:
                self._profiles.clear()
            self._profiles[user_id] = known
        return known[1]

    async def place(self, channel_id: str) -> Place | None:
        """What Slack says about a channel; None for a direct message or a channel the bot cannot see."""
        if not channel_id.startswith(("C", "G")):
            return None
        known = self._places.get(channel_id)
        if known is None or self.clock.now() - known[0] > REMEMBERED_FOR:
            known = (self.clock.now(), await self._look_at(channel_id))
            self._places[channel_id] = known
        return known[1]

    async def permalink(self, channel_id: str, ts: str) -> str:
        """The link to a message; "" where the bot may not know of it, or Slack gives none in time.

        A form waits for it, and a trigger lives for three seconds.
        """
        try:
            async with asyncio.timeout(PERMALINK_SECONDS):
                answer = await self.client.chat_getPermalink(channel=channel_id, message_ts=ts)
        except NO_ANSWER:
            return ""
        return str(answer["permalink"])

    def forget_place(self, channel_id: str) -> None:
        """Look the channel up again next time."""
        self._places.pop(channel_id, None)

    async def colleagues_in(self, channel_id: str) -> list[Profile]:
        """The channel's people without bots and guests, in name order; [] where it has too many."""
        ids: list[str] = []
        async for page in self._member_pages(channel_id):
            ids += page
            if len(ids) > MOST_PREFILLED:
                return []
        return [one for one in await self.profiles(ids) if one.may_take_part]

    async def is_in(self, channel_id: str, user_id: str) -> bool:
        """Whether the person is in the channel."""
        return not await self.outside(channel_id, [user_id])

    async def outside(self, channel_id: str, user_ids: Collection[str]) -> list[str]:
        """Those of these people who are not in the channel, however many it has."""
        missing = dict.fromkeys(user_ids)
        async for page in self._member_pages(channel_id):
            for user_id in page:
                missing.pop(user_id, None)
            if not missing:
                break
        return list(missing)

    async def profiles(self, user_ids: Collection[str]) -> list[Profile]:
        """The people whom Slack knows by these ids, in name order, whether they may take part or not.

        Any failure but not knowing somebody is raised: nobody is left out because Slack was slow.
        """
        gate = asyncio.Semaphore(8)

        async def one(user_id: str) -> Profile | None:
            async with gate:
                try:
                    return await self.profile(user_id)
                except SlackApiError as error:
                    if error_word(error) in NOBODY:
                        return None
                    raise

        found = await asyncio.gather(*(one(user_id) for user_id in user_ids))
        known = [profile for profile in found if profile is not None]
        return sorted(known, key=lambda profile: profile.name.casefold())

    async def _member_pages(self, channel_id: str) -> AsyncIterator[list[str]]:
        cursor: str | None = None
        while True:
            answer = await self.client.conversations_members(
                channel=channel_id, limit=MEMBERS_A_PAGE, cursor=cursor
            )
            yield answer["members"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def _look_at(self, channel_id: str) -> Place | None:
        try:
            channel = (await self.client.conversations_info(channel=channel_id))["channel"]
        except SlackApiError as error:
            if error_word(error) in ("channel_not_found", "missing_scope"):
                return None
            raise
        return Place(
            channel_id=channel_id,
            name=channel.get("name", ""),
            is_shared=bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared")),
            is_archived=bool(channel.get("is_archived")),
            is_member=bool(channel.get("is_member")),
        )

    def _profile_of(self, user: dict[str, Any]) -> Profile:
        details = user.get("profile") or {}
        name = details.get("real_name") or user.get("real_name") or details.get("display_name")
        return Profile(
            identity=SlackIdentity(
                self.workspace.enterprise_id, self.workspace.workspace_id, user["id"]
            ),
            name=name or user.get("name") or user["id"],
            email=details.get("email") or None,
            time_zone=_known_zone(user.get("tz")),
            is_admin=bool(user.get("is_admin") or user.get("is_owner")),
            is_bot=bool(user.get("is_bot") or user["id"] == "USLACKBOT"),
            refusal=self._refusal_of(user),
        )

    def _refusal_of(self, user: dict[str, Any]) -> str | None:
        if user.get("is_restricted") or user.get("is_ultra_restricted"):
            return "Mileage is for members of this workspace; guests cannot use it."
        if user.get("is_stranger") or not self._is_ours(user):
            return "Mileage is for members of this workspace; people of other organisations cannot use it."
        if user.get("deleted"):
            return "This account is deactivated."
        return None

    def _is_ours(self, user: dict[str, Any]) -> bool:
        """Whether they belong to our workspace or, in an enterprise, to any workspace of ours."""
        enterprise = (user.get("enterprise_user") or {}).get("enterprise_id")
        if enterprise:
            return bool(enterprise == self.workspace.enterprise_id)
        home = {self.workspace.workspace_id, self.workspace.enterprise_id} - {""}
        return user.get("team_id") is None or user["team_id"] in home


def _known_zone(name: str | None) -> str:
    try:
        return ZoneInfo(name).key if name else "UTC"
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return "UTC"
