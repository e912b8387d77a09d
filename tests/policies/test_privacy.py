"""Published figures: who may be counted, and that nobody else can make one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.metrics import OutcomeCounts, PersonWeek, team_week, week_figures
from policies.periods import IsoWeek
from policies.privacy import GroupRule, Published, publish, reason_to_withhold

RULE = GroupRule()


def a_week_of(*tokens: int, verified: int = 2) -> list[PersonWeek]:
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
    figures = week_figures(a_week_of(1_000_000, 3_000_000), verified=2)
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
    figures = week_figures(a_week_of(*tokens), verified)
    assert figures.outcomes_per_million_tokens == per_million
    assert figures.cost_per_verified_outcome_usd == per_outcome


def test_a_small_teams_week_lists_outcomes_and_withholds_its_figures() -> None:
    week = team_week(IsoWeek(2026, 46), OutcomeCounts(3, 2, 1), a_week_of(10, 10, 10, 10), RULE)
    assert week.suppressed
    assert (week.contributors, week.outcomes.verified) == (4, 1)
    assert week.figures.shown is None
