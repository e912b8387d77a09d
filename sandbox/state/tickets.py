"""Short-lived permissions: trigger ids (once, three seconds), response URLs (five uses, 30 minutes)."""

import secrets
from dataclasses import dataclass

from sandbox.errors import SlackError
from sandbox.state.workspace import Clock, Workspace

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5
_SWEEP_AT = 4096
_KEEP_SPENT = 60.0


@dataclass(slots=True)
class Trigger:
    """What a trigger id stands for."""

    user_id: str
    expires: float
    is_used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """What a response URL may do: answer in one channel, to one person, about one message."""

    user_id: str
    channel_id: str
    expires: float
    uses_left: int = RESPONSE_URL_USES
    message_ts: str | None = None
    thread_ts: str | None = None


class Tickets:
    """Issues triggers and response URLs, and takes them back."""

    def __init__(self, workspace: Workspace, base_url: str = "") -> None:
        self.workspace = workspace
        self.base_url = base_url
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}
        self._sweep_at = _SWEEP_AT

    @property
    def clock(self) -> Clock:
        """Return the workspace's clock."""
        return self.workspace.clock

    def trigger(self, user_id: str) -> str:
        """Return a new trigger id for what this person just did."""
        now = self.clock()
        self._sweep(now)
        trigger_id = f"{int(now * 1000)}.{self.workspace.team.id}.{secrets.token_hex(8)}"
        self._triggers[trigger_id] = Trigger(user_id, now + TRIGGER_SECONDS)
        return trigger_id

    def redeem(self, trigger_id: object) -> str:
        """Return whose trigger this is, once and in time.

        Raises SlackError: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id.
        """
        trigger = self._triggers.get(str(trigger_id or ""))
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.is_used:
            raise SlackError("exchanged_trigger_id")
        if self.clock() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.is_used = True
        return trigger.user_id

    def response_url(
        self,
        user_id: str,
        channel_id: str,
        kind: str,
        message_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """Return a new response URL; `kind` is "commands" or "actions"."""
        now = self.clock()
        key = f"{kind}/{self.workspace.team.id}/{secrets.token_hex(16)}"
        expires = now + RESPONSE_URL_SECONDS
        self._urls[key] = ResponseUrl(
            user_id, channel_id, expires, message_ts=message_ts, thread_ts=thread_ts
        )
        return f"{self.base_url}/response/{key}"

    def use(self, key: str) -> ResponseUrl:
        """Return what a response URL may do, taking one of its uses.

        Raises SlackError: no_response_url (unknown), used_url (five uses or 30 minutes are over).
        """
        url = self._urls.get(key)
        if url is None:
            raise SlackError("no_response_url")
        if url.uses_left < 1:
            raise SlackError("used_url")
        if self.clock() > url.expires:
            raise SlackError("expired_url")
        url.uses_left -= 1
        return url

    def _sweep(self, now: float) -> None:
        """Forget what is long over, seldom enough to cost nothing a call."""
        if len(self._triggers) + len(self._urls) < self._sweep_at:
            return
        limit = now - _KEEP_SPENT
        self._triggers = {k: one for k, one in self._triggers.items() if one.expires > limit}
        self._urls = {k: one for k, one in self._urls.items() if one.expires > limit}
        self._sweep_at = max(_SWEEP_AT, 2 * (len(self._triggers) + len(self._urls)))
