"""A row in every table for every column that can name a person, made from the tables themselves."""

import itertools
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Date, LargeBinary, Table, select
from sqlmodel import Session

from policies.outcomes import KeyKind
from policies.personal_data import ReadKind
from storage.personal_data import people_columns
from storage.tables import Stored
from storage.types import UsageKey, UtcDateTime

NUMBERS = itertools.count(1_000)
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def fill(
    session: Session,
    person_id: int,
    other_id: int,
    but: Collection[str] = (),
    *,
    acts: bool = True,
) -> None:
    """Store them: with the person in one column at a time, and somebody else in the others.

    In the tables of `but` only somebody else is named, and who does not act is in no column but `person_id`.
    """
    ids: dict[str, Any] = {"person": person_id}
    for table in Stored.metadata.sorted_tables:
        if table.name == "person":
            continue
        columns = people_columns(table) if acts else people_columns(table) & {"person_id"}
        whose = other_id if table.name in but else person_id
        for row in _rows(table, sorted(columns, key=_person_first), whose, other_id, ids):
            session.connection().execute(table.insert().values(row))
        key = next(iter(table.primary_key))
        ids.setdefault(table.name, session.connection().execute(select(key)).scalars().first())


def _person_first(column: str) -> tuple[bool, str]:
    return column != "person_id", column


def _rows(
    table: Table, columns: Sequence[str], person_id: int, other_id: int, ids: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for column_of_person in columns or [None]:
        row = {column.name: _value(column, ids) for column in table.columns}
        row |= dict.fromkeys(people_columns(table), other_id)
        if column_of_person is not None:
            row[column_of_person] = person_id
        yield row | _as_written(table, person_id)


def _as_written(table: Table, person_id: int) -> dict[str, str]:
    """What of a row has a form that programs read."""
    match table.name:
        case "finding":
            return {"fingerprint": f"rule/engineer_day/person={person_id}"}
        case "personal_read":
            return {"what": ReadKind.BUDGET_BAND.value}
        case "team":
            return {"time_zone": "UTC"}
        case "outcome_key":
            return {"kind": KeyKind.TICKET.value}
        case "delivery":
            return {"audience": f"person:{person_id}"}
    return {}


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
