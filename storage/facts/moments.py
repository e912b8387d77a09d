"""Microseconds as moments of the database, to compare records of usage with what people did."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.types import UtcDateTime


class moment_of(FunctionElement[Any]):  # noqa: N801 - reads as the function that it is
    """A column of microseconds since the epoch as `UtcDateTime` columns hold moments, exactly."""

    name = "moment_of"
    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, microseconds: ColumnElement[int]) -> None:
        super().__init__(microseconds)


@compiles(moment_of, "sqlite")
def _on_sqlite(element: moment_of, compiler: SQLCompiler, **options: object) -> str:
    us = compiler.process(element.clauses, **options)
    return (
        f"(strftime('%Y-%m-%d %H:%M:%S', {us} / 1000000, 'unixepoch')"
        f" || printf('.%06d', {us} % 1000000))"
    )


@compiles(moment_of, "postgresql")
def _on_postgresql(element: moment_of, compiler: SQLCompiler, **options: object) -> str:
    us = compiler.process(element.clauses, **options)
    return f"(to_timestamp(0) + {us} * interval '1 microsecond')"
