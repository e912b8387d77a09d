"""Store usage batch by batch and report each commit: `python -m tests.storage.ingest URL PERSON`."""

import sys
from collections.abc import Callable
from datetime import date

from storage import usage
from storage.database import Database
from tests.storage.records import many_records

RECORDS = 6_000
BATCH = 1_000
EVER = (date(2000, 1, 1), date(2100, 1, 1))


def ingest(
    database: Database, person_id: int, report: Callable[[str], None] = lambda _: None
) -> None:
    """Store all records, a transaction a batch."""
    records = list(many_records([person_id], RECORDS))
    report("begin")
    for start in range(0, RECORDS, BATCH):
        with database.writing() as session:
            usage.store_usage(session, records[start : start + BATCH])
        report("committed")


def expected_tokens(person_id: int, count: int) -> int:
    """The tokens of the first `count` records."""
    records = list(many_records([person_id], RECORDS))[:count]
    return sum(record.tokens.total for record in records)


if __name__ == "__main__":

    def _report(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    ingest(Database.open(sys.argv[1]), int(sys.argv[2]), _report)
