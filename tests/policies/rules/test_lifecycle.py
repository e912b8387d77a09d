"""How loudly a rule speaks: what it has to prove, and when people's verdicts silence it."""

from dataclasses import replace

import pytest

from policies.privacy import GroupRule
from policies.rules.findings import Answer
from policies.rules.lifecycle import (
    Mover,
    Proof,
    RuleSetting,
    Verdicts,
    effective_stage,
    why_not_to,
    wilson_lower_bound,
)
from policies.rules.model import Stage
from policies.rules.reports import FindingCounts, published_counts, roughly
from tests.policies.rules.judged import a_rule

PROVEN = Proof(has_tests=True, passes_tests=True, is_backtested=True)
UNTESTED = Proof(has_tests=False, passes_tests=False, is_backtested=True)
FAILING = Proof(has_tests=True, passes_tests=False, is_backtested=True)
NO_BACKTEST = Proof(has_tests=True, passes_tests=True, is_backtested=False)
SHORT = replace(NO_BACKTEST, shortfall="Its backtest is of 1 day.")
HELD = RuleSetting("waste", Stage.COACH, held_reason="It matched 9 of 10 in one pass.")


def test_stages_are_ordered_by_how_loud_they_are() -> None:
    loudness = [Stage.SHADOW, Stage.DIGEST, Stage.COACH, Stage.LEAD]
    for place, stage in enumerate(loudness):
        assert [one for one in loudness if one < stage] == loudness[:place]
        assert [one for one in loudness if one <= stage] == loudness[: place + 1]
        assert [one for one in loudness if one > stage] == loudness[place + 1 :]
        assert [one for one in loudness if one >= stage] == loudness[place:]


@pytest.mark.parametrize(
    ("in_file", "setting", "proof", "stage", "reason"),
    [
        (Stage.SHADOW, None, UNTESTED, Stage.SHADOW, "It only watches."),
        (Stage.COACH, None, PROVEN, Stage.COACH, "Its file says so."),
        (Stage.COACH, None, UNTESTED, Stage.SHADOW, "It has no tests."),
        (Stage.COACH, None, FAILING, Stage.SHADOW, "Its tests do not pass."),
        (Stage.DIGEST, None, SHORT, Stage.SHADOW, "Its backtest is of 1 day."),
        (Stage.DIGEST, None, NO_BACKTEST, Stage.SHADOW, "This version has no backtest."),
        (
            Stage.SHADOW,
            RuleSetting("waste", Stage.LEAD),
            PROVEN,
            Stage.LEAD,
            "It was set here.",
        ),
        (
            Stage.COACH,
            RuleSetting("waste", Stage.SHADOW, reason="Too many said it is wrong."),
            PROVEN,
            Stage.SHADOW,
            "Too many said it is wrong.",
        ),
        (Stage.COACH, HELD, PROVEN, Stage.SHADOW, "It is held: it went over its limit"),
        (Stage.COACH, RuleSetting("waste"), PROVEN, Stage.COACH, "Its file says so."),
    ],
)
def test_a_rule_leaves_shadow_only_once_it_has_proved_itself(
    in_file: Stage, setting: RuleSetting | None, proof: Proof, stage: Stage, reason: str
) -> None:
    now = effective_stage(a_rule(stage=in_file), setting, proof)
    assert now.stage is stage
    assert now.reason.startswith(reason)


@pytest.mark.parametrize(
    ("now", "wanted", "proof", "refusal"),
    [
        (Stage.SHADOW, Stage.DIGEST, PROVEN, ""),
        (Stage.DIGEST, Stage.COACH, PROVEN, ""),
        (Stage.LEAD, Stage.SHADOW, UNTESTED, ""),
        (Stage.SHADOW, Stage.COACH, PROVEN, "A rule goes up one step at a time"),
        (Stage.SHADOW, Stage.DIGEST, NO_BACKTEST, "This version has no backtest."),
        (Stage.SHADOW, Stage.DIGEST, FAILING, "Its tests do not pass."),
    ],
)
def test_a_rule_goes_up_one_step_at_a_time_and_down_to_any(
    now: Stage, wanted: Stage, proof: Proof, refusal: str
) -> None:
    stands = effective_stage(a_rule(stage=now), None, PROVEN)
    assert why_not_to(stands, wanted, proof).startswith(refusal)
    assert bool(why_not_to(stands, wanted, proof)) is bool(refusal)


def test_a_held_rule_is_released_before_it_goes_up() -> None:
    held = effective_stage(a_rule(), HELD, PROVEN)
    assert why_not_to(held, Stage.DIGEST, PROVEN).endswith("Release it first.")


@pytest.mark.parametrize(
    ("hits", "of", "bound"), [(0, 0, 0.0), (0, 20, 0.0), (5, 20, 0.1119), (10, 20, 0.2993)]
)
def test_the_wilson_bound_is_that_of_the_literature(hits: int, of: int, bound: float) -> None:
    assert wilson_lower_bound(hits, of) == pytest.approx(bound, abs=1e-4)


@pytest.mark.parametrize(
    ("wrong", "others", "demanded"),
    [(19, 0, False), (9, 11, True), (8, 12, False), (10, 10, True), (20, 0, True), (0, 500, False)],
)
def test_a_rule_is_demoted_where_people_call_it_wrong_too_often_to_be_an_accident(
    wrong: int, others: int, demanded: bool
) -> None:
    verdicts = Verdicts({Answer.WRONG: wrong, Answer.NOT_RELEVANT: others}, wrong + others)
    assert verdicts.demand_demotion is demanded


@pytest.mark.parametrize(
    ("wrong", "people", "answers", "demanded"),
    [(4, 4, 40, False), (1, 5, 40, False), (4, 5, 20, True), (5, 5, 19, False)],
)
def test_a_few_people_with_many_answers_have_a_vote_each(
    wrong: int, people: int, answers: int, demanded: bool
) -> None:
    verdicts = Verdicts({Answer.WRONG: wrong, Answer.TRIED: people - wrong}, answers)
    assert verdicts.demand_demotion is demanded


def test_not_relevant_is_not_wrong() -> None:
    verdicts = Verdicts({Answer.WRONG: 1, Answer.NOT_RELEVANT: 2, Answer.TRIED: 1})
    assert verdicts.precision == 0.75
    assert Verdicts().precision is None


@pytest.mark.parametrize(("is_admin", "is_owner"), [(True, False), (False, True), (False, False)])
def test_who_may_change_a_rule(is_admin: bool, is_owner: bool) -> None:
    assert Mover(is_admin, is_owner).may_move_stages is (is_admin or is_owner)


def test_counts_of_a_team_are_withheld_where_they_would_tell_of_one_person() -> None:
    rule = GroupRule()
    five = {n: FindingCounts(2, 1) for n in range(5)}
    assert published_counts(five, rule).shown == FindingCounts(10)
    assert published_counts({n: five[n] for n in range(4)}, rule).shown is None
    assert published_counts(five | {1: FindingCounts(40, 1)}, rule).shown is None
    assert published_counts({}, rule) == published_counts({1: FindingCounts(1)}, rule)
    assert [roughly(n) for n in (0, 6, 8, 104, 1234)] == [0, 5, 10, 100, 1200]
