"""Focus windows: while one is open, a person's usage without keys counts for its outcome.

Nobody's windows overlap. Whoever changes one rebuilds the days concerned in the same transaction.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from policies.periods import day_bounds
from storage import rollups
from storage.tables import FocusWindowRow, UsageShareRow


@dataclass(frozen=True, slots=True)
class FocusWindow:
    """When somebody's usage without keys counts for an outcome; `ended_at` is None while it does."""

    outcome_id: int
    started_at: datetime
    ended_at: datetime | None


def start_focus(session: Session, person_id: int, outcome_id: int, now: datetime) -> bool:
    """Let usage from now on count for the outcome; False where it does already.

    Another window that is open ends now.
    """
    rollups.hold_people(session, {person_id})
    open_row = _open_row(session, person_id)
    if open_row is not None and open_row.outcome_id == outcome_id:
        return False
    _end(session, open_row, now)
    session.add(FocusWindowRow(person_id=person_id, outcome_id=outcome_id, started_at=now))
    session.flush()
    _rebuild_since(session, person_id, now)
    return True


def stop_focus(session: Session, person_id: int, now: datetime) -> FocusWindow | None:
    """End the window that is open, and return it as it is now; None where none is."""
    rollups.hold_people(session, {person_id})
    row = _open_row(session, person_id)
    if row is None:
        return None
    _end(session, row, now)
    _rebuild_since(session, person_id, now)
    return FocusWindow(row.outcome_id, row.started_at, now)


def focus_of(session: Session, person_id: int) -> FocusWindow | None:
    """The window that is open."""
    row = _open_row(session, person_id)
    return None if row is None else FocusWindow(row.outcome_id, row.started_at, None)


def people_on(session: Session, outcome_id: int) -> set[int]:
    """Who has the outcome in focus. To hold them before the outcome, as whoever ends its focus does."""
    query = select(FocusWindowRow.person_id).where(
        FocusWindowRow.outcome_id == outcome_id, col(FocusWindowRow.ended_at).is_(None)
    )
    return set(session.exec(query))


def end_focus_on(session: Session, outcome_id: int, now: datetime) -> None:
    """End every open window of an outcome that is finished; what it took so far stays its own."""
    person_ids = people_on(session, outcome_id)
    rollups.hold_people(session, person_ids)
    for person_id in sorted(person_ids):
        row = _open_row(session, person_id)
        if row is not None and row.outcome_id == outcome_id:
            _end(session, row, now)
            _rebuild_since(session, person_id, now)


def add_window(session: Session, person_id: int, outcome_id: int, day: date, now: datetime) -> None:
    """Let what was in no window on a local day, up to now, count for the outcome.

    The day is of the zone in which the person's days begin; windows that it has already stay.
    """
    rollups.hold_people(session, {person_id})
    zone = rollups.zones_by_person(session, {person_id})[person_id]
    start, end = day_bounds(day, zone)
    rows = _rows_between(session, person_id, start, end)
    taken = [(row.started_at, row.ended_at or end) for row in rows]
    session.add_all(
        FocusWindowRow(
            person_id=person_id, outcome_id=outcome_id, started_at=opens, ended_at=closes
        )
        for opens, closes in _gaps(start, min(end, now), taken)
    )
    session.flush()
    rollups.rebuild_days(session, {(person_id, day)})


def _end(session: Session, row: FocusWindowRow | None, now: datetime) -> None:
    if row is None:
        return
    if row.started_at >= now:  # it never held; an empty window would be in the way of others
        session.delete(row)
    else:
        row.ended_at = now
        session.add(row)
    session.flush()


def _rebuild_since(session: Session, person_id: int, now: datetime) -> None:
    """Only what was used after `now` changes, which a tool's clock that is ahead makes possible."""
    zone = rollups.zones_by_person(session, {person_id})[person_id]
    first = now.astimezone(zone).date()
    days = select(col(UsageShareRow.day)).where(
        UsageShareRow.person_id == person_id, col(UsageShareRow.day) >= first
    )
    rollups.rebuild_days(session, {(person_id, day) for day in session.exec(days.distinct())})


def _open_row(session: Session, person_id: int) -> FocusWindowRow | None:
    query = (
        select(FocusWindowRow)
        .where(FocusWindowRow.person_id == person_id, col(FocusWindowRow.ended_at).is_(None))
        .execution_options(populate_existing=True)
    )
    return session.exec(query).first()


def _rows_between(
    session: Session, person_id: int, start: datetime, end: datetime
) -> Iterable[FocusWindowRow]:
    ended_at = col(FocusWindowRow.ended_at)
    query = (
        select(FocusWindowRow)
        .where(FocusWindowRow.person_id == person_id, FocusWindowRow.started_at < end)
        .where(ended_at.is_(None) | (ended_at > start))
        .order_by(col(FocusWindowRow.started_at))
        .execution_options(populate_existing=True)
    )
    return session.exec(query).all()


def _gaps(
    start: datetime, end: datetime, taken: Iterable[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of [start, end) that nothing takes; `taken` is in order and without overlap."""
    for opens, closes in taken:
        if start < min(opens, end):
            yield start, min(opens, end)
        start = max(start, closes)
    if start < end:
        yield start, end
