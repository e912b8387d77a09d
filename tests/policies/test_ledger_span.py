"""How far back a ledger is read: as far as it takes, whatever was left out."""

from hypothesis import given
from hypothesis import strategies as st

from policies.budgets import Grant, PeriodDays, Spend, balance_of
from policies.ledger_span import ledger_since
from tests.policies.ledgers import (
    EARMARK,
    EXTRA,
    JUNE,
    SPENDS,
    a_grant,
    a_spend,
    june,
    some_grants,
)


def test_a_period_whose_grants_begin_with_it_needs_nothing_from_before() -> None:
    of_may = a_grant(1, 40, first=-30, last=0)
    of_june = a_grant(2, 40)
    assert ledger_since([of_may, of_june], JUNE.first) == ([of_june], JUNE.first)


def test_what_ended_before_is_needed_where_it_was_burned_in_place_of_what_lasts() -> None:
    of_may = a_grant(1, 40, first=-30, last=0)
    lasting = a_grant(2, 40, EXTRA, first=-9, last=20)
    of_june = a_grant(3, 40)
    grants, since = ledger_since([of_may, lasting, of_june], JUNE.first)
    assert {grant.id for grant in grants} == {1, 2, 3}
    assert since == june(-30)


def test_a_share_is_read_with_what_it_was_taken_out_of() -> None:
    base = a_grant(1, 40, first=-3, last=20, voided_on=june(0))
    share = a_grant(2, 10, EARMARK, first=-1, last=20, outcome_id=12, source_id=1)
    grants, since = ledger_since([base, share], JUNE.first)
    assert {grant.id for grant in grants} == {1, 2}
    assert since == june(-3)


def test_a_base_is_read_with_what_it_replaces() -> None:
    old = a_grant(1, 40, first=-9, voided_on=june(1))
    new = a_grant(2, 60, first=1, replaces_id=1)
    grants, since = ledger_since([old, new], june(5))
    assert {grant.id for grant in grants} == {1, 2}
    assert since == june(-9)


@given(some_grants(), SPENDS, st.integers(1, 9), st.integers(0, 9))
def test_a_ledger_read_no_farther_than_needed_says_the_same(
    grants: list[Grant], spends: list[Spend], first: int, later: int
) -> None:
    period, day = PeriodDays(june(first), JUNE.last), june(first + later)
    needed, since = ledger_since(grants, period.first)
    recent = [spend for spend in spends if spend.day >= since]
    whole, part = (
        balance_of(one, used, period, day) for one, used in ((grants, spends), (needed, recent))
    )
    assert part.live == whole.live
    assert (part.used, part.over, part.left) == (whole.used, whole.over, whole.left)


def test_usage_before_is_left_out_where_no_grant_that_matters_held() -> None:
    grants, since = ledger_since([a_grant(1, 40)], JUNE.first)
    early = a_spend(0, 99)
    assert early.day < since
    assert (
        balance_of(grants, [], JUNE, june(9)).live
        == balance_of(grants, [early], JUNE, june(9)).live
    )
