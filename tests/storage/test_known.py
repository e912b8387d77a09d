"""What was known at a moment, and of which hours a source had told by then."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from policies.usage import microseconds
from storage import people, source_hours, usage
from storage.database import Database
from storage.facts.known import known_as_of
from storage.source_hours import SourceHour
from storage.usage_ranges import usage_table
from tests.storage.records import NOON, NOON_US, usage_record

HOUR_US = 3_600_000_000
HOUR = NOON_US // HOUR_US


@pytest.fixture
def ann(database: Database) -> int:
    with database.writing() as session:
        return people.ensure_person_by_email(session, "ann@example.org").id


def stored(database: Database, person_id: int, *moments: tuple[int, int], source: str = "") -> None:
    """Records by (hours from noon at which they began, hours from noon at which they arrived)."""
    records = [
        usage_record(
            person_id,
            f"{source}{start}{arrived}",
            NOON_US + start * HOUR_US,
            source=source or "claude-code",
            ingested_at_us=NOON_US + arrived * HOUR_US,
        )
        for start, arrived in moments
    ]
    with database.writing() as session:
        usage.store_usage(session, records)


def known(database: Database, hours: int) -> int:
    with database.reading() as session:
        condition = known_as_of(session, NOON + timedelta(hours=hours))
        query = select(func.count()).select_from(usage_table).where(condition)
        return session.connection().execute(query).scalar_one()


def test_what_arrived_later_or_began_later_was_not_known(database: Database, ann: int) -> None:
    stored(database, ann, (0, 0), (1, 1), (1, 5))
    assert [known(database, hours) for hours in (0, 1, 2, 4, 5)] == [0, 1, 2, 2, 3]


def test_what_began_before_its_source_was_connected_was_known_as_it_happened(
    database: Database, ann: int
) -> None:
    stored(database, ann, (-48, 0), (-24, 0), (-1, 9))
    assert [known(database, hours) for hours in (-48, -47, -23, 0, 9)] == [0, 1, 2, 3, 3]


def test_a_source_that_was_connected_early_says_nothing_of_another(
    database: Database, ann: int
) -> None:
    stored(database, ann, (-48, -47))
    stored(database, ann, (-40, 0), (-20, 0), source="csv")
    stored(database, ann, (-30, 5))
    assert [known(database, hours) for hours in (-39, -29, -19, 5)] == [2, 2, 3, 4]


def test_an_hour_of_a_source_is_noted_once_with_the_first_that_arrived(
    database: Database, ann: int
) -> None:
    stored(database, ann, (0, 3), (0, 2), (1, 2))
    stored(database, ann, (0, 9), (5, 9))
    with database.reading() as session:
        assert source_hours.hours_since(session, HOUR) == {
            "claude-code": [
                SourceHour(HOUR, NOON_US + 2 * HOUR_US, 0),
                SourceHour(HOUR + 1, NOON_US + 2 * HOUR_US, 0),
                SourceHour(HOUR + 5, NOON_US + 9 * HOUR_US, 0),
            ]
        }
        assert source_hours.first_ingestions(session) == {
            "claude-code": microseconds(NOON) + 2 * HOUR_US
        }
