"""Workflows that are run again and again, and whether a run gets cheaper: of one person, or of a team.

A workflow is what the source names as one (a workflow id, else the agent or skill that ran), else what
the person called their sessions on a branch or in a repository.

Everybody's runs are numbered by themselves: what one learns does not make another's first run cheaper.
A team's curve goes as far as the number of runs that enough of its people have reached, so that no
part of it is about fewer, and each shown curve differs from those before by what enough people did.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from policies.learning import (
    EXPECTED_SLOPE,
    STILL_LEVEL,
    Run,
    Trend,
    costs_of,
    learning_curve,
    newest_series,
)
from policies.privacy import GroupRule, Published, can_stand_beside, publish, publish_again
from policies.usage import NANOS_PER_USD

MOST_POINTS: Final = 12
"""Of a fit: as many as a chart draws."""


class Course(StrEnum):
    """What can be said of the cost of a run as runs go on; never more than the runs tell."""

    FALLING = "falling"
    LEVEL = "level"
    RISING = "rising"
    UNCLEAR = "unclear"
    TOO_FEW_RUNS = "too few runs"


class LabelKind(StrEnum):
    """What a label names: every branch that begins like this, or a repository."""

    BRANCH = "branch"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class WorkflowLabel:
    """A person's name for their own sessions: those on `value` are runs of `name`."""

    id: int
    kind: LabelKind
    value: str
    name: str

    @property
    def label(self) -> str:
        """`W-3`, the id that a button carries."""
        return f"W-{self.id}"


def parse_workflow_label(text: str) -> int | None:
    """The number of `W-3` (any case, dash optional), None where it is no such id."""
    match = re.fullmatch(r"w-?(\d{1,9})", text.strip().lower(), re.ASCII)
    return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class FitPoint:
    """The fitted cost of a run in USD at fixed prices, and the band in which it likely lies."""

    run: int
    cost_usd: float
    low_usd: float
    high_usd: float


@dataclass(frozen=True, slots=True)
class TeamCurve:
    """What many people's runs of a workflow came to: a fit over all of them, and no single run.

    `runs` are those of the newest series, all with `model`. `first_usd` and `last_usd` are the fit at
    its ends; the change between is likely `change_low` to `change_high` as a share (-0.08 is 8 %
    cheaper), None without a trend. `per_unit` says that a run is reckoned per unit of work.
    """

    name: str
    model: str
    runs: int
    course: Course
    first_usd: float | None = None
    last_usd: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    fit: tuple[FitPoint, ...] = ()
    per_unit: bool = False


@dataclass(frozen=True, slots=True)
class OwnCurve:
    """A person's own workflow, for that person: each run's cost in USD in order, and the team curve's words."""

    curve: TeamCurve
    costs_usd: tuple[float, ...]


class PersonPart(NamedTuple):
    """What one person's runs add to a team's curve. Kept to judge by, and shown to nobody."""

    runs: int
    cost_nusd: int


@dataclass(frozen=True, slots=True)
class ShownCurve:
    """A team's curve that was shown, and what it was made of, by person."""

    curve: TeamCurve
    contributors: int
    parts: Mapping[int, PersonPart]

    @property
    def is_whole(self) -> bool:
        """Whether everybody's part is known still; nothing is held against one that somebody is gone from."""
        return len(self.parts) == self.contributors


def own_curve(name: str, runs: Sequence[Run]) -> OwnCurve | None:
    """A person's newest series of a workflow, from all of their runs in order of time; None without any."""
    series = newest_series(runs)
    if not series:
        return None
    costs, _ = costs_of([series])
    return OwnCurve(_curve_of(name, [series]), tuple(costs[0]))


def team_curve(
    name: str,
    runs: Mapping[int, Sequence[Run]],
    shown: Collection[ShownCurve],
    rule: GroupRule,
) -> ShownCurve | None:
    """A new curve over everybody's runs, each in order of time, that may be shown to the team.

    None where too few people ran it or one of them stands out, and where it differs from one of those
    `shown` before by nothing, or by what too few did, so that the last of them stands. So it does where
    somebody of them was forgotten: the difference would be what they had added.
    """
    series = _common_series(runs, rule)
    if not series:
        return None
    parts = {person_id: _part_of(one) for person_id, one in series.items()}
    curve = publish(
        _curve_of(name, [series[person_id] for person_id in sorted(series)]),
        {person_id: part.runs for person_id, part in parts.items()},
        rule,
        {person_id: part.cost_nusd for person_id, part in parts.items()},
    ).shown
    if curve is None or not all(
        before.is_whole and _may_follow(before.parts, parts, rule)
        for before in shown
        if before.curve.model == curve.model
    ):
        return None
    return ShownCurve(curve, len(parts), parts)


def curve_again(curve: TeamCurve, contributors: int, rule: GroupRule) -> Published[TeamCurve]:
    """A curve that was shown before; withheld where the minimum group was raised since."""
    return publish_again(curve, contributors, rule)


def curve_json(curve: TeamCurve) -> dict[str, Any]:
    """A curve as JSON holds it."""
    return asdict(curve)


def curve_from_json(found: Mapping[str, Any]) -> TeamCurve:
    """The curve that `curve_json` wrote."""
    fit = tuple(FitPoint(**point) for point in found["fit"])
    return TeamCurve(**{**found, "course": Course(found["course"]), "fit": fit})


def _common_series(runs: Mapping[int, Sequence[Run]], rule: GroupRule) -> dict[int, Sequence[Run]]:
    """Everybody's newest series with the model that most have, up to the run that enough have reached."""
    newest = {person_id: newest_series(one) for person_id, one in runs.items() if one}
    people = Counter(series[-1].model for series in newest.values())
    if not people:
        return {}
    model = max(sorted(people), key=people.__getitem__)
    alike = {one: series for one, series in newest.items() if series[-1].model == model}
    if len(alike) < rule.minimum:
        return {}
    reached = sorted(map(len, alike.values()))[-rule.minimum]
    return {one: series[:reached] for one, series in alike.items()}


def _part_of(series: Sequence[Run]) -> PersonPart:
    return PersonPart(len(series), round(sum(run.cost_usd for run in series) * NANOS_PER_USD))


def _may_follow(
    before: Mapping[int, PersonPart], after: Mapping[int, PersonPart], rule: GroupRule
) -> bool:
    """Whether two curves of one model may both be seen, in runs as in cost, and there is a difference."""
    return before != after and all(
        can_stand_beside(
            {one: part[amount] for one, part in before.items()},
            {one: part[amount] for one, part in after.items()},
            rule,
        )
        for amount in range(len(PersonPart._fields))
    )


def _curve_of(name: str, series: Sequence[Sequence[Run]]) -> TeamCurve:
    costs, per_unit = costs_of(series)
    runs, model = sum(map(len, series)), series[0][-1].model
    found = learning_curve(costs)
    if found is None:
        return TeamCurve(name, model, runs, Course.TOO_FEW_RUNS, per_unit=per_unit)
    fit = tuple(FitPoint(number, *found.at(number)) for number in found.numbers(MOST_POINTS))
    first, last = fit[0].cost_usd, fit[-1].cost_usd
    low, high = found.change
    course = _course_of(found.trend, first, last)
    return TeamCurve(name, model, runs, course, first, last, low, high, fit, per_unit)


def _course_of(trend: Trend, first: float, last: float) -> Course:
    """What is sure enough to be said; a change too small to matter is none."""
    if trend.high < 0 and last < STILL_LEVEL * first:
        return Course.FALLING
    if trend.low > 0 and first < STILL_LEVEL * last:
        return Course.RISING
    if trend.low > EXPECTED_SLOPE and trend.high < -EXPECTED_SLOPE:
        return Course.LEVEL
    return Course.UNCLEAR
