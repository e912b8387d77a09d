"""Does a workflow get cheaper as it is repeated? The statistics of repeat cost, and an honest "flat".

By Wright's law ln(cost) = a + b ln(run): each time the runs double, cost falls by the same share. "No
significant trend" is not "flat"; the question is whether we are confident that cost falls slower than
expected. Few or scattered runs make the interval wide, and a wide interval says nothing.

The slope is Theil and Sen's, the median of the slopes between all pairs of runs; its interval follows
from the variance of Kendall's S (P. K. Sen, "Estimates of the regression coefficient based on Kendall's
tau", JASA 63, 1968; with ties as in R. O. Gilbert, "Statistical methods for environmental pollution
monitoring", 1987, section 16.5). Of several people's runs only those of the same person are compared,
and the variances add up, as in the seasonal Kendall slope (the same, section 17.3): who is dear and who
is cheap does not matter, and nobody's first run comes after another's tenth.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, hypot, isqrt, log2, pi, sqrt
from statistics import fmean, median
from typing import Final, NamedTuple

LEAST_RUNS: Final = 8
"""With fewer there is no slope."""
MOST_RUNS: Final = 150
"""Of a longer series so many are looked at; the pairs grow with the square."""
FEWEST_LOOKED_AT: Final = 8
"""Of each of very many series still so many."""
Z_90: Final = 1.2815515655446004
"""Of the normal distribution, 10 % lie beyond it: each end of the interval is 90 % sure by itself."""
EXPECTED_SLOPE: Final = log2(0.8)
"""A fifth cheaper each time the runs double."""
STILL_LEVEL: Final = 0.95
ENDS: Final = 3
"""So many runs at each end stand for how it began and how it is now."""
SPREAD_OF_MEDIAN_DEVIATION: Final = 1.4826
"""The standard deviation of normal noise is so many times its median absolute deviation."""
ERROR_OF_MEDIAN: Final = sqrt(pi / 2)
"""The standard error of a median of normal noise is so many times that of its mean."""


class Run(NamedTuple):
    """A completed run: the model that did most of it, and its cost in USD at fixed prices, above 0.

    `units` is how much work it was, None where that is not known.
    """

    model: str
    cost_usd: float
    units: int | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """How cost changes each time the runs double, in log2: -1 is half.

    It is above `low`, and it is below `high`, with 90 % confidence each.
    """

    slope: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """A trend with its level: log2(cost) is `level` where log2(run) is `middle`, give or take `error`.

    `error` has the confidence of the trend's ends; `runs` is the number of the last run.
    """

    trend: Trend
    level: float
    middle: float
    error: float
    runs: int

    def at(self, run: int) -> tuple[float, float, float]:
        """The fitted cost of a run, and the lower and the upper end of its band."""
        away = log2(run) - self.middle
        fitted = self.level + self.trend.slope * away
        steps = (
            (self.trend.low - self.trend.slope) * away,
            (self.trend.high - self.trend.slope) * away,
        )
        below, above = hypot(self.error, min(steps)), hypot(self.error, max(steps))
        return 2**fitted, 2 ** (fitted - below), 2 ** (fitted + above)

    @property
    def change(self) -> tuple[float, float]:
        """The likely change from the first run to the last as a share, at least and at most."""
        doublings = log2(self.runs)
        return 2 ** (self.trend.low * doublings) - 1, 2 ** (self.trend.high * doublings) - 1

    def numbers(self, most: int) -> list[int]:
        """Numbers of runs from the first to the last, no more than `most`, spread over the doublings."""
        return _looked_at(self.runs, most)


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
    """The repeat cost of the newest series of runs, which come in order of time; None without any.

    Where it is known how much work each run was, costs are those of one unit of work.
    """
    series = newest_series(runs)
    if not series:
        return None
    (costs,), _ = costs_of([series])
    found = learning_curve([costs])
    low, high = found.change if found else (0.0, 0.0)
    return RepeatCost(
        model=series[-1].model,
        runs=len(costs),
        first_usd=median(costs[:ENDS]),
        last_usd=median(costs[-ENDS:]),
        excess_usd=_excess(costs),
        trend=found.trend if found else None,
        change_low=low,
        change_high=high,
    )


def costs_of(series: Sequence[Sequence[Run]]) -> tuple[list[list[float]], bool]:
    """What each run of each series cost, and whether that is for one unit of work.

    It is where that is known of every run: a cost of a run and one of a unit are not compared.
    """
    per_unit = all(run.units for runs in series for run in runs)
    return [
        [run.cost_usd / (run.units or 1) if per_unit else run.cost_usd for run in runs]
        for runs in series
    ], per_unit


def newest_series(runs: Sequence[Run]) -> Sequence[Run]:
    """The runs since the model last changed: another model is another cost, not learning."""
    since = len(runs)
    while since and runs[since - 1].model == runs[-1].model:
        since -= 1
    return runs[since:]


def trend_of(costs: Sequence[float]) -> Trend | None:
    """The slope of log2(cost) over log2(run number); None below `LEAST_RUNS`. Costs are above 0."""
    found = learning_curve([costs])
    return found.trend if found else None


def learning_curve(series: Sequence[Sequence[float]]) -> LearningCurve | None:
    """One curve through the costs of one or several people's runs, each of them from run 1 on.

    None where there are fewer than `LEAST_RUNS` that have another of the same person to be compared with.
    """
    if sum(len(costs) for costs in series if len(costs) > 1) < LEAST_RUNS:
        return None
    most = max(MOST_RUNS // isqrt(len(series)), FEWEST_LOOKED_AT)
    points = [
        [(log2(number), log2(costs[number - 1])) for number in _looked_at(len(costs), most)]
        for costs in series
        if costs
    ]
    trend = _trend_through(points)
    middle = fmean(x for one in points for x, _ in one)
    apart = [[y - trend.slope * (x - middle) for x, y in one] for one in points]
    levels = [median(one) for one in apart]
    off = [
        abs(y - level)
        for one, level in zip(apart, levels, strict=True)
        for y in one
        if len(one) > 1  # a single run is its own level
    ]
    error = Z_90 * ERROR_OF_MEDIAN * SPREAD_OF_MEDIAN_DEVIATION * median(off) / sqrt(len(off))
    return LearningCurve(trend, fmean(levels), middle, error, max(map(len, series)))


def _trend_through(points: Sequence[Sequence[tuple[float, float]]]) -> Trend:
    """The median of the slopes between two points of the same person, and its interval."""
    slopes = sorted(
        (y - before_y) / (x - before_x)
        for one in points
        for place, (x, y) in enumerate(one)
        for before_x, before_y in one[:place]
    )
    spread = Z_90 * sqrt(sum(_variance_of_s([y for _, y in one]) for one in points))
    low = max(floor((len(slopes) - spread) / 2) - 1, 0)
    high = min(ceil((len(slopes) + spread) / 2), len(slopes) - 1)
    return Trend(median(slopes), slopes[low], slopes[high])


def _variance_of_s(values: Sequence[float]) -> float:
    """Of Kendall's S where there is no trend; what is equal cannot be told apart and takes some away."""
    tied = sum(_spread_of(count) for count in Counter(values).values())
    return (_spread_of(len(values)) - tied) / 18


def _spread_of(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)


def _looked_at(runs: int, most: int) -> list[int]:
    """Numbers of runs from 1 to `runs`: all of them, or at most so many spread over the doublings."""
    if runs <= most:
        return list(range(1, runs + 1))
    doublings = log2(runs) / (most - 1)
    return sorted({round(2 ** (step * doublings)) for step in range(most)})


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
