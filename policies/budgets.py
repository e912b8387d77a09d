"""Budgets: append-only grants, what usage burned of them, and what is left.

Everything is reckoned in whole local days of the team's zone. A grant holds from its first to its last
day; what is granted, moved or voided on a day counts from that day's beginning. So a balance follows
from the set of grants and the usage by day alone, in whatever order they became known.
"""

from bisect import insort
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from fractions import Fraction
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

from policies.amounts import BudgetUnit
from policies.periods import IsoWeek

NEARLY_USED: Final = Fraction(4, 5)
"""A fraction, because with the nano-dollars of large budgets a float misses its own threshold."""
LIKELY: Final = 0.8
"""From this chance of running out on, a person is told so and counts as at risk."""


class BudgetPeriod(StrEnum):
    """How often base allowances begin anew."""

    WEEK = "week"
    MONTH = "month"

    def containing(self, day: date) -> "PeriodDays":
        """The period that a day lies in."""
        if self is BudgetPeriod.WEEK:
            week = IsoWeek.of(day)
            return PeriodDays(week.monday, week.sunday)
        first = day.replace(day=1)
        return PeriodDays(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class PeriodDays:
    """A period's first and last local day."""

    first: date
    last: date

    @property
    def resets_on(self) -> date:
        """The day on which the next period begins."""
        return self.last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BudgetTerms:
    """What holds for a team's budgets. Amounts are in the smallest parts of `unit`.

    `base` is what each member gets a period, `pool` the most that may be granted to the whole team in
    a period (None: no limit), `auto_approve` up to which a person's requests of a period need nobody
    (0: always somebody).
    """

    team_id: int
    unit: BudgetUnit
    period: BudgetPeriod
    base: int
    pool: int | None = None
    auto_approve: int = 0


class GrantKind(StrEnum):
    """Why a grant exists."""

    BASE = "base"
    EXTRA = "extra"
    EARMARK = "earmark"
    """Taken out of another grant for one outcome."""


class Priority(IntEnum):
    """What burns first: what is tied to an outcome, then what is temporary, then the base."""

    OUTCOME = 0
    EXTRA = 1
    BASE = 2


@dataclass(frozen=True, slots=True)
class Grant:
    """An allowance of `amount` smallest parts of `unit`. Never rewritten: only voided, once.

    With `source_id` it was taken out of that grant, and returns there what is unburned when voided; to
    that grant's own source where it does not hold any more itself, and so on.
    With `replaces_id` it takes another grant's place: of its amount, what that one had burned and handed
    on is gone, and what returns to that one returns to it. So the amount tells nobody what was used.
    A voided grant gives nothing from `voided_on` on.
    """

    id: int
    team_id: int
    person_id: int
    kind: GrantKind
    amount: int
    unit: BudgetUnit
    first_day: date
    last_day: date | None
    created_at: datetime
    reason: str = ""
    outcome_id: int | None = None
    source_id: int | None = None
    replaces_id: int | None = None
    requester_id: int | None = None
    approver_id: int | None = None
    voided_on: date | None = None
    voided_at: datetime | None = None

    @property
    def label(self) -> str:
        """The id as people type it: `G-7`."""
        return f"G-{self.id}"

    @property
    def priority(self) -> Priority:
        """Its place in the burn order."""
        if self.outcome_id is not None:
            return Priority.OUTCOME
        return Priority.BASE if self.kind is GrantKind.BASE else Priority.EXTRA

    def holds_on(self, day: date) -> bool:
        """Whether usage of that day can burn it."""
        return (
            self.first_day <= day
            and (self.last_day is None or day <= self.last_day)
            and (self.voided_on is None or day < self.voided_on)
        )

    def can_pay(self, spend: "Spend") -> bool:
        """Whether it may be burned by this usage: a grant for an outcome only by that outcome's."""
        return self.outcome_id is None or self.outcome_id == spend.outcome_id


@dataclass(frozen=True, slots=True)
class Spend:
    """What a person used on one local day for one outcome, or for none; in the budget's unit."""

    day: date
    outcome_id: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class GrantBalance:
    """What became of one grant that has begun, with what it replaces.

    `received` is its amount, or less where usage that became known late had burned what was to be
    taken out of its source, or more where what it replaces had given more already. `returned` went
    back to where it came from when it was voided.
    """

    grant: Grant
    received: int
    burned: int
    moved_out: int
    returned: int
    remaining: int

    @property
    def lapsed(self) -> int:
        """What nobody can burn any more: left when it expired, or when it was voided and had no source."""
        return self.received - self.burned - self.moved_out - self.returned - self.remaining


@dataclass(frozen=True, slots=True)
class Balance:
    """A person's budget at the end of a day.

    `used` is all usage since the first day of the period, and `over` the part that no grant covered.
    `lines` stand in burn order.
    """

    day: date
    period: PeriodDays
    lines: tuple[GrantBalance, ...]
    used: int
    over: int

    @property
    def live(self) -> tuple[GrantBalance, ...]:
        """The grants that hold on the day, in burn order."""
        return tuple(line for line in self.lines if line.grant.holds_on(self.day))

    @property
    def left(self) -> int:
        """What can still be burned."""
        return sum(line.remaining for line in self.live)

    @property
    def granted(self) -> int:
        """What the period had to offer so far: used, without what nothing covered, and left."""
        return self.used - self.over + self.left

    @property
    def is_granted_anything(self) -> bool:
        """Whether there is a budget at all."""
        return self.granted > 0 or bool(self.live)

    def left_for(self, outcome_id: int | None) -> int:
        """What is left of the grants for one outcome; of the free ones with None."""
        return sum(line.remaining for line in self.live if line.grant.outcome_id == outcome_id)

    def has_used(self, share: Fraction | int) -> bool:
        """Whether that share of what was granted is used: at exactly the share, it is.

        What no grant covered was used of nothing that was granted, and counts for neither.
        """
        return self.is_granted_anything and self.used - self.over >= share * self.granted


def burn_order(grants: Iterable[Grant]) -> list[Grant]:
    """Priority, then earliest expiry, then earliest creation."""
    return sorted(
        grants, key=lambda one: (one.priority, one.last_day or date.max, one.created_at, one.id)
    )


def balance_of(
    grants: Sequence[Grant], spends: Iterable[Spend], period: PeriodDays, day: date
) -> Balance:
    """Rebuild a person's balance at the end of `day` from all their grants and usage.

    `period` is the one that contains the day. The order of the arguments' elements does not matter.
    """
    ledger = _Ledger(grants)
    due = (one for one in spends if one.day <= day)
    used = over = 0
    for spend, owed in ledger.pay(due):
        if spend.day >= period.first:
            used += spend.amount
            over += owed
    ledger.begin(day)
    return Balance(day, period, ledger.lines(day), used, over)


def uncovered(grants: Iterable[Grant], spends: Iterable[Spend]) -> Iterator[Spend]:
    """The usage, or the parts of it, that no grant paid for, day by day."""
    for spend, owed in _Ledger(grants).pay(spends):
        if owed:
            yield replace(spend, amount=owed)


def takings(balance: Balance, amount: int, outcome_id: int | None) -> list[tuple[Grant, int]]:
    """From which grants, in burn order, an amount for another purpose is taken, and how much of each.

    `outcome_id` is whose grants give, None for the free ones. Less than the amount where they hold less.
    """
    taken: list[tuple[Grant, int]] = []
    for line in balance.live:
        if line.grant.outcome_id == outcome_id and amount > 0 and line.remaining > 0:
            part = min(amount, line.remaining)
            taken.append((line.grant, part))
            amount -= part
    return taken


@dataclass(slots=True)
class _Account:
    """One grant while the days go by, and then the one that replaces it."""

    grant: Grant
    place: int
    received: int = 0
    burned: int = 0
    moved_out: int = 0
    returned: int = 0

    @property
    def remaining(self) -> int:
        """What could still be burned or handed on."""
        return max(0, self.received - self.burned - self.moved_out - self.returned)

    def line(self, day: date) -> GrantBalance:
        """Where it stands at the end of a day."""
        received = max(self.received, self.burned + self.moved_out)
        remaining = self.remaining if self.grant.holds_on(day) else 0
        return GrantBalance(
            self.grant, received, self.burned, self.moved_out, self.returned, remaining
        )


class _Turn(IntEnum):
    """What happens first on a day: what returns can be taken out again, and all of it from what is new."""

    OPEN = 0
    VOID = 1
    TAKE = 2
    """Opening what is taken out of another grant."""


class _Ledger:
    """Goes through the days once, and pays what was used from the grants that hold."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        in_order = burn_order(grants)
        self._seats = seats_of(in_order)
        self._accounts: dict[int, _Account] = {}
        self._open: list[_Account] = []
        self._turns = deque(_turns([_Account(one, n) for n, one in enumerate(in_order)]))

    def pay(self, spends: Iterable[Spend]) -> Iterator[tuple[Spend, int]]:
        """Charge usage day by day; with each, what no grant covered."""
        for day, of_day in groupby(sorted(spends, key=attrgetter("day")), key=attrgetter("day")):
            self.begin(day)
            # What is tied to outcomes first: free grants are for whatever those leave uncovered.
            for spend in sorted(
                of_day, key=lambda one: (one.outcome_id is None, one.outcome_id or 0)
            ):
                yield spend, self._burn(spend)

    def begin(self, day: date) -> None:
        """Open and void what is due up to this day; what has expired pays no more."""
        while self._turns and self._turns[0][0] <= day:
            on, turn, _, account = self._turns.popleft()
            if turn is _Turn.VOID:
                self._give_back(account, on)
            else:
                self._take_up(account)
        self._open = [one for one in self._open if one.grant.holds_on(day)]

    def _burn(self, spend: Spend) -> int:
        """Charge one usage to the open grants that can pay it; what is owed after that."""
        owed = spend.amount
        for account in self._open:
            if owed and account.remaining and account.grant.can_pay(spend):
                paid = min(owed, account.remaining)
                account.burned += paid
                owed -= paid
        return owed

    def lines(self, day: date) -> tuple[GrantBalance, ...]:
        """Where everything that has begun stands, in burn order."""
        accounts = sorted(self._accounts.values(), key=attrgetter("place"))
        return tuple(account.line(day) for account in accounts)

    def _take_up(self, account: _Account) -> None:
        grant, seat = account.grant, self._seats[account.grant.id]
        account.received = grant.amount
        if grant.source_id is not None:
            account.received = self._taken_from(grant.source_id, grant.amount, grant.first_day)
        replaced = self._accounts.get(seat)
        if replaced is not None:
            account.burned, account.moved_out = replaced.burned, replaced.moved_out
            self._open = [one for one in self._open if one is not replaced]
        self._accounts[seat] = account
        insort(self._open, account, key=attrgetter("place"))

    def _taken_from(self, source_id: int, amount: int, day: date) -> int:
        source = self._account_of(source_id)
        if source is None or not source.grant.holds_on(day):
            return 0
        taken = min(amount, source.remaining)
        source.moved_out += taken
        return taken

    def _give_back(self, account: _Account, day: date) -> None:
        home = self._home_of(account.grant, day)
        if home is not None:
            account.returned = account.remaining
            home.moved_out -= account.returned

    def _home_of(self, grant: Grant, day: date) -> _Account | None:
        """The nearest grant it was taken out of that still holds."""
        source = self._account_of(grant.source_id) if grant.source_id is not None else None
        if source is None or source.grant.holds_on(day):
            return source
        return self._home_of(source.grant, day)

    def _account_of(self, grant_id: int) -> _Account | None:
        """The account of a grant, or of what replaced it."""
        return self._accounts.get(self._seats.get(grant_id, grant_id))


def seats_of(grants: Iterable[Grant]) -> dict[int, int]:
    """By grant, the id of the first of those that replaced each other; its own for most."""
    seats: dict[int, int] = {}
    for grant in sorted(grants, key=attrgetter("id")):
        first = grant.id if grant.replaces_id is None else grant.replaces_id
        seats[grant.id] = seats.get(first, first)
    return seats


def _turns(accounts: Iterable[_Account]) -> list[tuple[date, _Turn, int, _Account]]:
    """What opens and what is voided, in order: sources open first, and are voided last."""
    turns: list[tuple[date, _Turn, int, _Account]] = []
    for account in accounts:
        grant, voided_on = account.grant, account.grant.voided_on
        if voided_on is not None and voided_on <= grant.first_day:
            continue  # undone on its first day, it never was
        turn = _Turn.OPEN if grant.source_id is None else _Turn.TAKE
        turns.append((grant.first_day, turn, grant.id, account))
        # What had expired by then has lapsed, and returns nothing.
        if voided_on is not None and voided_on <= (grant.last_day or date.max):
            turns.append((voided_on, _Turn.VOID, -grant.id, account))
    return sorted(turns, key=itemgetter(0, 1, 2))
