"""The audit trail: who did what to which subject. Rows are added, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from storage.tables import AuditRow


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. `actor_id` is None for the program itself; `subject` is as people write it, `O-12`."""

    at: datetime
    actor_id: int | None
    action: str
    subject: str
    details: Mapping[str, str | int]


def record(
    session: Session,
    actor_id: int | None,
    action: str,
    subject: str,
    details: Mapping[str, str | int],
    now: datetime,
) -> None:
    """Note a deed in the transaction of the deed itself."""
    session.add(
        AuditRow(at=now, actor_id=actor_id, action=action, subject=subject, details=dict(details))
    )
    session.flush()


def entries_about(session: Session, subject: str) -> list[AuditEntry]:
    """Everything noted about a subject, oldest first."""
    return _entries(session, AuditRow.subject == subject)


def deeds_since(session: Session, subject: str, action: str, since: datetime) -> list[AuditEntry]:
    """Each time that something was done to a subject from a moment on, oldest first."""
    return _entries(
        session, AuditRow.subject == subject, AuditRow.action == action, AuditRow.at >= since
    )


def deeds_by(session: Session, actor_id: int, subject: str, since: datetime) -> list[AuditEntry]:
    """All that somebody did to a subject from a moment on, oldest first."""
    return _entries(
        session, AuditRow.subject == subject, AuditRow.actor_id == actor_id, AuditRow.at >= since
    )


def _entries(session: Session, *conditions: ColumnElement[bool] | bool) -> list[AuditEntry]:
    query = select(AuditRow).where(*conditions).order_by(col(AuditRow.id))
    return [
        AuditEntry(row.at, row.actor_id, row.action, row.subject, row.details)
        for row in session.exec(query)
    ]
