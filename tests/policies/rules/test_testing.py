"""The tester of rules: it fails on whatever is missing, unlisted or otherwise than expected."""

from dataclasses import replace

import pytest

from policies.rules.evaluation import Verdict
from policies.rules.findings import Finding
from policies.rules.model import Rule
from policies.rules.testing import passes_its_tests, run_tests
from tests.policies.rules.judges import COSTLY, DAY, HandJudge, change, costs, judge_with


def said(_rule: Rule, finding: Finding) -> str:
    return f"It cost ${finding.facts['usage.cost_usd']:.2f}."


def failures(judge: HandJudge) -> list[str]:
    (result,) = run_tests(judge, said)
    return list(result.failures)


SLOW = replace(COSTLY, for_=DAY)
KEPT = replace(COSTLY, keep=2 * DAY)


@pytest.mark.parametrize(
    ("rule", "series", "expected"),
    [
        pytest.param(COSTLY, costs(a=(1.0,)), (), id="nothing is found where nothing matches"),
        pytest.param(
            COSTLY, costs(a=(1.0, 6.0)), (change(1, "a", "open", "1.00"),), id="opens once"
        ),
        pytest.param(
            COSTLY,
            costs(a=(6.0, 1.0, 7.0)),
            (change(0, "a", "open"), change(1, "a", "resolved"), change(2, "a", "regressed")),
            id="opens, is resolved, and regresses",
        ),
        pytest.param(
            COSTLY, costs(a=(6.0,), b=(1.0,)), (change(0, "a", "open"),), id="each subject alone"
        ),
        pytest.param(SLOW, costs(a=(6.0, 6.0)), (change(1, "a", "open"),), id="waits for long"),
        pytest.param(SLOW, costs(a=(6.0, 1.0)), (), id="waiting is not listed"),
        pytest.param(
            KEPT,
            costs(a=(6.0, 1.0, 1.0, 1.0)),
            (change(0, "a", "open"), change(3, "a", "resolved")),
            id="is kept for long",
        ),
        pytest.param(
            COSTLY,
            costs(a=(6.25,)),
            (change(0, "a", "open", says="$6.25"),),
            id="says what it should",
        ),
        pytest.param(
            COSTLY, costs(a=(6.004,)), (change(0, "a", "open", "1.00"),), id="impact to the cent"
        ),
    ],
)
def test_a_test_passes_where_everything_comes_as_listed(
    rule: Rule, series: dict[str, dict[str, tuple[float, ...]]], expected: tuple[object, ...]
) -> None:
    assert failures(judge_with(series, *expected, rule=rule)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("judge", "sentence"),
    [
        pytest.param(
            judge_with(costs(a=(6.0, 1.0)), change(0, "a", "open")),
            "after 1d, a: found resolved, which is not listed",
            id="an unlisted change",
        ),
        pytest.param(
            judge_with(costs(a=(6.0,)), rule=SLOW),
            "after 1d, a: found open at $1.00, which is not listed",
            id="a finding that only waits at the last value",
        ),
        pytest.param(
            judge_with(costs(a=(6.0, 1.0)), change(0, "a", "open"), rule=KEPT),
            "after 3d, a: found resolved, which is not listed",
            id="an end that is only kept waiting at the last value",
        ),
        pytest.param(
            judge_with(costs(a=(6.0,))),
            "after 0d, a: found open at $1.00, which is not listed",
            id="an unlisted finding",
        ),
        pytest.param(
            judge_with(costs(a=(1.0, 1.0)), change(1, "a", "open")),
            "after 1d, a: expected open, found nothing; when is false because "
            "usage.cost_usd is 1.0, params.floor_usd is 5.0",
            id="a missing finding",
        ),
        pytest.param(
            judge_with(costs(a=(6.0, 6.0)), change(0, "a", "open"), change(1, "a", "resolved")),
            "after 1d, a: expected resolved, found nothing; when is true there. It matches still.",
            id="a missing resolution",
        ),
        pytest.param(
            judge_with(costs(a=(6.0,)), change(0, "a", "open", "2.50")),
            "after 0d, a: expected an impact of $2.50, found $1.00",
            id="a wrong impact",
        ),
        pytest.param(
            judge_with(costs(a=(6.0,)), change(0, "a", "open", says="$7.00")),
            "after 0d, a: expected it to say “$7.00”, but it says “It cost $6.00.”",
            id="wrong words",
        ),
        pytest.param(
            judge_with(costs(a=(6.0,)), change(0, "a", "open"), change(0, "b", "open")),
            "after 0d, b: expected open, found nothing; the test has no series of that name",
            id="a subject that is not there",
        ),
        pytest.param(
            judge_with(costs(a=(1.0,)), change(1.5, "a", "open")),
            "after 36h, a: expected open, found nothing; no step of 1d falls on 36h",
            id="a moment between two steps",
        ),
    ],
)
def test_a_test_fails_with_a_sentence_that_says_why(judge: HandJudge, sentence: str) -> None:
    assert failures(judge) == [sentence]


def test_another_change_than_expected_is_told_once_as_missing_and_once_as_unlisted() -> None:
    judge = judge_with(costs(a=(6.0, 1.0)), change(0, "a", "open"), change(1, "a", "regressed"))
    assert failures(judge) == [
        "after 1d, a: expected regressed, found resolved",
        "after 1d, a: found resolved, which is not listed",
    ]


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (Verdict.ERROR, "the rule fails: a note"),
        (Verdict.TOO_LITTLE, "there is too little data to judge: a note"),
    ],
)
def test_a_missing_finding_names_an_error_and_too_little_data(verdict: Verdict, why: str) -> None:
    rule = judge_with(costs(a=(6.0,)), change(0, "a", "open")).rule
    judge = HandJudge(rule, lambda _values: verdict)
    assert failures(judge) == [f"after 0d, a: expected open, found nothing; {why}"]


def test_a_test_may_set_params() -> None:
    assert (
        failures(judge_with(costs(a=(2.5,)), change(0, "a", "open", "0.50"), floor_usd=2.0)) == []
    )


def test_subjects_before_a_slash_are_one_person() -> None:
    rule = replace(COSTLY, group_by=("person",))
    series = {"ana/1": {"usage.cost_usd": (6.0,)}, "ana/2": {"usage.cost_usd": (8.0,)}}
    judge = judge_with(series, change(0, "ana/2", "open", "4.00"), rule=rule)
    assert failures(judge) == []


def test_a_rule_of_some_teams_is_tested_within_one_of_them() -> None:
    rule = replace(COSTLY, scope=replace(COSTLY.scope, teams=("Payments",)))
    assert failures(judge_with(costs(a=(6.0,)), change(0, "a", "open"), rule=rule)) == []


def test_a_rule_without_tests_does_not_pass_them() -> None:
    assert not passes_its_tests(HandJudge(), said)
    assert passes_its_tests(judge_with(costs(a=(6.0,)), change(0, "a", "open")), said)
    assert not passes_its_tests(judge_with(costs(a=(6.0,))), said)
