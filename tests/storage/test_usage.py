import random
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlmodel import Session, select

from policies.usage import UsageRecord, microseconds, sum_tokens
from storage import people, rollups, usage
from storage.database import Database
from storage.people import TeamDraft
from storage.tables import EngineerDayRow, UsageRow
from storage.usage import UpsertCounts
from tests.storage.records import NOON, NOON_US, many_records, stored, usage_record

KATHMANDU = TeamDraft("Trek", "T1", "C1", "Asia/Kathmandu")
EVER = (date(2000, 1, 1), date(2100, 1, 1))


@pytest.fixture
def ann(database: Database) -> int:
    with database.writing() as session:
        person = people.ensure_person_by_email(session, "ann@example.org")
        people.save_team(session, KATHMANDU, [], [person.id], NOON)
    return person.id


def test_records_come_back_as_they_were_stored(database: Database, ann: int) -> None:
    full = usage_record(
        ann,
        "full",
        **{name: 7 for name, kind in UsageRecord.__annotations__.items() if kind == int | None},
        **{name: "x" for name, kind in UsageRecord.__annotations__.items() if kind == str | None},
        is_final=False,
    )
    bare = usage_record(
        ann, "bare", input_uncached=None, cache_read=None, output_total=None, cost_list_nusd=None
    )
    with database.writing() as session:
        usage.store_usage(session, [full, bare])
    with database.reading() as session:
        assert stored(session) == sorted([full, bare])


def test_the_higher_revision_stays_and_an_equal_one_changes_nothing(
    database: Database, ann: int
) -> None:
    steps = [
        ([usage_record(ann, "a", revision=2, output_total=2)], UpsertCounts(1, 0, 0), 2),
        ([usage_record(ann, "a", revision=2, output_total=9)], UpsertCounts(0, 0, 1), 2),
        ([usage_record(ann, "a", revision=1, output_total=9)], UpsertCounts(0, 0, 1), 2),
        ([usage_record(ann, "a", revision=3, output_total=3)], UpsertCounts(0, 1, 0), 3),
        ([], UpsertCounts(0, 0, 0), 3),
    ]
    for records, counts, output in steps:
        with database.writing() as session:
            assert usage.store_usage(session, records) == counts
            assert [record.output_total for record in stored(session)] == [output]


def test_versions_of_one_record_in_a_batch_are_settled_before_the_database_sees_them(
    database: Database, ann: int
) -> None:
    versions = [
        usage_record(ann, "a", revision=1, output_total=1),
        usage_record(ann, "a", revision=3, output_total=3),
        usage_record(ann, "a", revision=3, output_total=99),
        usage_record(ann, "a", revision=2, output_total=2),
    ]
    with database.writing() as session:
        assert usage.store_usage(session, versions) == UpsertCounts(1, 0, 3)
        assert stored(session) == [versions[1]]


def test_the_same_key_under_two_people_is_two_records(database: Database, ann: int) -> None:
    with database.writing() as session:
        bob = people.ensure_person_by_email(session, "bob@example.org").id
        both = [usage_record(ann, "a"), usage_record(bob, "a")]
        assert usage.store_usage(session, both) == UpsertCounts(2, 0, 0)


def test_counts_add_up_over_several_batches_of_the_driver(database: Database, ann: int) -> None:
    records = list(many_records([ann], 2 * usage.ROWS_AT_ONCE + 5))
    with database.writing() as session:
        half = records[: usage.ROWS_AT_ONCE + 1]
        assert usage.upsert_usage(session, half) == UpsertCounts(len(half), 0, 0)
        newer = [record._replace(revision=2) for record in records[:3]]
        counts = usage.upsert_usage(session, newer + records[3:])
    assert counts == UpsertCounts(len(records) - len(half), 3, len(half) - 3)


def test_a_revision_that_loses_its_counts_empties_the_column(database: Database, ann: int) -> None:
    with database.writing() as session:
        usage.store_usage(session, [usage_record(ann, "a", ticket="PAY-1")])
        usage.store_usage(session, [usage_record(ann, "a", revision=2, ticket=None)])
        assert [record.ticket for record in stored(session)] == [None]


def test_nothing_is_stored_for_a_person_who_does_not_exist(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.writing() as session:
        usage.store_usage(session, [usage_record(999, "a")])
    with database.reading() as session:
        assert stored(session) == []


# --- properties -------------------------------------------------------------------------------

MOMENTS = st.integers(0, 72 * 4).map(lambda quarter: NOON_US + quarter * 900_000_000)
COUNTS = st.none() | st.integers(0, 10**12)


@st.composite
def deliveries_of_records(draw: st.DrawFn) -> list[list[UsageRecord]]:
    """Some records in several revisions, delivered in any order, overlap and split."""
    versions: list[UsageRecord] = []
    for number in range(draw(st.integers(1, 5))):
        hour = draw(MOMENTS) // 3_600_000_000 * 3_600_000_000
        for revision in range(1, draw(st.integers(1, 3)) + 1):
            version = usage_record(
                draw(st.sampled_from([1, 2])) if number % 2 else 1,
                f"r{number}",
                hour,
                revision=revision,
                input_uncached=draw(COUNTS),
                output_total=draw(COUNTS),
                cost_list_nusd=draw(COUNTS),
                model_id=draw(st.sampled_from(["opus", "haiku"])),
            )
            begun = hour + draw(st.integers(0, 3)) * 900_000_000
            versions.append(version._replace(start_us=begun, end_us=begun))
    sent = draw(st.permutations(versions + draw(st.lists(st.sampled_from(versions), max_size=6))))
    cuts = sorted(draw(st.lists(st.integers(0, len(sent)), max_size=3)))
    return [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]


def expected_records(batches: Sequence[Sequence[UsageRecord]]) -> list[UsageRecord]:
    best: dict[tuple[int, bytes], UsageRecord] = {}
    for record in sorted((one for batch in batches for one in batch), key=lambda r: r.revision):
        best[record.person_id, record.usage_key] = record
    return sorted(best.values())


def expected_days(records: Sequence[UsageRecord]) -> Counter[tuple[int, date, str, str]]:
    days: Counter[tuple[int, date, str, str]] = Counter()
    for record in records:
        zone = KATHMANDU.time_zone if record.person_id == 1 else "UTC"
        offset = timedelta(hours=5, minutes=45) if zone != "UTC" else timedelta()
        day = (record.started_at + offset).date()
        totals = {"tokens": record.tokens.total, "cost": record.cost_list_nusd or 0, "records": 1}
        if record.cost_list_nusd is None:
            totals["unpriced"] = record.tokens.total
        for name, amount in totals.items():
            days[record.person_id, day, record.model_id, name] += amount
    return +days


def rolled_up(session: Session) -> Counter[tuple[int, date, str, str]]:
    days: Counter[tuple[int, date, str, str]] = Counter()
    for row in session.exec(select(EngineerDayRow)):
        totals = {
            "tokens": row.tokens,
            "cost": row.cost_list_nusd,
            "records": row.records,
            "unpriced": row.tokens_unpriced,
        }
        for name, amount in totals.items():
            days[row.person_id, row.day, row.model_id, name] += amount
    return +days


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=deliveries_of_records())
def test_any_order_overlap_and_split_gives_the_same_records_and_their_sums(
    database: Database, batches: list[list[UsageRecord]]
) -> None:
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org")
        bob = people.ensure_person_by_email(session, "bob@example.org")
        assert (ann.id, bob.id) == (1, 2)
        people.save_team(session, KATHMANDU, [], [ann.id], NOON)
        for table in (EngineerDayRow, UsageRow):
            session.exec(delete(table))
    for batch in batches:
        with database.writing() as session:
            usage.store_usage(session, batch)
    records = expected_records(batches)
    with database.writing() as session:
        assert stored(session) == records
        assert rolled_up(session) == expected_days(records)
        again = usage.store_usage(session, [one for batch in batches for one in batch])
        assert (again.new, again.changed) == (0, 0)
        assert stored(session) == records


def test_a_token_class_unknown_in_every_record_stays_unknown_in_the_sum(
    database: Database, ann: int
) -> None:
    records = [
        usage_record(ann, "a", cache_write_1h=None, cache_read=None),
        usage_record(ann, "b", cache_write_1h=None, cache_read=5),
    ]
    with database.writing() as session:
        usage.store_usage(session, records)
        [day] = rollups.person_days(session, ann, *EVER)
    assert day.tokens == sum_tokens(record.tokens for record in records)
    assert day.tokens.cache_write_1h is None
    assert day.tokens.cache_read == 5


def test_sums_are_exact_where_floats_would_not_be(database: Database, ann: int) -> None:
    dear = 2**53 + 1
    with database.writing() as session:
        usage.store_usage(
            session, [usage_record(ann, str(n), cost_list_nusd=dear) for n in range(3)]
        )
        [day] = rollups.person_days(session, ann, *EVER)
    assert day.cost_list * 10**9 == 3 * dear


@pytest.mark.parametrize(
    ("zone", "local_day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Kathmandu", date(2026, 4, 5), 24),
    ],
)
def test_a_day_on_which_the_clocks_change_holds_its_own_hours(
    database: Database, zone: str, local_day: date, hours: float
) -> None:
    start = datetime(local_day.year, local_day.month, local_day.day, tzinfo=UTC)
    half_hours = [start + timedelta(minutes=30 * step) for step in range(-48, 96)]
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org").id
        people.save_team(session, TeamDraft("One", "T1", "C1", zone), [], [ann], NOON)
        usage.store_usage(
            session,
            [usage_record(ann, str(at), microseconds(at), output_total=1) for at in half_hours],
        )
        [day] = rollups.person_days(session, ann, local_day, local_day)
    assert day.tokens.output_total == hours * 2


def test_two_imports_of_the_same_records_at_once_neither_deadlock_nor_double(
    database: Database, ann: int
) -> None:
    records = list(many_records([ann], 3_000))
    results: list[UpsertCounts] = []

    def store(seed: int) -> None:
        mine = random.Random(seed).sample(records, len(records))
        with database.writing() as session:
            results.append(usage.store_usage(session, mine))

    threads = [threading.Thread(target=store, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts.new for counts in results) == len(records)
    with database.reading() as session:
        total = sum(day.tokens_total for day in rollups.person_days(session, ann, *EVER))
        assert session.connection().scalar(text("SELECT count(*) FROM usage")) == len(records)
    assert total == sum(record.tokens.total for record in records)


def test_writers_of_one_day_at_once_leave_a_sum_that_misses_nobody(
    database: Database, ann: int
) -> None:
    def store(writer: int) -> None:
        for number in range(5):
            with database.writing() as session:
                usage.store_usage(session, [usage_record(ann, f"{writer}-{number}")])

    threads = [threading.Thread(target=store, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        [day] = rollups.person_days(session, ann, *EVER)
    assert day.tokens_total == 20 * usage_record(ann, "any").tokens.total
