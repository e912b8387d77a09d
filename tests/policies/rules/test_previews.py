"""What other parameters would change, shown so that nobody can find a person's figure by trying."""

from decimal import Decimal

import pytest

from policies.privacy import GroupRule
from policies.rules.backtest import Found, Tally
from policies.rules.previews import Change, Findings, preview_of

RULE = GroupRule()


def tally(*people: int, impact: str = "10.00", **extra: str) -> Tally:
    """One finding of each person."""
    found = {f"p{one}": Found(one, Decimal(extra.get(f"p{one}", impact))) for one in people}
    return Tally(found=found)


SIX, TWELVE = range(1, 7), range(1, 13)


def test_a_change_of_many_people_is_shown_with_both_figures() -> None:
    preview = preview_of(tally(*TWELVE), tally(*SIX), 60, RULE, is_personal=True)
    assert preview.now.shown == Findings(10, 10, Decimal(100))
    assert preview.then.shown == Findings(5, 5, Decimal(50))
    assert preview.change.shown == Change(more=0, fewer=5)


@pytest.mark.parametrize(
    "then",
    [
        pytest.param((*TWELVE,), id="nobody"),
        pytest.param((*range(1, 12),), id="one person"),
        pytest.param((*range(1, 9),), id="four people"),
    ],
)
def test_a_change_of_few_people_or_none_is_withheld_alike_and_the_new_figure_with_it(
    then: tuple[int, ...],
) -> None:
    preview = preview_of(tally(*TWELVE), tally(*then), 60, RULE, is_personal=True)
    assert preview.now.shown == Findings(10, 10, Decimal(100))
    assert (preview.then.shown, preview.change.shown) == (None, None)
    assert preview.then.withheld == preview.change.withheld


@pytest.mark.parametrize("few", range(5))
@pytest.mark.parametrize(
    ("now", "then"),
    [
        pytest.param((), TWELVE, id="above the saved value"),
        pytest.param(TWELVE, (), id="above the new value"),
        pytest.param(TWELVE, TWELVE, id="between both"),
    ],
)
def test_nobody_and_a_few_people_read_the_same(
    now: tuple[int, ...], then: tuple[int, ...], few: int
) -> None:
    """Else whoever moves a threshold until somebody shows would have found a figure."""
    some_more = range(20, 20 + few)
    none = preview_of(tally(*now), tally(*then), 60, RULE, is_personal=True)
    before, after = (now, (*then, *some_more)) if now else ((*now, *some_more), then)
    some = preview_of(tally(*before), tally(*after), 60, RULE, is_personal=True)
    assert (some.now, some.change) == (none.now, none.change)
    assert some.then.withheld == none.then.withheld


def test_a_few_in_one_direction_read_like_nobody_in_it() -> None:
    none = preview_of(tally(*TWELVE), tally(*SIX), 60, RULE, is_personal=True)
    few = preview_of(tally(*TWELVE), tally(*SIX, 13, 14), 60, RULE, is_personal=True)
    assert few == none


@pytest.mark.parametrize(("many", "less"), [(7, 6), (9, 8), (12, 11), (110, 109)])
def test_one_finding_more_or_less_hardly_shows(many: int, less: int) -> None:
    seen = [preview_of(tally(*range(n)), tally(), 60, RULE, is_personal=True) for n in (many, less)]
    assert seen[0] == seen[1]
    assert seen[0].now.shown is not None


def test_a_change_that_one_person_dominates_is_withheld() -> None:
    rich = tally(*TWELVE, p12="1000.00")
    preview = preview_of(rich, tally(*SIX), 60, RULE, is_personal=True)
    assert preview.change.shown is None
    assert preview.now.shown is None


def test_a_few_people_with_findings_are_not_counted() -> None:
    preview = preview_of(tally(1, 2), tally(), 60, RULE, is_personal=True)
    assert (preview.now.shown, preview.then.shown, preview.change.shown) == (None, None, None)


def test_findings_about_teams_and_sources_are_nobodys_and_always_shown() -> None:
    now, then = Tally(found={"s": Found(None, None)}), Tally()
    preview = preview_of(now, then, 60, RULE, is_personal=False)
    assert preview.change.shown == Change(more=0, fewer=1)
    assert preview.now.shown == Findings(1, 0, None)


@pytest.mark.parametrize(
    ("each", "shown"),
    [("205.76", "1000"), ("1.1316", "5"), ("0.002", "0.01"), ("9999.99", "50000"), ("30", "200")],
)
def test_money_is_rough(each: str, shown: str) -> None:
    preview = preview_of(tally(*SIX, impact=each), tally(), 60, RULE, is_personal=True)
    assert preview.now.shown is not None
    assert preview.now.shown.impact_usd == Decimal(shown)
