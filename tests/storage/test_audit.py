from datetime import datetime

import pytest

from storage import audit, people
from storage.audit import AuditEntry
from storage.database import Database
from tests.storage.records import NOON


def test_deeds_come_back_in_order_with_their_details(database: Database) -> None:
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org").id
        audit.record(session, ann, "outcome.verified", "O-1", {"link": "https://x/1", "n": 2}, NOON)
        audit.record(session, None, "outcome.durable", "O-1", {}, NOON)
        audit.record(session, None, "outcome.durable", "O-2", {}, NOON)
    with database.reading() as session:
        assert audit.entries_about(session, "O-1") == [
            AuditEntry(NOON, ann, "outcome.verified", "O-1", {"link": "https://x/1", "n": 2}),
            AuditEntry(NOON, None, "outcome.durable", "O-1", {}),
        ]


def test_a_naive_moment_is_refused(database: Database) -> None:
    naive = datetime(2026, 11, 18, 12)  # noqa: DTZ001 - that is the point
    with pytest.raises(Exception, match="no time zone"), database.writing() as session:
        audit.record(session, None, "x", "O-1", {}, naive)
