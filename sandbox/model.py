"""What a Slack workspace is made of: team, people, channels, messages, views, files.

Ids, field names and shapes are Slack's, so that `to_api()` is the identity for most fields.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeGuard

Json: TypeAlias = dict[str, Any]
"""One JSON object in Slack's own shape; its values are checked where they are used."""

Entered: TypeAlias = dict[str, dict[str, Json]]
"""`{block_id: {action_id: state}}`, the shape of Slack's `state.values`."""

SLACKBOT = "USLACKBOT"

ConversationKind: TypeAlias = Literal["public", "private", "im"]


def is_object(value: object) -> TypeGuard[Json]:
    """Whether the value is a JSON object."""
    return isinstance(value, dict)


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace itself."""

    id: str = "T0SANDBOX"
    domain: str = "sandbox"
    name: str = "Sandbox"
    enterprise_id: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person, a bot user or Slackbot."""

    id: str
    name: str
    real_name: str
    email: str
    tz: str = "Etc/UTC"
    tz_offset: int = 0
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    deleted: bool = False
    bot_id: str | None = None

    @property
    def is_guest(self) -> bool:
        """Whether the person is a guest, who sees only the channels they were added to."""
        return self.is_restricted or self.is_ultra_restricted or self.is_stranger


@dataclass(slots=True)
class Channel:
    """A channel or a direct message; `messages` is keyed by ts, oldest first."""

    id: str
    name: str
    members: list[str]
    is_private: bool = False
    is_im: bool = False
    is_ext_shared: bool = False
    is_archived: bool = False
    is_general: bool = False
    topic: str = ""
    created: int = 0
    messages: "dict[str, Message]" = field(default_factory=dict)
    ephemerals: "dict[str, Message]" = field(default_factory=dict)

    def peer_of(self, user_id: str) -> str:
        """Return the other side of a direct message (the person themselves in a note to self)."""
        others = [member for member in self.members if member != user_id]
        return others[0] if others else user_id


@dataclass(slots=True)
class File:
    """An uploaded file; `content` is empty until the raw upload arrived."""

    id: str
    name: str
    length: int
    title: str
    mimetype: str
    user: str
    created: int
    alt_txt: str = ""
    content: bytes | None = None
    completed: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """One message. `ephemeral_to` is set on those that only one person sees."""

    ts: str
    channel_id: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    subtype: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    files: list[File] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    ephemeral_to: str | None = None
    entered: dict[str, Entered] = field(default_factory=dict)
    """What each person (by user id) has chosen in this message's elements and not yet lost."""

    @property
    def is_reply(self) -> bool:
        """Whether the message lives in a thread only."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def has_thread(self) -> bool:
        """Whether replies hang below this message."""
        return bool(self.replies)


@dataclass(slots=True)
class View:
    """A modal on somebody's stack, or somebody's App Home."""

    id: str
    type: Literal["modal", "home"]
    user_id: str
    blocks: list[Json]
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    title: Json | None = None
    submit: Json | None = None
    close: Json | None = None
    private_metadata: str = ""
    callback_id: str = ""
    external_id: str = ""
    clear_on_close: bool = False
    notify_on_close: bool = False
    submit_disabled: bool = False
    entered: Entered = field(default_factory=dict)
    """What the person changed so far; initial values are not in here (see block_kit.element_state)."""
    errors: dict[str, str] = field(default_factory=dict)
    """`{block_id: sentence}` from the last refused submission."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that somebody's screen should show now.

    kind: "message" | "message_changed" | "message_deleted" | "ephemeral" | "reaction" | "channels"
    | "views" | "home" | "resync" (the reader fell behind: read everything again).
    """

    kind: str
    channel_id: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    audience: frozenset[str] | None = None
    """User ids it concerns; None is everybody."""
