"""People's budgets as they stand: read from grants and usage, and never stored."""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from policies.bands import Band, as_a_day_ago, band_of
from policies.budgets import Balance, BudgetTerms, Grant, Spend, balance_of
from policies.forecast import DAYS_REMEMBERED, Forecast, forecast, is_likely_to_run_out
from policies.ledger_span import ledger_since
from storage import attribution, budgets, spends


@dataclass(frozen=True, slots=True)
class Ledger:
    """One person's grants and usage, as far back as they bear on the period, and what follows."""

    person_id: int
    grants: tuple[Grant, ...]
    spends: tuple[Spend, ...]
    since: date
    first_known: date | None
    balance: Balance

    def forecast(self) -> Forecast:
        """How it is likely to go on; the same all day for the same usage."""
        return forecast(self.spends, self.first_known, self.balance, self._draws())

    def band(self, now: datetime, *imagined: Grant) -> Band:
        """All that a lead sees of it, and of it with more grants: without what leads changed lately."""
        held = as_a_day_ago(self.grants, now)
        began = self._with((*held, *imagined))
        at_best = band_of(began.balance, is_likely_to_run_out=False)
        if at_best is not Band.ON_PACE:
            return at_best  # reckoned no farther than it takes
        return band_of(began.balance, is_likely_to_run_out=began.is_likely_to_run_out())

    def is_likely_to_run_out(self) -> bool:
        """What the forecast says of that, at a fifth of its cost."""
        return is_likely_to_run_out(self.spends, self.first_known, self.balance, self._draws())

    def on(self, day: date) -> Balance:
        """The balance at the end of another day of the same period."""
        return balance_of(self.grants, self._spends_since(), self.balance.period, day)

    def held_this_morning(self, grant: Grant) -> int:
        """What a grant held when the day began, which is what a void of today returns of it."""
        if grant.first_day == self.balance.day:
            return sum(one.received for one in self.balance.lines if one.grant.id == grant.id)
        before = self.on(self.balance.day - timedelta(days=1))
        return sum(one.remaining for one in before.lines if one.grant.id == grant.id)

    def as_of(self, moment: datetime, used_today: Iterable[Spend]) -> "Ledger":
        """The ledger as it stood at a moment of its day, with what was used of the day by then.

        What was granted later is left out, and what was voided later holds.
        """
        grants = tuple(
            one
            if one.voided_at is None or one.voided_at <= moment
            else replace(one, voided_on=None, voided_at=None)
            for one in self.grants
            if one.created_at <= moment
        )
        day, period = self.balance.day, self.balance.period
        spends = (*(one for one in self.spends if one.day < day), *used_today)
        since_then = [one for one in spends if one.day >= self.since]
        balance = balance_of(grants, since_then, period, day)
        return replace(self, grants=grants, spends=spends, balance=balance)

    def _with(self, grants: tuple[Grant, ...]) -> "Ledger":
        """The same usage under these grants."""
        if grants == self.grants:
            return self
        balance = balance_of(grants, self._spends_since(), self.balance.period, self.balance.day)
        return replace(self, grants=grants, balance=balance)

    def _draws(self) -> random.Random:
        return random.Random(f"{self.person_id}:{self.balance.day}")

    def _spends_since(self) -> list[Spend]:
        return [one for one in self.spends if one.day >= self.since]


def ledgers_of(
    session: Session, terms: BudgetTerms, person_ids: Collection[int], day: date
) -> dict[int, Ledger]:
    """The ledgers of these people in a team at the end of a day, by person."""
    period = terms.period.containing(day)
    held = budgets.grants_since(session, terms.team_id, person_ids, terms.unit, period.first)
    spans = {one: ledger_since(grants, period.first) for one, grants in held.items()}
    remembered = day - timedelta(days=DAYS_REMEMBERED)
    earliest = min([remembered, period.first, *(since for _, since in spans.values())])
    used = attribution.spends_of(session, person_ids, terms.unit, earliest)
    known = spends.first_days_of(session, person_ids)
    found = {}
    for person_id, (grants, since) in spans.items():
        of_person = used[person_id]
        since_then = [one for one in of_person if one.day >= since]
        found[person_id] = Ledger(
            person_id,
            tuple(grants),
            tuple(of_person),
            since,
            known.get(person_id),
            balance_of(grants, since_then, period, day),
        )
    return found


def ledger_of(session: Session, terms: BudgetTerms, person_id: int, day: date) -> Ledger:
    """One person's ledger."""
    return ledgers_of(session, terms, [person_id], day)[person_id]
