"""Does a tip help? How a skill changed with those who were told, beside those for whom it waited.

Difference in differences: the mean change of the skill's share over two weeks with the told, less that
with the held out. Whoever was held out was drawn by chance, so that what else happened to everybody,
and that extreme weeks are followed by ordinary ones, is in both. Each trial counts once, whatever it
cost: no one person's work weighs the figure down. The interval is a bootstrap over people (B. Efron and
R. Tibshirani, "An introduction to the bootstrap", 1993), because one person's trials are alike.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from policies.forecast import Draws
from policies.privacy import GroupRule, Published, publish_comparison
from policies.skills import SkillWork

RESAMPLES: Final = 400
MOST_CLUSTERS: Final = 1_000
"""More people than this are resampled in groups of their ids."""
DIGITS: Final = 6
"""What is smaller is how the sums were rounded, and no effect."""
SURE: Final = 0.9
LEAST_PEOPLE: Final = 20
"""With fewer in either arm nothing is concluded, whatever the interval says."""
ENOUGH_TO_RETIRE: Final = 50
"""With fewer in either arm no tip is retired: it is looked at again and again, and retiring is final."""
WORTH_HAVING: Final = 0.03
"""A tip that moves the share by less than three points is not worth the attention it takes."""


class Measured(NamedTuple):
    """A trial whose two weeks are over: the person's own signal before and after."""

    person_id: int
    is_held: bool
    before: SkillWork
    after: SkillWork

    @property
    def change(self) -> float | None:
        """By how much the share changed, -1 to 1; None where there was no such work before or after."""
        before, after = self.before.share, self.after.share
        return None if before is None or after is None else after - before


class Verdict(StrEnum):
    """What the trials of a tip say."""

    HELPS = "helps"
    NO_EFFECT = "no effect"
    HARMS = "harms"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much more a skill's share changed with the told, with its interval; and of how many people.

    Fit to be shown only inside a Published figure.
    """

    change: float
    low: float
    high: float
    told: int
    held: int

    @property
    def verdict(self) -> Verdict:
        """What it says; OPEN while there are too few people or the interval takes in too much."""
        if self.told < LEAST_PEOPLE or self.held < LEAST_PEOPLE:
            return Verdict.OPEN
        if self.low > 0:
            return Verdict.HELPS
        if self.high < 0:
            return Verdict.HARMS
        return Verdict.NO_EFFECT if self.high < WORTH_HAVING else Verdict.OPEN

    @property
    def speaks_for_retiring(self) -> bool:
        """Whether enough people show that the tip does not help."""
        is_enough = min(self.told, self.held) >= ENOUGH_TO_RETIRE
        return is_enough and self.verdict in (Verdict.NO_EFFECT, Verdict.HARMS)


def published_effect(
    trials: Sequence[Measured], rule: GroupRule, draws: Callable[[], Draws]
) -> Published[Effect]:
    """A tip's effect as it may be shown, from its trials in the order in which they were measured.

    Only trials of whole batches count: the difference between two looks is always that of a minimum
    group in each arm. `draws` begins anew at each call, so that the same trials give the same figure.
    """
    return effect_together([trials], rule, draws)


def effect_together(
    tips: Iterable[Sequence[Measured]], rule: GroupRule, draws: Callable[[], Draws]
) -> Published[Effect]:
    """The effect of several tips together, of those alone that may be shown one by one.

    It follows from what is shown of each: the rest of all, less those, would tell of few people.
    """
    batched = [one for trials in tips for one in whole_batches(trials, rule)]
    people = _people(batched)
    value = effect_of(batched, draws()) if batched else None
    return publish_comparison(value, people, rule)


def whole_batches(trials: Sequence[Measured], rule: GroupRule) -> tuple[Measured, ...]:
    """The trials up to the last that completed a batch: a minimum group of new people in each arm."""
    seen: tuple[set[int], set[int]] = (set(), set())
    complete = 0
    known = [one for one in trials if one.change is not None]
    for number, one in enumerate(known, start=1):
        seen[one.is_held].add(one.person_id)
        if all(len(people) >= rule.minimum for people in seen):
            complete, seen = number, (set(), set())
    return tuple(islice(known, complete))


def effect_of(trials: Sequence[Measured], draws: Draws) -> Effect:
    """The effect and its interval; of at least one trial in each arm."""
    clusters = _clusters(trials)
    change = _difference(clusters)
    if change is None:
        raise ValueError("Each arm needs a trial that could be measured.")
    again = sorted(
        found
        for _ in range(RESAMPLES)
        if (found := _difference(_resampled(clusters, draws))) is not None
    )
    tail = (1 - SURE) / 2
    told, held = _people(trials)
    low = again[int(tail * len(again))] if again else -1.0
    high = again[-1 - int(tail * len(again))] if again else 1.0
    return Effect(round(change, DIGITS), round(low, DIGITS), round(high, DIGITS), told, held)


class _Sums(NamedTuple):
    told: float
    told_trials: int
    held: float
    held_trials: int


def _clusters(trials: Iterable[Measured]) -> list[_Sums]:
    """The changes of each person together; of a great many people, of groups of them."""
    found: dict[int, _Sums] = defaultdict(lambda: _Sums(0.0, 0, 0.0, 0))
    for one in trials:
        change = one.change
        if change is None:
            continue
        key = one.person_id % MOST_CLUSTERS
        a = found[key]
        found[key] = (
            a._replace(held=a.held + change, held_trials=a.held_trials + 1)
            if one.is_held
            else a._replace(told=a.told + change, told_trials=a.told_trials + 1)
        )
    return list(found.values())


def _resampled(clusters: Sequence[_Sums], draws: Draws) -> list[_Sums]:
    size = len(clusters)
    return [clusters[int(draws.random() * size)] for _ in range(size)]


def _difference(clusters: Sequence[_Sums]) -> float | None:
    told_trials = sum(one.told_trials for one in clusters)
    held_trials = sum(one.held_trials for one in clusters)
    if not told_trials or not held_trials:
        return None
    told = sum(one.told for one in clusters) / told_trials
    return told - sum(one.held for one in clusters) / held_trials


def _people(trials: Iterable[Measured]) -> tuple[int, int]:
    """How many people were told, and how many held out."""
    arms: tuple[set[int], set[int]] = (set(), set())
    for one in trials:
        if one.change is not None:
            arms[one.is_held].add(one.person_id)
    return len(arms[False]), len(arms[True])
