"""Whether a team's outcomes per million tokens are within its usual range: what a week like those before brings.

A residual bootstrap (Davison and Hinkley, Bootstrap Methods and their Application, 1997, ch. 7) of the
count of outcomes, given the tokens: each draw of weeks again gives a rate, as a ratio of sums, and
meets how far each of the weeks lay off the rate of all, in units of the root of what was expected of it. Weeks
that happen to be more alike than counts can be by chance are spread as counts are. In simulated teams,
of 2 to 15 outcomes a week and 6 to 11 weeks, the range holds 83 to 93 of 100 next weeks.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import sqrt
from typing import Final, Literal, NamedTuple, Protocol

from policies.digest import UsualRange
from policies.metrics import MILLION, TeamWeek

WEEKS_NEEDED: Final = 6
OUTCOMES_NEEDED: Final = 10
"""With fewer weeks, or fewer outcomes in all of them, nothing is said."""
DRAWS: Final = 150
RANGE: Final = (0.05, 0.95)


class Draws(Protocol):
    """Where chance comes from; the edge hands in a seeded `random.Random`."""

    def random(self) -> float:
        """A number from 0 up to, not including, 1."""


class _Week(NamedTuple):
    outcomes: int
    millions: float


def usual_range(
    history: Sequence[TeamWeek], this_week: TeamWeek, draws: Draws
) -> UsualRange | None:
    """Where outcomes per million tokens usually lie, for a week of so many tokens as this one.

    None where this week's figures are withheld or it has no tokens, and where too little came before.
    Of the history those weeks count whose figures are shown. The same draws give the same range.
    """
    figures = this_week.figures.shown
    weeks = [found for one in history if (found := _week_of(one)) is not None]
    if figures is None or figures.outcomes_per_million_tokens is None:
        return None
    if len(weeks) < WEEKS_NEEDED or sum(one.outcomes for one in weeks) < OUTCOMES_NEEDED:
        return None
    low, high = (_told(one) for one in _range(weeks, float(figures.tokens / MILLION), draws))
    position = _position(figures.outcomes_per_million_tokens, low, high)
    return UsualRange(low, high, len(weeks), position)


def _week_of(week: TeamWeek) -> _Week | None:
    figures = week.figures.shown
    if figures is None or not figures.tokens:
        return None
    return _Week(week.outcomes.scored, float(figures.tokens / MILLION))


def _range(weeks: Sequence[_Week], millions: float, draws: Draws) -> tuple[float, float]:
    off = _residuals(weeks)
    found: list[float] = []
    for _ in range(DRAWS):
        expected = _rate(_drawn_again(weeks, draws)) * millions
        root = sqrt(expected)
        found += [max(0.0, expected + one * root) / millions for one in off]
    found.sort()
    low, high = (found[int(share * (len(found) - 1))] for share in RANGE)
    return low, high


def _residuals(weeks: Sequence[_Week]) -> list[float]:
    """How far weeks lie off the rate of all, in roots of what was expected of them; spread by 1 at least."""
    rate, count = _rate(weeks), len(weeks)
    off = [
        (one.outcomes - rate * one.millions) / sqrt(rate * one.millions) * sqrt(count / (count - 1))
        for one in weeks
    ]
    lacking = sqrt(max(0.0, 1 - sum(one * one for one in off) / count))
    return [one + side for one in off for side in (-lacking, lacking)]


def _rate(weeks: Sequence[_Week]) -> float:
    return sum(one.outcomes for one in weeks) / sum(one.millions for one in weeks)


def _drawn_again(weeks: Sequence[_Week], draws: Draws) -> list[_Week]:
    count = len(weeks)
    return [weeks[int(draws.random() * count)] for _ in weeks]


def _told(ratio: float) -> Decimal:
    """With the digits that anybody reads."""
    return Decimal(f"{ratio:.4g}")


def _position(ratio: Decimal, low: Decimal, high: Decimal) -> Literal["below", "within", "above"]:
    if ratio < low:
        return "below"
    return "above" if ratio > high else "within"
