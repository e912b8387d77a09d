"""The order of decisions: rows that tell what becomes of a finding, and what no sequence may break."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.rules.evaluation import Evaluation, Verdict
from policies.rules.exceptions import RuleException
from policies.rules.facts import FactType, FactValue, SubjectKind
from policies.rules.findings import Answer, FindingState
from policies.rules.fingerprints import fingerprint_of, key_with_person, with_person
from policies.rules.model import Limit, Param, Scope, Stage
from policies.rules.passes import PassTerms
from policies.rules.pipeline import run_pass
from policies.rules.reasons import Why
from policies.rules.subjects import Subject, SubjectFacts
from tests.policies.rules.judged import (
    DAY,
    HOUR,
    START,
    Told,
    World,
    a_rule,
    a_world,
    an_outcome,
    judged,
)

CLEAR, BETWEEN = Verdict.CLEAR, Verdict.BETWEEN
TOO_LITTLE, ERROR, MATCHES = Verdict.TOO_LITTLE, Verdict.ERROR, Verdict.MATCHES
GONE = None

M, C, B, T, E, X = MATCHES, CLEAR, BETWEEN, TOO_LITTLE, ERROR, GONE
"""What a pass sees, hour by hour; X is a subject that is no longer listed."""


@pytest.mark.parametrize(
    ("sentence", "waits", "keeps", "seen", "state", "why"),
    [
        ("without a wait it opens at once", 0, 0, [M], "open", Why.OPENED),
        ("it waits until it matched for long enough", 2, 0, [M, M], "pending", Why.WAITS),
        ("it opens once it did", 2, 0, [M, M, M], "open", Why.OPENED),
        ("what it sees afterwards goes on", 0, 0, [M, M], "open", Why.GOES_ON),
        ("one clear pass starts the wait anew", 2, 0, [M, M, C, M, M], None, Why.WAITS),
        ("one pass between starts the wait anew", 2, 0, [M, M, B, M, M], None, Why.WAITS),
        ("too little data holds the wait", 2, 0, [M, T, M], "open", Why.OPENED),
        ("an error holds the wait", 2, 0, [M, E, M], "open", Why.OPENED),
        ("too little data resolves nothing", 0, 0, [M, T], "open", Why.TOO_LITTLE),
        ("an error resolves nothing", 0, 0, [M, E], "open", Why.ERROR),
        ("what clears is resolved", 0, 0, [M, C], "resolved", Why.RESOLVED),
        ("it is kept until it was clear for long enough", 0, 2, [M, C, C], "open", Why.KEPT),
        ("it is resolved once it was", 0, 2, [M, C, C, C], "resolved", Why.RESOLVED),
        ("a match in between keeps it longer", 0, 2, [M, C, M, C, C], "open", Why.KEPT),
        ("a pass between keeps it longer", 0, 2, [M, C, B, C, C], "open", Why.KEPT),
        ("between it goes on", 0, 0, [M, B], "open", Why.BETWEEN),
        ("a gone subject is kept for a day", 0, 0, [M, *[X] * 24], "open", Why.KEPT),
        ("then it is resolved", 0, 0, [M, *[X] * 25], "resolved", Why.NO_LONGER_SEEN),
        ("what matches again has regressed", 0, 0, [M, C, M], "regressed", Why.REGRESSED),
        ("it waits before it has", 2, 0, [M, M, M, C, M, M], "resolved", Why.WAITS),
        ("and then it has", 2, 0, [M, M, M, C, M, M, M], "regressed", Why.REGRESSED),
        ("clearing meanwhile starts that anew", 1, 0, [M, M, C, M, C, M], "resolved", Why.WAITS),
    ],
)
def test_a_pass_takes_a_finding_to_its_next_state(
    sentence: str,
    waits: int,
    keeps: int,
    seen: list[Verdict | None],
    state: str | None,
    why: Why,
) -> None:
    world = a_world(a_rule(for_=waits * HOUR, keep=keeps * HOUR))
    for hour, verdict in enumerate(seen):
        passed = world.at(START + hour * HOUR, *([judged(verdict)] if verdict else []))
    assert passed.steps[0].reason.why is why, sentence
    assert world.only.state.value == (state or "pending"), sentence


def test_what_cleared_before_it_was_a_finding_is_forgotten() -> None:
    world = a_world(a_rule(for_=DAY))
    world.at(START, judged())
    (step,) = world.at(START + HOUR, judged(CLEAR)).steps
    assert step.is_forgotten
    assert world.findings == {}


def test_too_little_data_at_first_is_no_finding() -> None:
    world = a_world()
    assert world.at(START, judged(TOO_LITTLE)).steps == ()


def test_what_there_is_too_little_data_of_for_four_weeks_is_let_go() -> None:
    world = a_world()
    world.at(START, judged())
    for day in range(1, 28):
        world.at(START + day * DAY, judged(TOO_LITTLE))
        assert world.only.state is FindingState.OPEN
    (step,) = world.at(START + 28 * DAY, judged(TOO_LITTLE)).steps
    assert (step.after.state, step.reason.why) == (FindingState.RESOLVED, Why.NO_LONGER_SEEN)


# Clocks.


def test_a_clock_that_goes_back_holds_everything() -> None:
    world = a_world(a_rule(keep=HOUR))
    world.at(START, judged())
    before = world.only
    (step,) = world.at(START - DAY, judged(CLEAR)).steps
    assert (step.after, step.reason.why) == (before, Why.CLOCK_BACK)


@pytest.mark.parametrize("verdict", [MATCHES, TOO_LITTLE])
def test_one_pass_by_a_clock_far_ahead_freezes_nothing(verdict: Verdict) -> None:
    world = a_world(a_rule(keep=HOUR))
    world.at(START, judged())
    world.at(START + 365 * DAY, judged())
    (step,) = world.at(START + HOUR, judged(verdict)).steps
    assert step.is_change
    assert world.only.seen_at == START + HOUR
    world.at(START + 2 * HOUR, judged(CLEAR))
    assert world.only.state is FindingState.OPEN
    world.at(START + 3 * HOUR, judged(CLEAR))
    assert (world.only.state, world.only.resolved_at) == (FindingState.RESOLVED, START + 3 * HOUR)


def test_what_a_clock_far_ahead_saw_first_waits_from_now() -> None:
    world = a_world(a_rule(for_=HOUR))
    world.at(START + 365 * DAY, judged())
    world.at(START, judged())
    assert (world.only.state, world.only.since) == (FindingState.PENDING, START)
    world.at(START + HOUR, judged())
    assert (world.only.state, world.only.opened_at) == (FindingState.OPEN, START + HOUR)


def test_a_clock_that_jumps_ahead_opens_nothing_that_was_not_seen_twice_in_between() -> None:
    world = a_world(a_rule(for_=HOUR))
    world.at(START, judged())
    world.at(START + 30 * DAY, judged())
    assert world.only.state is FindingState.PENDING
    world.at(START + 30 * DAY + HOUR, judged())
    assert world.only.state is FindingState.OPEN


def test_a_rule_that_waits_for_a_week_may_be_looked_at_once_a_week() -> None:
    world = a_world(a_rule(for_=7 * DAY))
    world.at(START, judged())
    world.at(START + 7 * DAY, judged())
    assert world.only.state is FindingState.OPEN


def test_nothing_is_written_where_nothing_changed_but_that_it_was_seen_some_hours_ago() -> None:
    world = a_world()
    world.at(START, judged())
    assert world.at(START + HOUR, judged()).changes == ()
    (step,) = world.at(START + 6 * HOUR, judged()).changes
    assert step.after == replace(world.only, seen_at=START + 6 * HOUR)


# Answers.


def _answered(world: World, answer: Answer, until: datetime | None = None) -> None:
    found = world.only
    world.findings[found.fingerprint] = replace(found, state=answer.state, until=until)


@pytest.mark.parametrize("answer", [Answer.SNOOZED, Answer.PLANNED, Answer.NOT_RELEVANT])
def test_an_answer_holds_until_its_moment_and_then_it_opens_again(answer: Answer) -> None:
    world = a_world()
    world.at(START, judged())
    _answered(world, answer, START + 2 * DAY)
    world.at(START + DAY, judged())
    assert world.only.state is answer.state
    (step,) = world.at(START + 2 * DAY, judged()).steps
    assert (step.after.state, step.reason.why) == (FindingState.OPEN, Why.ANSWER_ENDED)
    assert step.after.opened_at == START + 2 * DAY
    assert step.after.until is None


def test_what_is_resolved_and_matches_again_is_still_under_its_answer() -> None:
    world = a_world()
    world.at(START, judged())
    _answered(world, Answer.PLANNED, START + 5 * DAY)
    world.at(START + DAY, judged(CLEAR))
    world.at(START + 2 * DAY, judged())
    assert world.only.state is FindingState.REGRESSED
    assert world.only.until == START + 5 * DAY


def test_wrong_is_silent_until_the_rule_has_another_version() -> None:
    world = a_world(a_rule(version=1))
    world.at(START, judged())
    _answered(world, Answer.WRONG)
    world.at(START + HOUR, judged())
    world.at(START + DAY, judged(CLEAR))
    world.at(START + 2 * DAY, judged())
    assert world.only.state is FindingState.WRONG
    world.rules = (a_rule(version=2),)
    world.at(START + 3 * DAY, judged(CLEAR))
    assert world.only.state is FindingState.WRONG
    world.at(START + 4 * DAY, judged())
    assert (world.only.state, world.only.rule_version) == (FindingState.OPEN, 2)


def test_what_somebody_tries_is_silent_until_it_clears() -> None:
    world = a_world()
    world.at(START, judged())
    _answered(world, Answer.TRIED)
    world.at(START + 20 * DAY, judged())
    assert world.only.state is FindingState.ACKNOWLEDGED


def test_another_version_of_a_rule_goes_on_with_the_same_finding() -> None:
    world = a_world(a_rule(version=1))
    world.at(START, judged())
    before = world.only
    world.rules = (a_rule(version=2),)
    world.at(START + HOUR, judged())
    assert world.only == replace(before, rule_version=2, seen_at=START + HOUR)


# Exceptions, scope and parameters.


def _exception(last_day: date, **what: int) -> RuleException:
    return RuleException(1, "waste", "load test", last_day, 12, START, **what)


@pytest.mark.parametrize("covered", [{"person_id": 12}, {"outcome_id": 7}, {"team_id": 3}])
def test_what_an_exception_covers_would_have_matched_and_opens_when_it_ends(
    covered: dict[str, int],
) -> None:
    exception = _exception(date(2026, 6, 2), **covered)
    world = a_world(terms=PassTerms(exceptions=[exception]))
    world.at(START, judged())
    assert world.only.state is FindingState.EXEMPTED
    world.at(START + DAY, judged())
    assert world.only.state is FindingState.EXEMPTED
    world.at(START + 2 * DAY, judged())
    assert world.only.state is FindingState.OPEN


@pytest.mark.parametrize("other", [{"person_id": 13}, {"outcome_id": 8}, {"team_id": 4}])
def test_an_exception_for_something_else_covers_nothing(other: dict[str, int]) -> None:
    world = a_world(terms=PassTerms(exceptions=[_exception(date(2026, 6, 30), **other)]))
    world.at(START, judged())
    assert world.only.state is FindingState.OPEN


def test_a_rule_looks_at_the_teams_of_its_scope_alone() -> None:
    terms = PassTerms(team_names={3: "Payments", 4: "Research"})
    world = a_world(a_rule(scope=Scope(teams=("payments",))), terms=terms)
    there = an_outcome(8, team=4)
    passed = world.at(START, judged(), judged(subject=there))
    assert [one.subject for one in world.findings.values()] == [an_outcome()]
    assert passed.counts["waste"].looked_at == 1


def test_a_teams_parameter_holds_over_that_of_everybody_and_both_over_the_rules() -> None:
    names = ("a", "b", "c", "d")
    rule = a_rule(params={name: Param(name, FactType.INT, 1) for name in names})
    terms = PassTerms(
        params={
            ("waste", None): {"a": 2, "b": 2, "gone": 9, "d": "text"},
            ("waste", 3): {"b": 3},
        }
    )
    world = a_world(rule, terms=terms)
    world.at(START, judged())
    assert world.only.params == {"a": 2, "b": 3, "c": 1, "d": 1}


# Inhibition.


def test_a_finding_is_kept_from_opening_while_one_that_says_more_stands() -> None:
    rules = (a_rule("waste", inhibited_by=("burn",)), a_rule("burn"))
    world = a_world(*rules)
    passed = world.at(START, judged())
    assert world.states == {"burn": FindingState.OPEN, "waste": FindingState.PENDING}
    assert passed.counts["waste"].inhibited == 1
    world.at(START + HOUR, judged(MATCHES, burn=CLEAR.value))
    assert world.states == {"burn": FindingState.RESOLVED, "waste": FindingState.OPEN}


@pytest.mark.parametrize(
    ("burn", "waste", "held", "waits"),
    [
        (Stage.SHADOW, Stage.SHADOW, False, True),
        (Stage.COACH, Stage.COACH, False, True),
        (Stage.COACH, Stage.LEAD, False, True),
        (Stage.COACH, Stage.DIGEST, False, True),
        (Stage.SHADOW, Stage.COACH, False, False),
        (Stage.DIGEST, Stage.COACH, False, False),
        (Stage.COACH, Stage.COACH, True, False),
    ],
)
def test_only_a_rule_that_somebody_hears_keeps_another_silent(
    burn: Stage, waste: Stage, *, held: bool, waits: bool
) -> None:
    world = a_world(a_rule("waste", inhibited_by=("burn",)), a_rule("burn"))
    world.at(START, judged(waste=CLEAR.value))
    world.terms = PassTerms(
        stages={"burn": burn, "waste": waste},
        held={"burn": "It matched too much."} if held else {},
    )
    world.at(START + HOUR, judged())
    expected = FindingState.PENDING if waits else FindingState.OPEN
    assert world.states == {"burn": FindingState.OPEN, "waste": expected}


def test_a_finding_of_a_rule_of_another_kind_inhibits_for_the_same_person_alone() -> None:
    person = Subject(SubjectKind.ENGINEER_DAY, "person:12", {"person": "12", "team": "3"}, 12, 3)
    burning = a_world(a_rule("burn", subject=SubjectKind.ENGINEER_DAY))
    burning.at(START, judged(subject=person))
    other = an_outcome(8, person=13)
    passed = run_pass(
        [Told(a_rule(inhibited_by=("burn",)))],
        [judged(), judged(subject=other)],
        [burning.only],
        PassTerms(),
        START,
    )
    assert {s.after.subject.key: s.after.state for s in passed.steps} == {
        "outcome:7": FindingState.PENDING,
        "outcome:8": FindingState.OPEN,
    }


# Groups.


def test_a_group_matches_where_any_does_and_its_money_is_summed() -> None:
    world = a_world(a_rule(group_by=("person",)))
    world.at(
        START,
        judged(subject=an_outcome(1), impact=2.5),
        judged(subject=an_outcome(2), impact=4.0),
        judged(CLEAR, subject=an_outcome(3), impact=100.0),
    )
    assert str(world.only.impact_usd) == "6.500000000"
    assert world.only.subject == an_outcome(2)


def test_a_group_is_never_of_several_people() -> None:
    world = a_world(a_rule(group_by=("team",)))
    world.at(START, judged(subject=an_outcome(1, 12)), judged(subject=an_outcome(2, 13)))
    assert {one.subject.person_id for one in world.findings.values()} == {12, 13}


@pytest.mark.parametrize(
    ("key", "moved"),
    [
        ("person:12", "person:5"),
        ("session:12:a:b", "session:5:a:b"),
        ("workflow:12:12", "workflow:5:12"),
        ("person:120", "person:120"),
        ("outcome:12", "outcome:12"),
        ("team:12", "team:12"),
    ],
)
def test_a_fingerprint_follows_a_person_who_gets_another_id(key: str, moved: str) -> None:
    def of(name: str) -> str:
        kind = SubjectKind.SESSION
        return fingerprint_of(a_rule(), Subject(kind, name, {}))

    assert key_with_person(key, 12, 5) == moved
    assert with_person(of(key), 12, 5) == of(moved)


def test_a_grouped_fingerprint_follows_too() -> None:
    rule = a_rule(group_by=("outcome",))
    before, after = an_outcome(12, 12), an_outcome(12, 5)
    assert with_person(fingerprint_of(rule, before), 12, 5) == fingerprint_of(rule, after)


# The breaker, and errors.


def test_a_rule_that_matches_everyone_is_held_and_nothing_of_its_pass_is_kept() -> None:
    world = a_world(a_rule(limit=Limit(findings=3, share=0.2)), a_rule("sound"))
    everyone = [judged(subject=an_outcome(n), sound=CLEAR.value) for n in range(10)]
    passed = world.at(START, *everyone)
    assert passed.held == {
        "waste": "It matched 10 of 10 in one pass. Its limit is 3 or 20%, whichever is more."
    }
    assert world.findings == {}


@pytest.mark.parametrize(("others_match", "is_held"), [(False, False), (True, True)])
def test_a_team_s_own_thresholds_hold_the_rule_for_nobody_else(
    others_match: bool, is_held: bool
) -> None:
    world = a_world(a_rule(limit=Limit(findings=3, share=0.2)))
    world.terms = PassTerms(params={("waste", 7): {"floor_usd": 0.5}})
    apart = [judged(subject=replace(an_outcome(n), team_id=7)) for n in range(10)]
    verdict = MATCHES if others_match else CLEAR
    others = [judged(verdict, subject=an_outcome(n)) for n in range(10, 20)]
    passed = world.at(START, *apart, *others, judged(subject=an_outcome(20)))
    assert ("waste" in passed.held) is is_held
    assert {one.subject.key for one in world.findings.values()} == (
        set() if is_held else {"outcome:20"}
    )


def test_a_rule_that_fails_for_everyone_is_held() -> None:
    world = a_world(a_rule(limit=Limit(findings=3, share=0.2)))
    passed = world.at(START, *(judged(ERROR, subject=an_outcome(n)) for n in range(4)))
    assert passed.held["waste"].startswith("It failed for a few in one pass.")


def test_a_held_rule_is_not_judged_and_its_findings_stand() -> None:
    world = a_world()
    world.at(START, judged())
    world.terms = PassTerms(held={"waste": "It matched 10 of 10."})
    assert world.at(START + DAY, judged(CLEAR)).steps == ()
    assert world.only.state is FindingState.OPEN


def test_errors_are_counted_and_never_match() -> None:
    world = a_world()
    passed = world.at(START, judged(ERROR), judged(ERROR, subject=an_outcome(8)))
    assert passed.errors["waste"].count == 2
    assert passed.steps == ()


def test_a_prefilter_spares_what_cannot_match_and_never_what_there_is_a_finding_of() -> None:
    asked = []

    class Asked(Told):
        def evaluate(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> Evaluation:
            asked.append(subject.subject.key)
            return Told.evaluate(self, subject, params)

    world = a_world()
    world.at(START, judged())
    subjects = [judged(CLEAR), judged(CLEAR, subject=an_outcome(8, person=13))]
    judges = [Asked(a_rule())]
    passed = run_pass(
        judges, subjects, world.findings.values(), PassTerms(), START, lambda _facts: ()
    )
    assert asked == ["outcome:7"]
    assert passed.steps[0].after.state is FindingState.RESOLVED


def test_the_trace_of_a_rule_reads_as_one_line() -> None:
    rules = (a_rule("waste", inhibited_by=("burn",)), a_rule("burn"))
    world = a_world(*rules)
    passed = world.at(
        START,
        judged(),
        judged(subject=an_outcome(8, 13), burn=CLEAR.value),
        judged(CLEAR, subject=an_outcome(9, 14)),
    )
    assert str(passed.counts["waste"]) == (
        "3 looked at -> 2 matched -> 0 waiting, 0 exempted, 1 inhibited -> "
        "1 findings (1 new, 0 resolved)"
    )


# What no sequence may break.

VERDICTS = st.sampled_from([M, M, M, C, C, B, T, E, X])
MOVES = st.one_of(
    st.tuples(st.just("pass"), st.integers(-60, 50000), VERDICTS),
    st.tuples(st.just("answer"), st.sampled_from(list(Answer)), st.integers(1, 9)),
    st.tuples(st.just("told"), st.just(0), st.just(0)),
)


@given(
    st.lists(MOVES, max_size=30),
    st.sampled_from([timedelta(0), HOUR, DAY]),
    st.sampled_from([timedelta(0), HOUR, DAY]),
)
def test_no_sequence_of_verdicts_answers_and_clocks_breaks_a_finding(
    moves: list[tuple[str, object, object]], waits: timedelta, keeps: timedelta
) -> None:
    world = a_world(a_rule(for_=waits, keep=keeps))
    now = START
    for move, first, second in moves:
        if move == "pass":
            now += timedelta(minutes=int(str(first)))
            _check_pass(world, now, second, keeps)
        elif move == "answer" and world.findings and world.only.opened_at:
            _answered(world, Answer(first), now + int(str(second)) * DAY)
        elif move == "told" and world.findings and world.only.state is FindingState.OPEN:
            found = world.only
            told = replace(found, state=FindingState.COACHED, coached_at=now)
            world.findings[found.fingerprint] = told


def _check_pass(world: World, now: datetime, verdict: object, keeps: timedelta) -> None:
    before = dict(world.findings)
    seen = [judged(Verdict(verdict))] if verdict is not None else []
    passed = world.at(now, *seen)
    assert len(passed.steps) <= 1
    for step in passed.steps:
        found = step.after
        assert found.since <= found.seen_at
        assert found.clear_since is None or found.clear_since <= found.seen_at
        if found.state is FindingState.PENDING:
            assert found.opened_at is None
        if step.before is not None and now < step.before.seen_at:
            assert step.after == step.before
        if step.is_turn and found.state is FindingState.RESOLVED:
            assert found.clear_since is not None
            assert now - found.clear_since >= keeps
            is_let_go = step.before is not None and now - step.before.seen_at >= 28 * DAY
            assert verdict in (CLEAR, None) or (verdict is TOO_LITTLE and is_let_go)
        if step.is_turn and found.state in (FindingState.OPEN, FindingState.REGRESSED):
            assert verdict is MATCHES
            assert found.opened_at == now
            assert before or world.rules[0].for_ == timedelta(0)
    # A second pass at the same moment over what was kept has nothing to add.
    again = run_pass([Told(world.rules[0])], seen, world.findings.values(), world.terms, now)
    assert [one for one in again.changes if not one.is_forgotten] == []
