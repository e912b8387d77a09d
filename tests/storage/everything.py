"""A row in every table for every column that can name a person, made from the tables themselves."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Date, LargeBinary, Table, select
from sqlmodel import Session

from storage.personal_data import people_columns
from storage.tables import Stored
from storage.types import UsageKey, UtcDateTime

NUMBERS = itertools.count(1_000)
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def fill(session: Session, person_id: int, other_id: int) -> None:
    """Store them: with the person in one column at a time, and somebody else in the others."""
    ids: dict[str, Any] = {"person": person_id}
    for table in Stored.metadata.sorted_tables:
        if table.name == "person":
            continue
        for row in _rows(table, person_id, other_id, ids):
            session.connection().execute(table.insert().values(row))
        key = next(iter(table.primary_key))
        about = select(key).order_by(key.desc()) if table.name == "team" else select(key)
        ids.setdefault(table.name, session.connection().execute(about).scalars().first())


def _rows(
    table: Table, person_id: int, other_id: int, ids: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    named = sorted(people_columns(table)) or [None]
    named = (
        ["person_id"] + [one for one in named if one != "person_id"]
        if "person_id" in named
        else named
    )
    for column_of_person in named:
        row = {column.name: _value(column, ids) for column in table.columns}
        row |= {one: other_id for one in named if one is not None}
        if column_of_person is not None:
            row[column_of_person] = person_id
        if table.name == "delivery":
            row["audience"] = f"person:{person_id}"
        yield row


def _value(column: Column[Any], ids: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever a column holds
    number = next(NUMBERS)
    for key in column.foreign_keys:
        return ids.get(key.column.table.name)
    match column.type:
        case UtcDateTime():
            return NOON
        case Date():
            return date(2026, 1, 1).replace(day=1 + number % 28)
        case UsageKey() | LargeBinary():
            return number.to_bytes(16, "big")
        case JSON():
            return {}
    kind = column.type.python_type
    if kind is bool:
        return False
    return number if kind is int else f"text {number}"


def texts(session: Session) -> str:
    """Everything that stands in any table, as one text."""
    found = [
        [table.name, *map(str, row)]
        for table in Stored.metadata.sorted_tables
        for row in session.connection().execute(select(*table.columns))
    ]
    return json.dumps(found)
