"""Pages about outcomes: declaring, listing, claiming and verifying them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from messages.metadata import EMPTY_CONTEXT, FormContext
from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage, ModalPage, TeamFacingPage
from messages.steps import Told
from policies.metrics import SourceFreshness
from policies.outcomes import Complexity, Outcome, OutcomeKind, OutcomeSize, OutcomeState
from policies.people import Person
from policies.reviews import NO_REVIEW, Review


@dataclass(frozen=True, slots=True)
class OutcomeForm(ModalPage):
    """The form that declares an outcome, empty or filled with what was already typed.

    `keys` is the text of the keys field, as a person would type it; `origin_url` is where the
    outcome was asked for.
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
    origin_url: str = ""


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
    """To the team: a claimed outcome that waits for a colleague, or what became of the claim.

    `steps` are those that followed the claim; with the first of them the button goes. `changes` are
    those of size and complexity before it. `evidence` is what an outside witness says of the link.
    """

    template: ClassVar[str] = "verification_card.json.j2"
    outcome: Outcome
    owner: Person
    steps: tuple[Told, ...] = ()
    changes: tuple[Told, ...] = ()
    evidence: str = ""

    @property
    def waiting(self) -> bool:
        """Whether a colleague can still verify it."""
        return not self.steps

    @property
    def last_step(self) -> Told | None:
        """Where the claim stands now."""
        return self.steps[-1] if self.steps else None

    @property
    def days_taken(self) -> int:
        """Whole days from the declaration to the claim."""
        claimed = self.outcome.claimed_at or self.outcome.declared_at
        return max(0, (claimed - self.outcome.declared_at).days)


@dataclass(frozen=True, slots=True)
class OutcomeUsage:
    """What the owner of one outcome used for it: for the owner and who reviews it, never a channel.

    `cost_list` is USD at list price; `tokens_unpriced` is what it leaves out.
    """

    tokens: int
    cost_list: Decimal
    tokens_unpriced: int = 0
    price_basis: str = ""
    sources: tuple[SourceFreshness, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewForm(ModalPage):
    """To one colleague: what there is to judge a claim by, and the verdict. `changes` and `evidence` as on the card.

    `usage` is the owner's, `is_shared` whether others used something for it too. `is_retro` is
    whether it was declared after more than half of the owner's usage.
    """

    template: ClassVar[str] = "review_form.json.j2"
    outcome: Outcome
    owner: Person
    context: FormContext
    changes: tuple[Told, ...] = ()
    usage: OutcomeUsage | None = None
    is_shared: bool = False
    is_retro: bool = False
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Verified(MessagePage):
    """To the verifier alone: the outcome now counts as verified."""

    template: ClassVar[str] = "verified.json.j2"
    outcome: Outcome
    owner: Person
    review: Review = NO_REVIEW


@dataclass(frozen=True, slots=True)
class OutcomeMoved(MessagePage):
    """To the one who did it alone: the outcome as it stands after the event."""

    template: ClassVar[str] = "outcome_moved.json.j2"
    outcome: Outcome
    told: Told


@dataclass(frozen=True, slots=True)
class OwnerTold(MessagePage):
    """To the owner alone: what somebody else did to their outcome, and what to do next."""

    template: ClassVar[str] = "owner_told.json.j2"
    outcome: Outcome
    told: Told
    commands: Commands = DEFAULT_COMMANDS


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
