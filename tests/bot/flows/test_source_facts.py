"""How long sources have been silent, measured as it could have been seen at the time."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.rules.facts import FactValue, SubjectKind
from policies.usage import Trust
from storage import people
from storage.database import Database
from tests.bot.facts import gathered, uses

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def ann(database: Database) -> int:
    with database.writing() as session:
        return people.ensure_person_by_email(session, "ann@example.org").id


def of(database: Database, as_of: datetime) -> dict[str, FactValue]:
    return gathered(database, SubjectKind.SOURCE, as_of)["source:claude-code"]


def working_days(count: int) -> list[datetime]:
    days = (MONDAY + timedelta(days=n) for n in range(40))
    return [day for day in days if day.weekday() < 5][:count]


def test_the_usual_silence_is_the_longest_there_was_weekends_included(
    database: Database, ann: int
) -> None:
    for day in working_days(10):
        for hour in range(8):
            uses(database, ann, day + timedelta(hours=hour, minutes=30), trust=Trust.GATEWAY)
    friday = MONDAY + timedelta(days=11)
    assert of(database, friday + timedelta(hours=10)) == {
        "source.name": "claude-code",
        "source.hours_since_data": 2.0,
        "source.usual_gap_hours": pytest.approx(64.5),  # Friday 17:00 to Monday 09:30
        "source.gap_known": True,
        "source.trust": 2,
    }


def test_a_source_that_comes_by_the_day_is_usually_a_day_behind(
    database: Database, ann: int
) -> None:
    for day in working_days(5):
        for hour in range(24):
            at = day + timedelta(hours=hour)
            uses(database, ann, at, arrived=day + timedelta(days=1), output_total=hour)
    found = of(database, MONDAY + timedelta(days=3, hours=20))
    assert (found["source.gap_known"], found["source.usual_gap_hours"]) == (False, 0.0)
    found = of(database, MONDAY + timedelta(days=5, hours=2))
    assert found["source.gap_known"]
    assert found["source.usual_gap_hours"] == 24.0
    assert found["source.hours_since_data"] == 2.0


def test_too_few_days_say_nothing_of_what_is_usual(database: Database, ann: int) -> None:
    for day in working_days(4):
        uses(database, ann, day)
    found = of(database, working_days(4)[-1] + timedelta(hours=3))
    assert (found["source.gap_known"], found["source.hours_since_data"]) == (False, 2.0)


def test_a_source_is_none_before_it_delivered_and_forgotten_when_it_has_long_been_gone(
    database: Database, ann: int
) -> None:
    uses(database, ann, MONDAY)
    for moment in (MONDAY, MONDAY + timedelta(weeks=9)):
        assert gathered(database, SubjectKind.SOURCE, moment) == {}


def test_what_arrives_later_makes_no_source_less_silent_before(
    database: Database, ann: int
) -> None:
    for day in working_days(6):
        uses(database, ann, day)
    now = working_days(6)[-1] + timedelta(hours=9)
    before = of(database, now)
    uses(database, ann, now - timedelta(hours=1), arrived=now + timedelta(hours=1))
    assert of(database, now) == before
