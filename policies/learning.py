"""Does a workflow get cheaper as it is repeated? The statistics of repeat cost, and an honest "flat".

By Wright's law ln(cost) = a + b ln(run): each time the runs double, cost falls by the same share. "No
significant trend" is not "flat"; the question is whether we are confident that cost falls slower than
expected. Few or scattered runs make the interval wide, and a wide interval says nothing.

The slope is Theil and Sen's, the median of the slopes between all pairs of runs; its interval follows
from the variance of Kendall's S (P. K. Sen, "Estimates of the regression coefficient based on Kendall's
tau", JASA 63, 1968; with ties as in R. O. Gilbert, "Statistical methods for environmental pollution
monitoring", 1987, section 16.5).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log2, sqrt
from statistics import median
from typing import Final, NamedTuple

LEAST_RUNS: Final = 8
"""With fewer there is no slope."""
MOST_RUNS: Final = 150
"""Of a longer series so many are looked at; the pairs grow with the square."""
Z_90: Final = 1.2815515655446004
"""Of the normal distribution, 10 % lie beyond it: each end of the interval is 90 % sure by itself."""
EXPECTED_SLOPE: Final = log2(0.8)
"""A fifth cheaper each time the runs double."""
STILL_LEVEL: Final = 0.95
ENDS: Final = 3
"""So many runs at each end stand for how it began and how it is now."""


class Run(NamedTuple):
    """A completed run: the model that did most of it, and its cost in USD at fixed prices, above 0."""

    model: str
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Trend:
    """How cost changes each time the runs double, in log2: -1 is half.

    It is above `low`, and it is below `high`, with 90 % confidence each.
    """

    slope: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RepeatCost:
    """What the runs of one model cost, in order: at first, by now, and the trend between.

    `trend` is None below `LEAST_RUNS`. `change_low` to `change_high` is the likely change from the first
    run to the last as a share, -0.08 for 8 % cheaper; 0 without a trend.
    `excess_usd` is what the last three cost beyond a cost that falls by a fifth each time the runs double.
    """

    model: str
    runs: int
    first_usd: float
    last_usd: float
    excess_usd: float
    trend: Trend | None
    change_low: float = 0.0
    change_high: float = 0.0

    @property
    def is_flat(self) -> bool:
        """Whether cost surely falls slower than expected, and its level is about what it was."""
        return (
            self.trend is not None
            and self.trend.low > EXPECTED_SLOPE
            and self.last_usd >= STILL_LEVEL * self.first_usd
        )


def repeat_cost(runs: Sequence[Run]) -> RepeatCost | None:
    """The repeat cost of the newest series of runs, which come in order of time; None without any."""
    series = newest_series(runs)
    if not series:
        return None
    costs = [run.cost_usd for run in series]
    trend = trend_of(costs)
    doublings = log2(len(costs))
    return RepeatCost(
        model=series[-1].model,
        runs=len(costs),
        first_usd=median(costs[:ENDS]),
        last_usd=median(costs[-ENDS:]),
        excess_usd=_excess(costs),
        trend=trend,
        change_low=2 ** (trend.low * doublings) - 1 if trend else 0.0,
        change_high=2 ** (trend.high * doublings) - 1 if trend else 0.0,
    )


def newest_series(runs: Sequence[Run]) -> Sequence[Run]:
    """The runs since the model last changed: another model is another cost, not learning."""
    since = len(runs)
    while since and runs[since - 1].model == runs[-1].model:
        since -= 1
    return runs[since:]


def trend_of(costs: Sequence[float]) -> Trend | None:
    """The slope of log2(cost) over log2(run number); None below `LEAST_RUNS`. Costs are above 0."""
    if len(costs) < LEAST_RUNS:
        return None
    points = [(log2(number), log2(costs[number - 1])) for number in _looked_at(len(costs))]
    slopes = sorted(
        (y - before_y) / (x - before_x)
        for place, (x, y) in enumerate(points)
        for before_x, before_y in points[:place]
    )
    spread = Z_90 * sqrt(_variance_of_s([y for _, y in points]))
    low = max(floor((len(slopes) - spread) / 2) - 1, 0)
    high = min(ceil((len(slopes) + spread) / 2), len(slopes) - 1)
    return Trend(median(slopes), slopes[low], slopes[high])


def _variance_of_s(values: Sequence[float]) -> float:
    """Of Kendall's S where there is no trend; what is equal cannot be told apart and takes some away."""
    tied = sum(_spread_of(count) for count in Counter(values).values())
    return (_spread_of(len(values)) - tied) / 18


def _spread_of(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)


def _looked_at(runs: int) -> list[int]:
    """Numbers of runs from 1 to `runs`: all of them, or at most `MOST_RUNS` spread over the doublings."""
    if runs <= MOST_RUNS:
        return list(range(1, runs + 1))
    doublings = log2(runs) / (MOST_RUNS - 1)
    return sorted({round(2 ** (step * doublings)) for step in range(MOST_RUNS)})


def _excess(costs: Sequence[float]) -> float:
    """The first three stand for the second run, from which on cost is expected to fall."""
    runs = len(costs)
    if runs < 2 * ENDS:
        return 0.0
    begun_at = median(costs[:ENDS])
    expected = sum(
        begun_at * (number / 2) ** EXPECTED_SLOPE for number in (runs - 2, runs - 1, runs)
    )
    return max(float(sum(costs[-ENDS:]) - expected), 0.0)
