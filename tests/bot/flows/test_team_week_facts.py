"""What rules know of a team's week is what was shown of it, as it was shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.flows import digest, outcomes
from policies.outcomes import Complexity, OutcomeDraft
from policies.people import Team
from policies.periods import IsoWeek
from policies.privacy import GroupRule
from policies.rules.facts import FactValue, SubjectKind
from storage.database import Database
from tests.bot.facts import DIGEST_TERMS, GATHERING, gathered, uses
from tests.bot.seeded import LAST_WEEK, MONDAY, introduce, payments, verified_outcome
from tests.storage.records import usage_record

KIND = SubjectKind.TEAM_WEEK
TOKENS = usage_record(1, "any").tokens.total
OUTCOMES = ("outcomes.declared", "outcomes.verified", "outcomes.reverted", "outcomes.trivial")


@pytest.fixture
def team(database: Database) -> Team:
    return payments(database)


def of(database: Database, as_of: datetime, rule: GroupRule | None = None) -> dict[str, FactValue]:
    gathering = GATHERING if rule is None else replace(GATHERING, group_rule=rule)
    return next(iter(gathered(database, KIND, as_of, gathering).values()))


def everybody_uses(database: Database, people: tuple[str, ...]) -> None:
    for name in people:
        uses(database, introduce(database, name).person.id, LAST_WEEK)


def shown(database: Database, team: Team, now: datetime) -> None:
    digest.shown_digest_of(database, now, team, IsoWeek.of(LAST_WEEK.date()), DIGEST_TERMS)


def test_figures_are_known_once_they_were_shown_and_no_sooner(
    database: Database, team: Team
) -> None:
    people = ("ana", "ben", "chi", "dee", "eli")
    everybody_uses(database, people)
    assert not of(database, MONDAY)["team.figures_known"]
    shown(database, team, MONDAY)
    assert not of(database, MONDAY - timedelta(minutes=1))["team.figures_known"]
    found = of(database, MONDAY)
    assert found["team.figures_known"]
    assert found["team.active_people"] == 5
    assert found["usage.tokens"] == 5 * TOKENS
    assert found["usage.cost_usd"] == pytest.approx(5 * 0.039)
    assert (found["team.unattributed_known"], found["usage.unattributed_share"]) == (True, 1.0)
    assert not of(database, MONDAY, GroupRule(minimum=6))["team.figures_known"]


def test_figures_of_too_few_people_are_never_known(database: Database, team: Team) -> None:
    everybody_uses(database, ("ana", "ben", "chi", "dee"))
    shown(database, team, MONDAY)
    found = of(database, MONDAY)
    assert not any(found[name] for name in found if name not in OUTCOMES)


def test_the_week_is_the_last_that_ended_for_the_team(database: Database, team: Team) -> None:
    everybody_uses(database, ("ana", "ben", "chi", "dee", "eli"))
    shown(database, team, MONDAY)
    before_it_ended = datetime(2026, 11, 15, 22, 59, tzinfo=UTC)
    assert not of(database, before_it_ended)["team.figures_known"]
    assert not of(database, MONDAY + timedelta(weeks=1))["team.figures_known"]


def test_outcomes_are_counted_as_the_digest_counts_them(database: Database, team: Team) -> None:
    verified_outcome(database, "Cut p95")
    for title in ("Rename a flag", "Bump a version"):
        draft = OutcomeDraft(title, complexity=Complexity.TRIVIAL)
        outcomes.declare(database, LAST_WEEK, introduce(database, "ben"), draft)
    found = of(database, MONDAY)
    assert [found[name] for name in OUTCOMES] == [3, 1, 0, 2]
    found = of(database, MONDAY + timedelta(weeks=1))
    assert [found[name] for name in OUTCOMES] == [0, 0, 0, 0]


def test_only_teams_that_are_asked_for_are_looked_at(database: Database, team: Team) -> None:
    asked = replace(GATHERING, team_ids=frozenset({team.id}))
    assert set(gathered(database, KIND, MONDAY, asked)) == {f"team:{team.id}"}
    nobody = replace(GATHERING, team_ids=frozenset())
    assert gathered(database, KIND, MONDAY, nobody) == {}
