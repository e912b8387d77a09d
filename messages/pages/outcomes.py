"""Pages about outcomes: declaring, listing, claiming and verifying them."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from messages.metadata import EMPTY_CONTEXT, FormContext
from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage, ModalPage, TeamFacingPage
from policies.outcomes import Complexity, Outcome, OutcomeKind, OutcomeSize, OutcomeState
from policies.people import Person


@dataclass(frozen=True, slots=True)
class OutcomeForm(ModalPage):
    """The form that declares an outcome, empty or filled with what was already typed.

    `keys` is the text of the keys field, as a person would type it.
    """

    template: ClassVar[str] = "outcome_form.json.j2"
    context: FormContext = EMPTY_CONTEXT
    title: str = ""
    kind: OutcomeKind = OutcomeKind.FEATURE
    size: OutcomeSize = OutcomeSize.M
    complexity: Complexity = Complexity.STANDARD
    deadline: date | None = None
    keys: str = ""
    exploration: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeDeclared(MessagePage):
    """To the owner alone: what was declared, and how to finish it."""

    template: ClassVar[str] = "outcome_declared.json.j2"
    outcome: Outcome
    today: date
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class DoneForm(ModalPage):
    """The form that claims an outcome with its evidence. `context.outcome_id` is the outcome's id."""

    template: ClassVar[str] = "done_form.json.j2"
    outcome: Outcome
    context: FormContext
    evidence_url: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeList(MessagePage):
    """To the owner alone: their open outcomes, nearest deadline first."""

    template: ClassVar[str] = "outcome_list.json.j2"
    outcomes: tuple[Outcome, ...]
    today: date
    commands: Commands = DEFAULT_COMMANDS

    @property
    def in_order(self) -> tuple[Outcome, ...]:
        """Declared before claimed, nearest deadline first."""
        return by_urgency(self.outcomes)


@dataclass(frozen=True, slots=True)
class OutcomeClaimed(MessagePage):
    """To the owner alone: the claim is in, and where a colleague verifies it."""

    template: ClassVar[str] = "outcome_claimed.json.j2"
    outcome: Outcome
    channel_id: str | None = None


@dataclass(frozen=True, slots=True)
class VerificationCard(TeamFacingPage):
    """To the team: a claimed outcome that waits for a colleague, or who verified it.

    `verifier` is set once `outcome.state` is verified; the button is gone then.
    """

    template: ClassVar[str] = "verification_card.json.j2"
    outcome: Outcome
    owner: Person
    verifier: Person | None = None

    @property
    def waiting(self) -> bool:
        """Whether a colleague can still verify it."""
        return self.outcome.state is OutcomeState.CLAIMED

    @property
    def days_taken(self) -> int:
        """Whole days from the declaration to the claim."""
        claimed = self.outcome.claimed_at or self.outcome.declared_at
        return max(0, (claimed - self.outcome.declared_at).days)


@dataclass(frozen=True, slots=True)
class Verified(MessagePage):
    """To the verifier alone: the outcome now counts as verified."""

    template: ClassVar[str] = "verified.json.j2"
    outcome: Outcome
    owner: Person


def by_urgency(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Open work first, nearest deadline first, then in the order of declaration."""
    return tuple(
        sorted(
            outcomes,
            key=lambda one: (
                one.state is OutcomeState.CLAIMED,
                one.deadline or date.max,
                one.id,
            ),
        )
    )
