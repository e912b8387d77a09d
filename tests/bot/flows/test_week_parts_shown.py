"""Tokens by class and the four skills of a team's weeks: fixed with the figures, and by the same rule."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.flows import digest, outcome_keys, outcomes, team_weeks
from policies.digest import TeamDigest
from policies.metrics import WeekFigures
from policies.outcomes import Complexity, KeyKind, OutcomeDraft, OutcomeKey
from policies.people import Team
from policies.periods import IsoWeek
from policies.skills import Reach, Skill, SkillShare
from policies.week_parts import CACHE_READ, CLASSES
from storage.database import Database
from storage.tables import TeamWeekPersonRow, TeamWeekRow
from tests.bot.facts import DIGEST_TERMS, uses
from tests.bot.live import PEOPLE
from tests.bot.seeded import LAST_WEEK, MONDAY, introduce, payments

WEEK = IsoWeek(2026, 46)
BEFORE = LAST_WEEK - timedelta(days=1)
TICKET = OutcomeKey(KeyKind.TICKET, "PAY-123")


@pytest.fixture
def team(database: Database) -> Team:
    """Payments, of whom everybody used a little of the frontier model for one ticket."""
    found = payments(database)
    everybody_uses(database, PEOPLE, LAST_WEEK, model_id="claude-opus-4-5")
    return found


def everybody_uses(
    database: Database, names: Sequence[str], at: datetime, **changes: object
) -> None:
    for name in names:
        person_id = introduce(database, name).person.id
        uses(database, person_id, at, input_uncached=1_000 * person_id, **changes)


def trivial_outcome(database: Database, at: datetime = BEFORE) -> int:
    """An outcome of the ticket, for which a frontier model is more than it takes."""
    draft = OutcomeDraft("Rename it", complexity=Complexity.TRIVIAL, keys=(TICKET,))
    return outcomes.declare(database, at, introduce(database, "ben"), draft).outcome.id


def shown(database: Database, team: Team, now: datetime = MONDAY) -> TeamDigest:
    return digest.shown_digest_of(database, now, team, WEEK, DIGEST_TERMS).digest


def figures(database: Database, team: Team, now: datetime = MONDAY) -> WeekFigures:
    found = shown(database, team, now).this_week.figures.shown
    assert found is not None
    return found


def skills(found: WeekFigures) -> dict[Skill, SkillShare]:
    return {one.skill: one for one in found.skills}


def test_classes_add_up_to_the_tokens_and_skills_are_shares_of_the_work(
    database: Database, team: Team
) -> None:
    trivial_outcome(database)
    found = figures(database, team)
    assert found.by_class is not None
    assert tuple(found.by_class) == CLASSES
    assert sum(found.by_class.values()) == found.tokens
    assert found.by_class[CACHE_READ] == 48_000 * len(PEOPLE)
    assert skills(found) == {
        Skill.SCOPE_FIRST: SkillShare(Skill.SCOPE_FIRST, 1.0, Reach.MOST),
        Skill.CURATE_CONTEXT: SkillShare(Skill.CURATE_CONTEXT, 1.0, Reach.MOST),
        Skill.MATCH_MODEL: SkillShare(Skill.MATCH_MODEL, 0.0, Reach.FEW),
        Skill.RESTART_CLEAN: SkillShare(Skill.RESTART_CLEAN, 1.0, Reach.MOST),
    }


def test_the_operator_reads_the_same_before_a_week_is_fixed(database: Database, team: Team) -> None:
    trivial_outcome(database)
    read = digest.digest_of(database, MONDAY, team, WEEK, DIGEST_TERMS).digest.this_week
    told = shown(database, team).this_week
    assert read.fixed_on is None
    assert read.figures == told.figures


def test_a_skill_that_one_person_would_show_is_kept_back(database: Database, team: Team) -> None:
    trivial_outcome(database)
    person_id = introduce(database, "ana").person.id
    uses(database, person_id, LAST_WEEK + timedelta(hours=1), model_id="claude-haiku-4-5")
    assert Skill.MATCH_MODEL not in skills(figures(database, team))


def test_classes_that_few_people_have_tokens_of_are_kept_back_whole(database: Database) -> None:
    team = payments(database)
    everybody_uses(database, PEOPLE[:4], LAST_WEEK)
    everybody_uses(database, PEOPLE[4:], LAST_WEEK, cache_read=0, output_total=50_000)
    found = figures(database, team)
    assert (found.by_class, found.cache_share) == (None, None)


def test_what_is_linked_or_judged_later_moves_no_share_that_was_shown(
    database: Database, team: Team
) -> None:
    ben, outcome_id = introduce(database, "ben"), trivial_outcome(database)
    before = figures(database, team)
    outcomes.assess(database, MONDAY, ben, outcome_id, Complexity.HARD)
    assert figures(database, team) == before
    outcome_keys.set_keys(database, MONDAY, ben, outcome_id, ())
    assert figures(database, team) == before
    later = IsoWeek.containing(MONDAY, team.zone)
    now = MONDAY + timedelta(weeks=1)
    week_after = digest.shown_digest_of(database, now, team, later, DIGEST_TERMS).digest
    assert week_after.history[-1].figures.shown == before


def test_parts_grow_with_the_figures_where_enough_people_add_to_them(
    database: Database, team: Team
) -> None:
    trivial_outcome(database)
    before = figures(database, team)
    everybody_uses(database, PEOPLE[:4], LAST_WEEK + timedelta(hours=2), model_id="claude-opus-4-5")
    assert figures(database, team) == before
    everybody_uses(database, PEOPLE[4:], LAST_WEEK + timedelta(hours=2), model_id="claude-opus-4-5")
    after = figures(database, team)
    assert before.by_class is not None
    assert after.by_class is not None
    assert after.by_class[CACHE_READ] == 2 * before.by_class[CACHE_READ]
    assert skills(after) == skills(before)


def test_a_share_that_few_people_changed_goes_when_the_week_is_stated_anew(
    database: Database, team: Team
) -> None:
    trivial_outcome(database)
    assert Skill.MATCH_MODEL in skills(figures(database, team))
    later = LAST_WEEK + timedelta(hours=2)
    everybody_uses(database, PEOPLE[:1], later, model_id="claude-haiku-4-5")
    everybody_uses(database, PEOPLE[1:], later, model_id="claude-opus-4-5")
    after = figures(database, team)
    assert Skill.MATCH_MODEL not in skills(after)
    assert Skill.CURATE_CONTEXT in skills(after)


def test_skills_are_measured_once_a_week_unless_its_usage_differs(
    database: Database, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = figures(database, team)

    def never(*_arguments: object) -> None:
        raise AssertionError("skills were measured again")

    monkeypatch.setattr(team_weeks, "skill_works", never)
    assert figures(database, team) == before
    later = LAST_WEEK + timedelta(hours=2)
    everybody_uses(database, PEOPLE[:1], later)
    assert figures(database, team) == before
    everybody_uses(database, PEOPLE[1:], later)
    with pytest.raises(AssertionError, match="again"):
        figures(database, team)


def test_a_week_that_was_fixed_before_there_were_parts_shows_its_figures_without_them(
    database: Database, team: Team
) -> None:
    before = figures(database, team)
    with database.writing() as session:
        row = session.get(TeamWeekRow, (team.id, WEEK.monday))
        assert row is not None
        row.parts = None
        for name in PEOPLE:
            person_id = introduce_id(database, name)
            kept = session.get(TeamWeekPersonRow, (team.id, WEEK.monday, person_id))
            assert kept is not None
            kept.parts = None
    found = figures(database, team)
    assert (found.tokens, found.by_class, found.skills) == (before.tokens, None, ())


def introduce_id(database: Database, name: str) -> int:
    return introduce(database, name).person.id
