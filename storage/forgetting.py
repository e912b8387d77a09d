"""Forgetting somebody: their rows go, and what has to stay leads to a number without a name."""

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from policies.personal_data import FORGOTTEN_NAME, DataKind, Fate, Forgotten
from storage.locks import Lock, hold
from storage.personal_data import PLACES
from storage.rollups import hold_people
from storage.tables import BudgetRequestRow, GrantRow, PersonRow, table_of


def forget(session: Session, person_id: int, now: datetime) -> Forgotten | None:
    """Delete what is kept about a person and take their name off the rest; None for nobody to forget.

    All of it belongs to the caller's transaction, so that it happens or does not. Whoever stores
    usage waits for it, and finds the person gone.
    """
    hold(session.connection(), Lock.PEOPLE)
    hold_people(session, {person_id})
    row = session.get(PersonRow, person_id, populate_existing=True)
    if row is None or row.forgotten_at is not None:
        return None
    done = Forgotten(delete_rows(session, person_id), _nameless_rows(session, person_id))
    _blank_reasons(session, person_id)
    row.name, row.email, row.time_zone = FORGOTTEN_NAME, None, "UTC"
    row.enterprise_id = row.workspace_id = row.slack_user_id = None
    row.home_team_id, row.forgotten_at = None, now
    session.add(row)
    session.flush()
    return done


def delete_rows(session: Session, person_id: int) -> dict[DataKind, int]:
    """Delete every row that may not outlive its person; returns how many, by kind."""
    deleted: Counter[DataKind] = Counter()
    for place in PLACES:
        if place.fate is Fate.DELETED:
            statement = place.table.delete().where(place.rows_of(person_id))
            deleted[place.kind] += session.connection().execute(statement).rowcount
    return {kind: rows for kind, rows in deleted.items() if rows}


def forgotten_since(session: Session, since: datetime) -> list[int]:
    """Who was forgotten since a moment, by id."""
    query = select_rows(PersonRow.id).where(col(PersonRow.forgotten_at) >= since)
    return [one for one in session.exec(query.order_by(col(PersonRow.id))) if one is not None]


def has_rows(session: Session, person_id: int) -> bool:
    """Whether there is anything about a forgotten person that may not be there."""
    return any(
        session.connection().scalar(
            select(func.count()).select_from(place.table).where(place.rows_of(person_id))
        )
        for place in PLACES
        if place.fate is Fate.DELETED
    )


def _nameless_rows(session: Session, person_id: int) -> dict[DataKind, int]:
    kept: Counter[DataKind] = Counter()
    for place in PLACES:
        if place.fate is Fate.NAMELESS:
            query = select(func.count()).select_from(place.table).where(place.rows_of(person_id))
            kept[place.kind] += session.connection().scalar(query) or 0
    return {kind: rows for kind, rows in kept.items() if rows}


def _blank_reasons(session: Session, person_id: int) -> None:
    """Amounts stay, because budgets add up from them; why somebody needed them goes."""
    requests, grants = table_of(BudgetRequestRow), table_of(GrantRow)
    for statement in (
        update(requests)
        .where(requests.c.person_id == person_id)
        .values(reason="", decision_reason=""),
        update(grants).where(grants.c.person_id == person_id).values(reason="", void_reason=""),
    ):
        session.connection().execute(statement)
