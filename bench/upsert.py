"""How near to the bare drivers is a million-row upsert through the storage layer?

Ours: `storage.usage.upsert_usage`. Limits, on the same rows and the same table: sqlite3 executemany
upserts in batches of ten thousand, and psycopg COPY to a stage with one merge. Both load slices of
100,000 in turn, a transaction each; the figures are the median slice times the number of slices. Each
is measured on empty tables and again on full ones, where nothing changes. `UPSERT_ROWS` sets the rows.
"""

import gc
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psycopg

from bench.table import Row, peak_memory
from policies.usage import UsageRecord
from storage import people, usage
from storage.database import Database
from tests.postgres import create_database, postgres_server
from tests.storage.records import many_records

ROWS = int(os.environ.get("UPSERT_ROWS", "1_000_000"))
SLICE = 100_000
PEOPLE = 300
COLUMNS = ", ".join(UsageRecord._fields)


def measure() -> list[Row]:
    """Both engines, fresh and repeated."""
    records = list(many_records(list(range(1, PEOPLE + 1)), ROWS))
    gc.freeze()  # the rows are the input; the collector need not walk them in either arm
    return _on_sqlite(records) + _on_postgres(records)


def _on_sqlite(records: list[UsageRecord]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        ours = _prepared(f"sqlite:///{folder}/ours.db")
        raw = Path(folder, "raw.db")
        _prepared(f"sqlite:///{raw}").dispose()
        return _compare("SQLite", ours, records, lambda part: _raw_sqlite(raw, part), aim=1.1)


def _on_postgres(records: list[UsageRecord]) -> list[Row]:
    with postgres_server({"max_wal_size": "4GB"}) as server:
        ours = _prepared(create_database(server, "ours"))
        raw = create_database(server, "raw")
        _prepared(raw).dispose()
        return _compare("PostgreSQL", ours, records, lambda part: _raw_postgres(raw, part), aim=1.2)


def _compare(
    engine: str,
    ours: Database,
    records: list[UsageRecord],
    peer: Callable[[list[UsageRecord]], None],
    aim: float,
) -> list[Row]:
    rows = [_load(f"{load}, {engine}", ours, records, peer, aim) for load in ("upsert", "repeat")]
    ours.dispose()
    return rows


def _load(
    name: str,
    ours: Database,
    records: list[UsageRecord],
    peer: Callable[[list[UsageRecord]], None],
    aim: float,
) -> Row:
    """Load slice by slice, the two in turn, so that a busy machine slows both alike."""
    measured, limit = [], []
    with peak_memory() as peak:
        for start in range(0, len(records), SLICE):
            part = records[start : start + SLICE]
            limit.append(_seconds(lambda part=part: peer(part)))
            measured.append(_seconds(lambda part=part: _ours(ours, part)))
    seconds, bare = median(measured) * len(measured), median(limit) * len(limit)
    note = f"{len(records) / seconds:,.0f} rows/s"
    question = f"{len(records):,} rows, {name}"
    return Row(question, seconds, bare, aim=aim, peak_mb=peak.mb, note=note)


def _ours(database: Database, records: list[UsageRecord]) -> None:
    with database.writing() as session:
        usage.upsert_usage(session, records)


def _raw_sqlite(path: Path, records: list[UsageRecord]) -> None:
    places = ", ".join("?" * len(UsageRecord._fields))
    upsert = f"INSERT INTO usage ({COLUMNS}) VALUES ({places}){usage.ON_CONFLICT}"  # noqa: S608 - names
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("BEGIN IMMEDIATE")
    for start in range(0, len(records), 10_000):
        connection.executemany(upsert, records[start : start + 10_000])
    connection.execute("COMMIT")
    connection.close()


def _raw_postgres(url: str, records: list[UsageRecord]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE stage (LIKE usage) ON COMMIT DROP")
        with cursor.copy(f"COPY stage ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(usage.COPY_TYPES)
            for record in records:
                copy.write_row(record)
        merge = f"INSERT INTO usage ({COLUMNS}) SELECT {COLUMNS} FROM stage"  # noqa: S608 - names
        cursor.execute(merge + usage.ON_CONFLICT)


def _seconds(work: Callable[[], None]) -> float:
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _prepared(url: str) -> Database:
    database = Database.open(url)
    database.migrate()
    with database.writing() as session:
        for number in range(PEOPLE):
            people.ensure_person_by_email(session, f"person-{number}@example.org")
    return database
