"""What every page is: a message, a modal or the App Home, with the name of its template."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Commands:
    """The slash commands as this workspace names them."""

    outcome: str = "/outcome"
    mileage: str = "/mileage"
    budget: str = "/budget"


DEFAULT_COMMANDS = Commands()


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A page posted to a channel or shown as a reply."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True)
class TeamFacingPage(MessagePage):
    """A message that team mates read. Figures about usage reach it as Published alone."""


@dataclass(frozen=True, slots=True)
class ModalPage:
    """A page opened as a modal."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True)
class HomePage:
    """A person's App Home."""

    template: ClassVar[str]


Page = MessagePage | ModalPage | HomePage
