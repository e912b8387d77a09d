"""Asking for more budget: waiting, then decided once, by somebody else."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from policies.amounts import Amount, BudgetUnit
from policies.budgets import BudgetPeriod
from policies.outcomes import NotAllowed


class RequestState(StrEnum):
    """Where a request stands. A countered one waits for the person who asked."""

    WAITING = "waiting"
    COUNTERED = "countered"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


UNDECIDED: Final = frozenset({RequestState.WAITING, RequestState.COUNTERED})


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What somebody asks for: `last_day` is the last day it is for, None until the period ends."""

    amount: Amount
    last_day: date | None = None
    outcome_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """What a lead wants to hold for the team's budgets; None is no limit, and no approval by limit."""

    unit: BudgetUnit
    period: BudgetPeriod
    base: Amount
    pool: Amount | None = None
    auto_approve: Amount | None = None


@dataclass(frozen=True, slots=True)
class BudgetRequest:
    """Somebody asking for more. `offered` is a lead's counter-proposal; approved, `grant_id` is what came of it.

    `decided_by` is None for what the team's own limit approved.
    """

    id: int
    team_id: int
    person_id: int
    amount: int
    unit: BudgetUnit
    last_day: date | None
    outcome_id: int | None
    reason: str
    state: RequestState
    asked_at: datetime
    offered_amount: int | None = None
    offered_last_day: date | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    grant_id: int | None = None

    @property
    def label(self) -> str:
        """The id as people read it: `R-3`."""
        return request_label(self.id)

    @property
    def asked(self) -> Amount:
        """How much was asked for."""
        return Amount(self.amount, self.unit)

    @property
    def offered(self) -> Amount | None:
        """How much a lead offered instead, if one did."""
        return None if self.offered_amount is None else Amount(self.offered_amount, self.unit)

    @property
    def agreed(self) -> Amount:
        """How much is granted once both sides agree: the offer where there is one."""
        return self.offered or self.asked

    @property
    def agreed_last_day(self) -> date | None:
        """The last day of what is granted; None until the period ends."""
        return self.last_day if self.offered is None else self.offered_last_day

    def approve(self, approver_id: int, now: datetime) -> "BudgetRequest":
        """As a lead approves it as asked; NotAllowed says why not."""
        self._require_lead_turn(approver_id)
        return replace(self, state=RequestState.APPROVED, decided_by=approver_id, decided_at=now)

    def approve_by_limit(self, now: datetime) -> "BudgetRequest":
        """As the limit that the team set approves it, with nobody in between."""
        self._require(RequestState.WAITING)
        return replace(self, state=RequestState.APPROVED, decided_at=now)

    def decline(self, approver_id: int, reason: str, now: datetime) -> "BudgetRequest":
        """As a lead declines it, with a reason for the person who asked."""
        self._require_lead_turn(approver_id)
        return replace(
            self,
            state=RequestState.DECLINED,
            decided_by=approver_id,
            decided_at=now,
            decision_reason=reason,
        )

    def counter(
        self, approver_id: int, offer: Amount, last_day: date | None, reason: str, now: datetime
    ) -> "BudgetRequest":
        """As a lead offers something else; the person who asked accepts or withdraws."""
        self._require_lead_turn(approver_id)
        if offer.unit is not self.unit:
            form = (
                "tokens, such as 8M" if self.unit is BudgetUnit.TOKENS else "dollars, such as $20"
            )
            raise NotAllowed(f"{self.label} has to be answered in its own unit: offer {form}.")
        return replace(
            self,
            state=RequestState.COUNTERED,
            offered_amount=offer.value,
            offered_last_day=last_day,
            decided_by=approver_id,
            decided_at=now,
            decision_reason=reason,
        )

    def accept(self, person_id: int) -> "BudgetRequest":
        """As the person who asked takes the offer; the lead who offered stays its approver."""
        self._require_own(person_id)
        self._require(RequestState.COUNTERED)
        return replace(self, state=RequestState.APPROVED)

    def withdraw(self, person_id: int) -> "BudgetRequest":
        """As the person who asked takes it back."""
        self._require_own(person_id)
        self._require(*UNDECIDED)
        return replace(self, state=RequestState.WITHDRAWN)

    def reopened(self) -> "BudgetRequest":
        """As it waits again after its approval was undone."""
        return replace(
            self,
            state=RequestState.WAITING,
            offered_amount=None,
            offered_last_day=None,
            decided_by=None,
            decided_at=None,
            decision_reason="",
            grant_id=None,
        )

    def _require_lead_turn(self, approver_id: int) -> None:
        if approver_id == self.person_id:
            raise NotAllowed(
                f"{self.label} is your own request. Another lead or an admin has to decide it."
            )
        self._require(RequestState.WAITING)

    def _require_own(self, person_id: int) -> None:
        if person_id != self.person_id:
            raise NotAllowed(f"{self.label} is not your request.")

    def _require(self, *states: RequestState) -> None:
        if self.state not in states:
            raise NotAllowed(f"{self.label} is {self.state} already.")


def grant_label(grant_id: int) -> str:
    """`G-7` for 7."""
    return f"G-{grant_id}"


def request_label(request_id: int) -> str:
    """`R-3` for 3."""
    return f"R-{request_id}"


def parse_request_label(text: str) -> int | None:
    """3 for `R-3`, None where it is no such id."""
    return _number_after("r", text)


def parse_grant_label(text: str) -> int | None:
    """7 for `G-7` (any case, dash optional), None where it is no such id."""
    return _number_after("g", text)


def _number_after(letter: str, text: str) -> int | None:
    match = re.fullmatch(rf"{letter}-?(\d{{1,9}})", text.strip().lower(), re.ASCII)
    return int(match[1]) if match else None
