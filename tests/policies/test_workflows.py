"""Curves of workflows: what is said of the cost of a run, and when a team's curve may be shown."""

import json
from dataclasses import replace
from math import exp, log2
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.learning import Run, learning_curve
from policies.privacy import GroupRule
from policies.workflows import (
    Course,
    ShownCurve,
    TeamCurve,
    curve_again,
    curve_from_json,
    curve_json,
    own_curve,
    team_curve,
)

RULE = GroupRule()
FIFTH = log2(0.8)


def runs_of(*costs: float, model: str = "sonnet", units: int | None = None) -> list[Run]:
    return [Run(model, cost, units) for cost in costs]


def learner(
    runs: int, slope: float, noise: float = 0.0, seed: int = 0, first: float = 2.0
) -> list[float]:
    chance = Random(seed)
    return [first * number**slope * exp(chance.gauss(0, noise)) for number in range(1, runs + 1)]


def a_team(slope: float, *lengths: int, noise: float = 0.0, seed: int = 0) -> dict[int, list[Run]]:
    """People of whom each next one is dearer by a tenth, and all learn alike."""
    return {
        person: runs_of(*learner(runs, slope, noise, 100 * seed + person, first=2 + person / 5))
        for person, runs in enumerate(lengths, start=1)
    }


def curve_of(runs: dict[int, list[Run]], *shown: ShownCurve) -> TeamCurve | None:
    found = team_curve("release-notes", runs, shown, RULE)
    return found.curve if found else None


@pytest.mark.parametrize(
    ("slope", "noise", "course"),
    [
        (FIFTH, 0.0, Course.FALLING),
        (-0.1, 0.0, Course.FALLING),
        (-0.01, 0.0, Course.LEVEL),
        (0.0, 0.0, Course.LEVEL),
        (0.3, 0.0, Course.RISING),
        (0.0, 1.5, Course.UNCLEAR),
    ],
)
def test_what_is_said_of_ten_runs(slope: float, noise: float, course: Course) -> None:
    found = own_curve("x", runs_of(*learner(10, slope, noise, seed=3)))
    assert found is not None
    assert found.curve.course is course


def test_seven_runs_are_too_few_and_have_no_figures() -> None:
    found = own_curve("x", runs_of(*[2.0] * 7))
    assert found is not None
    assert found.curve == TeamCurve("x", "sonnet", 7, Course.TOO_FEW_RUNS)
    assert found.costs_usd == (2.0,) * 7


def test_an_own_curve_begins_anew_with_a_model() -> None:
    found = own_curve("x", [*runs_of(*[9.0] * 20, model="opus"), *runs_of(*learner(10, FIFTH))])
    assert found is not None
    assert (found.curve.model, found.curve.runs) == ("sonnet", 10)
    assert found.curve.first_usd == pytest.approx(2.0)
    assert found.curve.last_usd == pytest.approx(2.0 * 10**FIFTH)
    assert (found.curve.fit[0].run, found.curve.fit[-1].run) == (1, 10)


def test_without_runs_there_is_no_curve() -> None:
    assert own_curve("x", []) is None
    assert curve_of({}) is None
    assert curve_of({1: []}) is None


def test_a_run_is_reckoned_per_unit_of_work_where_all_of_them_are_known() -> None:
    sized = [Run("sonnet", 2.0 * size, size) for size in (1, 3, 8, 1, 3, 8, 1, 3)]
    found = own_curve("x", sized)
    assert found is not None
    assert (found.curve.per_unit, found.curve.course) == (True, Course.LEVEL)
    assert found.costs_usd == (2.0,) * 8
    mixed = own_curve("x", [*sized[:-1], Run("sonnet", 6.0)])
    assert mixed is not None
    assert not mixed.curve.per_unit
    assert mixed.costs_usd[2] == 16.0


def test_several_learners_of_different_cost_make_one_exact_curve() -> None:
    found = curve_of(a_team(FIFTH, 10, 12, 10, 11, 10))
    assert found is not None
    assert (found.course, found.runs) == (Course.FALLING, 50)
    assert found.change_low == pytest.approx(10**FIFTH - 1)
    assert found.fit[-1].run == 10
    assert found.fit[3].cost_usd == pytest.approx(found.fit[0].cost_usd * found.fit[3].run ** FIFTH)


def test_a_late_beginner_who_is_dear_makes_no_curve_rise() -> None:
    runs = a_team(FIFTH, 10, 10, 10, 10, 10)
    runs[6] = runs_of(*learner(3, FIFTH, first=5.0))
    found = curve_of(runs)
    assert found is not None
    assert found.change_high == pytest.approx(10**FIFTH - 1)


def test_few_runs_of_many_people_make_a_curve_and_single_ones_do_not() -> None:
    found = curve_of(a_team(FIFTH, 3, 3, 3, 3, 3))
    assert found is not None
    assert (found.runs, found.course) == (15, Course.FALLING)
    found = curve_of(a_team(FIFTH, *[1] * 20))
    assert found is not None
    assert found == TeamCurve("release-notes", "sonnet", 20, Course.TOO_FEW_RUNS)


@pytest.mark.parametrize(
    ("lengths", "why"),
    [
        ((10, 10, 10, 10), "four people are too few"),
        ((10, 10, 10, 10, 0), "the fifth has not run it"),
    ],
)
def test_a_curve_of_few_is_not_shown(lengths: tuple[int, ...], why: str) -> None:
    assert curve_of(a_team(0.0, *lengths)) is None, why


def test_a_curve_that_one_person_dominates_is_not_shown() -> None:
    runs = {person: runs_of(*[1.0] * 8) for person in range(5)}
    runs[0] = runs_of(*[4.1] * 8)
    assert curve_of(runs) is None
    runs[0] = runs_of(*[4.0] * 8)
    assert curve_of(runs) is not None


def test_a_curve_goes_no_further_than_enough_people_have_come() -> None:
    found = team_curve("x", a_team(0.0, 40, 30, 12, 10, 9, 3), (), RULE)
    assert found is not None
    assert found.curve.fit[-1].run == 9
    assert found.curve.runs == 5 * 9 + 3
    assert max(part.runs for part in found.parts.values()) == 9


def test_a_team_whose_people_use_two_models_is_told_of_the_one_that_more_use() -> None:
    runs = a_team(0.0, *[8] * 6)
    runs |= {person: runs_of(*[9.0] * 8, model="opus") for person in range(10, 15)}
    found = curve_of(runs)
    assert found is not None
    assert (found.model, found.runs) == ("sonnet", 48)


def test_a_curve_follows_another_only_by_what_enough_people_added() -> None:
    lengths = [8] * 6
    before = team_curve("x", a_team(0.0, *lengths), (), RULE)
    assert before is not None
    by_one = a_team(0.0, 9, *lengths[1:])
    by_four = a_team(0.0, *[9] * 4, *lengths[4:])
    by_five = a_team(0.0, *[9] * 5, *lengths[5:])
    one_more = {**a_team(0.0, *lengths), 7: runs_of(*[2.0] * 8)}
    one_less = a_team(0.0, *lengths[:5])
    for few in (by_one, by_four, one_more, one_less):
        assert team_curve("x", few, [before], RULE) is None
    assert team_curve("x", by_five, [before], RULE) is not None


def test_a_curve_from_which_somebody_was_forgotten_stands() -> None:
    before = team_curve("x", a_team(0.0, *[8] * 6), (), RULE)
    assert before is not None
    gone = replace(before, parts={one: part for one, part in before.parts.items() if one != 1})
    after = {one: runs for one, runs in a_team(0.0, *[9] * 6).items() if one != 1}
    assert team_curve("x", after, [gone], RULE) is None


def test_a_curve_is_held_against_all_before_it() -> None:
    first = team_curve("x", a_team(0.0, *[8] * 6), (), RULE)
    second = team_curve("x", a_team(0.0, *[16] * 6), (), RULE)
    back_but_one = a_team(0.0, *[8] * 5)
    assert first is not None
    assert second is not None
    assert team_curve("x", back_but_one, [second], RULE) is not None
    assert team_curve("x", back_but_one, [first, second], RULE) is None


def test_a_new_model_is_held_against_nothing_of_the_old_one() -> None:
    before = team_curve("x", a_team(0.0, *[8] * 6), (), RULE)
    assert before is not None
    after = {person: runs_of(2.0, model="opus") for person in range(5)}
    assert team_curve("x", after, [before], RULE) is not None


def test_a_raised_minimum_withholds_what_was_shown() -> None:
    curve = curve_of(a_team(0.0, *[8] * 5))
    assert curve is not None
    assert curve_again(curve, 5, RULE).shown == curve
    assert curve_again(curve, 5, GroupRule(6)).shown is None


def test_the_interval_of_many_people_holds_what_it_promises() -> None:
    """Each end is right 90 times of 100; with 300 teams 5 more or less is chance."""
    slopes = [
        found.trend
        for seed in range(300)
        if (
            found := learning_curve(
                [learner(4 + person, -0.2, 0.5, 1_000 * seed + person) for person in range(5)]
            )
        )
    ]
    assert len(slopes) == 300
    assert 0.84 < sum(one.low < -0.2 for one in slopes) / 300 < 0.96
    assert 0.84 < sum(one.high > -0.2 for one in slopes) / 300 < 0.96


def test_level_cost_is_seldom_called_falling() -> None:
    courses = [
        found.curve.course
        for seed in range(300)
        if (found := own_curve("x", runs_of(*learner(12, 0.0, 0.5, seed))))
    ]
    assert courses.count(Course.FALLING) < 0.15 * len(courses)


@given(
    st.lists(st.lists(st.floats(0.01, 1_000), min_size=1, max_size=12), min_size=5, max_size=9),
)
def test_any_curve_keeps_its_order_and_survives_json(costs: list[list[float]]) -> None:
    curve = curve_of({person: runs_of(*one) for person, one in enumerate(costs)})
    if curve is None:
        return
    assert curve_from_json(json.loads(json.dumps(curve_json(curve)))) == curve
    for point in curve.fit:
        assert 0 < point.low_usd <= point.cost_usd <= point.high_usd
    if curve.change_low is not None and curve.change_high is not None:
        assert -1 < curve.change_low <= curve.change_high
