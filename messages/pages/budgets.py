"""Pages about budgets. A person's own figures are theirs alone; a lead sees amounts granted and a band."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage
from policies.amounts import Amount
from policies.bands import Band
from policies.budget_requests import BudgetRequest, RequestState
from policies.budget_warnings import WarningKind
from policies.budgets import Balance, BudgetTerms, Grant, PeriodDays
from policies.forecast import Forecast
from policies.metrics import SourceFreshness
from policies.outcomes import Outcome
from policies.people import Person, Team


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant that holds, as its holder reads it; `outcome` is what it is for, None for anything."""

    grant: Grant
    outcome: Outcome | None
    given: Amount
    left: Amount


@dataclass(frozen=True, slots=True)
class OwnBudget(MessagePage):
    """To the person alone: what is left of their budget, by grant and outcome, and until when.

    `outcomes` are those that grants are for. `tokens_unpriced` is usage of the period that has no
    known price, which a budget in US dollars does not count.
    """

    template: ClassVar[str] = "own_budget.json.j2"
    team: Team
    terms: BudgetTerms
    balance: Balance
    outcomes: tuple[Outcome, ...]
    requests: tuple[BudgetRequest, ...]
    sources: tuple[SourceFreshness, ...]
    today: date
    forecast: Forecast | None = None
    price_basis: str = ""
    tokens_unpriced: int = 0
    commands: Commands = DEFAULT_COMMANDS

    @property
    def left(self) -> Amount:
        """What can still be used."""
        return self._amount(self.balance.left)

    @property
    def used(self) -> Amount:
        """What was used since the period began."""
        return self._amount(self.balance.used)

    @property
    def over(self) -> Amount:
        """The part of it that no grant covered."""
        return self._amount(self.balance.over)

    @property
    def granted(self) -> Amount:
        """What the period had to offer so far."""
        return self._amount(self.balance.granted)

    @property
    def left_free(self) -> Amount:
        """What is left for anything, tied to no outcome."""
        return self._amount(self.balance.left_for(None))

    @property
    def lines(self) -> tuple[GrantLine, ...]:
        """The grants that hold today, in the order in which they are used."""
        named = {one.id: one for one in self.outcomes}
        return tuple(
            GrantLine(
                line.grant,
                named.get(line.grant.outcome_id or 0),
                self._amount(line.received - line.moved_out),
                self._amount(line.remaining),
            )
            for line in self.balance.live
            if line.received > line.moved_out
        )

    def _amount(self, value: int) -> Amount:
        return Amount(value, self.terms.unit)


@dataclass(frozen=True, slots=True)
class Granted(MessagePage):
    """To the lead who granted: what, to whom, until when, and what the team's pool has left."""

    template: ClassVar[str] = "granted.json.j2"
    grant: Grant
    person: Person
    today: date
    outcome: Outcome | None = None
    pool_left: Amount | None = None
    commands: Commands = DEFAULT_COMMANDS

    @property
    def amount(self) -> Amount:
        """How much was granted."""
        return Amount(self.grant.amount, self.grant.unit)


@dataclass(frozen=True, slots=True)
class AllowanceSet(MessagePage):
    """To the lead: a person's base allowance from now on; `grant` is that of the running period."""

    template: ClassVar[str] = "allowance_set.json.j2"
    person: Person
    allowance: Amount
    period: PeriodDays
    grant: Grant | None
    today: date
    pool_left: Amount | None = None
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class Moved(MessagePage):
    """To the person alone: what they moved. None for an outcome means what is free for anything."""

    template: ClassVar[str] = "moved.json.j2"
    amount: Amount
    source: Outcome | None
    target: Outcome | None
    left_of_source: Amount
    left_of_target: Amount
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class Earmarked(MessagePage):
    """To the owner of an outcome just declared: how much of their budget is set aside for it.

    `missing` is what their balance did not have: it can be requested with one button, whose value is
    `O-12 20000000` (the outcome, and the amount in the smallest parts of the unit).
    """

    template: ClassVar[str] = "earmarked.json.j2"
    outcome: Outcome
    wanted: Amount
    earmarked: Amount
    missing: Amount
    left_free: Amount
    commands: Commands = DEFAULT_COMMANDS

    @property
    def request_value(self) -> str:
        """The value of the button that requests what is missing."""
        return f"{self.outcome.label} {self.missing.value}"


@dataclass(frozen=True, slots=True)
class Voided(MessagePage):
    """To the lead: a grant that gives nothing from today on."""

    template: ClassVar[str] = "voided.json.j2"
    grant: Grant
    person: Person
    today: date
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class Undone(MessagePage):
    """To the person: what their last action granted is voided; `grants` may be several of a move."""

    template: ClassVar[str] = "undone.json.j2"
    grants: tuple[Grant, ...]
    person: Person
    today: date
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class TermsSet(MessagePage):
    """To the lead: what holds for the team's budgets now."""

    template: ClassVar[str] = "terms_set.json.j2"
    team: Team
    terms: BudgetTerms
    members: int
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class Requested(MessagePage):
    """To the person: their request waits for `approvers`, or was approved by the team's own limit."""

    template: ClassVar[str] = "requested.json.j2"
    request: BudgetRequest
    outcome: Outcome | None
    approvers: tuple[Person, ...]
    today: date
    grant: Grant | None = None
    commands: Commands = DEFAULT_COMMANDS

    @property
    def is_approved(self) -> bool:
        """Whether the limit approved it."""
        return self.request.state is RequestState.APPROVED


@dataclass(frozen=True, slots=True)
class RequestCard(MessagePage):
    """To each lead: a request to decide, or how it was decided; changed in place.

    Of the person's usage it says the band alone: as it is, and as it would be with the grant; None
    where the request is in another unit than the team's now, and can no longer be approved.
    `earlier` are grants to anybody for the same outcome. `push_note` says where a new limit did not
    reach another system.
    """

    template: ClassVar[str] = "request_card.json.j2"
    request: BudgetRequest
    person: Person
    today: date
    outcome: Outcome | None = None
    pool_left: Amount | None = None
    band_without: Band | None = Band.NO_BUDGET
    band_with: Band | None = Band.ON_PACE
    earlier: tuple[Grant, ...] = ()
    decider: Person | None = None
    push_note: str = ""

    @property
    def waits_for_lead(self) -> bool:
        """Whether it has buttons: approve, counter, decline. The value of each is the label."""
        return self.request.state is RequestState.WAITING

    @property
    def until(self) -> date | None:
        """The last day that was asked for; None until the period ends."""
        return self.request.last_day

    @property
    def is_beyond_pool(self) -> bool:
        """Whether the pool has less left than is asked for."""
        return self.pool_left is not None and self.request.amount > self.pool_left.value


@dataclass(frozen=True, slots=True)
class Decided(MessagePage):
    """To whoever pressed or typed it, privately: how the request stands now.

    `takes_back` is the verb by which they could take back the grant there is.
    """

    template: ClassVar[str] = "decided.json.j2"
    request: BudgetRequest
    person: Person
    today: date
    grant: Grant | None = None
    takes_back: Literal["", "undo", "void"] = ""
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class RequestDecided(MessagePage):
    """To the person who asked: approved, declined, or countered with buttons to accept or withdraw.

    The value of both buttons is the request's label.
    """

    template: ClassVar[str] = "request_decided.json.j2"
    request: BudgetRequest
    decider: Person | None
    today: date
    outcome: Outcome | None = None
    grant: Grant | None = None
    commands: Commands = DEFAULT_COMMANDS

    @property
    def waits_for_person(self) -> bool:
        """Whether it has buttons: accept, withdraw."""
        return self.request.state is RequestState.COUNTERED


@dataclass(frozen=True, slots=True)
class GrantNotice(MessagePage):
    """To the person: a lead granted them something, or took a grant back; `lead` is None where unknown."""

    template: ClassVar[str] = "grant_notice.json.j2"
    grant: Grant
    lead: Person | None
    team: Team
    today: date
    outcome: Outcome | None = None
    void_reason: str = ""
    commands: Commands = DEFAULT_COMMANDS

    @property
    def is_voided(self) -> bool:
        """Whether it gives nothing any more."""
        return self.grant.voided_on is not None

    @property
    def amount(self) -> Amount:
        """How much was granted."""
        return Amount(self.grant.amount, self.grant.unit)


@dataclass(frozen=True, slots=True)
class PersonBudget:
    """All that a lead sees of one person's budget."""

    person: Person
    granted: Amount
    band: Band


@dataclass(frozen=True, slots=True)
class TeamBudgets(MessagePage):
    """To a lead: everybody by name, with what they were granted this period and their band."""

    template: ClassVar[str] = "team_budgets.json.j2"
    team: Team
    terms: BudgetTerms
    period: PeriodDays
    people: tuple[PersonBudget, ...]
    requests: tuple[BudgetRequest, ...]
    pool_left: Amount | None = None
    commands: Commands = DEFAULT_COMMANDS

    @property
    def person_ids(self) -> set[int]:
        """Whose bands are shown."""
        return {one.person.id for one in self.people}

    @property
    def by_name(self) -> tuple[PersonBudget, ...]:
        """In name order, whatever order they came in."""
        return tuple(
            sorted(self.people, key=lambda one: (one.person.name.casefold(), one.person.id))
        )


@dataclass(frozen=True, slots=True)
class WhatIf(MessagePage):
    """To a lead: outcomes of the last `days` days that would have run dry with other base allowances.

    `outcomes` stand in the order of ids, out of `of_how_many` that had usage.
    """

    template: ClassVar[str] = "what_if.json.j2"
    percent: int
    days: int
    outcomes: tuple[Outcome, ...]
    of_how_many: int
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class BudgetWarning(MessagePage):
    """To the person alone: their budget is likely to run out, nearly used, used up, or partly expiring.

    `grant` and `outcome` are of what expires. Buttons: request more, and mute for this period, whose
    values are `T-1` (the team) and the period's first day as `T-1 2026-11-01`.
    """

    template: ClassVar[str] = "budget_warning.json.j2"
    kind: WarningKind
    team: Team
    period: PeriodDays
    used: Amount
    left: Amount
    granted: Amount
    today: date
    grant: Grant | None = None
    outcome: Outcome | None = None
    grant_left: Amount | None = None
    forecast: Forecast | None = None
    commands: Commands = DEFAULT_COMMANDS

    @property
    def mute_value(self) -> str:
        """The value of the button that mutes warnings for the period."""
        return f"T-{self.team.id} {self.period.first.isoformat()}"


@dataclass(frozen=True, slots=True)
class Muted(MessagePage):
    """To the person: no more warnings about their budget until the period ends."""

    template: ClassVar[str] = "muted.json.j2"
    period: PeriodDays
