"""Who is held out: a stable share near the setting, and never what warns."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.practices import library_practices
from bot.rulebook import Rulebook
from policies.rules.model import Severity
from policies.skills import Skill
from policies.trials import (
    DAYS,
    HOLDOUT,
    LARGEST_HOLDOUT,
    Drawn,
    Teaching,
    Trials,
    is_held_out,
    teaching_of,
    teaching_of_card,
)
from tests.policies.rules.judged import a_rule

TIP = Teaching("oversized-context", 1, Skill.CURATE_CONTEXT)
KEY = (TIP.tip, TIP.version)
TODAY = date(2026, 11, 24)
SHARES = st.floats(0, LARGEST_HOLDOUT)


@given(st.integers(1, 10**9), st.text(max_size=40), st.integers(1, 99), SHARES)
def test_whoever_asks_again_gets_the_same_answer(
    person: int, tip: str, version: int, share: float
) -> None:
    teaching = Teaching(tip, version, Skill.MATCH_MODEL)
    first = is_held_out(person, teaching, share)
    assert is_held_out(person, Teaching(tip, version, Skill.MATCH_MODEL), share) is first


@given(st.integers(1, 10**9), SHARES, SHARES)
def test_a_larger_share_holds_out_all_that_a_smaller_one_does(
    person: int, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    assert is_held_out(person, TIP, small) <= is_held_out(person, TIP, large)


@given(
    st.sampled_from([0.0, 0.05, HOLDOUT, LARGEST_HOLDOUT]),
    st.integers(0, 10**6),
    st.text(max_size=20),
)
def test_the_share_held_out_is_near_the_setting(share: float, first: int, tip: str) -> None:
    teaching = Teaching(tip, 1, Skill.MATCH_MODEL)
    people = 2_000
    held = sum(is_held_out(first + n, teaching, share) for n in range(people))
    assert abs(held / people - share) <= 5 * (share * (1 - share) / people) ** 0.5


def test_who_is_held_out_of_one_tip_is_not_for_that_of_another() -> None:
    other = Teaching("retry-storm", 1, Skill.RESTART_CLEAN)
    both = sum(is_held_out(n, TIP, 0.5) and is_held_out(n, other, 0.5) for n in range(4_000))
    assert 0.2 < both / 4_000 < 0.3


# What can be on trial.


def test_no_alarm_and_nothing_about_budgets_can_be_held_out() -> None:
    rules = Rulebook.loaded().current.rules
    on_trial = {rule.id for rule in rules if teaching_of(rule) is not None}
    warnings = {rule.id for rule in rules if rule.severity is Severity.ALARM}
    warnings |= {rule.id for rule in rules if rule.id in ("overspend-forecast", "runaway-burn")}
    assert len(warnings) >= 3
    assert on_trial & warnings == set()
    assert on_trial == {rule.id for rule in rules if rule.skill}


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("an alarm", {"severity": Severity.ALARM, "skill": "match-model"}),
        ("what reads a budget", {"when": "budget.used_share > 0.9", "skill": "match-model"}),
        ("what reads a burn rate", {"when": "1.0 < burn.hour_multiple", "skill": "match-model"}),
        ("what teaches no skill", {"skill": ""}),
    ],
)
def test_what_warns_or_teaches_nothing_is_never_on_trial(
    sentence: str, changes: dict[str, object]
) -> None:
    assert teaching_of(a_rule(**changes)) is None, sentence


def test_every_practice_card_can_be_on_trial_under_a_name_that_no_rule_has() -> None:
    for card in library_practices().practices:
        assert teaching_of_card(card).tip == f"card:{card.id}"


# One person's trials.


@pytest.mark.parametrize(
    ("sentence", "drawn", "day", "is_held"),
    [
        ("it waits on the day", Drawn(is_held=True, on=TODAY), TODAY, True),
        ("it waits for two weeks", Drawn(is_held=True, on=TODAY), TODAY + timedelta(DAYS), True),
        ("then it is told", Drawn(is_held=True, on=TODAY), TODAY + timedelta(DAYS + 1), False),
        ("what was told is told", Drawn(is_held=False, on=TODAY), TODAY, False),
    ],
)
def test_what_is_held_back_waits_for_two_weeks_and_never_again(
    sentence: str, drawn: Drawn, day: date, is_held: bool
) -> None:
    trials = Trials(7, LARGEST_HOLDOUT, {KEY: drawn})
    assert trials.hold_back(TIP, day) is is_held, sentence
    assert trials.is_decided(TIP)


@given(st.integers(1, 10**6))
def test_without_a_share_nobody_is_held_out(person: int) -> None:
    assert not Trials(person, 0.0).hold_back(TIP, TODAY)


def test_a_new_version_is_a_first_time_again() -> None:
    trials = Trials(7, 0.5, {KEY: Drawn(is_held=True, on=TODAY)})
    assert not trials.is_decided(Teaching(TIP.tip, 2, TIP.skill))
