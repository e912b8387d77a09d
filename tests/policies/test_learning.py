"""Repeat cost: what the slope and its interval say, and how seldom a learner is called flat."""

from math import exp, log2
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.learning import (
    EXPECTED_SLOPE,
    LEAST_RUNS,
    MOST_RUNS,
    Run,
    newest_series,
    repeat_cost,
    trend_of,
)

COSTS = st.lists(st.floats(0.01, 1_000), min_size=LEAST_RUNS, max_size=30)


def runs_of(*costs: float, model: str = "sonnet") -> list[Run]:
    return [Run(model, cost) for cost in costs]


def learner(runs: int, slope: float, noise: float = 0.0, seed: int = 0) -> list[float]:
    chance = Random(seed)
    return [2 * number**slope * exp(chance.gauss(0, noise)) for number in range(1, runs + 1)]


def share_flagged(slope: float, runs: int = 10, noise: float = 0.5, times: int = 600) -> float:
    simulated = (repeat_cost(runs_of(*learner(runs, slope, noise, seed))) for seed in range(times))
    return sum(one is not None and one.is_flat for one in simulated) / times


@pytest.mark.parametrize("slope", [-0.5, EXPECTED_SLOPE, 0.0, 0.2])
def test_a_law_without_noise_is_found_exactly(slope: float) -> None:
    trend = trend_of(learner(12, slope))
    assert trend is not None
    assert (trend.slope, trend.low, trend.high) == pytest.approx((slope, slope, slope))


def test_a_cost_that_falls_by_a_fifth_a_doubling_is_less_than_half_after_ten_runs() -> None:
    found = repeat_cost(runs_of(*learner(10, EXPECTED_SLOPE)))
    assert found is not None
    assert (found.change_low, found.change_high) == pytest.approx((-0.52, -0.52), abs=0.01)
    assert found.excess_usd == pytest.approx(0, abs=0.01)
    assert not found.is_flat


def test_level_cost_is_flat_and_says_what_it_costs_beyond_learning() -> None:
    found = repeat_cost(runs_of(*[1.9] * 10))
    assert found is not None
    assert found.is_flat
    assert (found.first_usd, found.last_usd, found.runs) == (1.9, 1.9, 10)
    expected = sum(1.9 * (number / 2) ** EXPECTED_SLOPE for number in (8, 9, 10))
    assert found.excess_usd == pytest.approx(3 * 1.9 - expected)


def test_the_interval_of_sen_agrees_with_one_worked_out_by_hand() -> None:
    # Ten runs: 45 slopes, a variance of 125, and 1.2816 x 11.18 = 14.3: the 15th and the 31st of them.
    costs = [3.0, 2.0, 2.9, 1.5, 2.2, 1.4, 2.1, 1.9, 1.0, 1.6]
    slopes = sorted(
        (log2(costs[later]) - log2(costs[earlier])) / (log2(later + 1) - log2(earlier + 1))
        for later in range(10)
        for earlier in range(later)
    )
    trend = trend_of(costs)
    assert trend is not None
    assert (trend.low, trend.slope, trend.high) == (slopes[14], slopes[22], slopes[30])


def test_fewer_than_eight_runs_have_no_slope_and_are_never_flat() -> None:
    found = repeat_cost(runs_of(*[2.0] * 7))
    assert found is not None
    assert (found.runs, found.trend, found.is_flat) == (7, None, False)


def test_a_new_model_begins_a_new_series() -> None:
    before, after = runs_of(*[9.0] * 20, model="opus"), runs_of(*[2.0] * 8)
    found = repeat_cost([*before, *after])
    assert found is not None
    assert (found.model, found.runs, found.first_usd) == ("sonnet", 8, 2.0)
    assert list(newest_series([*after, *before, *after[:1]])) == after[:1]


def test_without_a_run_there_is_nothing_to_say() -> None:
    assert repeat_cost([]) is None


def test_learners_are_called_flat_far_less_often_than_those_who_do_not_learn() -> None:
    """POLICY.md: 0.33, 0.17 and 0.07 with ten runs and a noise of 0.5."""
    flat, slow, expected = (share_flagged(log2(kept)) for kept in (1.0, 0.9, 0.8))
    assert 0.25 < flat < 0.42
    assert 0.08 < slow < 0.25
    assert expected < 0.12
    assert flat > 1.4 * slow > 2 * expected


def test_with_more_runs_and_less_noise_learners_are_hardly_ever_called_flat() -> None:
    """POLICY.md: 0.58 and 0.00 with twenty runs and a noise of 0.25."""
    assert share_flagged(0.0, runs=20, noise=0.25, times=200) > 0.45
    assert share_flagged(EXPECTED_SLOPE, runs=20, noise=0.25, times=200) < 0.03


def test_a_long_series_is_looked_at_from_its_first_run_to_its_last() -> None:
    trend = trend_of(learner(20 * MOST_RUNS, -0.2, noise=0.3, seed=5))
    assert trend is not None
    assert trend.low < -0.2 < trend.high
    assert trend.high - trend.low < 0.15


@given(COSTS)
def test_the_slope_lies_in_its_interval(costs: list[float]) -> None:
    trend = trend_of(costs)
    assert trend is not None
    assert trend.low <= trend.slope <= trend.high


@given(COSTS, st.floats(0.1, 100))
def test_a_slope_does_not_depend_on_the_unit_of_cost(costs: list[float], factor: float) -> None:
    one, other = trend_of(costs), trend_of([cost * factor for cost in costs])
    assert one is not None
    assert other is not None
    assert other.slope == pytest.approx(one.slope, abs=1e-6)


@given(COSTS)
def test_the_likely_change_keeps_its_order_and_excess_is_never_negative(costs: list[float]) -> None:
    found = repeat_cost(runs_of(*costs))
    assert found is not None
    assert -1 <= found.change_low <= found.change_high
    assert found.excess_usd >= 0
    assert min(costs) <= found.first_usd <= max(costs)
