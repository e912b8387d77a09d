"""Trials are measured once their days are over, shown from groups of people on, and retire what does not help."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.flows import coaching_effects, rule_notices, trials
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours
from bot.flows.trials import TrialMeasures, measure_due, retire_what_does_not_help, trialled
from bot.practices import library_practices
from bot.rulebook import Rulebook
from messages.pages.coaching import CoachingEffects
from messages.pages.findings import OwnerNotice
from messages.render import render
from policies.privacy import GroupRule
from policies.skills import Skill, SkillWork
from policies.trials import Drawn, Teaching
from policies.usage import microseconds
from storage import audit, coaching_retirements, coaching_trials, deliveries, people
from storage.database import Database
from storage.usage import store_usage
from tests.bot.ruled import GATHERING, RULES, Ruled, ruled
from tests.bot.seeded import introduce, payments
from tests.storage.records import usage_record

DAY = timedelta(days=1)
DECIDED = date(2026, 11, 2)
OVER = datetime(2026, 11, 19, 12, tzinfo=UTC)
NOTHING_ELSE = dict.fromkeys(
    ("cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other", "output_total"), 0
)
TIP = Teaching("big-day", 1, Skill.MATCH_MODEL)
CARDS = library_practices().practices
TEACHING = RULES.replace("    inhibited_by: [burning]\n", "    skill: match-model\n", 1)


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ruled:
    """Payments, and big-day as a rule that teaches a skill."""
    return ruled(database, tmp_path, monkeypatch, TEACHING)


def take_part(world: Ruled, people_in_all: int, *, of_which_waits: int = 3) -> set[int]:
    """So many people whose trials began on a day, every third of them waiting; the ids of these."""
    waiting = set()
    with world.database.writing() as session:
        for number in range(people_in_all):
            is_held = number % of_which_waits == 0
            person = people.ensure_person_by_email(session, f"p{number}@example.com")
            drawn = Drawn(is_held=is_held, on=DECIDED)
            coaching_trials.add(session, person.id, None, TIP, drawn, OVER)
            waiting |= {person.id} if is_held else set()
    return waiting


def shows(monkeypatch: pytest.MonkeyPatch, told: float, held: float, wait: set[int]) -> None:
    """Let everybody's share be 0.4 before, and this much afterwards."""

    def measured(
        _session: object, ids: Collection[int], _zone: object, first: date, last: date, _c: object
    ) -> dict[int, dict[Skill, SkillWork]]:
        assert last - first == 13 * DAY
        is_after = first > DECIDED
        assert (first, last) == (
            (DECIDED + DAY, DECIDED + 14 * DAY) if is_after else (DECIDED - 14 * DAY, DECIDED - DAY)
        )
        later = {one: held if one in wait else told for one in ids}
        return {
            one: dict.fromkeys(Skill, SkillWork(round(100 * later[one]) if is_after else 40, 100))
            for one in ids
        }

    monkeypatch.setattr(trials, "skill_works", measured)


def played(
    world: Ruled, monkeypatch: pytest.MonkeyPatch, told: float, held: float, people: int = 60
) -> None:
    """A trial among so many people, of whom every third waited, measured."""
    shows(monkeypatch, told, held, take_part(world, people))
    measure_due(world.database, OVER, GATHERING.model_classes)


def effects(world: Ruled, speaker: Speaker) -> CoachingEffects:
    rules = world.rulebook.current.rules
    return coaching_effects.show_effects(
        world.database, OVER, speaker, rules, CARDS, GroupRule(), 0.2
    )


def retire(world: Ruled) -> list[str]:
    tips = trialled(world.rulebook.current.rules, CARDS)
    return retire_what_does_not_help(world.database, OVER, tips, GroupRule())


# Measuring.


@pytest.mark.parametrize(("days", "measured"), [(14, 0), (16, 0), (17, 1), (40, 1)])
def test_a_trial_is_measured_when_its_days_and_late_usage_are_in(
    world: Ruled, monkeypatch: pytest.MonkeyPatch, days: int, measured: int
) -> None:
    take_part(world, 1)
    shows(monkeypatch, 0.5, 0.4, set())
    now = datetime(2026, 11, 2, 12, tzinfo=UTC) + days * DAY
    assert measure_due(world.database, now, GATHERING.model_classes) == measured
    assert measure_due(world.database, now, GATHERING.model_classes) == 0


def test_before_and_after_are_the_two_weeks_around_the_day_without_it(world: Ruled) -> None:
    ben = world.person("ben").person.id
    context = Teaching("oversized-context", 1, Skill.CURATE_CONTEXT)
    sent = {-15: 900_000, -14: 10_000, -1: 30_000, 0: 800_000, 1: 200_000, 14: 50_000, 15: 70_000}
    with world.database.writing() as session:
        coaching_trials.add(session, ben, None, context, Drawn(is_held=False, on=DECIDED), OVER)
        records = [
            usage_record(
                ben,
                f"on {day}",
                microseconds(datetime(2026, 11, 2, 12, tzinfo=UTC) + day * DAY),
                **{**NOTHING_ELSE, "input_uncached": tokens},
            )
            for day, tokens in sent.items()
        ]
        store_usage(session, records)
    assert measure_due(world.database, OVER, GATHERING.model_classes) == 1
    with world.database.reading() as session:
        (found,) = coaching_trials.measured(session)[context.tip, 1]
    assert (found.before, found.after) == (SkillWork(40_000, 40_000), SkillWork(50_000, 250_000))
    assert found.change == pytest.approx(-0.8)


def test_one_replica_an_hour_measures(world: Ruled, monkeypatch: pytest.MonkeyPatch) -> None:
    take_part(world, 1)
    shows(monkeypatch, 0.5, 0.4, set())
    sweep = TrialMeasures(world.rulebook, lambda: CARDS, lambda: GATHERING)
    assert [sweep(world.database, OVER) for _ in range(3)] == [1, 0, 0]


def test_more_than_one_batch_is_measured_at_once(
    world: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "AT_ONCE", 4)
    played(world, monkeypatch, 0.5, 0.4, people=11)
    with world.database.reading() as session:
        assert len(coaching_trials.measured(session)[TIP.tip, 1]) == 11


# What leads see.


def test_a_lead_reads_the_effect_of_a_tip_and_of_its_skill(
    world: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(world, monkeypatch, told=0.6, held=0.5)
    page = effects(world, world.person("ana"))
    text = str(render(page))
    assert "Told (38 people) against waiting (20): +10 points, likely +10 to +10." in text
    assert "It helps." in text
    (skill,) = [one for one in page.skills if one.skill is Skill.MATCH_MODEL]
    assert skill.together.shown is not None
    assert skill.together.shown.change == pytest.approx(0.1)


def test_with_too_few_people_nothing_is_told_but_that(
    world: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(world, monkeypatch, 0.6, 0.5, people=12)
    page = effects(world, world.person("ana"))
    assert all(one.together.shown is None for one in page.skills)
    assert "against waiting" not in str(render(page))


def test_members_read_nothing_of_it_and_admins_do(world: Ruled) -> None:
    ben = world.person("ben")
    with pytest.raises(NotYours):
        effects(world, ben)
    effects(world, Speaker(ben.person, ben.roster, is_admin=True))


# Retiring.


def test_a_tip_without_effect_is_retired_once_and_its_owner_told(
    world: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(world, monkeypatch, told=0.5, held=0.5, people=180)
    assert [retire(world), retire(world)] == [["big-day"], []]
    with world.database.writing() as session:
        entries = audit.entries_about(session, "big-day")
        claims = deliveries.claim_due(session, OVER, timedelta(minutes=3))
    assert [(one.action, one.details) for one in entries] == [
        ("coaching.retired", {"version": 1, "told": 118, "held": 60})
    ]
    (claim,) = [one for one in claims if one.kind == rule_notices.RULE_NOTICE]
    post = rule_notices.compose_owner_notice(world.database, claim, world.rulebook)
    assert post is not None
    assert isinstance(post.page, OwnerNotice)
    assert "0 points, likely 0 to 0." in str(render(post.page))


def test_a_retired_tip_is_told_to_nobody_and_its_rule_goes_on_counting(
    world: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(world, monkeypatch, told=0.5, held=0.5, people=180)
    retire(world)
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(now)
    assert world.coaches(now) == 0
    assert len(world.found("ben")) == 1


@pytest.mark.parametrize(("told", "held", "people"), [(0.6, 0.5, 180), (0.5, 0.5, 120)])
def test_a_tip_that_helps_or_has_few_trials_is_not_retired(
    world: Ruled, monkeypatch: pytest.MonkeyPatch, told: float, held: float, people: int
) -> None:
    played(world, monkeypatch, told, held, people)
    assert retire(world) == []
    with world.database.reading() as session:
        assert coaching_retirements.retired(session) == {}


def test_every_tip_of_the_library_that_teaches_and_every_card_is_listed(
    database: Database,
) -> None:
    payments(database)
    rules = Rulebook.loaded().current.rules
    page = coaching_effects.show_effects(
        database, OVER, introduce(database, "ana"), rules, CARDS, GroupRule(), 0.2
    )
    listed = [one.tip for skill in page.skills for one in skill.tips]
    assert sorted(listed) == sorted(
        [rule.id for rule in rules if rule.skill] + [f"card:{one.id}" for one in CARDS]
    )
    render(page)
