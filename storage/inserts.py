"""The insert of the database at hand, where only the one of its dialect can give way to a row that is there."""

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from storage.tables import Stored

Insert: TypeAlias = postgresql.Insert | sqlite.Insert


def insert_of(session: Session) -> Callable[[type[Stored] | Table], Insert]:
    """`insert` of PostgreSQL or SQLite: both know `on_conflict_do_nothing` and `on_conflict_do_update`."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert if is_postgresql else sqlite.insert
