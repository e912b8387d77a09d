"""Counts that show how privacy is kept, for admins and the privacy officer: of no person and no team."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from policies.periods import IsoWeek
from storage.deliveries import DeliveryState
from storage.personal_data import PLACES, day_of
from storage.tables import DeliveryRow, PersonRow, TeamWeekRow


@dataclass(frozen=True, slots=True)
class DigestsPosted:
    """How many digests were posted, and how many of them withheld tokens and cost."""

    posted: int
    withheld: int


@dataclass(frozen=True, slots=True)
class TableReport:
    """How many rows a table has, and of which day the oldest is."""

    table: str
    rows: int
    oldest: date | None


def digests_posted(session: Session, kind: str, since: datetime) -> DigestsPosted:
    """The digests posted since a moment; a week whose figures were shown is closed."""
    query = (
        select_rows(DeliveryRow.audience, DeliveryRow.subject)
        .where(DeliveryRow.kind == kind, DeliveryRow.state == DeliveryState.POSTED.value)
        .where(col(DeliveryRow.due_at) >= since)
    )
    posted = {
        (audience, IsoWeek.parse(week).monday) for audience, week in session.exec(query).all()
    }
    first = min((monday for _, monday in posted), default=since.date())
    closed = session.exec(select_rows(TeamWeekRow).where(col(TeamWeekRow.week) >= first))
    shown = {(f"team:{one.team_id}", one.week) for one in closed}
    return DigestsPosted(len(posted), len(posted - shown))


def people_known(session: Session) -> tuple[int, int]:
    """(people with a name, people who were forgotten)."""
    total = session.exec(select_rows(func.count()).select_from(PersonRow)).one()
    query = select_rows(func.count()).select_from(PersonRow)
    gone = session.exec(query.where(col(PersonRow.forgotten_at).is_not(None))).one()
    return total - gone, gone


def rows_by_table(session: Session) -> Iterator[TableReport]:
    """The tables that know of people, over everybody, by name."""
    dated = {place.table: place.dated_by for place in PLACES}
    for table in sorted(dated, key=lambda one: one.name):
        column = dated[table]
        columns = [func.count(), *([func.min(table.c[column])] if column else [])]
        row = session.connection().execute(select(*columns).select_from(table)).one()
        yield TableReport(table.name, int(row[0]), day_of(row[1]) if column else None)
