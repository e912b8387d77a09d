"""What a digest tells of findings: a number for the team, where no one person can be told from it."""

from pathlib import Path

import pytest

from bot.flows.digest_findings import found_in
from bot.flows.digest_terms import DigestTerms
from policies.periods import IsoWeek
from policies.rules.model import Stage
from policies.rules.reports import FindingCounts
from storage import rule_settings
from storage.database import Database
from tests.bot.live import PEOPLE
from tests.bot.ruled import DAY, GATHERING, TUESDAY, Ruled, ruled

WEEK = IsoWeek.of(TUESDAY.date())


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ruled:
    """Payments and two rules, over people who count in the team this week."""
    return ruled(database, tmp_path, monkeypatch)


def found(world: Ruled) -> FindingCounts | None:
    with world.database.reading() as session:
        terms = DigestTerms(GATHERING, list(world.rulebook.current.judges.values()))
        return found_in(session, world.person("ana").team, WEEK, terms)


@pytest.mark.parametrize(
    ("people", "told"), [(0, None), (4, None), (5, FindingCounts(5, 0)), (6, FindingCounts(6, 0))]
)
def test_the_number_of_findings_is_told_of_enough_people_alone(
    world: Ruled, people: int, told: FindingCounts | None
) -> None:
    for name in PEOPLE[:people]:
        world.uses(name, usage__cost_usd=9.0)
    world.passes(TUESDAY)
    assert found(world) == told


def test_a_rule_that_few_have_findings_of_adds_nothing(world: Ruled) -> None:
    for name in PEOPLE:
        world.uses(name, usage__cost_usd=9.0)
    world.passes(TUESDAY)
    world.uses("ben", burn__known=True, burn__hour_multiple=20.0)
    world.passes(TUESDAY + DAY)
    assert found(world) == FindingCounts(6, 0)


def test_a_rule_in_shadow_is_not_counted(world: Ruled) -> None:
    for name in PEOPLE:
        world.uses(name, usage__cost_usd=9.0)
    world.passes(TUESDAY)
    with world.database.writing() as session:
        rule_settings.set_stage(session, "big-day", Stage.SHADOW, "later", TUESDAY)
    assert found(world) is None


def test_what_few_have_resolved_is_not_told_with_it(world: Ruled) -> None:
    for name in PEOPLE:
        world.uses(name, usage__cost_usd=9.0)
    world.passes(TUESDAY)
    world.uses("ben", usage__cost_usd=1.0)
    world.passes(TUESDAY + DAY)
    assert found(world) == FindingCounts(6, 0)
    for name in PEOPLE:
        world.uses(name, usage__cost_usd=1.0)
    world.passes(TUESDAY + 2 * DAY)
    assert found(world) == FindingCounts(6, 6)
