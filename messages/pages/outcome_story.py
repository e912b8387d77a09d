"""An outcome's story: everything that happened to it, for the people of its team."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage
from messages.pages.outcomes import OutcomeUsage
from messages.steps import Told
from policies.outcomes import Outcome
from policies.people import Person
from policies.reviews import Review


@dataclass(frozen=True, slots=True)
class OutcomeStory(MessagePage):
    """To one person of the team: the outcome, its events from first to last, its review and its parts.

    `usage` is the owner's own and shown to them alone. `can_review` and `can_finish` are what the
    reader may do now.
    """

    template: ClassVar[str] = "outcome_story.json.j2"
    outcome: Outcome
    owner: Person
    events: tuple[Told, ...]
    today: date
    review: Review | None = None
    parts: tuple[Outcome, ...] = ()
    whole: Outcome | None = None
    usage: OutcomeUsage | None = None
    can_review: bool = False
    can_finish: bool = False
    commands: Commands = DEFAULT_COMMANDS
