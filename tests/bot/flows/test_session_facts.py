"""The facts of sessions as they are gathered; the course itself is tested with policies/sessions.py."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from policies.outcomes import KeyKind, OutcomeDraft, OutcomeKey
from policies.rules.facts import FactValue, SubjectKind
from storage import attribution, outcomes, people
from storage.database import Database
from storage.tables import PersonRow
from tests.bot.facts import GATHERING, gathered, team_of, uses

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ann(database: Database) -> int:
    """A person of a team in Berlin."""
    return team_of(database, "Europe/Berlin", "ann", "bob")[1]["ann"]


def sessions(
    database: Database, as_of: datetime = NOON + HOUR, **scope: frozenset[int]
) -> dict[str, dict[str, FactValue]]:
    return gathered(database, SubjectKind.SESSION, as_of, replace(GATHERING, **scope))


def of(database: Database, person_id: int, as_of: datetime = NOON + HOUR) -> dict[str, FactValue]:
    return sessions(database, as_of)[f"session:{person_id}:s1"]


def test_a_session_is_summed_and_its_course_is_told(database: Database, ann: int) -> None:
    for number in range(4):
        uses(
            database, ann, NOON + number * MINUTE, session_id="s1", prompt_id=f"p{number // 2}",
            cache_read=50_000 * (number + 1), cost_list_nusd=10**9,
        )  # fmt: skip
    found = of(database, ann)
    sent = [50_000 * (number + 1) + 3_200 for number in range(4)]
    assert found["usage.input_tokens"] == sum(sent)
    assert (found["usage.requests"], found["usage.cost_usd"]) == (4, 4.0)
    assert (found["session.context_first"], found["session.context_last"]) == (sent[0], sent[3])
    assert found["session.hours"] == 0.05
    assert (found["session.human_turns"], found["session.turns_known"]) == (2, True)
    assert found["session.is_over"] is False
    assert of(database, ann, NOON + 2 * HOUR)["session.is_over"] is True


def test_two_people_with_one_session_id_have_two_sessions(database: Database, ann: int) -> None:
    bob = team_of(database, "Asia/Kolkata", "cat", "dan")[1]["cat"]
    for person in (ann, bob):
        uses(database, person, NOON, session_id="s1")
    uses(database, ann, NOON, session_id="s2")
    uses(database, ann, NOON, session_id=None)
    assert set(sessions(database)) == {
        f"session:{ann}:s1",
        f"session:{ann}:s2",
        f"session:{bob}:s1",
    }


def test_a_session_is_looked_at_for_a_week_and_two_weeks_back(database: Database, ann: int) -> None:
    for days in (20, 13, 1):
        uses(database, ann, NOON - timedelta(days=days), session_id="s1")
    uses(database, ann, NOON - timedelta(days=8), session_id="old")
    found = sessions(database, NOON)
    assert set(found) == {f"session:{ann}:s1"}
    assert found[f"session:{ann}:s1"]["usage.requests"] == 2
    assert found[f"session:{ann}:s1"]["session.hours"] == 12 * 24


def test_nothing_that_began_or_arrived_later_counts(database: Database, ann: int) -> None:
    uses(database, ann, NOON - 5 * HOUR, session_id="s1", tool="first of the source")
    uses(database, ann, NOON, session_id="s1")
    uses(database, ann, NOON + 3 * HOUR, session_id="s1")
    uses(database, ann, NOON + MINUTE, NOON + 3 * HOUR, session_id="s1", cache_read=900_000)
    then = of(database, ann)
    assert (then["usage.requests"], then["session.hours"]) == (2, 5.0)
    assert then["session.context_peak"] < 900_000
    assert of(database, ann, NOON + 4 * HOUR)["usage.requests"] == 4


def test_a_session_counts_for_an_outcome_when_most_of_its_tokens_do(
    database: Database, ann: int
) -> None:
    draft = OutcomeDraft("It", keys=(OutcomeKey(KeyKind.TICKET, "PAY-1"),))
    with database.writing() as session:
        team_id = session.exec(select(PersonRow.home_team_id).where(PersonRow.id == ann)).one()
        outcome = outcomes.add_outcome(session, draft, team_id or 0, ann, NOON - HOUR)
        attribution.outcomes_changed(session, outcome)
    loose = {"branch": None, "repo": None}
    uses(database, ann, NOON, session_id="s1", ticket="PAY-1", **loose)
    uses(database, ann, NOON + MINUTE, session_id="s1", ticket=None, **loose)
    assert of(database, ann)["session.is_attributed"] is False  # half is not most
    uses(database, ann, NOON + 2 * MINUTE, session_id="s1", ticket="PAY-1", **loose)
    assert of(database, ann)["session.is_attributed"] is True


def test_buckets_of_many_requests_are_no_part_of_a_session(database: Database, ann: int) -> None:
    uses(database, ann, NOON, session_id="s1", granularity="bucket")
    assert sessions(database) == {}


def test_only_the_teams_and_people_asked_for_are_looked_at(database: Database, ann: int) -> None:
    uses(database, ann, NOON, session_id="s1")
    assert len(sessions(database, person_ids=frozenset({ann}))) == 1
    assert sessions(database, person_ids=frozenset({ann + 1})) == {}
    assert sessions(database, team_ids=frozenset({10**6})) == {}


def test_who_has_no_team_has_sessions_too(database: Database) -> None:
    with database.writing() as session:
        loner = people.ensure_person_by_email(session, "loner@example.org").id
    uses(database, loner, NOON, session_id="s1")
    assert set(sessions(database)) == {f"session:{loner}:s1"}
