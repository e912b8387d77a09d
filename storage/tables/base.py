"""What every table shares."""

from typing import ClassVar

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel


class Stored(SQLModel):
    """Base of every table: one metadata, and names of constraints that migrations can rely on."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def table_of(model: type[Stored]) -> Table:
    """The Core table behind a class, for bulk statements."""
    return Stored.metadata.tables[str(model.__tablename__)]
