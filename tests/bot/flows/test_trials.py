"""Held-out tips: noted once, silent for two weeks, nothing else of them changes, and nobody is told of it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.flows import coaching, findings_for_leads
from bot.flows.coaching import Coaching
from policies.rules.findings import Finding, FindingState
from policies.trials import Drawn, is_held_out, teaching_of
from storage import coaching_slots, coaching_trials
from storage.database import Database
from tests.bot.ruled import DAY, HOUR, RULES, TUESDAY, Ruled, ruled

TEACHING = RULES.replace("    inhibited_by: [burning]\n", "    skill: match-model\n", 1)
WEAKER = """
  - id: weaker
    version: 1
    title: A weaker word
    subject: engineer_day
    stage: coach
    when: usage.cost_usd >= 1.0
    inhibited_by: [big-day]
    say: {coach: "Some."}
    tests:
      - name: one dollar is one finding
        every: 1d
        series: {a: {usage.cost_usd: 1.0}}
        expect: [{after: 0h, subject: a, becomes: open}]
      - name: less is none
        every: 1d
        series: {a: {usage.cost_usd: 0.5}}
        expect: []
"""
SHARE = 0.5
NAMES = ("ana", "ben", "chi", "dev", "eli", "fay")


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ruled:
    """Payments, and big-day as a rule that teaches a skill."""
    return ruled(database, tmp_path, monkeypatch, TEACHING)


def drawn(world: Ruled, name: str) -> Drawn | None:
    person_id = world.person(name).person.id
    with world.database.reading() as session:
        of_tips = coaching_trials.drawn_of(session, [person_id]).get(person_id, {})
    return next((one for one, _ in of_tips.values()), None)


def somebody(world: Ruled, *, is_held: bool) -> str:
    """One of the team who is held out of the tip, or who is not."""
    teaching = teaching_of(world.rulebook.current.judges["big-day"].rule)
    assert teaching is not None
    return next(
        name
        for name in NAMES
        if is_held_out(world.person(name).person.id, teaching, SHARE) is is_held
    )


def coaches(world: Ruled, hours: int = 0, days: int = 0) -> int:
    now = TUESDAY + hours * HOUR + days * DAY
    world.passes(now)
    return Coaching(world.rulebook, SHARE)(world.database, now)


def test_what_is_held_out_is_noted_once_and_stays_open(world: Ruled) -> None:
    name = somebody(world, is_held=True)
    world.uses(name, usage__cost_usd=7.5)
    assert [coaches(world, hours=n) for n in range(3)] == [0, 0, 0]
    assert drawn(world, name) == Drawn(is_held=True, on=TUESDAY.date())
    assert world.state(name) is FindingState.OPEN
    assert world.due(coaching.COACHING, TUESDAY + DAY) == []


def test_what_is_told_is_noted_with_the_telling(world: Ruled) -> None:
    name = somebody(world, is_held=False)
    world.uses(name, usage__cost_usd=7.5)
    assert coaches(world) == 1
    assert drawn(world, name) == Drawn(is_held=False, on=TUESDAY.date())


def test_it_is_told_after_two_weeks_where_it_still_holds(world: Ruled) -> None:
    name = somebody(world, is_held=True)
    world.uses(name, usage__cost_usd=7.5)
    told = [coaches(world, days=day) for day in range(16)]
    assert sum(told) == 1
    assert told[15] == 1
    assert drawn(world, name) == Drawn(is_held=True, on=TUESDAY.date())


def test_it_takes_no_tip_of_the_day(world: Ruled) -> None:
    name = somebody(world, is_held=True)
    world.uses(name, usage__cost_usd=7.5)
    coaches(world)
    with world.database.reading() as session:
        person_id = world.person(name).person.id
        assert coaching_slots.tip_days(session, [person_id], (TUESDAY - DAY).date()) == {}


def test_it_inhibits_as_if_it_were_told(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ruled(database, tmp_path, monkeypatch, TEACHING + WEAKER.lstrip("\n"))
    name = somebody(world, is_held=True)
    world.uses(name, usage__cost_usd=7.5)
    assert sum(coaches(world, days=day) for day in range(3)) == 0
    assert world.state(name, "weaker") is FindingState.PENDING


def test_no_lead_hears_of_what_was_held_out(world: Ruled) -> None:
    name = next(one for one in NAMES if one != "ana" and _is_held(world, one))
    world.uses(name, usage__cost_usd=7.5)
    judges = list(world.rulebook.current.judges.values())
    for day in range(14):
        coaches(world, days=day)
        assert findings_for_leads.tell_leads(world.database, TUESDAY + day * DAY, judges) == 0
    assert world.due(findings_for_leads.FINDING_FOR_LEAD, TUESDAY + 14 * DAY) == []


def _is_held(world: Ruled, name: str) -> bool:
    teaching = teaching_of(world.rulebook.current.judges["big-day"].rule)
    return teaching is not None and is_held_out(world.person(name).person.id, teaching, SHARE)


def test_an_alarm_is_told_whoever_is_held_out(world: Ruled) -> None:
    for name in NAMES:
        world.uses(name, burn__known=True, burn__hour_multiple=20.0)
    world.passes(TUESDAY)
    assert Coaching(world.rulebook, SHARE)(world.database, TUESDAY) == len(NAMES)
    assert [drawn(world, name) for name in NAMES] == [None] * len(NAMES)


def test_a_telling_that_came_too_late_is_no_first_time(world: Ruled) -> None:
    name = somebody(world, is_held=False)
    world.uses(name, usage__cost_usd=7.5)
    coaches(world)
    (claim,) = world.due(coaching.COACHING, TUESDAY)
    late = replace(claim, lease_until=TUESDAY + timedelta(hours=30))
    assert coaching.compose_coaching(world.database, late, world.rulebook) is None
    assert drawn(world, name) is None


def test_without_a_share_nothing_is_noted(world: Ruled) -> None:
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    assert world.coaches(TUESDAY) == 1
    assert drawn(world, "ben") is None


@pytest.mark.parametrize("hours", [12, 4 * 24])
def test_nobody_s_findings_are_read_where_all_of_it_waits(
    world: Ruled, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """At night and at weekends a large company's tips all wait: the minute's look costs no read a person."""
    world.uses("ana", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    asked: list[int] = []
    of_person = coaching.findings.of_person

    def noted(session: Session, person_id: int, states: Collection[FindingState]) -> list[Finding]:
        asked.append(person_id)
        return of_person(session, person_id, states)

    monkeypatch.setattr(coaching.findings, "of_person", noted)
    look = Coaching(world.rulebook, SHARE)
    assert (look(world.database, TUESDAY + hours * HOUR), asked) == (0, [])
    look(world.database, TUESDAY)
    assert asked == [world.person("ana").person.id]
