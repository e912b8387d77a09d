"""Which workflows a team is told of, and that what was told stands."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from bot.flows.digest_terms import DigestTerms
from bot.flows.team_workflows import standing_curves, team_curves
from policies.people import Team
from policies.periods import IsoWeek
from policies.privacy import GroupRule
from policies.workflows import Course, TeamCurve
from storage import memberships, people, team_workflows
from storage.database import Database
from storage.people import TeamDraft
from tests.bot.facts import GATHERING, LONG_AGO, team_of, uses

WEEK = IsoWeek(2026, 47)
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = ("ann", "bob", "cat", "dan", "eve", "fay")
TERMS = DigestTerms(GATHERING)
USD = 10**9


@pytest.fixture
def ids(database: Database) -> dict[str, int]:
    """The people of a team in Berlin, by name."""
    return team_of(database, "Europe/Berlin", *NAMES)[1]


def the_team(database: Database) -> Team:
    with database.reading() as session:
        return people.all_teams(session)[0]


def run_it(
    database: Database,
    person_ids: Iterable[int],
    count: int = 4,
    last: datetime = FRIDAY,
    name: str = "release-notes",
    cost: int = 2 * USD,
) -> None:
    """A run a day of each person, the last on `last`."""
    for person_id in person_ids:
        for back in range(count):
            at = last - back * DAY
            uses(
                database,
                person_id,
                at,
                workflow_id=name,
                session_id=f"{name}-{at:%j}",
                cost_list_nusd=cost,
            )


def told(
    database: Database,
    week: IsoWeek = WEEK,
    now: datetime = MONDAY,
    terms: DigestTerms = TERMS,
    team: Team | None = None,
) -> list[TeamCurve]:
    with database.writing() as session:
        found = team_curves(session, now, team or the_team(database), week, terms)
        return [curve.shown for curve in found if curve.shown]


def test_a_workflow_of_enough_people_is_told_with_its_curve(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values())
    (curve,) = told(database)
    assert (curve.name, curve.model, curve.runs) == ("release-notes", "claude-sonnet-4-5", 24)
    assert (curve.course, curve.first_usd) == (Course.LEVEL, pytest.approx(2.0))


def test_what_four_people_run_is_not_named(database: Database, ids: dict[str, int]) -> None:
    run_it(database, [*ids.values()][:4], count=9)
    assert told(database) == []


def test_a_week_is_looked_at_once_and_what_was_told_stands(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values())
    before = told(database)
    run_it(database, ids.values(), last=FRIDAY + timedelta(hours=2))
    run_it(database, ids.values(), name="triage")
    assert told(database) == before
    with database.reading() as session:
        team = the_team(database)
        found = standing_curves(session, team, WEEK, GroupRule())
    assert [one.shown for one in found] == before


def test_runs_of_enough_people_make_a_new_curve_the_next_week(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values())
    told(database)
    run_it(database, ids.values(), count=3, last=FRIDAY + 6 * DAY)
    (curve,) = told(database, WEEK.plus(1), MONDAY + 7 * DAY)
    assert curve.runs == 42
    (before,) = told(database)
    assert before.runs == 24, "the week before is shown as it was"


def test_runs_of_few_leave_what_stands(database: Database, ids: dict[str, int]) -> None:
    run_it(database, ids.values())
    before = told(database)
    run_it(database, [*ids.values()][:4], last=FRIDAY + 6 * DAY)
    assert told(database, WEEK.plus(1), MONDAY + 7 * DAY) == before


def test_a_curve_without_new_runs_is_told_for_four_weeks(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values())
    assert len(told(database)) == 1
    assert len(told(database, WEEK.plus(3), MONDAY + 21 * DAY)) == 1
    assert told(database, WEEK.plus(4), MONDAY + 28 * DAY) == []


def test_an_earlier_week_is_not_looked_at_after_a_later_one(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values(), last=FRIDAY - 7 * DAY)
    assert len(told(database)) == 1
    assert told(database, WEEK.plus(-1)) == []


def test_nothing_of_a_week_after_the_digests_counts(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values(), last=MONDAY - timedelta(minutes=5), count=1)
    assert told(database) == []


def test_who_left_counts_with_the_runs_of_then_and_who_joins_with_those_since(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values(), last=FRIDAY - 14 * DAY)
    with database.writing() as session:
        memberships.leave(session, [ids["fay"]], WEEK.plus(-2))
        gus = people.ensure_person_by_email(session, "gus@example.org").id
        memberships.join(session, the_team(database).id, [gus], WEEK.plus(-2), is_new=False)
    run_it(database, [gus], last=FRIDAY - 14 * DAY, count=9)
    run_it(database, [ids["fay"]], last=FRIDAY, count=9)
    (curve,) = told(database)
    assert curve.runs == 24
    run_it(database, [gus, *ids.values()], count=5, last=FRIDAY + 7 * DAY)
    (curve,) = told(database, WEEK.plus(1), MONDAY + 7 * DAY)
    assert curve.runs == 5 * 9 + 4 + 5


def test_a_second_team_of_all_but_one_has_no_past_of_theirs(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values())
    assert len(told(database)) == 1
    others = [*ids.values()][:5]
    with database.writing() as session:
        memberships.leave(session, others, WEEK)
        draft = TeamDraft("Others", "T1", "Cothers", "Europe/Berlin")
        second = people.save_team(session, draft, others[:1], [], LONG_AGO)
        memberships.join(session, second.id, others, WEEK, is_new=True)
    assert told(database, team=second) == []
    assert told(database, WEEK.plus(1), MONDAY + 7 * DAY, team=second) == []


def test_a_merged_persons_runs_are_judged_as_one_persons(
    database: Database, ids: dict[str, int]
) -> None:
    run_it(database, ids.values())
    told(database)
    with database.writing() as session:
        team_workflows.absorb(session, ids["ann"], ids["bob"])
        ((standing,),) = team_workflows.curves_of(session, the_team(database).id, WEEK).values()
    assert set(standing.shown.parts) == {*ids.values()} - {ids["bob"]}
    assert standing.shown.parts[ids["ann"]].runs == 8
