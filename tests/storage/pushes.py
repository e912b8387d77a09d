"""What was noted of limits, read back by tests."""

from dataclasses import dataclass

from sqlmodel import col, select

from storage.database import Database
from storage.limit_pushes import PushState
from storage.tables import LimitPushRow


@dataclass(frozen=True, slots=True)
class Noted:
    """A push as it is stored."""

    state: PushState
    limit_nusd: int | None
    error: str


def pushes_of(database: Database, person_id: int, target: str = "litellm") -> list[Noted]:
    """Everything noted for a person and a target, oldest first."""
    query = (
        select(LimitPushRow)
        .where(LimitPushRow.person_id == person_id, LimitPushRow.target == target)
        .order_by(col(LimitPushRow.id))
    )
    with database.reading() as session:
        return [
            Noted(PushState(row.state), row.limit_nusd, row.error) for row in session.exec(query)
        ]
