"""A pass over some people's records of usage, in the order in which the database finds them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select
from sqlmodel import Session

from storage.facts.homes import Homes
from storage.facts.windows import between
from storage.usage_ranges import usage_table

ROWS_AT_ONCE: Final = 2_000

_raw = usage_table.c


def of_people(homes: Homes, first: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions on records to be of these people, and to begin in [first, end)."""
    return _raw.person_id.in_(homes.ids), between(first, end)


def stream(session: Session, query: Select[Any]) -> Iterator[Any]:
    """The rows, some at a time, in the order in which the database finds them."""
    found = session.connection().execute(query.execution_options(yield_per=ROWS_AT_ONCE))
    for part in found.partitions():
        yield from part
