"""Tips of a version that did not help, and are told no more."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from storage.inserts import insert_of
from storage.tables import CoachingRetirementRow


@dataclass(frozen=True, slots=True)
class Retirement:
    """Why a tip is told no more, as a sentence, and since when."""

    tip: str
    version: int
    reason: str
    at: datetime


def retire(session: Session, tip: str, version: int, reason: str, now: datetime) -> bool:
    """Tell a tip no more; False where that was decided before."""
    insert = insert_of(session)
    statement = (
        insert(CoachingRetirementRow)
        .values(tip=tip, version=version, reason=reason, retired_at=now)
        .on_conflict_do_nothing()
        .returning(col(CoachingRetirementRow.tip))
    )
    return session.exec(statement).first() is not None


def retired(session: Session) -> dict[tuple[str, int], Retirement]:
    """Every tip that was retired, by tip and version."""
    return {
        (row.tip, row.version): Retirement(row.tip, row.version, row.reason, row.retired_at)
        for row in session.exec(select(CoachingRetirementRow))
    }
