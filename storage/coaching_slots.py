"""Tips told to people: one a day, and a few a week. The keys settle who gets the last one."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select

from policies.periods import IsoWeek
from policies.rules.attention import TIPS_A_WEEK
from storage.tables import CoachingSlotRow


def take(session: Session, person_id: int, day: date, finding_id: int, now: datetime) -> bool:
    """Take the person's tip of the day for a finding; False where the day or its week has none left."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for place in range(TIPS_A_WEEK):
        statement = (
            insert(CoachingSlotRow)
            .values(
                person_id=person_id,
                day=day,
                week=IsoWeek.of(day).monday,
                place=place,
                finding_id=finding_id,
                taken_at=now,
            )
            .on_conflict_do_nothing()
            .returning(col(CoachingSlotRow.place))
        )
        if session.exec(statement).first() is not None:
            return True
    return False


def give_back(session: Session, finding_id: int, taken_at: datetime | None) -> None:
    """Give back the tip that was taken for a finding at a moment, if it took one."""
    session.exec(
        delete(CoachingSlotRow).where(
            col(CoachingSlotRow.finding_id) == finding_id,
            col(CoachingSlotRow.taken_at) == taken_at,
        )
    )


def tip_days(session: Session, person_ids: Collection[int], since: date) -> dict[int, list[date]]:
    """The days from `since` on at which a tip was told, by person."""
    query = (
        select(col(CoachingSlotRow.person_id), col(CoachingSlotRow.day))
        .where(col(CoachingSlotRow.person_id).in_(person_ids), CoachingSlotRow.day >= since)
        .order_by(col(CoachingSlotRow.day))
    )
    found: dict[int, list[date]] = defaultdict(list)
    for person_id, day in session.exec(query):
        found[person_id].append(day)
    return dict(found)
