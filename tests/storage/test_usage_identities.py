from datetime import timedelta

from storage import people, usage
from storage.database import Database
from storage.usage_identities import UsageIdentity, has_usage, usage_identities
from tests.storage.records import NOON, NOON_US, usage_record

HOUR_US = 3_600_000_000


def test_identities_are_those_of_one_person_and_source_in_the_hours_asked_for(
    database: Database,
) -> None:
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org").id
        bob = people.ensure_person_by_email(session, "bob@example.org").id
        inside = [usage_record(ann, str(n), NOON_US + n * HOUR_US) for n in range(2)]
        usage.store_usage(
            session,
            [
                *inside,
                usage_record(ann, "before", NOON_US - HOUR_US),
                usage_record(ann, "after", NOON_US + 2 * HOUR_US),
                usage_record(ann, "elsewhere", source="csv"),
                usage_record(bob, "other"),
            ],
        )
    with database.reading() as session:
        last = NOON + timedelta(hours=1)
        found = list(usage_identities(session, ann, "claude-code", NOON, last))
    assert found == [
        UsageIdentity(one.usage_key, one.start_us, one.session_id, one.request_id, one.revision)
        for one in inside
    ]


def test_whether_a_source_has_delivered_for_a_person(database: Database) -> None:
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org").id
        bob = people.ensure_person_by_email(session, "bob@example.org").id
        usage.store_usage(session, [usage_record(ann, "1")])
        assert has_usage(session, ann, "claude-code")
        assert not has_usage(session, ann, "csv")
        assert not has_usage(session, bob, "claude-code")
