"""Help, and the replies to what could not be done."""

from dataclasses import dataclass
from typing import ClassVar

from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage


@dataclass(frozen=True, slots=True)
class Help(MessagePage):
    """What one can type. `topic` is `outcome`, `budget`, `mileage` or `privacy`; None gives all in short."""

    template: ClassVar[str] = "help.json.j2"
    commands: Commands = DEFAULT_COMMANDS
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class NotUnderstood(MessagePage):
    """What was typed made no sense: what about it, and the nearest right forms.

    `what` and each of `more` are whole sentences, said as they are; `forms` are whole commands to copy.
    """

    template: ClassVar[str] = "not_understood.json.j2"
    what: str
    forms: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused(MessagePage):
    """Something that is not allowed, in one sentence, and what to do instead."""

    template: ClassVar[str] = "refused.json.j2"
    sentence: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class SomethingFailed(MessagePage):
    """A fault of ours; `error_id` finds it in the log."""

    template: ClassVar[str] = "something_failed.json.j2"
    error_id: str
