"""What an act is given and what comes of it: places, choices, results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sandbox.model import Json, Message, View

Choice: TypeAlias = str | int | Sequence[str] | Sequence[Json] | Json | None
"""What was picked: text typed, an option's value, a date, an id, or a list of them for multi
selects and checkboxes. None or [] clears the element. Rich text is its rich_text object,
uploaded files are their file objects."""

Changed: TypeAlias = Mapping[str, Mapping[str, Choice]]
"""`{block_id: {action_id: choice}}`: only what the person changed; the rest is filled in."""

NOTICES = {
    "dispatch_failed": "The app is not connected.",
    "operation_timeout": "The app did not respond in time.",
    "not_in_channel": "You are not in this channel.",
    "is_archived": "This channel is archived.",
    "user_not_found": "There is no such person.",
    "channel_not_found": "There is no such channel.",
    "message_not_found": "This message is gone.",
    "view_not_found": "This window is not open any more.",
    "not_interactive": "This app is not configured to handle interactive responses.",
    "unknown_shortcut": "The app has no such shortcut.",
    "messages_tab_disabled": "Sending messages to this app has been turned off.",
    "no_text": "There is nothing to send.",
    "restricted_action": "You may not do this here.",
}


@dataclass(frozen=True, slots=True)
class Container:
    """Where an element stands: in a message (or ephemeral), or in a view (modal or Home)."""

    channel_id: str | None = None
    ts: str | None = None
    view_id: str | None = None

    @classmethod
    def of_message(cls, channel_id: str, ts: str) -> "Container":
        """Return the place of a message or an ephemeral."""
        return cls(channel_id=channel_id, ts=ts)

    @classmethod
    def of_view(cls, view_id: str) -> "Container":
        """Return the place of a modal or Home view."""
        return cls(view_id=view_id)


@dataclass(frozen=True, slots=True)
class Result:
    """How an act went.

    ok: the app acknowledged in time (or nothing had to be sent). error: Slack's word for what went
    wrong (dispatch_failed, operation_timeout, ...). notice: the sentence the person reads.
    errors: `{block_id: sentence}` to show in a form. message: what the act itself posted.
    view: the view now on top of the person's stack (or the Home, for open_home), if any.
    """

    ok: bool
    ack_ms: float | None = None
    error: str | None = None
    notice: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    message: Message | None = None
    view: View | None = None


def failed(code: str, ms: float | None = None, notice: str | None = None) -> Result:
    """Return the result of an act that Slack or the app did not carry out."""
    return Result(ok=False, ack_ms=ms, error=code, notice=notice or NOTICES.get(code, code))
