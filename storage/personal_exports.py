"""A person's own rows for their export, a table at a time and never all of them in memory.

Other people are left out: where a row has somebody else's number, it says “another person”.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, Column, ColumnElement, Date, LargeBinary, Table, select
from sqlmodel import Session

from policies.usage import from_microseconds, usd_from_nanos
from storage.personal_data import people_columns, tables_about
from storage.types import UsageKey, UtcDateTime

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

    def rows(self, session: Session) -> Iterator[list[Cell]]:
        """The rows in the order of their keys."""
        columns = tuple(self._table.columns)
        query = select(*columns).where(self._condition).order_by(*self._table.primary_key)
        found = session.connection().execute(query.execution_options(yield_per=ROWS_AT_ONCE))
        written = [
            (place, write)
            for place, column in enumerate(columns)
            if (write := self._writer_of(column)) is not None
        ]
        for row in found:
            cells: list[Cell] = list(row)
            for place, write in written:
                if cells[place] is not None:
                    cells[place] = write(cells[place])
            yield cells

    def _writer_of(self, column: Column[Any]) -> Callable[[Any], Cell] | None:
        """How the values of a column are written; None for what stands as it is."""
        if column.name in people_columns(self._table):
            return lambda number: YOU if number == self._person_id else ANOTHER
        if column.name.endswith("_us"):
            return lambda moment: from_microseconds(moment).isoformat()
        if column.name.endswith("_nusd"):
            return lambda money: str(usd_from_nanos(money))
        if column.name in ("audience", "subject"):
            return lambda named: str(named).replace(f"person:{self._person_id}", YOU)
        match column.type:
            case UtcDateTime() | Date():
                return lambda moment: str(moment.isoformat())
            case UsageKey() | LargeBinary():
                return lambda key: str(key.hex())
            case JSON():
                return lambda held: json.dumps(self._without_others(held), ensure_ascii=False)
        return None

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
