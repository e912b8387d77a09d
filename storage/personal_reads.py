"""Who was shown something personal of whom: noted in the transaction that reads it, once a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select

from policies.personal_data import PersonalRead, ReadKind
from storage.tables import PersonalReadRow
from storage.usage_ranges import slices


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looking at one kind of personal thing on their day; `subject` as people write it, or ""."""

    reader_id: int
    what: ReadKind
    day: date
    subject: str = ""


def note(session: Session, look: Look, person_ids: Collection[int], now: datetime) -> None:
    """Note that these people's things are shown; what is the reader's own is nobody's look.

    On PostgreSQL and SQLite alike a look that is noted already is left as it is.
    """
    rows = [
        {
            "person_id": one,
            "reader_id": look.reader_id,
            "what": look.what.value,
            "subject": look.subject,
            "day": look.day,
            "at": now,
        }
        for one in _others(look, person_ids)
    ]
    if rows:
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert if is_postgresql else sqlite.insert
        session.connection().execute(insert(PersonalReadRow).on_conflict_do_nothing(), rows)


def is_noted(session: Session, look: Look, person_ids: Collection[int]) -> bool:
    """Whether the look at each of these people is noted, so that nothing has to be written."""
    others = _others(look, person_ids)
    return all(len(_noted(session, look, ids)) == len(ids) for ids in slices(others))


def reads_of(session: Session, person_id: int) -> list[PersonalRead]:
    """Who was shown something of a person, latest first."""
    query = (
        select(PersonalReadRow)
        .where(PersonalReadRow.person_id == person_id)
        .order_by(col(PersonalReadRow.day).desc(), col(PersonalReadRow.id).desc())
    )
    return [
        PersonalRead(row.reader_id, ReadKind(row.what), row.subject, row.at)
        for row in session.exec(query)
    ]


def absorb(session: Session, into: int, other: int) -> None:
    """Give looks at one person, and theirs at others, to another who turned out to be the same."""
    rows = session.exec(
        select(PersonalReadRow).where(
            (col(PersonalReadRow.person_id) == other) | (col(PersonalReadRow.reader_id) == other)
        )
    ).all()
    for row in rows:
        person_id = into if row.person_id == other else row.person_id
        reader_id = into if row.reader_id == other else row.reader_id
        look = Look(reader_id, ReadKind(row.what), row.day, row.subject)
        note(session, look, [person_id], row.at)
    session.exec(
        delete(PersonalReadRow).where(
            (col(PersonalReadRow.person_id) == other) | (col(PersonalReadRow.reader_id) == other)
        )
    )


def _others(look: Look, person_ids: Collection[int]) -> list[int]:
    return sorted({*person_ids} - {look.reader_id})


def _noted(session: Session, look: Look, person_ids: Collection[int]) -> set[int]:
    query = select(PersonalReadRow.person_id).where(
        PersonalReadRow.reader_id == look.reader_id,
        PersonalReadRow.what == look.what.value,
        PersonalReadRow.subject == look.subject,
        PersonalReadRow.day == look.day,
        col(PersonalReadRow.person_id).in_(person_ids),
    )
    return set(session.exec(query))
