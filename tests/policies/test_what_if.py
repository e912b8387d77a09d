"""What other base allowances would have meant for outcomes of the past."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.amounts import BudgetUnit
from policies.budgets import Grant, GrantKind, Spend
from policies.what_if import PastBudget, what_if

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
BASE = Grant(
    id=1,
    team_id=1,
    person_id=1,
    kind=GrantKind.BASE,
    amount=100,
    unit=BudgetUnit.TOKENS,
    first_day=JUNE,
    last_day=date(2026, 6, 30),
    created_at=datetime(2026, 6, 1, tzinfo=UTC),
)
OF_MAY = replace(BASE, id=2, first_day=MAY, last_day=date(2026, 5, 31))
EXTRA = replace(BASE, id=3, kind=GrantKind.EXTRA, amount=20)
FOR_12 = replace(BASE, id=4, kind=GrantKind.EARMARK, amount=60, outcome_id=12, source_id=1)


def spend(day: int, outcome_id: int | None, amount: int, month: date = JUNE) -> Spend:
    return Spend(month.replace(day=day), outcome_id, amount)


@pytest.mark.parametrize(
    ("grants", "spends", "percent", "dry"),
    [
        ([BASE], [spend(3, 12, 80)], -20, set()),
        ([BASE], [spend(3, 12, 81)], -20, {12}),
        ([BASE], [spend(3, 12, 50), spend(9, 13, 40)], -20, {13}),
        ([BASE], [spend(3, 12, 50), spend(9, 13, 60)], -20, set()),
        ([BASE], [spend(3, 12, 80), spend(9, None, 20)], -20, set()),
        ([BASE, EXTRA], [spend(3, 12, 100)], -20, set()),
        ([BASE, FOR_12], [spend(3, 12, 60), spend(9, 13, 40)], -40, {13}),
        ([BASE, FOR_12], [spend(3, 12, 60)], -50, {12}),
        ([OF_MAY, BASE], [spend(9, 12, 90, MAY), spend(9, 13, 10)], -20, {12}),
        ([BASE], [spend(3, 12, 1)], -100, {12}),
        ([BASE], [spend(3, 12, 1)], -250, {12}),
        ([BASE], [spend(3, 12, 120)], 20, set()),
        ([], [spend(3, 12, 5)], -20, set()),
    ],
    ids=[
        "exactly what the smaller base has",
        "one more than the smaller base has",
        "the one that comes last",
        "one that was over already",
        "usage of no outcome names none",
        "extra grants stay",
        "an earmark keeps what it took",
        "an earmark takes less out of a smaller base",
        "each period by itself",
        "no base at all",
        "no less than nothing",
        "a larger base",
        "nothing was ever granted",
    ],
)
def test_outcomes_run_dry_that_only_the_smaller_base_leaves_uncovered(
    grants: list[Grant], spends: list[Spend], percent: int, dry: set[int]
) -> None:
    assert what_if([PastBudget(grants, spends)], percent, MAY).would_run_dry == dry


def test_what_was_used_before_the_days_in_question_is_burned_and_not_named() -> None:
    early_and_late = [spend(2, 12, 81), spend(20, 13, 10)]
    since_the_tenth = what_if([PastBudget([BASE], early_and_late)], -20, date(2026, 6, 10))
    assert since_the_tenth.would_run_dry == {13}
    assert since_the_tenth.with_usage == {13}


def test_an_outcome_that_ran_dry_for_one_person_already_is_not_the_changes_doing() -> None:
    over = PastBudget([BASE], [spend(3, 12, 101)])
    other = PastBudget([replace(BASE, person_id=2)], [spend(3, 12, 90)])
    assert what_if([over, other], -20, MAY).would_run_dry == frozenset()
    assert what_if([other], -20, MAY).would_run_dry == {12}


USE = st.lists(
    st.builds(spend, st.integers(1, 30), st.sampled_from([None, 12, 13]), st.integers(0, 60)),
    max_size=8,
)


@given(USE, st.integers(0, 100))
def test_a_larger_base_lets_nothing_run_dry(spends: list[Spend], percent: int) -> None:
    assert what_if([PastBudget([BASE, EXTRA], spends)], percent, MAY).would_run_dry == frozenset()


@given(USE, st.integers(-100, 0))
def test_only_what_had_usage_runs_dry(spends: list[Spend], percent: int) -> None:
    replayed = what_if([PastBudget([BASE, EXTRA], spends)], percent, MAY)
    assert replayed.would_run_dry <= replayed.with_usage
