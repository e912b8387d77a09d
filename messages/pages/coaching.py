"""Pages about coaching: what a person stopped, practice cards, and whether tips help."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage


@dataclass(frozen=True, slots=True)
class MutedKind:
    """A kind of tips that somebody stopped; `title` is the rule's where it is one rule's."""

    kind: str
    since: date
    title: str = ""


@dataclass(frozen=True, slots=True)
class Mutes(MessagePage):
    """To the person alone: what they stopped, each with a button that lets it speak again."""

    template: ClassVar[str] = "mutes.json.j2"
    kinds: tuple[MutedKind, ...]
    today: date
    commands: Commands = DEFAULT_COMMANDS
