"""Findings in storage: what a pass and a person write at once, restarts between passes, and merges."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, func, select

from policies.people import SlackIdentity
from policies.rules.evaluation import Verdict
from policies.rules.exceptions import RuleException
from policies.rules.facts import SubjectKind
from policies.rules.findings import Answer, Finding, FindingState
from policies.rules.lifecycle import RuleSetting, Verdicts
from policies.rules.model import Rule, Stage
from policies.rules.passes import PassTerms, Step
from policies.rules.pipeline import run_pass
from policies.rules.reports import FindingCounts
from policies.rules.subjects import Subject, SubjectFacts
from storage import (
    coaching_slots,
    finding_reports,
    findings,
    people,
    rule_exceptions,
    rule_passes,
    rule_settings,
)
from storage.database import Database
from storage.tables import FindingEventRow, FindingRow, Stored
from tests.policies.rules.judged import DAY, HOUR, START, Told, a_rule, judged

CLEAR, MATCHES = Verdict.CLEAR, Verdict.MATCHES
DAILY = a_rule(subject=SubjectKind.ENGINEER_DAY)
MINUTE = timedelta(minutes=1)


def a_person(database: Database, email: str = "ann@example.org") -> int:
    with database.writing() as session:
        return people.ensure_person_by_email(session, email).id


def about(person_id: int, verdict: Verdict = MATCHES, **values: object) -> SubjectFacts:
    labels = {"person": str(person_id), "team": ""}
    subject = Subject(SubjectKind.ENGINEER_DAY, f"person:{person_id}", labels, person_id)
    return judged(verdict, subject, **values)  # type: ignore[arg-type]


def a_pass(
    database: Database, now_hours: float, *seen: SubjectFacts, rule: Rule = DAILY
) -> list[Step]:
    """A pass as it runs in earnest: read, think, write."""
    now = START + now_hours * HOUR
    with database.reading() as session:
        known = findings.standing(session, [rule.id], now)
    passed = run_pass([Told(rule)], seen, known, PassTerms(), now)
    with database.writing() as session:
        return findings.save_steps(session, passed.steps, now)


def only(database: Database) -> Finding:
    with database.reading() as session:
        (found,) = findings.in_states(session, [DAILY.id], list(FindingState))
    return found


def events(database: Database) -> list[tuple[str | None, str]]:
    query = text("SELECT before, after FROM finding_event ORDER BY id")
    with database.reading() as session:
        return [(before, after) for before, after in session.connection().execute(query)]


def count(database: Database, row: type[Stored]) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(row)).one()


def test_a_finding_is_read_back_as_it_was_written(database: Database) -> None:
    ann = a_person(database)
    (step,) = a_pass(database, 0, about(ann, impact=4.2))
    assert step.after.id > 0
    assert only(database) == step.after
    assert str(only(database).impact_usd) == "4.200000000"


def test_timers_go_on_over_a_restart_as_they_would_without_one(database: Database) -> None:
    ann = a_person(database)
    rule = replace(DAILY, for_=2 * HOUR, keep=2 * HOUR)
    kept: dict[str, Finding] = {}
    sequence = [MATCHES, MATCHES, CLEAR, MATCHES, MATCHES, MATCHES, CLEAR, CLEAR, CLEAR, MATCHES]
    for hour, verdict in enumerate(sequence):
        seen = about(ann, verdict)
        a_pass(database, hour, seen, rule=rule)
        now = START + hour * HOUR
        for step in run_pass([Told(rule)], [seen], kept.values(), PassTerms(), now).steps:
            kept = {} if step.is_forgotten else {step.after.fingerprint: step.after}
        with database.reading() as session:
            stored = findings.in_states(session, [rule.id], list(FindingState))
        assert [replace(one, id=0) for one in stored] == list(kept.values())
    assert events(database) == [("pending", "open"), ("open", "resolved")]


def test_what_was_only_waiting_leaves_no_trace(database: Database) -> None:
    ann = a_person(database)
    rule = replace(DAILY, for_=DAY)
    a_pass(database, 0, about(ann), rule=rule)
    a_pass(database, 1, about(ann, CLEAR), rule=rule)
    assert (count(database, FindingRow), count(database, FindingEventRow)) == (0, 0)


def test_nothing_is_written_where_nothing_changed(database: Database) -> None:
    ann = a_person(database)
    a_pass(database, 0, about(ann))
    assert a_pass(database, 1, about(ann)) == []


def test_an_answer_given_during_a_pass_wins(database: Database) -> None:
    ann = a_person(database)
    a_pass(database, 0, about(ann))
    read = only(database)
    now = START + HOUR
    passed = run_pass([Told(DAILY)], [about(ann, CLEAR)], [read], PassTerms(), now)
    snoozed = replace(read, state=FindingState.SNOOZED, until=START + 7 * DAY, reason="later")
    with database.writing() as session:
        assert findings.change(session, read, snoozed, now, actor_id=ann)
    with database.writing() as session:
        assert findings.save_steps(session, passed.steps, now) == []
    assert only(database) == snoozed
    assert events(database) == [(None, "open"), ("open", "snoozed")]


def test_an_answer_to_what_has_changed_meanwhile_changes_nothing(database: Database) -> None:
    ann = a_person(database)
    a_pass(database, 0, about(ann))
    read = only(database)
    a_pass(database, 1, about(ann, CLEAR))
    with database.writing() as session:
        wrong = replace(read, state=FindingState.WRONG)
        assert not findings.change(session, read, wrong, START + HOUR, actor_id=ann)
    assert only(database).state is FindingState.RESOLVED


def test_a_pass_leaves_alone_what_a_person_let_their_lead_know(database: Database) -> None:
    ann = a_person(database)
    a_pass(database, 0, about(ann))
    read = only(database)
    now = START + HOUR
    passed = run_pass([Told(DAILY)], [about(ann, impact=9)], [read], PassTerms(), now)
    with database.writing() as session:
        assert findings.change(session, read, replace(read, lead_may_know=True), now)
    with database.writing() as session:
        findings.save_steps(session, passed.steps, now)
    assert only(database).lead_may_know
    assert only(database).impact_usd == 9


def test_what_was_resolved_long_ago_begins_anew_and_what_was_lately_has_regressed(
    database: Database,
) -> None:
    ann, bob = a_person(database), a_person(database, "bob@example.org")
    a_pass(database, 0, about(ann), about(bob))
    a_pass(database, 1, about(ann, CLEAR))
    a_pass(database, 24 * 89, about(ann), about(bob, CLEAR))
    a_pass(database, 24 * 200, about(bob))
    with database.reading() as session:
        found = findings.in_states(session, [DAILY.id], list(FindingState))
    assert {one.subject.person_id: one.state for one in found} == {
        ann: FindingState.REGRESSED,
        bob: FindingState.OPEN,
    }


def test_two_passes_at_once_find_each_thing_once(database: Database) -> None:
    seen = [about(a_person(database, f"p{n}@example.org")) for n in range(20)]
    _at_once(4, lambda _n: a_pass(database, 0, *seen))
    assert (count(database, FindingRow), count(database, FindingEventRow)) == (20, 20)


# Tips.


def test_one_tip_a_day_and_three_a_week_whoever_hands_them_out(database: Database) -> None:
    ann = a_person(database)
    a_pass(database, 0, about(ann))
    finding_id = only(database).id
    taken: list[date] = []

    def take(number: int) -> None:
        day = START.date() + (number % 5) * DAY
        with database.writing() as session:
            if coaching_slots.take(session, ann, day, finding_id, START):
                taken.append(day)

    _at_once(15, take)
    assert len(taken) == len(set(taken)) == 3
    with database.reading() as session:
        assert coaching_slots.tip_days(session, [ann], START.date()) == {ann: sorted(taken)}


# Whose turn a pass is.


def test_one_of_many_runs_a_pass(database: Database) -> None:
    won: list[rule_passes.PassClaim] = []

    def claim(_number: int) -> None:
        with database.writing() as session:
            claimed = rule_passes.claim(session, "hourly", START, START, 10 * MINUTE)
            if claimed is not None:
                won.append(claimed)

    _at_once(8, claim)
    assert [one.attempt for one in won] == [1]


def test_a_pass_whose_lease_ran_out_is_taken_over_and_the_first_finishes_nothing(
    database: Database,
) -> None:
    def claim(minutes: int) -> rule_passes.PassClaim | None:
        now = START + minutes * MINUTE
        with database.writing() as session:
            return rule_passes.claim(session, "hourly", START, now, 10 * MINUTE)

    first = claim(0)
    assert claim(9) is None
    second = claim(10)
    assert first is not None
    assert second is not None
    with database.writing() as session:
        assert not rule_passes.finish(session, first, START + 11 * MINUTE)
        assert rule_passes.finish(session, second, START + 11 * MINUTE)
    assert claim(60) is None
    with database.reading() as session:
        assert not rule_passes.is_due(session, "hourly", START, START + DAY)
        assert rule_passes.latest_finished(session, "hourly") == START + 11 * MINUTE


# How rules are set.


def test_a_stage_and_a_breaker_are_set_apart_from_each_other(database: Database) -> None:
    ann = a_person(database)
    with database.writing() as session:
        rule_settings.set_stage(session, "waste", Stage.COACH, "proven", START, actor_id=ann)
        assert rule_settings.hold(session, "waste", "It matched all.", START)
        assert not rule_settings.hold(session, "waste", "Again.", START + HOUR)
    with database.reading() as session:
        assert rule_settings.settings(session)["waste"] == RuleSetting(
            "waste", Stage.COACH, "It matched all.", START, ann, START, "proven"
        )
    with database.writing() as session:
        assert rule_settings.release(session, "waste")
        assert not rule_settings.release(session, "waste")
        assert rule_settings.hold_setting(session, "waste").stage is Stage.COACH


def test_a_parameter_is_set_for_a_team_or_for_everybody_and_taken_back(database: Database) -> None:
    ann = a_person(database)
    with database.writing() as session:
        for team_id, value in ((None, 2.0), (3, 4.5)):
            rule_settings.set_params(
                session, "waste", team_id, {"floor_usd": value}, START, actor_id=ann
            )
    with database.writing() as session:
        assert rule_settings.params(session) == {
            ("waste", None): {"floor_usd": 2.0},
            ("waste", 3): {"floor_usd": 4.5},
        }
        rule_settings.set_params(session, "waste", 3, {"floor_usd": None}, START, actor_id=ann)
        assert [one.team_id for one in rule_settings.params_of(session, "waste")] == [None]


def test_an_exception_holds_until_its_last_day_or_until_it_is_ended(database: Database) -> None:
    ann = a_person(database)
    draft = RuleException(0, "waste", "load test", START.date(), ann, START, person_id=ann)
    with database.writing() as session:
        added = rule_exceptions.add(session, draft)
        assert added == replace(draft, id=added.id)
        assert rule_exceptions.in_force(session, START + DAY) == [
            added
        ]  # the day goes on in the west
        assert rule_exceptions.in_force(session, START + 2 * DAY) == []
        assert rule_exceptions.end(session, added.id, START, actor_id=ann)
        assert not rule_exceptions.end(session, added.id, START, actor_id=ann)
        assert rule_exceptions.in_force(session, START) == []


# Reports.


def test_counts_are_by_person_and_verdicts_of_the_running_version(database: Database) -> None:
    ann, bob = a_person(database), a_person(database, "bob@example.org")
    a_pass(database, 0, about(ann), about(bob))
    a_pass(database, 1, about(ann, CLEAR), about(bob))
    with database.reading() as session:
        counted = finding_reports.counts_by_person(session, START, START + DAY, ["waste"])
        assert counted == {"waste": {ann: FindingCounts(1, 1), bob: FindingCounts(1, 0)}}
        standing = finding_reports.standing_by_person(session, "waste", [FindingState.OPEN])
        assert standing == {bob: 1}
        found = findings.of_person(session, ann)
    with database.writing() as session:
        for version, answer in ((1, Answer.WRONG), (2, Answer.TRIED), (2, Answer.WRONG)):
            rule = ("waste", version)
            finding_reports.save_verdict(session, found[0].id, ann, rule, answer, "", START)
    with database.reading() as session:
        assert finding_reports.verdicts_of(session, {"waste": 2}) == {
            "waste": Verdicts({Answer.WRONG: 1}, answers=1)
        }
        assert finding_reports.verdicts_of(session, {"waste": 1}) == {}


def test_everybody_has_one_vote_on_a_version_their_latest_word(database: Database) -> None:
    ann, bob = a_person(database), a_person(database, "bob@example.org")
    a_pass(database, 0, about(ann), about(bob))
    with database.writing() as session:
        ids = [findings.of_person(session, one)[0].id for one in (ann, bob)]
        said = [(ids[0], ann, Answer.TRIED, 0), (ids[1], ann, Answer.WRONG, 2)]
        for finding_id, person, word, hours in [*said, (ids[1], bob, Answer.TRIED, 1)]:
            at = START + hours * HOUR
            finding_reports.save_verdict(session, finding_id, person, ("waste", 1), word, "", at)
    with database.reading() as session:
        assert finding_reports.verdicts_of(session, {"waste": 1}) == {
            "waste": Verdicts({Answer.WRONG: 1, Answer.TRIED: 1}, answers=3)
        }
        early = finding_reports.verdicts_of(session, {"waste": 1}, {"waste": START + HOUR})
        assert early["waste"].answers == 2


# People who turn out to be the same.


@pytest.mark.parametrize("both_have_it", [False, True])
def test_findings_follow_a_person_who_turns_out_to_be_known(
    database: Database, both_have_it: bool
) -> None:
    by_email = a_person(database)
    identity = SlackIdentity("", "T1", "U1")
    with database.writing() as session:
        in_slack = people.remember_person(session, identity, "Ann", None, "UTC").id
    a_pass(database, 0, about(by_email))
    if both_have_it:
        a_pass(database, 1, about(by_email), about(in_slack))
    with database.writing() as session:
        old = findings.of_person(session, by_email)[0]
        assert coaching_slots.take(session, by_email, START.date(), old.id, START)
        finding_reports.save_verdict(
            session, old.id, by_email, ("waste", 1), Answer.WRONG, "no", START
        )
        _except(session, by_email)
    with database.writing() as session:
        people.remember_person(session, identity, "Ann", "ann@example.org", "UTC")
    found = only(database)
    assert found.subject.key == f"person:{in_slack}"
    assert found.subject.labels["person"] == str(in_slack)
    assert found.fingerprint == f"waste/engineer_day/person%3A{in_slack}"
    assert len(events(database)) == (2 if both_have_it else 1)
    with database.reading() as session:
        assert coaching_slots.tip_days(session, [in_slack], START.date())
        assert finding_reports.verdicts_of(session, {"waste": 1})["waste"].wrong == 1
        assert [one.person_id for one in rule_exceptions.in_force(session, START)] == [in_slack]
    assert a_pass(database, 2, about(in_slack)) == []


def _except(session: Session, person_id: int) -> None:
    draft = RuleException(0, "waste", "x", START.date(), person_id, START, person_id=person_id)
    rule_exceptions.add(session, draft)


def _at_once(times: int, deed: Callable[[int], object]) -> None:
    threads = [threading.Thread(target=deed, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
