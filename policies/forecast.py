"""Whether a budget lasts until its period ends: a chance and a range of days, never a straight line.

A bootstrap of the last 28 days by day type (weekday or weekend), times one lognormal shock to the level
of each path, because how much a person uses changes more from month to month than by chance within one.
The shocks are the distribution's own quantiles, one a path: drawing them would only add noise.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from math import ceil, exp
from statistics import NormalDist
from typing import Final, Protocol

from policies.budgets import LIKELY, Balance, Spend

DAYS_REMEMBERED: Final = 28
DAYS_NEEDED: Final = 21
"""With fewer whole days known there is a pace, and no forecast."""
PATHS: Final = 500
MANY_PATHS: Final = ceil(LIKELY * PATHS)
SHOCKS: Final = tuple(
    exp(NormalDist(0, 0.3).inv_cdf((path + 0.5) / PATHS)) for path in range(PATHS)
)
WORTH_A_RANGE: Final = 0.5
"""From this chance on, it is said when the budget is likely used up."""
RANGE: Final = (0.2, 0.8)
ANY_USE: Final = 1e-9
"""Where nothing is left, it is the next use that finds it so."""


class Draws(Protocol):
    """Where chance comes from; the edge hands in a seeded `random.Random`."""

    def random(self) -> float:
        """A number from 0 up to, not including, 1."""


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
    run = _Run.of(balance, used, known)
    if run is None:
        return plain
    if run.lasts_for_certain():
        return replace(plain, chance=0.0)
    ends = [place for one in SHOCKS if (place := run.day_used_up(one, draws)) is not None]
    told = replace(plain, chance=len(ends) / PATHS)
    if len(ends) < WORTH_A_RANGE * PATHS:
        return told
    early, late = (_day_at(share, sorted(ends), balance.day) for share in RANGE)
    return replace(told, likely_from=early, likely_to=late)


def is_likely_to_run_out(
    spends: Iterable[Spend], first_known: date | None, balance: Balance, draws: Draws
) -> bool:
    """What `forecast` of the same says of that, told as soon as it is settled.

    The mildest shocks come first, so of a budget that lasts a fifth of the paths are gone through.
    """
    used = _used_by_day(spends)
    run = _Run.of(balance, used, _whole_days(first_known or balance.day, balance.day))
    if run is None or run.lasts_for_certain():
        return False
    lasting = used_up = 0
    while used_up < MANY_PATHS and lasting <= PATHS - MANY_PATHS:
        if run.day_used_up(SHOCKS[used_up + lasting], draws) is None:
            lasting += 1
        else:
            used_up += 1
    return used_up == MANY_PATHS


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
    """Days during which no grant expires: the first is `ahead` days after today.

    `pools` are, day by day, what days of its type used, with their number; `expiring` the places of the
    grants that end with the last day, left out where nothing comes after it.
    """

    ahead: int
    pools: tuple[tuple[tuple[int, ...], int], ...]
    expiring: frozenset[int]


def _stretches(
    balance: Balance, used: Mapping[date, int], known: Iterable[date]
) -> tuple[_Stretch, ...]:
    """Cut the days from the balance's to its period's last at each expiry on the way."""
    of_type: dict[bool, list[int]] = {False: [], True: []}
    for day in known:
        of_type[_is_weekend(day)].append(used.get(day, 0))
    pools = {is_weekend: (tuple(days), len(days)) for is_weekend, days in of_type.items()}
    today, horizon = balance.day, balance.period.last
    expiries = [min(line.grant.last_day or horizon, horizon) for line in balance.live]
    stretches, first = [], today
    for last in sorted({*expiries, horizon}):
        days = (first + timedelta(n) for n in range((last - first).days + 1))
        ending = [n for n, expiry in enumerate(expiries) if expiry == last < horizon]
        of_days = tuple(pools[_is_weekend(day)] for day in days)
        stretches.append(_Stretch((first - today).days, of_days, frozenset(ending)))
        first = last + timedelta(days=1)
    return tuple(stretches)


@dataclass(frozen=True, slots=True)
class _Run:
    """What one path goes through: what the grants hold, in burn order, and the days ahead."""

    reserves: tuple[int, ...]
    used_today: int
    stretches: tuple[_Stretch, ...]

    @classmethod
    def of(cls, balance: Balance, used: Mapping[date, int], known: Sequence[date]) -> "_Run | None":
        """None where too little is known, or there is no budget."""
        if len(known) < DAYS_NEEDED or not balance.is_granted_anything:
            return None
        reserves = tuple(line.remaining for line in balance.live)
        return cls(reserves, used.get(balance.day, 0), _stretches(balance, used, known))

    def lasts_for_certain(self) -> bool:
        """Whether even days that each use the most there was, at the greatest shock, leave something.

        Then every path lasts, and none has to be gone through; most budgets of a large organisation do.
        """
        if any(stretch.expiring for stretch in self.stretches):
            return False
        most = sum(max(pool) for stretch in self.stretches for pool, _ in stretch.pools)
        return most < sum(self.reserves) / SHOCKS[-1]

    def day_used_up(self, shock: float, draws: Draws) -> int | None:
        """How many days after today one path has used all that is left; None where it lasts.

        Shrinking what is left by the shock does the same as raising every day's use, once a stretch.
        """
        draw = draws.random
        left: Sequence[float] = self.reserves
        for stretch in self.stretches:
            drawn: list[float] = [pool[int(draw() * count)] for pool, count in stretch.pools]
            if stretch.ahead == 0:
                drawn[0] = max(0.0, drawn[0] - self.used_today / shock)
            limit, spent = sum(left) / shock or ANY_USE, sum(drawn)
            if spent >= limit:
                return stretch.ahead + _place_reaching(limit, drawn)
            if stretch.expiring:
                left = _after(left, spent * shock, stretch.expiring)
        return None


def _place_reaching(limit: float, amounts: Sequence[float]) -> int:
    so_far = enumerate(accumulate(amounts))
    return next((place for place, total in so_far if total >= limit), len(amounts) - 1)


def _after(left: Iterable[float], spent: float, expiring: frozenset[int]) -> list[float]:
    """What the grants hold when a stretch has burned them in order, and some have expired."""
    held = []
    for place, amount in enumerate(left):
        paid = min(spent, amount)
        spent -= paid
        held.append(0.0 if place in expiring else amount - paid)
    return held
