"""Usage records in: an idempotent bulk upsert, and the rollups that follow from it.

Records are stored by (person, usage key). Of two versions of a record the higher `revision` stays; an
equal one changes nothing. Bulk paths bind the records as they are: no ORM objects, no dicts.
"""

from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, delete
from sqlmodel import Session, col, select

from policies.usage import UsageRecord
from storage import rollups, source_hours, usage_shares
from storage.tables import PersonRow, UsageRow, table_of
from storage.types import UsageKey

if TYPE_CHECKING:
    import sqlite3

    import psycopg

ROWS_AT_ONCE: Final = 10_000

usage_table = table_of(UsageRow)
COLUMNS: Final = UsageRecord._fields
KEY: Final = ("person_id", "usage_key")
CONVERTED: Final = ("usage_key", "is_final")
REVISED: Final = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in KEY)
ON_CONFLICT: Final = (
    f" ON CONFLICT (person_id, usage_key) DO UPDATE SET {REVISED}"
    " WHERE excluded.revision > usage.revision"
)


def _insert_into(columns: Sequence[str]) -> str:
    return f"INSERT INTO usage ({', '.join(columns)})"


COPY_TO_STAGE: Final = f"COPY usage_stage ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
MERGE_STAGE: Final = (
    f"WITH merged AS ({_insert_into(COLUMNS)} SELECT {', '.join(COLUMNS)} FROM usage_stage{ON_CONFLICT}"  # noqa: S608
    " RETURNING xmax = 0 AS is_new)"
    " SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged"
)


class UpsertCounts(NamedTuple):
    """What became of the records: stored, replaced by a higher revision, or as they were."""

    new: int
    changed: int
    unchanged: int


def store_usage(session: Session, records: Sequence[UsageRecord]) -> UpsertCounts:
    """Upsert records, note their hours and rebuild the days they touch, in the caller's transaction.

    Nothing is stored of a person who was forgotten since the caller looked them up.
    """
    people = {record.person_id for record in records}
    rollups.hold_people(session, people)
    if gone := _forgotten_among(session, people):
        records = [record for record in records if record.person_id not in gone]
    counts = upsert_usage(session, records)
    if counts.new or counts.changed:
        source_hours.note(session, records)
        rollups.rebuild_days(session, rollups.days_touched(session, records))
    return counts


def _forgotten_among(session: Session, person_ids: Collection[int]) -> set[int]:
    query = select(PersonRow.id).where(
        col(PersonRow.id).in_(person_ids), col(PersonRow.forgotten_at).is_not(None)
    )
    return {one for one in session.exec(query) if one is not None}


def upsert_usage(session: Session, records: Sequence[UsageRecord]) -> UpsertCounts:
    """Store new records and higher revisions of known ones; rollups are the caller's to rebuild.

    Of several versions of a record among `records`, only the one that would stay is counted as new
    or changed.
    """
    latest = latest_revisions(records)
    if not latest:
        return UpsertCounts(0, 0, len(records))
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        new, changed = _copy_and_merge(connection, latest)
    else:
        new, changed = _insert_or_revise(connection, latest)
    return UpsertCounts(new, changed, len(records) - new - changed)


def latest_revisions(records: Iterable[UsageRecord]) -> list[UsageRecord]:
    """Each record once, in its highest revision (the first of equal ones), in the order of keys.

    Keys in order touch neighbouring pages, and keep two writers on PostgreSQL from deadlocking.
    """
    latest: dict[tuple[int, bytes], UsageRecord] = {}
    for record in records:
        known = latest.setdefault((record[0], record[1]), record)
        if known.revision < record.revision:
            latest[record[0], record[1]] = record
    return sorted(latest.values())


def move_usage(session: Session, from_person: int, to_person: int) -> None:
    """Give one person's records to another, who turned out to be the same; rollups are not rebuilt.

    Where both have a record, the higher revision stays.
    """
    connection = session.connection()
    columns = ", ".join(COLUMNS)
    moved = ", ".join(str(int(to_person)) if name == "person_id" else name for name in COLUMNS)
    connection.exec_driver_sql(
        f"INSERT INTO usage ({columns}) SELECT {moved} FROM usage"  # noqa: S608 - names and an int
        f" WHERE person_id = {int(from_person)}{ON_CONFLICT}"
    )
    connection.execute(delete(usage_table).where(usage_table.c.person_id == from_person))
    days = rollups.day_table
    connection.execute(delete(days).where(days.c.person_id == from_person))
    usage_shares.forget(session, from_person)


def _insert_or_revise(connection: Connection, records: Sequence[UsageRecord]) -> tuple[int, int]:
    stored = revised = 0

    def note_revised(revision: int) -> int:
        nonlocal revised
        revised += 1
        return revision

    # SQLite counts inserts and updates together; called for updates alone, this tells them apart
    # for nothing, where a second pass or a look beforehand would cost as much as the upsert.
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    driver.create_function("note_revised", 1, note_revised)
    revising = ON_CONFLICT.replace("= excluded.revision", "= note_revised(excluded.revision)", 1)
    for start in range(0, len(records), ROWS_AT_ONCE):
        columns, rows = _without_empty_columns(records[start : start + ROWS_AT_ONCE])
        values = f" VALUES ({', '.join('?' * len(columns))})"
        upsert = f"{_insert_into(columns)}{values}{revising}"
        stored += connection.exec_driver_sql(upsert, rows).rowcount
    return stored - revised, revised


def _without_empty_columns(
    records: Sequence[UsageRecord],
) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
    """The columns that hold anything, and the rows of these alone.

    sqlite3 binds None, bytes and bool far slower than int, str and bytearray, since it looks for
    adapters for them; half of a usual record is None.
    """
    places = [
        place
        for place, name in enumerate(COLUMNS)
        if name not in CONVERTED and any(record[place] is not None for record in records)
    ]
    picked = itemgetter(*places)
    rows = [(bytearray(one.usage_key), int(one.is_final), *picked(one)) for one in records]
    return (*CONVERTED, *(COLUMNS[place] for place in places)), rows


def _copy_and_merge(connection: Connection, records: Sequence[UsageRecord]) -> tuple[int, int]:
    connection.exec_driver_sql(
        "CREATE TEMP TABLE IF NOT EXISTS usage_stage (LIKE usage) ON COMMIT DROP"
    )
    raw = cast("psycopg.Connection", connection.connection.dbapi_connection)
    with raw.cursor() as cursor:
        with cursor.copy(COPY_TO_STAGE) as copy:
            copy.set_types(COPY_TYPES)
            for record in records:
                copy.write_row(record)
        cursor.execute(MERGE_STAGE)
        new, changed = cursor.fetchone() or (0, 0)
        cursor.execute("TRUNCATE usage_stage")
    return new, changed


def _copy_type(column: Column[Any]) -> str:
    if isinstance(column.type, UsageKey):
        return "bytea"  # in a binary COPY the 16 bytes of a uuid
    kinds = {BigInteger: "int8", Integer: "int4", Boolean: "bool"}
    return kinds.get(type(column.type), "text")


COPY_TYPES: Final = [_copy_type(usage_table.c[name]) for name in COLUMNS]
