"""One Web API call: its arguments as Slack reads them, and what a method may touch."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from sandbox.errors import Problem, SlackError
from sandbox.model import Channel, Json, is_object
from sandbox.state.tickets import Tickets
from sandbox.state.workspace import Workspace
from sandbox.transport.socket_mode import SocketHub

T = TypeVar("T")

_TRUE = ("1", "true", "True")


@dataclass(frozen=True, slots=True)
class Call:
    """A method's arguments and surroundings. Form fields arrive as strings, JSON as itself."""

    workspace: Workspace
    tickets: Tickets
    hub: SocketHub
    base_url: str
    args: Json
    refused_types: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """Return a required argument as text, or refuse the call."""
        value = self.optional(name)
        if value is None:
            problem = Problem(f"missing required field: {name}", "")
            raise SlackError.of_problems("invalid_arguments", [problem], root="")
        return value

    def optional(self, name: str) -> str | None:
        """Return an optional argument as text."""
        value = self.args.get(name)
        return None if value is None or value == "" else str(value)

    def flag(self, name: str) -> bool:
        """Whether a boolean argument is set (1, true or "true")."""
        value = self.args.get(name)
        return value is True or value == 1 or value in _TRUE

    def whole(self, name: str, default: int, at_most: int = 1000) -> int:
        """Return a whole number, capped; anything else is invalid_limit."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        try:
            number = int(str(value))
        except ValueError:
            raise SlackError("invalid_limit") from None
        if number < 0:
            raise SlackError("invalid_limit")
        return min(number or default, at_most)

    def json(self, name: str, refusal: str = "invalid_arguments") -> object:
        """Return an argument that is JSON or a string of JSON; None when it is absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            decoded: object = json.loads(value, parse_constant=_no_constant)
        except ValueError:
            raise SlackError(refusal) from None
        return decoded

    def object(self, name: str) -> Json:
        """Return a required JSON object."""
        value = self.json(name)
        if not is_object(value):
            problem = Problem("must provide an object", f"/{name}")
            raise SlackError.of_problems("invalid_arguments", [problem], root="")
        return value

    def content(self) -> Json:
        """Return text, blocks, attachments, metadata and thread_ts as a message has them."""
        found: Json = {"text": self.args.get("text"), "thread_ts": self.optional("thread_ts")}
        found["blocks"] = self.json("blocks", "invalid_blocks_format")
        found["attachments"] = self.json("attachments", "invalid_attachments")
        found["metadata"] = self.json("metadata", "invalid_metadata_format")
        return found

    def channel(self, name: str = "channel") -> Channel:
        """Return a channel the app may know of, or channel_not_found."""
        channel = self.workspace.channels.get(self.text(name))
        if channel is None or not self.knows(channel):
            raise SlackError("channel_not_found")
        return channel

    def knows(self, channel: Channel) -> bool:
        """Whether the app may know that the channel exists."""
        is_member = self.workspace.app.bot_user_id in channel.members
        return is_member or not (channel.is_private or channel.is_im)

    def need(self, *scopes: str) -> None:
        """Refuse the call unless the app was granted one of these scopes."""
        provided = self.workspace.app.manifest.scopes
        if not provided & set(scopes):
            raise missing_scope(scopes, provided)

    def page(self, entries: Sequence[T], default: int = 100, at_most: int = 1000) -> "Page[T]":
        """Return the page of `entries` that cursor and limit ask for."""
        start = _offset(self.optional("cursor"))
        end = start + self.whole("limit", default, at_most)
        cursor = _cursor(end) if end < len(entries) else ""
        return list(entries[start:end]), {"next_cursor": cursor}


Page: TypeAlias = tuple[list[T], Json]
"""Entries, and the response_metadata with the cursor of what follows."""

Handler: TypeAlias = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its handler, the scopes of which one is needed, and whose token it takes."""

    handler: Handler
    scopes: tuple[str, ...] = ()
    bearer: Literal["bot", "app", "anyone"] = "bot"


def missing_scope(scopes: Sequence[str], provided: frozenset[str]) -> SlackError:
    """Return the refusal for a scope that was not granted."""
    return SlackError(
        "missing_scope", {"needed": ",".join(scopes), "provided": ",".join(sorted(provided))}
    )


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _cursor(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next":
            raise ValueError(word)
        return int(number)
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
