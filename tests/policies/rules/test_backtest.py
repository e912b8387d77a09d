"""A replay of days: the real state machine and attention budget, counted without naming anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from policies.privacy import GroupRule
from policies.rules.backtest import Replay, summary_of
from policies.rules.catalogue import facts_without_data
from policies.rules.evaluation import Verdict
from policies.rules.exceptions import RuleException
from policies.rules.facts import SubjectKind
from policies.rules.model import Limit, Rule, Severity
from policies.rules.passes import PassTerms
from policies.rules.subjects import Subject, SubjectFacts
from policies.rules.summary import BacktestSummary, Difference, digest_with
from tests.policies.rules.judges import COSTLY, DAY, HandJudge

MONDAY = date(2026, 6, 1)
HOUR = timedelta(hours=1)
Costs = Mapping[int, Sequence[float]]
"""By person, what their one outcome costs on each day from Monday on."""


def of_day(costs: Costs, n: int) -> list[SubjectFacts]:
    without = facts_without_data(SubjectKind.OUTCOME)
    return [
        SubjectFacts(
            Subject(
                SubjectKind.OUTCOME,
                f"outcome:{person}",
                {"outcome": f"O-{person}", "person": str(person), "team": "1"},
                person_id=person,
                team_id=1,
                outcome_id=person,
            ),
            without | {"usage.cost_usd": series[n]},
        )
        for person, series in costs.items()
        if n < len(series)
    ]


def replayed(costs: Costs, judge: HandJudge, terms: PassTerms | None = None) -> Replay:
    replay = Replay([judge], terms or PassTerms())
    for n in range(max(len(series) for series in costs.values())):
        replay.take(MONDAY + n * DAY, {SubjectKind.OUTCOME: of_day(costs, n)})
    return replay


def summed(costs: Costs, rule: Rule = COSTLY, terms: PassTerms | None = None) -> BacktestSummary:
    judge = HandJudge(rule)
    last = MONDAY + (max(len(series) for series in costs.values()) - 1) * DAY
    return summary_of(judge, replayed(costs, judge, terms), MONDAY, last)


def test_a_finding_is_counted_when_it_opens_with_its_person_and_money() -> None:
    found = summed({1: [1, 6, 6, 6], 2: [8, 8, 8, 8], 3: [1, 1, 1, 1]})
    assert (found.opened, found.people, found.told) == (2, 2, 2)
    assert found.impact_usd == Decimal(4)
    assert (found.judged, found.errors, found.thin_days, found.held_days) == (12, 0, 0, 0)


def test_findings_are_counted_by_week_and_a_week_without_any_is_zero() -> None:
    found = summed({1: [1] * 13 + [6] * 2, 2: [6] * 15})
    assert found.opened_by_week == {
        date(2026, 6, 1): 1,
        date(2026, 6, 8): 1,
        date(2026, 6, 15): 0,
    }
    assert found.days == 15
    assert found.opened_a_week == pytest.approx(14 / 15)


def test_a_finding_that_comes_back_within_a_week_flaps() -> None:
    assert summed({1: [6, 1, 6, 1, 6]}).flapping == 2
    assert summed({1: [6, 1, *[1] * 7, 6]}).flapping == 0


def test_waits_of_less_than_a_day_are_met_by_the_one_evaluation_of_a_day() -> None:
    hour = replace(COSTLY, for_=HOUR, keep=HOUR)
    assert summed({1: [6, 1, 6]}, hour).opened == 2
    two_days = replace(COSTLY, for_=2 * DAY)
    assert summed({1: [6, 6]}, two_days).opened == 0
    assert summed({1: [6, 6, 6]}, two_days).opened == 1


def test_a_person_gets_one_tip_a_workday_and_three_a_week() -> None:
    many = {n: [6.0] * 5 for n in range(1, 7)}
    replay = Replay([HandJudge()], PassTerms())
    for n in range(12):
        subjects = [
            replace(one, subject=replace(one.subject, person_id=1))
            for one in of_day({key: [6.0] * 12 for key in many}, n)
        ]
        replay.take(MONDAY + n * DAY, {SubjectKind.OUTCOME: subjects})
    found = summary_of(HandJudge(), replay, MONDAY, MONDAY + 11 * DAY)
    assert (found.opened, found.people, found.told) == (6, 1, 6)


def test_tips_wait_over_the_weekend_and_alarms_do_not() -> None:
    saturday: Costs = {1: [1, 1, 1, 1, 1, 6, 6]}
    assert summed(saturday).told == 0
    assert summed(saturday, replace(COSTLY, severity=Severity.ALARM)).told == 1
    assert summed({1: [1, 1, 1, 1, 1, 6, 6, 6]}).told == 1


def test_a_rule_that_says_nothing_tells_nobody() -> None:
    assert summed({1: [6]}, replace(COSTLY, say=replace(COSTLY.say, coach=""))).told == 0


def test_what_an_exception_covers_is_counted_apart() -> None:
    covers = RuleException(
        *(1, COSTLY.id, "a load test", MONDAY + 30 * DAY, 9),
        created_at=datetime(2026, 6, 1, tzinfo=UTC),
        person_id=1,
    )
    found = summed({1: [6, 6], 2: [6, 6]}, terms=PassTerms(exceptions=[covers]))
    assert (found.opened, found.exempted, found.people) == (1, 1, 1)


def test_a_day_on_which_the_breaker_trips_opens_nothing_and_is_counted() -> None:
    narrow = replace(COSTLY, limit=Limit(findings=2, share=0.0))
    found = summed({n: [6, 1] for n in range(3)}, narrow)
    assert (found.opened, found.held_days) == (0, 1)


def test_errors_and_days_with_too_little_data_are_counted() -> None:
    def verdict(values: Mapping[str, object]) -> Verdict | None:
        return {7.0: Verdict.ERROR, 2.0: Verdict.TOO_LITTLE}.get(values["usage.cost_usd"])  # type: ignore[call-overload, no-any-return]

    judge = HandJudge(verdict=verdict)
    replay = replayed({1: [2, 2, 7], 2: [2, 6, 6]}, judge)
    found = summary_of(judge, replay, MONDAY, MONDAY + 2 * DAY)
    assert (found.errors, found.thin_days, found.opened) == (1, 1, 1)


def test_two_versions_are_compared_finding_by_finding() -> None:
    costs: Costs = {1: [6], 2: [8], 3: [4.5]}
    running = replayed(costs, HandJudge())
    terms = PassTerms(params={(COSTLY.id, None): {"floor_usd": 4.0}})
    lower = replayed(costs, HandJudge(), terms)
    found = summary_of(HandJudge(), lower, MONDAY, MONDAY, running=running)
    assert found.difference == Difference(only_new=1, only_running=0, both=2)
    higher = replayed(costs, HandJudge(), PassTerms(params={(COSTLY.id, None): {"floor_usd": 7.0}}))
    found = summary_of(HandJudge(), higher, MONDAY, MONDAY, running=running)
    assert found.difference == Difference(only_new=0, only_running=1, both=1)


@pytest.mark.parametrize(
    ("costs", "is_shown"),
    [
        ({n: [6] for n in range(5)}, True),
        ({n: [6] for n in range(4)}, False),
        ({0: [100], **{n: [6] for n in range(1, 6)}}, False),
        ({1: [1]}, False),
    ],
    ids=["five people", "four people", "one of six has most of the money", "nobody"],
)
def test_others_read_a_summary_of_enough_people_without_a_dominant_one(
    costs: Costs, is_shown: bool
) -> None:
    assert (summed(costs).published(GroupRule(), is_personal=True).shown is not None) is is_shown


def test_a_summary_of_teams_or_sources_is_nobodys_and_always_shown() -> None:
    assert summed({1: [1]}).published(GroupRule(), is_personal=False).shown is not None


def test_a_summary_comes_back_from_storage_as_it_was() -> None:
    running = replayed({1: [6], 2: [8]}, HandJudge())
    found = summary_of(HandJudge(), running, MONDAY, MONDAY, running=running)
    assert BacktestSummary.from_json(found.as_json()) == found
    plain = summed({1: [1]})
    assert BacktestSummary.from_json(plain.as_json()) == plain


def test_a_summary_names_nobody() -> None:
    assert "person" not in str(summed({1: [6]}).as_json())
    assert "outcome:1" not in repr(replayed({1: [6]}, HandJudge()).tally_of(COSTLY.id))


def test_the_digest_of_other_parameters_is_another_one() -> None:
    assert digest_with(COSTLY, {}) == COSTLY.digest
    other = digest_with(COSTLY, {"floor_usd": 7.0})
    assert other != COSTLY.digest
    assert other == digest_with(COSTLY, {"floor_usd": 7.0})
    assert other != digest_with(COSTLY, {"floor_usd": 8.0})
