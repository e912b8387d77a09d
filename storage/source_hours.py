"""Of which hours a source has told anything, and when it first did: a row an hour, for all people together.

So what was known at a moment, and how long a source has been silent, is found without a look at the
records.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session

from policies.usage import UsageRecord
from storage.inserts import insert_of
from storage.tables import SourceHourRow, table_of

HOUR_US: Final = 3_600_000_000

_table = table_of(SourceHourRow)
_hours = _table.c


class SourceHour(NamedTuple):
    """An hour since the epoch, when the first of its records arrived, and how they are trusted."""

    hour: int
    first_ingested_at_us: int
    trust: int


def note(session: Session, records: Iterable[UsageRecord]) -> None:
    """Note the hours of records as they are stored. What was noted before stands.

    In the order of keys, so that two writers on PostgreSQL do not wait for each other in a circle.
    """
    found: dict[tuple[str, int], SourceHour] = {}
    for one in records:
        hour = one.start_us // HOUR_US
        known = found.get((one.source, hour))
        if known is None or one.ingested_at_us < known.first_ingested_at_us:
            found[one.source, hour] = SourceHour(hour, one.ingested_at_us, int(one.trust))
    rows = [{"source": source, **found[source, hour]._asdict()} for source, hour in sorted(found)]
    insert = insert_of(session)
    if rows:
        session.connection().execute(insert(_table).on_conflict_do_nothing(), rows)


def first_ingestions(session: Session) -> dict[str, int]:
    """When each source delivered for the first time ever, in microseconds, by its name."""
    query = select(_hours.source, func.min(_hours.first_ingested_at_us)).group_by(_hours.source)
    return {source: int(first) for source, first in session.connection().execute(query)}


def hours_since(session: Session, first_hour: int) -> dict[str, list[SourceHour]]:
    """The hours from `first_hour` on of which each source has told, in order, by the source's name."""
    query = select(*_hours).where(_hours.hour >= first_hour).order_by(_hours.source, _hours.hour)
    found: dict[str, list[SourceHour]] = defaultdict(list)
    for source, *rest in session.connection().execute(query):
        found[source].append(SourceHour(*rest))
    return dict(found)
