"""What a person can do in Slack, one verb each; the page and the control API call nothing else.

Every verb waits for the app's acknowledgement as Slack does (three seconds) and returns an
`Outcome`. A failure is also put where the person would read it in Slack: a Slackbot line only they
see for commands, `Outcome.notice` for everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sandbox.model import Json, Message, View
from sandbox.workspace import Workspace

Choice: TypeAlias = str | int | Sequence[str] | Json | None
"""What was picked: text typed, an option's value, a date, an id, or a list of them for multi
selects and checkboxes. None or [] clears the element. Rich text is its rich_text object."""

Changed: TypeAlias = Mapping[str, Mapping[str, Choice]]
"""`{block_id: {action_id: choice}}`: only what the person changed; the rest is filled in."""


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
class Outcome:
    """How an act went.

    ok: the app acknowledged in time (or nothing had to be sent). error: Slack's word for what went
    wrong (dispatch_failed, operation_timeout, ...). notice: the sentence the person reads.
    errors: `{block_id: sentence}` to show in a form. message: what the act itself posted.
    view: the view now on top of the person's stack, if any.
    """

    ok: bool
    ack_ms: float | None = None
    error: str | None = None
    notice: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    message: Message | None = None
    view: View | None = None


class Interactions:
    """The verbs of one workspace's people."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    async def run_command(self, user_id: str, channel_id: str, text: str) -> Outcome:
        """Run a slash command as typed, e.g. `/outcome done O-12 @ana`.

        Mentions (`@name`, `#channel`) are escaped when the manifest says should_escape. An unknown
        command is answered by Slackbot, privately.
        """
        raise NotImplementedError

    async def post_message(
        self, user_id: str, channel_id: str, text: str, thread_ts: str | None = None
    ) -> Outcome:
        """Say something in a channel or thread; `@name` and `#channel` become mentions.

        Returns once stored; events to the app (message.*, app_mention) follow on their own.
        """
        raise NotImplementedError

    async def click(
        self,
        user_id: str,
        container: Container,
        block_id: str,
        action_id: str,
        value: Choice = None,
        state_values: Changed | None = None,
    ) -> Outcome:
        """Press a button or pick in a select, overflow, date picker, checkboxes ...

        `value` is what was picked (buttons need none; an overflow or select: the option's value).
        `state_values` are other changes on the same surface not sent yet. An element of an input
        block without dispatch_action only remembers the choice. An element with a confirm dialog
        is assumed to be confirmed: the page asks before it calls.
        """
        raise NotImplementedError

    def enter(self, user_id: str, container: Container, state_values: Changed) -> None:
        """Remember what the person typed or chose without telling the app."""
        raise NotImplementedError

    async def submit_view(
        self, user_id: str, view_id: str, state_values: Changed | None = None
    ) -> Outcome:
        """Submit a modal. `errors` carry both missing required inputs and the app's own refusals."""
        raise NotImplementedError

    async def close_view(self, user_id: str, view_id: str, clear: bool = False) -> Outcome:
        """Close a modal (its Close button), or the whole stack with `clear` (its X)."""
        raise NotImplementedError

    async def open_home(self, user_id: str, tab: str = "home") -> Outcome:
        """Open the app's Home (or Messages) tab; app_home_opened follows. `view` is the Home."""
        raise NotImplementedError

    async def run_shortcut(
        self,
        user_id: str,
        callback_id: str,
        channel_id: str | None = None,
        ts: str | None = None,
    ) -> Outcome:
        """Run a declared shortcut; a message shortcut needs the message's channel and ts."""
        raise NotImplementedError

    async def options(
        self,
        user_id: str,
        container: Container,
        block_id: str,
        action_id: str,
        query: str,
    ) -> list[Json]:
        """Ask the app for an external select's options (option objects, or option groups)."""
        raise NotImplementedError

    async def react(self, user_id: str, channel_id: str, ts: str, name: str) -> Outcome:
        """Toggle a reaction on a message."""
        raise NotImplementedError

    async def join(self, user_id: str, channel_id: str) -> Outcome:
        """Join a public channel."""
        raise NotImplementedError

    async def leave(self, user_id: str, channel_id: str) -> Outcome:
        """Leave a channel."""
        raise NotImplementedError

    def dismiss(self, user_id: str, channel_id: str, ts: str) -> None:
        """Dismiss an ephemeral ("Only visible to you")."""
        raise NotImplementedError

    def open_direct_message(self, user_id: str, other_id: str) -> str:
        """Open (or find) the direct message with a person or the app; returns its channel id."""
        return self.workspace.open_direct_message(user_id, other_id).id
