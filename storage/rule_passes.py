"""Who runs a pass over the facts: one replica a slot, for the length of a lease."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete, select, update

from storage.inserts import insert_of
from storage.tables import RulePassRow

KEPT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PassClaim:
    """The right to run a pass until the lease ends."""

    cadence: str
    slot: datetime
    attempt: int


def is_due(session: Session, cadence: str, slot: datetime, now: datetime) -> bool:
    """Whether nobody has run the slot's pass, nor is running it. Writes nothing."""
    row = session.get(RulePassRow, (cadence, slot), populate_existing=True)
    return row is None or (row.finished_at is None and row.lease_until <= now)


def claim(
    session: Session, cadence: str, slot: datetime, now: datetime, lease: timedelta
) -> PassClaim | None:
    """Take a slot, or take it over from one whose lease ran out; None where another has it."""
    insert = insert_of(session)
    statement = (
        insert(RulePassRow)
        .values(cadence=cadence, slot=slot, lease_until=now + lease, attempt=1)
        .on_conflict_do_nothing()
        .returning(col(RulePassRow.attempt))
    )
    if session.exec(statement).first() is not None:
        return PassClaim(cadence, slot, 1)
    return _take_over(session, cadence, slot, now, lease)


def finish(session: Session, claimed: PassClaim, now: datetime) -> bool:
    """Note that the pass has run; False when the lease ran out and another has taken it over."""
    statement = (
        update(RulePassRow)
        .where(
            col(RulePassRow.cadence) == claimed.cadence,
            col(RulePassRow.slot) == claimed.slot,
            col(RulePassRow.attempt) == claimed.attempt,
            col(RulePassRow.finished_at).is_(None),
        )
        .values(finished_at=now)
        .execution_options(synchronize_session=False)
    )
    session.exec(delete(RulePassRow).where(col(RulePassRow.slot) < claimed.slot - KEPT))
    return session.exec(statement).rowcount == 1


def latest_finished(session: Session, cadence: str) -> datetime | None:
    """When the latest pass ended."""
    query = (
        select(RulePassRow.finished_at)
        .where(RulePassRow.cadence == cadence, col(RulePassRow.finished_at).is_not(None))
        .order_by(col(RulePassRow.slot).desc())
    )
    return session.exec(query.limit(1)).first()


def _take_over(
    session: Session, cadence: str, slot: datetime, now: datetime, lease: timedelta
) -> PassClaim | None:
    row = session.get(RulePassRow, (cadence, slot), populate_existing=True)
    if row is None or row.finished_at is not None or row.lease_until > now:
        return None
    statement = (
        update(RulePassRow)
        .where(
            col(RulePassRow.cadence) == cadence,
            col(RulePassRow.slot) == slot,
            col(RulePassRow.attempt) == row.attempt,
            col(RulePassRow.finished_at).is_(None),
        )
        .values(lease_until=now + lease, attempt=row.attempt + 1)
        .execution_options(synchronize_session=False)
    )
    won = session.exec(statement).rowcount == 1
    return PassClaim(cadence, slot, row.attempt + 1) if won else None
