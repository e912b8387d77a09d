"""Workflows that are run again and again, and whether a run gets cheaper: of one person, or of a team.

A workflow is what the source names as one (a workflow id, else the agent or skill that ran), else what
the person called their sessions on a branch or in a repository.
"""

from dataclasses import dataclass
from enum import StrEnum


class Course(StrEnum):
    """What can be said of the cost of a run as runs go on; never more than the runs tell."""

    FALLING = "falling"
    LEVEL = "level"
    RISING = "rising"
    UNCLEAR = "unclear"
    TOO_FEW_RUNS = "too few runs"


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
