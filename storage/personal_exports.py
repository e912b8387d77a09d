"""A person's own rows for their export, a table at a time and never all of them in memory.

Other people are left out: where a row has somebody else's number, it says “another person”.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, select
from sqlmodel import Session

from policies.usage import from_microseconds, usd_from_nanos
from storage.personal_data import people_columns, tables_about

YOU: Final = "you"
ANOTHER: Final = "another person"
ROWS_AT_ONCE: Final = 2_000

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """One table as its person reads it: moments as ISO 8601 in UTC, money in USD."""

    name: str
    columns: tuple[str, ...]
    _table: Table
    _condition: ColumnElement[bool]
    _person_id: int

    def rows(self, session: Session) -> Iterator[tuple[Cell, ...]]:
        """The rows in the order of their keys."""
        people, columns = people_columns(self._table), tuple(self._table.columns)
        query = select(*columns).where(self._condition).order_by(*self._table.primary_key)
        found = session.connection().execute(query.execution_options(yield_per=ROWS_AT_ONCE))
        for row in found:
            yield tuple(
                self._person(value) if column.name in people else self._cell(column.name, value)
                for column, value in zip(columns, row, strict=True)
            )

    def _person(self, number: int | None) -> str | None:
        if number is None:
            return None
        return YOU if number == self._person_id else ANOTHER

    def _cell(self, column: str, value: Any) -> Cell:  # noqa: ANN401 - whatever a column holds
        match value:
            case int() if column.endswith("_us"):
                return from_microseconds(value).isoformat()
            case int() if column.endswith("_nusd"):
                return str(usd_from_nanos(value))
            case datetime() | date():
                return value.isoformat()
            case bytes():
                return value.hex()
            case Decimal():
                return str(value)
            case dict() | list():
                return json.dumps(self._without_others(value), ensure_ascii=False)
            case str() if column in ("audience", "subject"):
                return value.replace(f"person:{self._person_id}", YOU)
        plain: Cell = value
        return plain

    def _without_others(self, value: dict[str, Any] | list[Any]) -> dict[str, Any] | list[Any]:
        """JSON of ours names people under the key `person` alone."""
        if isinstance(value, list) or "person" not in value:
            return value
        is_own = str(value["person"]) == str(self._person_id)
        return value | {"person": YOU if is_own else ANOTHER}


def exported_tables(person_id: int) -> Iterator[ExportedTable]:
    """Every table that knows of a person."""
    for table, condition in tables_about(person_id):
        names = tuple(
            name.removesuffix("_us") + "_at"
            if name.endswith("_us")
            else name.removesuffix("_nusd") + "_usd"
            if name.endswith("_nusd")
            else name
            for name in table.columns.keys()  # noqa: SIM118 - a collection of columns, not a dict
        )
        yield ExportedTable(table.name, names, table, condition, person_id)
