"""What an outside witness said about the evidence of outcomes, and whom to ask again when.

A check stands for one claim: another claim, or another link, begins it anew. Each claim of a check
carries the number of its attempt; who lost it changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from policies.outcomes import OutcomeState
from storage.inserts import insert_of
from storage.tables import EvidenceCheckRow, OutcomeRow

WATCHED: Final = (OutcomeState.CLAIMED.value, OutcomeState.VERIFIED.value)
"""Before a claim there is nothing to look at; once durable, an outcome is settled."""
NEW_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Check:
    """How the evidence of an outcome stands. `finding` is the witness's word, "" before there is one."""

    outcome_id: int
    url: str
    claimed_at: datetime
    finding: str
    detail: str
    due_at: datetime | None
    attempt: int
    failures: int
    kept_by: int | None


@dataclass(frozen=True, slots=True)
class Unchecked:
    """An outcome with a link that no check is about yet."""

    outcome_id: int
    url: str
    claimed_at: datetime


def unchecked(session: Session, host: str) -> list[Unchecked]:
    """Watched outcomes whose link names the host, and whose last claim has no check yet."""
    query = (
        select(OutcomeRow.id, OutcomeRow.evidence_url, OutcomeRow.claimed_at)
        .outerjoin(EvidenceCheckRow, col(EvidenceCheckRow.outcome_id) == col(OutcomeRow.id))
        .where(
            col(OutcomeRow.state).in_(WATCHED),
            func.lower(OutcomeRow.evidence_url).contains(f"{host}/", autoescape=True),
            col(EvidenceCheckRow.outcome_id).is_(None) | ~_is_about_the_claim(),
        )
        .order_by(col(OutcomeRow.id))
        .limit(NEW_AT_ONCE)
    )
    return [
        Unchecked(outcome_id, url, claimed_at)
        for outcome_id, url, claimed_at in session.exec(query)
        if outcome_id is not None and url is not None and claimed_at is not None
    ]


def begin(session: Session, one: Unchecked, due_at: datetime | None) -> None:
    """Begin the check of a claim, unless another replica has; with None there is nothing to ask."""
    insert = insert_of(session)
    values = {
        "outcome_id": one.outcome_id,
        "url": one.url,
        "claimed_at": one.claimed_at,
        "finding": "",
        "detail": "",
        "due_at": due_at,
        "attempt": 0,
        "failures": 0,
        "kept_by": None,
        "kept_at": None,
    }
    session.exec(
        insert(EvidenceCheckRow)
        .values(values)
        .on_conflict_do_update(
            index_elements=["outcome_id"],
            set_=values,
            where=(col(EvidenceCheckRow.url) != one.url)
            | (col(EvidenceCheckRow.claimed_at) != one.claimed_at),
        )
    )


def is_due(session: Session, now: datetime) -> bool:
    """Whether a check is due."""
    return session.exec(_due(now)).first() is not None


def claim_due(session: Session, now: datetime, lease: timedelta) -> Check | None:
    """Take the check that is due longest; if nobody settles it, it is due again after the lease."""
    query = _due(now).with_for_update(of=EvidenceCheckRow, skip_locked=True)
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        return None
    row.attempt, row.due_at = row.attempt + 1, now + lease
    session.flush()
    return _check(row)


def settle(
    session: Session, check: Check, finding: str, detail: str, due_at: datetime | None
) -> bool:
    """Note what was found, and when to ask again; False when the check is no longer ours.

    That a lead kept the outcome holds for the finding it was kept in spite of, and for no other.
    """
    values = {"finding": finding, "detail": detail, "due_at": due_at, "failures": 0}
    if finding != check.finding:
        values |= {"kept_by": None, "kept_at": None}
    return _change(session, check, **values)


def postpone(session: Session, check: Check, until: datetime) -> bool:
    """Ask again later, with nothing found; False when the check is no longer ours."""
    return _change(session, check, due_at=until, failures=check.failures + 1)


def hold_off(session: Session, until: datetime) -> None:
    """Leave the witness alone until then, whatever was due before."""
    session.exec(
        update(EvidenceCheckRow)
        .where(col(EvidenceCheckRow.due_at) < until)
        .values(due_at=until)
        .execution_options(synchronize_session=False)
    )


def keep(session: Session, check: Check, person_id: int, now: datetime) -> bool:
    """Note that a lead keeps the outcome in spite of the finding; False when one did already."""
    change = (
        update(EvidenceCheckRow)
        .where(
            col(EvidenceCheckRow.outcome_id) == check.outcome_id,
            col(EvidenceCheckRow.finding) == check.finding,
            col(EvidenceCheckRow.kept_by).is_(None),
        )
        .values(kept_by=person_id, kept_at=now)
        .execution_options(synchronize_session=False)
    )
    return session.exec(change).rowcount == 1


def check_of(session: Session, outcome_id: int) -> Check | None:
    """The check of an outcome's last claim that was looked at."""
    row = session.get(EvidenceCheckRow, outcome_id, populate_existing=True)
    return _check(row) if row else None


def hold(session: Session, outcome_id: int) -> Check | None:
    """The same, and nobody else changes it until the transaction ends."""
    row = session.get(EvidenceCheckRow, outcome_id, populate_existing=True, with_for_update=True)
    return _check(row) if row else None


def _is_about_the_claim() -> ColumnElement[bool]:
    return (col(EvidenceCheckRow.url) == col(OutcomeRow.evidence_url)) & (
        col(EvidenceCheckRow.claimed_at) == col(OutcomeRow.claimed_at)
    )


def _due(now: datetime) -> SelectOfScalar[EvidenceCheckRow]:
    return (
        select(EvidenceCheckRow)
        .join(OutcomeRow, col(OutcomeRow.id) == col(EvidenceCheckRow.outcome_id))
        .where(
            col(EvidenceCheckRow.due_at) <= now,
            col(OutcomeRow.state).in_(WATCHED),
            _is_about_the_claim(),
        )
        .order_by(col(EvidenceCheckRow.due_at), col(EvidenceCheckRow.outcome_id))
        .limit(1)
    )


def _change(session: Session, check: Check, **values: str | int | datetime | None) -> bool:
    change = (
        update(EvidenceCheckRow)
        .where(
            col(EvidenceCheckRow.outcome_id) == check.outcome_id,
            col(EvidenceCheckRow.attempt) == check.attempt,
            col(EvidenceCheckRow.claimed_at) == check.claimed_at,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return session.exec(change).rowcount == 1


def _check(row: EvidenceCheckRow) -> Check:
    return Check(
        outcome_id=row.outcome_id,
        url=row.url,
        claimed_at=row.claimed_at,
        finding=row.finding,
        detail=row.detail,
        due_at=row.due_at,
        attempt=row.attempt,
        failures=row.failures,
        kept_by=row.kept_by,
    )
