"""The usual range of outcomes per million tokens: when it is said, and how often weeks like those before lie in it."""

import math
import random
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.digest import UsualRange
from policies.metrics import OutcomeCounts, PersonWeek, TeamWeek, team_week
from policies.periods import IsoWeek
from policies.privacy import GroupRule
from policies.usual import usual_range

WEEK = IsoWeek(2026, 46)
RULE = GroupRule()


def week(outcomes: int, millions: float, *, people: int = 6, explored: int = 0) -> TeamWeek:
    """A week of people who use the same."""
    tokens = int(millions * 1_000_000 / 6)
    usage = [PersonWeek(n, tokens, Decimal(tokens) / 10**6) for n in range(people)]
    counts = OutcomeCounts(outcomes, outcomes, outcomes + explored, explored)
    return team_week(WEEK, counts, usage, RULE)


def usual(history: Sequence[TeamWeek], this_week: TeamWeek) -> UsualRange | None:
    return usual_range(history, this_week, random.Random(1))


@pytest.mark.parametrize(
    ("history", "this_week"),
    [
        ([week(5, 40)] * 5, week(5, 40)),
        ([week(1, 40)] * 9, week(5, 40)),
        ([week(0, 40, explored=5)] * 11, week(5, 40)),
        ([week(5, 40)] * 5 + [week(5, 40, people=4)] * 6, week(5, 40)),
        ([week(5, 40)] * 5 + [week(5, 0)] * 6, week(5, 40)),
        ([week(5, 40)] * 11, week(5, 40, people=4)),
        ([week(5, 40)] * 11, week(5, 0)),
        ([], week(5, 40)),
    ],
    ids=[
        "five weeks",
        "nine outcomes",
        "explorations alone",
        "weeks that are withheld",
        "weeks without tokens",
        "this week is withheld",
        "this week has no tokens",
        "the first week",
    ],
)
def test_nothing_is_said_of_too_little(history: list[TeamWeek], this_week: TeamWeek) -> None:
    assert usual(history, this_week) is None


@pytest.mark.parametrize(
    ("outcomes", "position"),
    [(0, "below"), (4, "within"), (5, "within"), (7, "within"), (15, "above")],
)
def test_a_week_lies_below_within_or_above(outcomes: int, position: str) -> None:
    found = usual([week(n, 40) for n in (4, 5, 6, 5, 4, 6, 5, 5)], week(outcomes, 40))
    assert found is not None
    assert found.position == position
    assert found.weeks == 8
    assert found.low < Decimal("0.125") < found.high


def test_weeks_that_are_all_alike_are_spread_as_counts_are() -> None:
    found = usual([week(9, 30)] * 8, week(9, 30))
    assert found is not None
    assert (found.low, found.high) == (Decimal("0.2"), Decimal("0.4"))  # 9 ± 3 outcomes


def test_a_small_week_has_a_wider_range_than_a_large_one() -> None:
    history = [week(n, 40) for n in (4, 5, 6, 5, 4, 6, 5, 5)]
    small, large = usual(history, week(1, 10)), usual(history, week(10, 80))
    assert small is not None
    assert large is not None
    assert small.high - small.low > large.high - large.low


COUNTS = st.lists(st.tuples(st.integers(0, 300), st.floats(0.1, 10_000)), min_size=7, max_size=12)


@given(COUNTS)
def test_the_range_is_one_and_the_same_for_the_same_draws(weeks: list[tuple[int, float]]) -> None:
    *history, this_week = (week(*one) for one in weeks)
    found = usual(history, this_week)
    assert found == usual(history, this_week)
    if found is not None:
        assert Decimal(0) <= found.low <= found.high


def test_about_nine_of_ten_next_weeks_lie_in_it() -> None:
    chance = random.Random(46)
    within = [_next_week_is_within(chance) for _ in range(100)]
    assert 80 <= sum(within) <= 97


def _next_week_is_within(chance: random.Random) -> bool:
    """Whether a twelfth week of chance lies in the range of eleven others of the same team."""
    weeks = []
    for _ in range(12):
        millions = 40 * math.exp(chance.gauss(0, 0.3))
        weeks.append(week(_poisson(millions / 8, chance), millions))
    found = usual(weeks[:-1], weeks[-1])
    return found is not None and found.position == "within"


def _poisson(mean: float, chance: random.Random) -> int:
    """Knuth's way to draw a count of this mean."""
    count, left = 0, chance.random()
    while left > math.exp(-mean):
        count, left = count + 1, left * chance.random()
    return count
