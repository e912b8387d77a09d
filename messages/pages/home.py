"""The App Home: everything of one's own at a glance, and for leads what waits for them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from messages.pages.base import DEFAULT_COMMANDS, Commands, HomePage
from messages.pages.budgets import OwnBudget, RequestCard, TeamBudgets
from messages.pages.outcomes import by_urgency
from messages.pages.people import PersonalWeek
from policies.metrics import SourceFreshness
from policies.outcomes import Outcome


class FirstStep(StrEnum):
    """What has to be done before there is a budget to show."""

    SET_UP_TEAM = "set_up_team"
    SET_UP_BUDGETS = "set_up_budgets"
    ASK_A_LEAD = "ask_a_lead"


@dataclass(frozen=True, slots=True)
class Home(HomePage):
    """A person's App Home: their open outcomes with actions, their budget, and their own week.

    `waiting` and `team` are there for a lead alone: requests to decide, and the team by band.
    `first_step` is set where there is no budget yet.
    """

    template: ClassVar[str] = "home.json.j2"
    week: PersonalWeek | None
    outcomes: tuple[Outcome, ...]
    sources: tuple[SourceFreshness, ...]
    today: date
    price_basis: str = ""
    budget: OwnBudget | None = None
    waiting: tuple[RequestCard, ...] = ()
    team: TeamBudgets | None = None
    first_step: FirstStep | None = None
    commands: Commands = DEFAULT_COMMANDS

    @property
    def in_order(self) -> tuple[Outcome, ...]:
        """Own open outcomes, most urgent first."""
        return by_urgency(self.outcomes)
