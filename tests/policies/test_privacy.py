"""Published figures: who may be counted, and that nobody else can make one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.metrics import (
    OutcomeCounts,
    PersonWeek,
    closed_team_week,
    sums_to_close,
    sums_to_close_anew,
    team_week,
    week_figures,
    week_sums,
)
from policies.periods import IsoWeek
from policies.privacy import (
    GroupRule,
    Published,
    can_be_restated,
    publish,
    publish_again,
    reason_to_withhold,
)

RULE = GroupRule()
WEEK = IsoWeek(2026, 46)
COUNTS = OutcomeCounts(3, 2, 1)


def a_week_of(*tokens: int) -> list[PersonWeek]:
    return [PersonWeek(n, amount, Decimal(amount) / 1_000_000) for n, amount in enumerate(tokens)]


@pytest.mark.parametrize(
    ("tokens", "shown"),
    [
        ((10, 10, 10, 10, 10), True),
        ((10, 10, 10, 10), False),
        ((10, 10, 10, 10, 0), False),
        ((40, 10, 10, 10, 10), True),
        ((41, 10, 10, 10, 10), False),
        ((), True),
    ],
    ids=[
        "five",
        "four",
        "four and an idle one",
        "half by one",
        "over half by one",
        "nobody at all",
    ],
)
def test_a_group_is_shown_from_five_active_people_without_a_dominant_one(
    tokens: tuple[int, ...], shown: bool
) -> None:
    withheld = reason_to_withhold(dict(enumerate(tokens)), RULE)
    assert (withheld is None) is shown


@given(st.lists(st.integers(0, 10**12), max_size=12))
def test_a_withheld_figure_carries_no_number_but_the_group_size(tokens: list[int]) -> None:
    figure = publish("secret", dict(enumerate(tokens)), RULE)
    if figure.withheld is not None:
        assert figure.shown is None
        assert figure.then(len).shown is None
        digits = {part for part in figure.withheld.reason.split() if part.isdigit()}
        assert digits <= {str(RULE.minimum)}


def test_nobody_else_makes_a_published_figure() -> None:
    with pytest.raises(TypeError, match="alone"):
        Published("me", 40_000_000, None)  # type: ignore[arg-type]  # the misuse is what is tested


def test_a_group_smaller_than_three_cannot_be_configured() -> None:
    with pytest.raises(ValueError, match="may not be below 3"):
        GroupRule(minimum=2)


def test_a_teams_figures_are_ratios_of_sums() -> None:
    figures = week_figures(week_sums(a_week_of(1_000_000, 3_000_000), RULE), scored=2)
    assert figures.outcomes_per_million_tokens == Decimal("0.5")
    assert figures.cost_per_verified_outcome_usd == Decimal(2)


@pytest.mark.parametrize(
    ("tokens", "verified", "per_million", "per_outcome"),
    [((), 0, None, None), ((), 3, None, None), ((1_000_000,), 0, Decimal(0), None)],
    ids=["nothing", "outcomes without tokens", "tokens without outcomes"],
)
def test_what_cannot_be_divided_is_unknown_and_not_zero(
    tokens: tuple[int, ...], verified: int, per_million: Decimal | None, per_outcome: Decimal | None
) -> None:
    figures = week_figures(week_sums(a_week_of(*tokens), RULE), verified)
    assert figures.outcomes_per_million_tokens == per_million
    assert figures.cost_per_verified_outcome_usd == per_outcome


@pytest.mark.parametrize(
    ("cost", "unpriced", "per_outcome"),
    [
        (Decimal(0), 100, None),
        (Decimal(1), 50, Decimal(3)),
        (Decimal(0), 0, Decimal(0)),
    ],
    ids=["no price is known", "some prices are known", "all prices are nil"],
)
def test_without_a_known_price_an_outcome_has_no_cost(
    cost: Decimal, unpriced: int, per_outcome: Decimal | None
) -> None:
    usage = [PersonWeek(n, 100, cost, unpriced) for n in range(6)]
    figures = week_figures(week_sums(usage, RULE), scored=2)
    assert figures.cost_per_verified_outcome_usd == per_outcome


def test_a_small_teams_week_lists_outcomes_and_withholds_its_figures() -> None:
    week = team_week(IsoWeek(2026, 46), OutcomeCounts(3, 2, 1), a_week_of(10, 10, 10, 10), RULE)
    assert week.suppressed
    assert (week.contributors, week.outcomes.verified) == (4, 1)
    assert week.figures.shown is None


def test_cost_is_held_to_the_rule_like_tokens() -> None:
    cheap = [PersonWeek(n, 10_000, Decimal("0.001")) for n in range(5)]
    dear = PersonWeek(5, 10_000, Decimal(500))
    assert not team_week(WEEK, COUNTS, cheap, RULE).suppressed
    assert team_week(WEEK, COUNTS, [*cheap, dear], RULE).suppressed
    one_priced = [PersonWeek(n, 10, Decimal(n == 0), 10 * (n > 0)) for n in range(6)]
    week = team_week(WEEK, COUNTS, one_priced, RULE)
    assert week.figures.withheld is not None
    assert "known price" in week.figures.withheld.reason


@pytest.mark.parametrize(
    ("unpriced", "told"),
    [
        ((0, 0, 0, 0, 0, 0), 0),
        ((2, 2, 2, 2, 2, 2), 12),
        ((5, 0, 0, 0, 0, 0), None),
        ((90, 1, 1, 1, 1, 1), None),
        ((100, 100, 100, 100, 100, 0), None),
    ],
    ids=["none", "of all", "of one", "of one above all", "of all but one"],
)
def test_tokens_without_a_price_are_counted_only_where_enough_people_have_them_and_others(
    unpriced: tuple[int, ...], told: int | None
) -> None:
    usage = [PersonWeek(n, 100, Decimal(1), part) for n, part in enumerate(unpriced)]
    figures = team_week(WEEK, COUNTS, usage, RULE).figures.shown
    assert figures is not None
    assert figures.tokens_unpriced == told


@pytest.mark.parametrize(
    ("unattributed", "told"),
    [
        ((0, 0, 0, 0, 0, 0), 0),
        ((25, 25, 25, 25, 25, 25), 0.25),
        ((100, 100, 100, 100, 100, 100), 1),
        ((50, 0, 0, 0, 0, 0), None),
        ((90, 1, 1, 1, 1, 1), None),
        ((100, 100, 100, 100, 100, 0), None),
    ],
    ids=["none", "a part of all", "all of all", "of one", "of one above all", "of all but one"],
)
def test_the_part_without_an_outcome_is_held_to_the_rule_like_the_part_with_one(
    unattributed: tuple[int, ...], told: float | None
) -> None:
    usage = [PersonWeek(n, 100, Decimal(1), 0, part) for n, part in enumerate(unattributed)]
    figures = team_week(WEEK, COUNTS, usage, RULE).figures.shown
    assert figures is not None
    assert figures.unattributed_share == told


def test_linking_alone_states_no_week_anew() -> None:
    before = [PersonWeek(n, 100, Decimal(1), 0, 50) for n in range(6)]
    linked = [PersonWeek(n, 100, Decimal(1), 0, 50 * (n > 0)) for n in range(6)]
    closed = sums_to_close(before, RULE)
    assert closed is not None
    assert sums_to_close_anew(closed, before, linked, RULE) is None


@pytest.mark.parametrize(
    ("unattributed", "told"),
    [
        ((150, 150, 150, 150, 150, 150), 900),
        ((50, 50, 50, 50, 50, 50), 300),
        ((0, 150, 150, 150, 150, 150), None),
        ((150, 50, 50, 50, 50, 50), None),
        ((250, 250, 250, 250, 250, 50), None),
    ],
    ids=["both more", "only with one", "one linked", "one more without", "one more with"],
)
def test_the_part_without_an_outcome_is_told_anew_only_where_both_parts_grew_by_enough_people(
    unattributed: tuple[int, ...], told: int | None
) -> None:
    before = [PersonWeek(n, 200, Decimal(1), 0, 50) for n in range(6)]
    after = [PersonWeek(n, 400, Decimal(2), 0, part) for n, part in enumerate(unattributed)]
    closed = sums_to_close(before, RULE)
    assert closed is not None
    anew = sums_to_close_anew(closed, before, after, RULE)
    assert anew is not None
    assert (anew.tokens, anew.tokens_unattributed) == (2400, told)


def test_exploration_is_not_scored() -> None:
    week = team_week(WEEK, OutcomeCounts(9, 9, 4, explored=3), a_week_of(*[10**6] * 5), RULE)
    figures = week.figures.shown
    assert figures is not None
    assert figures.outcomes_per_million_tokens == Decimal("0.2")
    assert figures.cost_per_verified_outcome_usd == Decimal(5)


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        ((5, 5, 5, 5, 5), (5, 5, 5, 5, 5), True),
        ((5, 5, 5, 5, 5), (6, 6, 6, 6, 6), True),
        ((5, 5, 5, 5, 5), (6, 6, 6, 6, 5), False),
        ((5, 5, 5, 5, 5), (99, 6, 6, 6, 6), False),
        ((5, 5, 5, 5, 5, 5), (6, 6, 6, 6, 6, 4), False),
        ((), (5, 5, 5, 5, 5), True),
    ],
    ids=["nothing", "five", "four", "five with a dominant one", "one fell", "from nothing"],
)
def test_a_sum_is_stated_anew_when_what_is_added_could_be_published_by_itself(
    before: tuple[int, ...], after: tuple[int, ...], may: bool
) -> None:
    assert can_be_restated(dict(enumerate(before)), dict(enumerate(after)), RULE) is may


AMOUNTS = st.lists(st.integers(0, 50), min_size=7, max_size=7)


@given(st.lists(AMOUNTS, min_size=2, max_size=8))
def test_any_two_versions_of_a_sum_differ_by_what_could_be_published(
    arrivals: list[list[int]],
) -> None:
    stated = [dict.fromkeys(range(7), 0)]
    now = dict(stated[0])
    for more in arrivals:
        now = {one: now[one] + amount - 10 for one, amount in enumerate(more)}
        if can_be_restated(stated[-1], now, RULE):
            stated.append(dict(now))
    for later, after in enumerate(stated):
        for before in stated[:later]:
            change = {one: after[one] - before[one] for one in after}
            assert reason_to_withhold(change, RULE) is None
            assert all(amount >= 0 for amount in change.values())


def test_a_closed_week_that_kept_back_its_share_without_a_price_keeps_it_back() -> None:
    before = [PersonWeek(n, 100, Decimal(1), 50 * (n == 0)) for n in range(6)]
    after = [PersonWeek(n, 200, Decimal(2), 60) for n in range(6)]
    closed = sums_to_close(before, RULE)
    assert closed is not None
    assert closed.tokens_unpriced is None
    anew = sums_to_close_anew(closed, before, after, RULE)
    assert anew is not None
    assert (anew.tokens, anew.tokens_unpriced) == (1200, None)
    assert sums_to_close_anew(closed, before, before, RULE) is None


def test_an_empty_or_withheld_week_is_not_closed() -> None:
    assert sums_to_close([], RULE) is None
    assert sums_to_close(a_week_of(1, 1, 1, 1), RULE) is None


def test_a_closed_week_is_withheld_when_the_minimum_group_is_raised() -> None:
    sums = sums_to_close(a_week_of(1, 1, 1, 1, 1), RULE)
    assert sums is not None
    day = WEEK.sunday
    assert not closed_team_week(WEEK, COUNTS, sums, day, RULE).suppressed
    assert closed_team_week(WEEK, COUNTS, sums, day, GroupRule(6)).suppressed
    assert publish_again("figure", 4, RULE).shown is None
