"""The ledger: rows that tell what burns when, and properties against a simple model of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.bands import Band, band_of
from policies.budgets import (
    NEARLY_USED,
    Balance,
    BudgetPeriod,
    Grant,
    GrantBalance,
    GrantKind,
    Spend,
    balance_of,
    burn_order,
    takings,
    uncovered,
)
from policies.outcomes import local_day_of
from tests.policies.ledgers import (
    AMOUNTS,
    BASE,
    CREATED,
    DAYS,
    EARMARK,
    EXTRA,
    JUNE,
    OUTCOMES,
    SPENDS,
    a_grant,
    a_spend,
    june,
    some_grants,
)


def on(day: int, grants: Sequence[Grant], *spends: Spend) -> Balance:
    return balance_of(grants, spends, JUNE, june(day))


def remaining(balance: Balance) -> dict[int, int]:
    return {line.grant.id: line.remaining for line in balance.live}


# What burns, in which order.


def test_what_is_tied_to_an_outcome_burns_first_then_what_is_temporary_then_the_base() -> None:
    grants = [a_grant(1, 50), a_grant(2, 50, EXTRA), a_grant(3, 50, EARMARK, outcome_id=12)]
    assert [one.id for one in burn_order(grants)] == [3, 2, 1]
    assert remaining(on(9, grants, a_spend(2, 70, 12))) == {3: 0, 2: 30, 1: 50}
    assert remaining(on(9, grants, a_spend(2, 120, 12))) == {3: 0, 2: 0, 1: 30}


def test_of_the_same_kind_the_earliest_expiry_burns_first_then_the_earliest_made() -> None:
    early, late, lasting = (
        a_grant(n, 9, EXTRA, last=last) for n, last in ((3, 9), (1, 20), (2, None))
    )
    older = replace(late, id=7, created_at=CREATED - timedelta(seconds=1))
    assert burn_order([lasting, late, early, older]) == [early, older, late, lasting]


def test_a_grant_for_an_outcome_pays_only_for_that_outcome() -> None:
    grants = [a_grant(1, 10), a_grant(2, 50, EXTRA, outcome_id=12)]
    balance = on(9, grants, a_spend(2, 30), a_spend(3, 5, 13))
    assert remaining(balance) == {2: 50, 1: 0}
    assert (balance.used, balance.over, balance.left) == (35, 25, 50)
    assert (balance.left_for(12), balance.left_for(None), balance.left_for(13)) == (50, 0, 0)


def test_on_one_day_an_outcomes_usage_takes_its_own_grant_before_the_free_ones() -> None:
    grants = [a_grant(1, 10), a_grant(2, 10, EXTRA, outcome_id=12)]
    assert on(9, grants, a_spend(2, 10), a_spend(2, 10, 12)).over == 0


@pytest.mark.parametrize(
    ("day", "covered"), [(4, False), (5, True), (9, True), (10, False)], ids=str
)
def test_a_grant_pays_from_its_first_to_its_last_day(day: int, covered: bool) -> None:
    balance = on(20, [a_grant(1, 10, first=5, last=9)], a_spend(day, 10))
    assert balance.over == (0 if covered else 10)


def test_what_expired_lapses_and_is_not_left() -> None:
    balance = on(10, [a_grant(1, 10, last=9)], a_spend(9, 4))
    assert (balance.left, balance.lines[0].burned, balance.lines[0].lapsed) == (0, 4, 6)
    assert on(9, [a_grant(1, 10, last=9)], a_spend(9, 4)).left == 6


def test_usage_before_any_grant_is_over_and_takes_nothing_of_what_comes_later() -> None:
    balance = on(9, [a_grant(1, 10, first=5)], a_spend(4, 7))
    assert (balance.over, balance.left) == (7, 10)


def test_usage_of_an_earlier_period_counts_as_burned_and_not_as_used() -> None:
    lasting = a_grant(1, 10, EXTRA, first=-9, last=None)
    balance = on(9, [lasting], a_spend(0, 4), a_spend(1, 3))
    assert (balance.left, balance.used, balance.granted) == (3, 3, 6)


# What is moved, voided and undone.

MOVED = [
    a_grant(1, 40),
    a_grant(2, 30, EARMARK, first=3, outcome_id=12, source_id=1),
]


def test_what_is_set_aside_leaves_its_source() -> None:
    balance = on(9, MOVED, a_spend(5, 12))
    assert remaining(balance) == {2: 30, 1: 0}
    assert (balance.over, balance.granted) == (2, 40)


def test_usage_that_becomes_known_late_leaves_less_to_set_aside() -> None:
    balance = on(9, MOVED, a_spend(2, 25))
    assert remaining(balance) == {2: 15, 1: 0}
    assert balance.left == 40 - 25


def test_a_voided_share_returns_to_its_source_without_what_it_burned() -> None:
    voided = [MOVED[0], replace(MOVED[1], voided_on=june(6))]
    balance = on(9, voided, a_spend(5, 10, 12))
    assert remaining(balance) == {1: 30}
    share = next(line for line in balance.lines if line.grant.id == 2)
    assert (share.received, share.burned, share.returned, share.lapsed) == (30, 10, 20, 0)


def test_a_part_moved_back_leaves_the_rest_set_aside_on_the_very_day() -> None:
    """`/budget move 5M from O-12 to free`: the whole share is voided and the rest set aside anew."""
    rest = a_grant(3, 25, EARMARK, first=6, outcome_id=12, source_id=1)
    moved_back = [MOVED[0], replace(MOVED[1], voided_on=june(6)), rest]
    assert remaining(on(6, moved_back)) == {3: 25, 1: 15}


def test_what_went_from_outcome_to_outcome_returns_to_where_it_came_from_first() -> None:
    """The share between was dropped before: what it had handed on must not be lost with it."""
    handed_on = a_grant(3, 20, EARMARK, first=5, outcome_id=15, source_id=2)
    both_dropped = [
        MOVED[0],
        replace(MOVED[1], voided_on=june(7)),
        replace(handed_on, voided_on=june(9)),
    ]
    assert remaining(on(8, both_dropped)) == {3: 20, 1: 20}
    assert remaining(on(9, both_dropped)) == {1: 40}


def test_a_share_that_expired_before_it_was_voided_returns_nothing() -> None:
    expired = replace(MOVED[1], last_day=june(5), voided_on=june(8))
    assert remaining(on(9, [MOVED[0], expired])) == {1: 10}


def test_a_grant_undone_on_its_first_day_never_was() -> None:
    undone = [MOVED[0], replace(MOVED[1], voided_on=june(3))]
    assert remaining(on(3, undone, a_spend(3, 5, 12))) == {1: 35}
    assert on(3, undone).lines[0].grant == MOVED[0]


def test_a_voided_grant_gives_nothing_from_that_day_on() -> None:
    voided = [a_grant(1, 40, voided_on=june(6))]
    balance = on(6, voided, a_spend(5, 10), a_spend(6, 10))
    assert (balance.left, balance.over, balance.granted) == (0, 10, 10)


@pytest.mark.parametrize(
    ("amount", "outcome_id", "taken"),
    [
        (5, None, [(2, 5)]),
        (10, None, [(2, 10)]),
        (11, None, [(2, 10), (1, 1)]),
        (99, None, [(2, 10), (1, 20)]),
        (99, 12, [(3, 7)]),
        (1, 13, []),
        (0, None, []),
    ],
)
def test_an_amount_for_another_purpose_is_taken_in_burn_order(
    amount: int, outcome_id: int | None, taken: list[tuple[int, int]]
) -> None:
    grants = [a_grant(1, 20), a_grant(2, 10, EXTRA), a_grant(3, 7, EXTRA, outcome_id=12)]
    found = takings(on(9, grants), amount, outcome_id)
    assert [(grant.id, part) for grant, part in found] == taken


# What a changed allowance does: the new base takes the place of the old one.


def changed_on(day: int, old: int, new: int, *shares: Grant) -> list[Grant]:
    return [
        a_grant(1, old, voided_on=june(day)),
        a_grant(2, new, first=day, replaces_id=1),
        *shares,
    ]


@pytest.mark.parametrize(
    ("new", "left", "over"), [(60, 25, 0), (35, 0, 0), (20, 0, 0)], ids=["more", "as used", "less"]
)
def test_a_changed_base_counts_what_the_old_one_burned(new: int, left: int, over: int) -> None:
    balance = on(9, changed_on(5, 40, new), a_spend(3, 35))
    assert (balance.left, balance.over) == (left, over)
    assert [line.grant.id for line in balance.lines] == [2]


def test_usage_that_becomes_known_late_counts_against_the_changed_base_too() -> None:
    assert on(9, changed_on(5, 40, 60), a_spend(3, 10)).left == 50
    assert on(9, changed_on(5, 40, 60), a_spend(3, 10), a_spend(4, 20)).left == 30


def test_what_was_set_aside_of_the_old_base_returns_to_the_changed_one() -> None:
    share = a_grant(3, 10, EARMARK, first=3, outcome_id=12, source_id=1)
    assert remaining(on(6, changed_on(5, 40, 60, share))) == {3: 10, 2: 50}
    back = replace(share, voided_on=june(7))
    assert remaining(on(7, changed_on(5, 40, 60, back), a_spend(6, 4, 12))) == {2: 56}


def test_what_returns_does_not_make_a_lowered_base_more_than_it_is() -> None:
    back = a_grant(3, 30, EARMARK, first=3, outcome_id=12, source_id=1, voided_on=june(7))
    lowered = changed_on(5, 40, 20, back)
    assert remaining(on(6, lowered)) == {3: 30, 2: 0}
    assert remaining(on(7, lowered, a_spend(6, 5, 12))) == {2: 15}


def test_what_was_set_aside_on_the_very_day_is_taken_out_of_the_changed_base() -> None:
    share = a_grant(3, 10, EARMARK, first=5, outcome_id=12, source_id=1)
    assert remaining(on(5, changed_on(5, 40, 60, share))) == {3: 10, 2: 50}
    of_first_day = a_grant(3, 10, EARMARK, first=1, outcome_id=12, source_id=1)
    assert remaining(on(5, changed_on(1, 40, 60, of_first_day))) == {3: 10, 2: 50}


def test_what_is_dropped_on_the_very_day_returns_to_the_changed_base() -> None:
    dropped = a_grant(3, 10, EARMARK, first=3, outcome_id=12, source_id=1, voided_on=june(5))
    assert remaining(on(5, changed_on(5, 40, 60, dropped))) == {2: 60}


def test_a_base_changed_twice_counts_all_that_was_burned() -> None:
    grants = [
        *changed_on(5, 40, 60),
        a_grant(3, 50, first=7, replaces_id=2),
    ]
    grants[1] = replace(grants[1], voided_on=june(7))
    assert on(9, grants, a_spend(3, 10), a_spend(6, 10), a_spend(8, 10)).left == 20


def test_a_base_changed_back_on_the_same_day_is_as_it_was() -> None:
    undone = [
        a_grant(1, 40, voided_on=june(5)),
        a_grant(2, 60, first=5, replaces_id=1, voided_on=june(5)),
        a_grant(3, 40, first=5, replaces_id=2),
    ]
    assert on(9, undone, a_spend(3, 10)).left == 30


# Thresholds: at exactly the share, it is reached.


@pytest.mark.parametrize(
    ("used", "is_likely", "band"),
    [
        (0, False, Band.ON_PACE),
        (79, False, Band.ON_PACE),
        (79, True, Band.AT_RISK),
        (80, False, Band.AT_RISK),
        (99, True, Band.AT_RISK),
        (100, False, Band.USED_UP),
        (101, True, Band.USED_UP),
    ],
)
def test_a_band_begins_at_exactly_its_threshold(used: int, is_likely: bool, band: Band) -> None:
    balance = on(9, [a_grant(1, 100)], a_spend(2, used))
    assert band_of(balance, is_likely_to_run_out=is_likely) is band


def test_without_a_grant_there_is_no_budget_whatever_was_used() -> None:
    unbudgeted = on(9, [], a_spend(2, 7))
    assert not unbudgeted.has_used(1)
    for balance in (unbudgeted, on(9, [a_grant(1, 100, last=3)])):
        assert band_of(balance, is_likely_to_run_out=True) is Band.NO_BUDGET


def test_what_no_grant_covered_does_not_use_up_what_was_granted_since() -> None:
    """Nor what was used in another team, before the first grant in this one."""
    for grants in ([a_grant(1, 100), a_grant(2, 15, first=5)], [a_grant(1, 100, first=5)]):
        balance = on(9, grants, a_spend(2, 150))
        assert balance.left > 0
        assert not balance.has_used(1)
        again = on(9, grants, a_spend(2, 150), a_spend(6, 100))
        assert again.has_used(1)


@given(st.integers(1, 10**17), st.integers(-1, 1))
def test_the_share_that_is_nearly_all_is_exact_however_large_the_amounts(
    fifth: int, beside: int
) -> None:
    balance = on(9, [a_grant(1, 5 * fifth)], a_spend(2, 4 * fifth + beside))
    assert balance.has_used(NEARLY_USED) is (beside >= 0)


# Periods: local days, whatever the clocks do.


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (BudgetPeriod.MONTH, date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28)),
        (BudgetPeriod.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (BudgetPeriod.MONTH, date(2100, 2, 28), date(2100, 2, 1), date(2100, 2, 28)),
        (BudgetPeriod.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (BudgetPeriod.MONTH, date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 30)),
        (BudgetPeriod.WEEK, date(2026, 12, 31), date(2026, 12, 28), date(2027, 1, 3)),
        (BudgetPeriod.WEEK, date(2026, 3, 1), date(2026, 2, 23), date(2026, 3, 1)),
        (BudgetPeriod.WEEK, date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 8)),
    ],
)
def test_a_period_contains_its_first_and_its_last_day(
    period: BudgetPeriod, day: date, first: date, last: date
) -> None:
    found = period.containing(day)
    assert (found.first, found.last) == (first, last)
    assert found.resets_on == last + timedelta(days=1)


@given(st.sampled_from(BudgetPeriod), st.dates(date(2000, 1, 1), date(2199, 12, 1)))
def test_every_day_lies_in_one_period_and_the_next_begins_when_it_resets(
    period: BudgetPeriod, day: date
) -> None:
    found = period.containing(day)
    assert found.first <= day <= found.last
    assert period.containing(found.first) == period.containing(found.last) == found
    assert period.containing(found.resets_on).first == found.resets_on


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Berlin", datetime(2026, 2, 28, 22, 59, tzinfo=UTC), date(2026, 2, 28)),
        ("Europe/Berlin", datetime(2026, 2, 28, 23, 0, tzinfo=UTC), date(2026, 3, 1)),
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        ("Europe/Berlin", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        ("Europe/Berlin", datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
        ("America/New_York", datetime(2026, 11, 1, 3, 59, tzinfo=UTC), date(2026, 10, 31)),
        ("America/New_York", datetime(2026, 11, 1, 4, 0, tzinfo=UTC), date(2026, 11, 1)),
        ("America/New_York", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1)),
        ("America/New_York", datetime(2026, 11, 2, 5, 0, tzinfo=UTC), date(2026, 11, 2)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 12, 59, tzinfo=UTC), date(2026, 4, 4)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 13, 0, tzinfo=UTC), date(2026, 4, 5)),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 13, 29, tzinfo=UTC), date(2026, 4, 5)),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 13, 30, tzinfo=UTC), date(2026, 4, 6)),
        ("Pacific/Apia", datetime(2011, 12, 30, 9, 59, tzinfo=UTC), date(2011, 12, 29)),
        ("Pacific/Apia", datetime(2011, 12, 30, 10, 0, tzinfo=UTC), date(2011, 12, 31)),
    ],
)
def test_a_budget_resets_at_local_midnight_also_when_clocks_change(
    zone: str, moment: datetime, day: date
) -> None:
    assert local_day_of(moment, ZoneInfo(zone)) == day


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
    st.sampled_from(BudgetPeriod),
)
def test_an_hour_later_it_is_the_same_period_or_the_next(
    zone: str, moment: datetime, period: BudgetPeriod
) -> None:
    days = [local_day_of(moment + timedelta(hours=n), ZoneInfo(zone)) for n in range(3)]
    for before, after in pairwise(period.containing(day) for day in days):
        assert after == before or after.first == before.resets_on


# The properties. The model is another ledger, as naive as can be: every day, every grant, one by one.


@dataclass
class NaiveLine:
    """One grant of the model."""

    grant: Grant
    received: int = 0
    burned: int = 0
    moved_out: int = 0
    returned: int = 0
    remaining: int = 0
    lapsed: int = 0


@dataclass
class NaiveLedger:
    """The model: money lies in one place at a time, and each day moves some of it."""

    grants: list[Grant]
    lines: dict[int, NaiveLine] = field(default_factory=dict)
    used: int = 0
    over: int = 0

    def live_through(self, day: date, spends: Sequence[Spend]) -> None:
        in_order = sorted(self.grants, key=lambda one: one.id)
        opening = [one for one in in_order if opens_on(one, day)]
        for grant in opening:
            if grant.source_id is None:
                self.open_root(grant)
        for grant in reversed(in_order):
            if grant.voided_on == day and grant.id in self.lines:
                self.void(self.lines[grant.id], day)
        for grant in opening:
            if grant.source_id is not None:
                self.open_share(grant)
        self.pay_all(day, spends)
        self.end(day)

    def end(self, day: date) -> None:
        for line in self.lines.values():
            if line.grant.last_day == day:
                line.lapsed, line.remaining = line.lapsed + line.remaining, 0

    def pay_all(self, day: date, spends: Sequence[Spend]) -> None:
        of_outcomes = sorted({one.outcome_id for one in spends if one.outcome_id is not None})
        for outcome_id in [*of_outcomes, None]:
            amount = sum(one.amount for one in spends if one.outcome_id == outcome_id)
            self.pay(day, outcome_id, amount)

    def open_root(self, grant: Grant) -> None:
        line = NaiveLine(grant, grant.amount)
        replaced = grant.replaces_id
        while replaced is not None:
            if (old := self.lines.pop(replaced, None)) is not None:
                line.burned, line.moved_out = old.burned, old.moved_out
                break
            replaced = self.grant(replaced).replaces_id
        line.remaining = max(0, grant.amount - line.burned - line.moved_out)
        self.lines[grant.id] = line

    def open_share(self, grant: Grant) -> None:
        source = self.standing_for(grant.source_id)
        taken = min(grant.amount, source.remaining) if source is not None else 0
        if source is not None:
            source.remaining, source.moved_out = source.remaining - taken, source.moved_out + taken
        self.lines[grant.id] = NaiveLine(grant, taken, remaining=taken)

    def void(self, line: NaiveLine, day: date) -> None:
        home = self.home_of(line.grant, day)
        if home is not None:
            home.moved_out -= line.remaining
            home.remaining = max(0, home.received - home.burned - home.moved_out - home.returned)
            line.returned = line.remaining
        else:
            line.lapsed += line.remaining
        line.remaining = 0

    def home_of(self, grant: Grant, day: date) -> NaiveLine | None:
        source = self.standing_for(grant.source_id)
        if source is None or source.grant.holds_on(day):
            return source
        return self.home_of(source.grant, day)

    def standing_for(self, grant_id: int | None) -> NaiveLine | None:
        """The line of a grant, or of whatever has replaced it."""
        if grant_id is None or grant_id in self.lines:
            return self.lines.get(grant_id or 0)
        later = [one.id for one in self.grants if one.replaces_id == grant_id]
        found = [line for one in later if (line := self.standing_for(one)) is not None]
        return found[-1] if found else None

    def grant(self, grant_id: int) -> Grant:
        return next(one for one in self.grants if one.id == grant_id)

    def pay(self, day: date, outcome_id: int | None, amount: int) -> None:
        self.used += amount * (day >= JUNE.first)
        for own in (True, False):
            for kind in (EXTRA, BASE):
                for line in self.in_turn(kind, outcome_id if own else None, tied=own):
                    part = min(amount, line.remaining)
                    line.remaining, line.burned = line.remaining - part, line.burned + part
                    amount -= part
        self.over += amount * (day >= JUNE.first)

    def in_turn(self, kind: GrantKind, outcome_id: int | None, *, tied: bool) -> list[NaiveLine]:
        found = [
            line
            for line in self.lines.values()
            if line.grant.outcome_id == outcome_id
            and (tied is (outcome_id is not None))
            and (tied or (line.grant.kind is BASE) is (kind is BASE))
            and not (tied and kind is BASE)
        ]
        return sorted(
            found,
            key=lambda line: (
                line.grant.last_day or date.max,
                line.grant.created_at,
                line.grant.id,
            ),
        )


def opens_on(grant: Grant, day: date) -> bool:
    return grant.first_day == day and (grant.voided_on is None or grant.voided_on > day)


def the_model(grants: Sequence[Grant], spends: Sequence[Spend], last: date) -> NaiveLedger:
    ledger = NaiveLedger(list(grants))
    by_day = defaultdict(list)
    for spend in spends:
        by_day[spend.day].append(spend)
    day = june(-40)
    while day <= last:
        ledger.live_through(day, by_day[day])
        day += timedelta(days=1)
    return ledger


def figures(line: GrantBalance | NaiveLine) -> tuple[int, ...]:
    parts = (line.burned, line.moved_out, line.returned, line.remaining, line.lapsed)
    return (max(line.received, line.burned + line.moved_out), *parts)


@given(some_grants(), SPENDS, DAYS)
def test_the_ledger_agrees_with_a_model_that_goes_day_by_day(
    grants: list[Grant], spends: list[Spend], day: int
) -> None:
    balance = on(day, grants, *spends)
    model = the_model(grants, spends, june(day))
    held = {line.grant.id: line for line in balance.lines}
    # The model lets a grant lapse at the end of its last day, the balance at the next day's beginning.
    for number, line in model.lines.items():
        if line.grant.last_day == june(day) and number in {one.grant.id for one in balance.live}:
            line.remaining, line.lapsed = line.lapsed, 0
    assert {n: figures(line) for n, line in held.items()} == {
        n: figures(line) for n, line in model.lines.items()
    }
    assert (balance.used, balance.over) == (model.used, model.over)


@given(some_grants(), SPENDS, DAYS)
def test_nothing_is_negative_and_every_grant_is_accounted_for(
    grants: list[Grant], spends: list[Spend], day: int
) -> None:
    balance = on(day, grants, *spends)
    for line in balance.lines:
        received, *parts = figures(line)
        assert min(parts) >= 0
        assert received == sum(parts)
        assert received <= line.grant.amount or line.grant.replaces_id is not None
    assert 0 <= balance.over <= balance.used
    assert balance.left >= 0


@given(some_grants(), SPENDS, DAYS)
def test_what_was_given_is_burned_left_or_lapsed_wherever_it_was_moved(
    grants: list[Grant], spends: list[Spend], day: int
) -> None:
    lines = on(day, grants, *spends).lines
    given_out = sum(line.received for line in lines if line.grant.source_id is None)
    assert given_out == sum(line.burned + line.remaining + line.lapsed for line in lines)


@given(some_grants(), SPENDS, DAYS)
def test_all_usage_is_covered_or_over(grants: list[Grant], spends: list[Spend], day: int) -> None:
    until = [spend for spend in spends if spend.day <= june(day)]
    burned = sum(line.burned for line in on(day, grants, *spends).lines)
    bare = sum(spend.amount for spend in uncovered(grants, until))
    assert burned + bare == sum(spend.amount for spend in until)
    of_june = [spend for spend in uncovered(grants, until) if spend.day >= JUNE.first]
    assert on(day, grants, *spends).over == sum(spend.amount for spend in of_june)


@given(some_grants(), SPENDS, DAYS, st.randoms(use_true_random=False))
def test_the_order_in_which_anything_became_known_does_not_matter(
    grants: list[Grant], spends: list[Spend], day: int, draws: object
) -> None:
    shuffled_grants, shuffled_spends = list(grants), list(spends)
    draws.shuffle(shuffled_grants)  # type: ignore[attr-defined]  # hypothesis hands in a Random
    draws.shuffle(shuffled_spends)  # type: ignore[attr-defined]
    assert on(day, shuffled_grants, *shuffled_spends) == on(day, grants, *spends)


@given(some_grants(), SPENDS, DAYS)
def test_usage_split_into_smaller_parts_burns_the_same(
    grants: list[Grant], spends: list[Spend], day: int
) -> None:
    parts = [replace(spend, amount=spend.amount // 2) for spend in spends]
    rest = [replace(spend, amount=spend.amount - spend.amount // 2) for spend in spends]
    assert on(day, grants, *parts, *rest) == on(day, grants, *spends)


@given(some_grants(), SPENDS, DAYS, AMOUNTS, OUTCOMES, DAYS)
def test_another_grant_never_leaves_less_and_leaves_no_more_than_it_gives(
    grants: list[Grant],
    spends: list[Spend],
    first: int,
    amount: int,
    outcome_id: int | None,
    day: int,
) -> None:
    more = a_grant(99, amount, EXTRA, first, outcome_id=outcome_id)
    before, after = on(day, grants, *spends), on(day, [*grants, more], *spends)
    assert before.left <= after.left <= before.left + amount
    assert before.over - amount <= after.over <= before.over


@given(some_grants(), SPENDS, DAYS, st.integers(1, 100), OUTCOMES)
def test_what_can_be_taken_is_there(
    grants: list[Grant], spends: list[Spend], day: int, amount: int, outcome_id: int | None
) -> None:
    balance = on(day, grants, *spends)
    taken = takings(balance, amount, outcome_id)
    assert sum(part for _, part in taken) == min(amount, balance.left_for(outcome_id))
    assert all(part > 0 for _, part in taken)


@given(some_grants(), SPENDS, DAYS, st.integers(1, 100), st.sampled_from([None, 12, 13]))
def test_setting_aside_changes_where_it_lies_and_not_how_much_is_left(
    grants: list[Grant], spends: list[Spend], day: int, amount: int, outcome_id: int | None
) -> None:
    until = [spend for spend in spends if spend.day < june(day)]
    before = on(day, grants, *until)
    set_aside = [
        a_grant(100 + n, part, EARMARK, day, last_day=one.last_day, outcome_id=77, source_id=one.id)
        for n, (one, part) in enumerate(takings(before, amount, outcome_id))
    ]
    after = on(day, [*grants, *set_aside], *until)
    assert after.left == before.left
    assert after.left_for(77) == min(amount, before.left_for(outcome_id))
    undone = [replace(one, voided_on=june(day + 1)) for one in set_aside]
    tomorrow = on(day + 1, grants, *until)
    assert on(day + 1, [*grants, *undone], *until).left == tomorrow.left
