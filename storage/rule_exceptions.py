"""Exceptions to rules: added, and ended once; never changed or deleted."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select, update

from policies.rules.exceptions import RuleException
from storage.tables import RuleExceptionRow

A_DAY_ELSEWHERE: Final = timedelta(days=1)
"""The last day of an exception is over somewhere a day later than it is elsewhere."""


def add(session: Session, draft: RuleException) -> RuleException:
    """Store an exception; returns it with its id."""
    row = RuleExceptionRow(
        rule_id=draft.rule_id,
        person_id=draft.person_id,
        outcome_id=draft.outcome_id,
        team_id=draft.team_id,
        reason=draft.reason,
        last_day=draft.last_day,
        created_by=draft.created_by,
        created_at=draft.created_at,
    )
    session.add(row)
    session.flush()
    return _exception(row)


def exception_of(session: Session, exception_id: int) -> RuleException | None:
    """The exception with this id."""
    row = session.get(RuleExceptionRow, exception_id, populate_existing=True)
    return None if row is None else _exception(row)


def in_force(session: Session, now: datetime, rule_id: str | None = None) -> list[RuleException]:
    """What may cover something now, in any zone; of one rule where it is named."""
    earliest: date = (now - A_DAY_ELSEWHERE).date()
    query = (
        select(RuleExceptionRow)
        .where(RuleExceptionRow.last_day >= earliest, col(RuleExceptionRow.ended_at).is_(None))
        .order_by(col(RuleExceptionRow.id))
    )
    if rule_id is not None:
        query = query.where(RuleExceptionRow.rule_id == rule_id)
    rows = session.exec(query.execution_options(populate_existing=True))
    return [_exception(row) for row in rows]


def end(session: Session, exception_id: int, now: datetime, *, actor_id: int) -> bool:
    """End an exception before its day; False where it has ended already."""
    statement = (
        update(RuleExceptionRow)
        .where(col(RuleExceptionRow.id) == exception_id, col(RuleExceptionRow.ended_at).is_(None))
        .values(ended_by=actor_id, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return session.exec(statement).rowcount == 1


def _exception(row: RuleExceptionRow) -> RuleException:
    if row.id is None:
        raise ValueError("The exception is not stored yet.")
    return RuleException(
        id=row.id,
        rule_id=row.rule_id,
        reason=row.reason,
        last_day=row.last_day,
        created_by=row.created_by,
        created_at=row.created_at,
        person_id=row.person_id,
        outcome_id=row.outcome_id,
        team_id=row.team_id,
        ended_at=row.ended_at,
    )
