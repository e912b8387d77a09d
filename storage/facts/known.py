"""What was known at a moment: the one condition on usage records that every fact is summed under.

A record counts as of T if it began before T and had arrived by T. History that was imported when its
source was connected counts as known when it happened, since nothing else could be looked back on:
records that began before the source's first delivery ever. A record that was revised counts as of the
moment at which its present version arrived.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session

from policies.usage import microseconds
from storage import source_hours
from storage.usage_ranges import usage_table

_raw = usage_table.c


def known_as_of(session: Session, as_of: datetime) -> ColumnElement[bool]:
    """The condition on rows of `usage` to have been known at the moment."""
    return known_of(source_hours.first_ingestions(session), microseconds(as_of))


def known_of(first_ingestions: Mapping[str, int], as_of_us: int) -> ColumnElement[bool]:
    """The same, for whoever has the first deliveries of the sources in hand."""
    imported = (
        and_(_raw.source == source, _raw.start_us < first_us)
        for source, first_us in sorted(first_ingestions.items())
    )
    return and_(_raw.start_us < as_of_us, or_(_raw.ingested_at_us <= as_of_us, *imported))
