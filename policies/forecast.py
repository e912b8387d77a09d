"""Whether a budget lasts until its period ends: a chance and a range of days, never a straight line.

A bootstrap of the last 28 days by day type (weekday or weekend), times one lognormal shock to the level
of each path, because how much a person uses changes more from month to month than by chance within one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import exp
from typing import Final, Protocol

from policies.budgets import LIKELY, Balance, Spend

DAYS_REMEMBERED: Final = 28
DAYS_NEEDED: Final = 21
"""With fewer whole days known there is a pace, and no forecast."""
LEVEL_SHOCK: Final = 0.3
PATHS: Final = 500
WORTH_A_RANGE: Final = 0.5
"""From this chance on, it is said when the budget is likely used up."""
RANGE: Final = (0.2, 0.8)
ANY_USE: Final = 1e-9
"""Where nothing is left, it is the next use that finds it so."""


class Draws(Protocol):
    """Where chance comes from; the edge hands in a seeded `random.Random`."""

    def random(self) -> float:
        """A number from 0 up to, not including, 1."""

    def gauss(self, mu: float, sigma: float) -> float:
        """A number of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a budget is likely to go on, in its own unit.

    `pace` is the mean use of a working day, None before the first whole one. `chance` is that of using
    all that is left before the period ends, None where too little is known or there is no budget. The
    middle of the days on which it is then used up lies from `likely_from` to `likely_to`, given where
    that is at least as likely as not.
    """

    days_known: int
    pace: int | None
    chance: float | None = None
    likely_from: date | None = None
    likely_to: date | None = None

    @property
    def is_likely_to_run_out(self) -> bool:
        """Whether the person is told so: at exactly the chance that counts as likely, they are."""
        return self.chance is not None and self.chance >= LIKELY


def forecast(
    spends: Iterable[Spend], first_known: date | None, balance: Balance, draws: Draws
) -> Forecast:
    """Forecast a balance from its day, what is left of that day included, to the end of its period.

    `spends` are at least those of the last 28 days; from `first_known` on, the first day on which the
    person ever used anything (None: never), a day without one is a day of nothing. What is tied to an
    outcome counts as left: people set aside for what they work on. The same draws give the same forecast.
    """
    used = _used_by_day(spends)
    known = _whole_days(first_known or balance.day, balance.day)
    plain = Forecast(len(known), _pace(used, known))
    if len(known) < DAYS_NEEDED or not balance.is_granted_anything:
        return plain
    run = _Run(
        tuple(line.remaining for line in balance.live),
        used.get(balance.day, 0),
        _stretches(balance, used, known),
    )
    ends = [place for _ in range(PATHS) if (place := run.day_used_up(draws)) is not None]
    told = replace(plain, chance=len(ends) / PATHS)
    if len(ends) < WORTH_A_RANGE * PATHS:
        return told
    early, late = (_day_at(share, sorted(ends), balance.day) for share in RANGE)
    return replace(told, likely_from=early, likely_to=late)


def _day_at(share: float, ends: Sequence[int], today: date) -> date:
    return today + timedelta(ends[int(share * (len(ends) - 1))])


def _used_by_day(spends: Iterable[Spend]) -> Mapping[date, int]:
    used: dict[date, int] = defaultdict(int)
    for spend in spends:
        used[spend.day] += spend.amount
    return used


def _whole_days(first_known: date, today: date) -> list[date]:
    """The days before today that tell how much a person uses."""
    days = (today - timedelta(back) for back in range(1, DAYS_REMEMBERED + 1))
    return [day for day in days if day >= first_known]


def _is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def _pace(used: Mapping[date, int], known: Iterable[date]) -> int | None:
    working = [used.get(day, 0) for day in known if not _is_weekend(day)]
    return sum(working) // len(working) if working else None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days during which no grant expires.

    `days` are how many days after today each is, and what days of its type used, with their number;
    `expiring` the places of the grants that the last of them ends.
    """

    days: tuple[tuple[int, tuple[int, ...], int], ...]
    expiring: frozenset[int]


def _stretches(
    balance: Balance, used: Mapping[date, int], known: Iterable[date]
) -> tuple[_Stretch, ...]:
    """Cut the days from the balance's to its period's last at each expiry on the way."""
    of_type: dict[bool, list[int]] = {False: [], True: []}
    for day in known:
        of_type[_is_weekend(day)].append(used.get(day, 0))
    pools = {is_weekend: tuple(amounts) for is_weekend, amounts in of_type.items()}
    horizon = balance.period.last
    expiries = [min(line.grant.last_day or horizon, horizon) for line in balance.live]
    stretches, first = [], balance.day
    for last in sorted({*expiries, horizon}):
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        drawn_from = [((day - balance.day).days, pools[_is_weekend(day)]) for day in days]
        stretches.append(
            _Stretch(
                tuple((place, pool, len(pool)) for place, pool in drawn_from),
                frozenset(n for n, expiry in enumerate(expiries) if expiry == last),
            )
        )
        first = last + timedelta(days=1)
    return tuple(stretches)


@dataclass(frozen=True, slots=True)
class _Run:
    """What one path goes through: what the grants hold, in burn order, and the days ahead."""

    reserves: tuple[int, ...]
    used_today: int
    stretches: tuple[_Stretch, ...]

    def day_used_up(self, draws: Draws) -> int | None:
        """How many days after today one path has used all that is left; None where it lasts.

        Shrinking what is left by the shock does the same as raising every day's use, once a path.
        """
        shock, draw = exp(draws.gauss(0, LEVEL_SHOCK)), draws.random
        left = [amount / shock for amount in self.reserves]
        already = self.used_today / shock
        for stretch in self.stretches:
            limit, spent = sum(left) or ANY_USE, 0.0
            for place, amounts, count in stretch.days:
                spent += amounts[int(draw() * count)]
                if place == 0:
                    spent = max(0.0, spent - already)
                if spent >= limit:
                    return place
            left = _after(left, spent, stretch.expiring)
        return None


def _after(left: Iterable[float], spent: float, expiring: frozenset[int]) -> list[float]:
    """What the grants hold when a stretch has burned them in order, and some have expired."""
    held = []
    for place, amount in enumerate(left):
        paid = min(spent, amount)
        spent -= paid
        held.append(0.0 if place in expiring else amount - paid)
    return held
