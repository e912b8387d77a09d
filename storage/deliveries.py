"""Exactly one post: a unique row per (kind, audience, period), claimed with a lease, then confirmed.

due -> claimed -> posted | abandoned; a released claim is due again. Each claim carries the number of
its attempt, and every later step asks for that number: who lost the claim changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select, update

from storage.inserts import insert_of
from storage.tables import DeliveryRow

LONGEST_ERROR: Final = 500


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    CLAIMED = "claimed"
    POSTED = "posted"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to post one delivery until the lease ends. `audience` and `subject` are the caller's ids.

    `first_due_at` is when it was due to begin with, whatever was tried since; `error` is what the last
    try failed of.
    """

    id: int
    kind: str
    audience: str
    period: str
    subject: str
    due_at: datetime
    first_due_at: datetime
    attempt: int
    lease_until: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands, for reports and tests."""

    id: int
    kind: str
    audience: str
    period: str
    subject: str
    state: DeliveryState
    due_at: datetime
    attempt: int
    channel_id: str | None
    message_ts: str | None
    error: str | None


def enqueue(
    session: Session, kind: str, audience: str, period: str, subject: str, due_at: datetime
) -> bool:
    """Note that something is to be posted once; False when it was noted before."""
    values = {
        "kind": kind,
        "audience": audience,
        "period": period,
        "subject": subject,
        "due_at": due_at,
        "first_due_at": due_at,
        "state": DeliveryState.DUE.value,
        "attempt": 0,
    }
    insert = insert_of(session)
    statement = (
        insert(DeliveryRow).values(values).on_conflict_do_nothing().returning(col(DeliveryRow.id))
    )
    return session.exec(statement).first() is not None


def claim_due(session: Session, now: datetime, lease: timedelta, limit: int = 10) -> list[Claim]:
    """Take what is due, earliest first, for the length of the lease; each goes to one caller only."""
    query = (
        select(DeliveryRow)
        .where(DeliveryRow.state == DeliveryState.DUE.value, DeliveryRow.due_at <= now)
        .order_by(col(DeliveryRow.due_at), col(DeliveryRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = session.exec(query).all()
    for row in rows:
        row.state, row.attempt, row.lease_until = (
            DeliveryState.CLAIMED.value,
            row.attempt + 1,
            now + lease,
        )
    session.flush()
    return [_claim(row) for row in rows]


def stale_claims(session: Session, now: datetime) -> list[Claim]:
    """Claims whose lease ran out unsettled: the message may or may not have been posted."""
    query = (
        select(DeliveryRow)
        .where(
            DeliveryRow.state == DeliveryState.CLAIMED.value, col(DeliveryRow.lease_until) <= now
        )
        .order_by(col(DeliveryRow.id))
    )
    return [_claim(row) for row in session.exec(query)]


def take_over(session: Session, claim: Claim, now: datetime, lease: timedelta) -> Claim | None:
    """Become the one who reconciles a stale claim; None when another took it or it was settled."""
    lease_until = now + lease
    if not _settle(session, claim, attempt=claim.attempt + 1, lease_until=lease_until):
        return None
    row = session.get(DeliveryRow, claim.id, populate_existing=True)
    return None if row is None else _claim(row)


def confirm(
    session: Session, claim: Claim, channel_id: str, message_ts: str, now: datetime
) -> bool:
    """Note that the message stands in the channel; False when the claim is no longer ours."""
    return _settle(
        session,
        claim,
        state=DeliveryState.POSTED.value,
        channel_id=channel_id,
        message_ts=message_ts,
        settled_at=now,
        lease_until=None,
        error=None,
    )


def release(session: Session, claim: Claim, retry_at: datetime, error: str) -> bool:
    """Give a claim back after a failure that may pass; it is due again at `retry_at`."""
    return _settle(
        session,
        claim,
        state=DeliveryState.DUE.value,
        due_at=retry_at,
        lease_until=None,
        error=error[:LONGEST_ERROR],
    )


def abandon(session: Session, claim: Claim, error: str, now: datetime) -> bool:
    """Give up for good after a failure that will not pass."""
    return _settle(
        session,
        claim,
        state=DeliveryState.ABANDONED.value,
        settled_at=now,
        lease_until=None,
        error=error[:LONGEST_ERROR],
    )


def delivery_of(session: Session, kind: str, audience: str, period: str) -> Delivery | None:
    """How a delivery stands."""
    row = session.exec(
        select(DeliveryRow)
        .where(
            DeliveryRow.kind == kind,
            DeliveryRow.audience == audience,
            DeliveryRow.period == period,
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    return Delivery(
        id=_id_of(row),
        kind=row.kind,
        audience=row.audience,
        period=row.period,
        subject=row.subject,
        state=DeliveryState(row.state),
        due_at=row.due_at,
        attempt=row.attempt,
        channel_id=row.channel_id,
        message_ts=row.message_ts,
        error=row.error,
    )


def is_behind(session: Session, claim: Claim, prefix: str) -> bool:
    """Whether an earlier delivery of the kind and audience, its period beginning alike, is being posted.

    Two that change one message in place have to follow each other.
    """
    query = select(DeliveryRow.id).where(
        DeliveryRow.kind == claim.kind,
        DeliveryRow.audience == claim.audience,
        col(DeliveryRow.period).startswith(prefix, autoescape=True),
        DeliveryRow.state == DeliveryState.CLAIMED.value,
        col(DeliveryRow.id) < claim.id,
    )
    return session.exec(query.limit(1)).first() is not None


def _settle(session: Session, claim: Claim, **values: str | int | datetime | None) -> bool:
    statement = (
        update(DeliveryRow)
        .where(
            col(DeliveryRow.id) == claim.id,
            col(DeliveryRow.state) == DeliveryState.CLAIMED.value,
            col(DeliveryRow.attempt) == claim.attempt,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return session.exec(statement).rowcount == 1


def _id_of(row: DeliveryRow) -> int:
    if row.id is None:
        raise ValueError("The delivery is not stored yet.")
    return row.id


def _claim(row: DeliveryRow) -> Claim:
    return Claim(
        id=_id_of(row),
        kind=row.kind,
        audience=row.audience,
        period=row.period,
        subject=row.subject,
        due_at=row.due_at,
        first_due_at=row.first_due_at,
        attempt=row.attempt,
        lease_until=row.lease_until or row.due_at,
        error=row.error,
    )
