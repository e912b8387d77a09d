"""The built-in rules: sound, tested both ways, quiet until they have proved themselves, and kind."""

import re
from pathlib import Path

import pytest

from bot.rule_files import NO_RULES
from messages.said import coach_words, lead_words
from policies.rules.compiled import compile_rule
from policies.rules.findings import Finding, FindingState
from policies.rules.model import Rule, Severity, Stage
from policies.rules.reading import Reading, read_rules
from policies.rules.ruleset import RuleSet
from policies.rules.testing import run_tests

ROOT = Path(__file__).parents[3]
LIBRARY = ROOT / "policies" / "library"
FILES = sorted(path for path in LIBRARY.glob("*.yaml") if path.name not in NO_RULES)
READINGS: dict[str, Reading] = {
    path.name: read_rules(path.read_text("utf-8"), path.name) for path in FILES
}
RULES = [rule for reading in READINGS.values() for rule in reading.rules]
SKILLS = {"scope-first", "curate-context", "match-model", "restart-clean"}
PROMISED = {
    "model-task-mismatch",
    *("overspend-forecast", "runaway-burn"),
    "flat-repeat-cost",
    *("oversized-context", "degraded-session", "retry-storm"),
    *("verification-loop", "redundant-calls"),
    *("idle-agent", "overnight-burn", "call-flood", "always-on-transcription"),
    *("many-trivial-outcomes", "split-outcome", "declared-when-done", "declared-late"),
    *("unattributed-share", "unattributed-team-share", "stale-source"),
    *("client-over-reporting", "usage-through-colleagues"),
}
SUSPICIONS = (
    *("client-over-reporting", "usage-through-colleagues"),
    *("many-trivial-outcomes", "split-outcome", "declared-when-done"),
)
"""Rules that somebody could hear as a reproach: their text begins with the innocent reason."""
UNKIND = re.compile(
    r"\b(you failed|fail(?:ed|ure)? to|wast(?:e|ed|ing)|abuse|cheat|gam(?:e|ed|ing)|suspicious|blame"
    r"|too much|than others|than (?:your )?(?:colleagues|team ?mates)|average|rank|top|worst|best)\b"
    r"|!",
    re.IGNORECASE,
)

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def _as_told(rule: Rule, finding: Finding) -> str:
    return coach_words(rule, finding) or lead_words(rule, finding)


@pytest.mark.parametrize("name", READINGS)
def test_every_file_of_the_library_is_sound(name: str) -> None:
    assert [str(problem) for problem in READINGS[name].problems] == []
    assert READINGS[name].rules


def test_the_library_holds_each_rule_that_it_promises_and_no_clash() -> None:
    assert {rule.id for rule in RULES} == PROMISED
    assert RuleSet.of(READINGS.items()).problems == ()


@every_rule
def test_a_rules_own_tests_pass(rule: Rule) -> None:
    results = run_tests(compile_rule(rule), _as_told)
    assert [(one.test.name, one.failures) for one in results if not one.passes] == []


@every_rule
def test_a_rule_is_tested_for_what_it_finds_and_for_what_it_leaves_alone(rule: Rule) -> None:
    assert any(e.becomes is FindingState.OPEN for test in rule.tests for e in test.expect)
    assert any(not test.expect for test in rule.tests)


@every_rule
def test_subjects_of_which_nothing_is_known_are_part_of_a_silent_test(rule: Rule) -> None:
    silent = [test for test in rule.tests if not test.expect]
    named = {name for test in silent for name in test.series}
    assert named & {"unknown", "withheld", "new", "none_of_it"}


@every_rule
def test_every_rule_begins_in_shadow_and_belongs_to_nobody_yet(rule: Rule) -> None:
    assert (rule.stage, rule.owner, rule.version) == (Stage.SHADOW, "", 1)


@every_rule
def test_a_person_reads_what_was_seen_and_two_or_three_things_to_try(rule: Rule) -> None:
    assert rule.say.coach if rule.subject.is_personal else rule.say.lead
    assert 2 <= len(rule.try_) <= 3


@every_rule
def test_no_text_blames_compares_or_shouts(rule: Rule) -> None:
    for text in (rule.title, rule.say.coach, rule.say.lead, *rule.try_):
        assert not UNKIND.search(text), text


@pytest.mark.parametrize("rule_id", SUSPICIONS)
def test_what_could_be_heard_as_a_reproach_begins_with_its_innocent_reason(rule_id: str) -> None:
    rule = next(one for one in RULES if one.id == rule_id)
    first, told, _ = rule.say.coach.partition("looks like this")
    assert told
    assert "{" not in first, "the reason comes before any figure"


@every_rule
def test_every_threshold_has_bounds_and_says_what_it_means(rule: Rule) -> None:
    for name, param in rule.params.items():
        assert param.meaning, name
        assert param.at_least is not None, name
        assert param.at_most is not None, name


@every_rule
def test_what_opens_clears_at_another_threshold_or_after_a_while(rule: Rule) -> None:
    assert rule.clear_when or rule.keep


def test_the_four_skills_are_each_taught_by_a_rule() -> None:
    assert {rule.skill for rule in RULES} - {""} == SKILLS


def test_only_what_cannot_wait_is_an_alarm() -> None:
    alarms = {rule.id for rule in RULES if rule.severity is Severity.ALARM}
    assert alarms == {"runaway-burn", "call-flood"}


def test_no_two_rules_share_a_title() -> None:
    titles = [rule.title.casefold() for rule in RULES]
    assert len(set(titles)) == len(titles)
