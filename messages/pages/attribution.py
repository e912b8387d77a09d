"""Pages about what one's own usage counts for."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage
from policies.linking import LinkGroup
from policies.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class FocusStarted(MessagePage):
    """To the person alone: which outcome is in focus, since when, and which one was left for it."""

    template: ClassVar[str] = "focus_started.json.j2"
    outcome: Outcome
    since: datetime
    left: Outcome | None = None
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class FocusStopped(MessagePage):
    """To the person alone: no outcome is in focus any more."""

    template: ClassVar[str] = "focus_stopped.json.j2"
    outcome: Outcome
    since: datetime


@dataclass(frozen=True, slots=True)
class Linked(MessagePage):
    """To the person alone: what of their usage now counts for which outcome."""

    template: ClassVar[str] = "linked.json.j2"
    outcome: Outcome
    group: LinkGroup
    tokens: int
    commands: Commands = DEFAULT_COMMANDS
