"""Ways to raise a skill's share without the skill, and where each of them shows instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from policies.outcomes import Complexity, KeyKind, Outcome, OutcomeDraft, OutcomeKey
from policies.periods import IsoWeek
from policies.skills import Skill, SkillWork
from policies.usage import UsageRecord, microseconds
from storage import attribution, outcomes
from storage.database import Database
from storage.facts.skills import skill_works
from storage.rollups import person_weeks
from storage.tables import OutcomeRow
from storage.usage import store_usage
from tests.bot.facts import CLASSES, team_of
from tests.storage.records import usage_record
from tests.storage.test_skills import HOUR, MONDAY, NOON, SUNDAY, ZONE

MINUTE = timedelta(minutes=1)
SMALL, LARGE = 20_000, 200_000


@dataclass(frozen=True, slots=True)
class Scene:
    """A person of a team, and the trivial outcome that all their work carries the ticket of."""

    team_id: int
    person_id: int
    outcome: Outcome


@pytest.fixture
def scene(database: Database) -> Scene:
    team_id, people = team_of(database, "Asia/Kolkata", "ann", "bob")
    ticket = OutcomeKey(KeyKind.TICKET, "PAY-1")
    draft = OutcomeDraft("Right date format", complexity=Complexity.TRIVIAL, keys=(ticket,))
    with database.writing() as session:
        outcome = outcomes.add_outcome(session, draft, team_id, people["ann"], NOON)
        attribution.outcomes_changed(session, outcome)
    return Scene(team_id, people["ann"], outcome)


def course(scene: Scene, **changes: object) -> list[UsageRecord]:
    """A session of one frontier model, begun before the declaration: 30 small requests, 20 large ones late."""
    began = NOON - HOUR
    moments = [(began + n * MINUTE, SMALL) for n in range(30)]
    moments += [(began + 5 * HOUR + n * MINUTE, LARGE) for n in range(20)]
    return [request(scene, n, at, sent, **changes) for n, (at, sent) in enumerate(moments)]


def request(scene: Scene, n: object, at: object, sent: int, **changes: object) -> UsageRecord:
    """A request of the session that sends so much, at a nano-dollar a token."""
    made = {
        "session_id": "s1", "model_id": "claude-opus-4-5", "ticket": "PAY-1", "branch": None,
        "repo": None, "input_uncached": 0, "cache_write_5m": 0, "cache_read": sent,
        "output_total": 500, "cost_list_nusd": sent,
    } | changes  # fmt: skip
    return usage_record(scene.person_id, f"r{n}", microseconds(at), **made)  # type: ignore[arg-type]


def works(
    database: Database, scene: Scene, records: Sequence[UsageRecord] = ()
) -> dict[Skill, SkillWork]:
    """The person's week, once these records are stored too."""
    with database.writing() as session:
        if records:
            store_usage(session, records)
    with database.reading() as session:
        found = skill_works(session, [scene.person_id], ZONE, MONDAY, SUNDAY, CLASSES)
    return found[scene.person_id]


def unattributed(database: Database, scene: Scene) -> int:
    with database.reading() as session:
        (week,) = person_weeks(session, scene.team_id, IsoWeek.of(MONDAY))
    return week.tokens_unattributed


def share(found: dict[Skill, SkillWork], skill: Skill) -> float:
    portion = found[skill].share
    assert portion is not None
    return portion


def test_the_week_to_begin_with_shows_none_of_the_four_skills_well(
    database: Database, scene: Scene
) -> None:
    found = works(database, scene, course(scene))
    assert share(found, Skill.MATCH_MODEL) == 0.0
    assert share(found, Skill.SCOPE_FIRST) < 0.9
    assert share(found, Skill.CURATE_CONTEXT) < 0.2
    assert share(found, Skill.RESTART_CLEAN) < 0.3


def test_a_flood_of_tiny_requests_moves_nothing_since_tokens_count(
    database: Database, scene: Scene
) -> None:
    before = works(database, scene, course(scene))
    tiny = [request(scene, f"tiny{n}", NOON + n * MINUTE / 9, 100) for n in range(400)]
    after = works(database, scene, [one._replace(session_id="s2") for one in tiny])
    for skill in (Skill.CURATE_CONTEXT, Skill.RESTART_CLEAN):
        assert share(after, skill) - share(before, skill) < 0.01


def test_a_session_forked_to_look_fresh_still_sends_its_large_context(
    database: Database, scene: Scene
) -> None:
    honest = course(scene)
    forked = [*honest[:30], *(one._replace(session_id="s2") for one in honest[30:])]
    found = works(database, scene, forked)
    assert share(found, Skill.RESTART_CLEAN) == 1.0
    assert share(found, Skill.CURATE_CONTEXT) < 0.2


def test_a_beginning_padded_so_that_nothing_grows_costs_more_and_curates_less(
    database: Database, scene: Scene
) -> None:
    before = works(database, scene, course(scene))
    padded = [
        one._replace(cache_read=LARGE, cost_list_nusd=LARGE, revision=2) for one in course(scene)
    ]
    after = works(database, scene, padded)
    assert share(after, Skill.RESTART_CLEAN) == 1.0
    assert share(after, Skill.CURATE_CONTEXT) == 0.0
    assert after[Skill.RESTART_CLEAN].base > 2 * before[Skill.RESTART_CLEAN].base


def test_what_is_unlinked_to_look_well_shows_as_linked_to_no_outcome(
    database: Database, scene: Scene
) -> None:
    before = works(database, scene, course(scene))
    early = before[Skill.SCOPE_FIRST].base - before[Skill.SCOPE_FIRST].good
    assert unattributed(database, scene) == 0
    bare = [one._replace(ticket=None, revision=2) for one in course(scene) if one.started_at < NOON]
    after = works(database, scene, bare)
    assert share(after, Skill.SCOPE_FIRST) == 1.0
    assert unattributed(database, scene) == early


def test_work_called_an_exploration_shows_no_skill_rather_than_all_of_it(
    database: Database, scene: Scene
) -> None:
    with database.writing() as session:
        row = session.get_one(OutcomeRow, scene.outcome.id)
        row.exploration = True
    found = works(database, scene, course(scene))
    assert found[Skill.MATCH_MODEL].share is None
    assert found[Skill.SCOPE_FIRST].share is None


def test_usage_without_a_price_or_with_a_model_of_no_class_is_left_out_and_not_good(
    database: Database, scene: Scene
) -> None:
    found = works(database, scene, course(scene, cost_list_nusd=None))
    assert found[Skill.MATCH_MODEL] == found[Skill.RESTART_CLEAN] == SkillWork(0, 0)
    renamed = course(scene, model_id="opus-by-another-name", revision=2)
    assert works(database, scene, renamed)[Skill.MATCH_MODEL] == SkillWork(0, 0)


def test_cheap_idle_work_raises_a_share_only_at_its_own_cost(
    database: Database, scene: Scene
) -> None:
    before = works(database, scene, course(scene))[Skill.MATCH_MODEL]
    idle = [
        request(scene, f"idle{n}", NOON + n * MINUTE, SMALL, model_id="claude-haiku-4-5")
        for n in range(40)
    ]
    after = works(database, scene, idle)[Skill.MATCH_MODEL]
    spent = 40 * SMALL
    assert after.base == before.base + spent
    assert after.share == pytest.approx(spent / after.base)
