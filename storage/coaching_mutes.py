"""What people do not want to be told. Each person's own, and for them alone."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, delete, select

from storage.inserts import insert_of
from storage.tables import CoachingMuteRow
from storage.usage_ranges import slices


def mute(session: Session, person_id: int, kind: str, now: datetime) -> bool:
    """Stop a kind; False where it was stopped before."""
    insert = insert_of(session)
    statement = (
        insert(CoachingMuteRow)
        .values(person_id=person_id, kind=kind, since=now)
        .on_conflict_do_nothing()
        .returning(col(CoachingMuteRow.kind))
    )
    return session.exec(statement).first() is not None


def unmute(session: Session, person_id: int, kind: str) -> bool:
    """Let a kind speak again; False where it was not stopped."""
    statement = delete(CoachingMuteRow).where(
        col(CoachingMuteRow.person_id) == person_id, col(CoachingMuteRow.kind) == kind
    )
    return session.exec(statement).rowcount == 1


def muted_by(session: Session, person_id: int) -> dict[str, datetime]:
    """What somebody stopped and since when, by name."""
    query = (
        select(CoachingMuteRow)
        .where(CoachingMuteRow.person_id == person_id)
        .order_by(col(CoachingMuteRow.kind))
    )
    return {row.kind: row.since for row in session.exec(query)}


def mutes_of(session: Session, person_ids: Collection[int]) -> dict[int, set[str]]:
    """What each of these people stopped."""
    found: dict[int, set[str]] = defaultdict(set)
    for ids in slices(sorted(person_ids)):
        query = select(CoachingMuteRow).where(col(CoachingMuteRow.person_id).in_(ids))
        for row in session.exec(query):
            found[row.person_id].add(row.kind)
    return dict(found)
