"""Tips told to people: one a day, and a few a week. The keys settle who gets the last one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, delete, select, update

from policies.periods import IsoWeek
from policies.practices import CardAnswer
from policies.rules.attention import TIPS_A_WEEK
from storage.inserts import insert_of
from storage.tables import CoachingSlotRow
from storage.usage_ranges import slices


@dataclass(frozen=True, slots=True)
class ToldCard:
    """A practice card that somebody was told, on which of their days, and what they said."""

    person_id: int
    practice_id: str
    day: date
    taken_at: datetime
    answer: CardAnswer | None = None


def take(
    session: Session,
    person_id: int,
    day: date,
    finding_id: int | None,
    now: datetime,
    practice_id: str | None = None,
) -> bool:
    """Take the person's tip of the day for a finding or a card; False where the day or week has none left."""
    insert = insert_of(session)
    for place in range(TIPS_A_WEEK):
        statement = (
            insert(CoachingSlotRow)
            .values(
                person_id=person_id,
                day=day,
                week=IsoWeek.of(day).monday,
                place=place,
                finding_id=finding_id,
                practice_id=practice_id,
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
    found: dict[int, list[date]] = defaultdict(list)
    for ids in slices(sorted(person_ids)):
        query = (
            select(col(CoachingSlotRow.person_id), col(CoachingSlotRow.day))
            .where(col(CoachingSlotRow.person_id).in_(ids), CoachingSlotRow.day >= since)
            .order_by(col(CoachingSlotRow.day))
        )
        for person_id, day in session.exec(query):
            found[person_id].append(day)
    return dict(found)


def cards_told(session: Session, person_ids: Collection[int]) -> dict[int, set[str]]:
    """The practice cards that each of these people was ever told."""
    query = select(col(CoachingSlotRow.person_id), col(CoachingSlotRow.practice_id)).where(
        col(CoachingSlotRow.person_id).in_(person_ids),
        col(CoachingSlotRow.practice_id).is_not(None),
    )
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, practice_id in session.exec(query):
        if practice_id is not None:
            found[person_id].add(practice_id)
    return dict(found)


def card_of(session: Session, person_id: int, practice_id: str) -> ToldCard | None:
    """A card that a person was told; None where they were not."""
    query = (
        select(CoachingSlotRow)
        .where(CoachingSlotRow.person_id == person_id, CoachingSlotRow.practice_id == practice_id)
        .order_by(col(CoachingSlotRow.day).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    row = session.exec(query).first()
    if row is None:
        return None
    answer = CardAnswer(row.answer) if row.answer else None
    return ToldCard(row.person_id, practice_id, row.day, row.taken_at, answer)


def answer_card(session: Session, card: ToldCard, said: CardAnswer) -> bool:
    """Keep what the person said; False where they said something before."""
    statement = (
        update(CoachingSlotRow)
        .where(
            col(CoachingSlotRow.person_id) == card.person_id,
            col(CoachingSlotRow.day) == card.day,
            col(CoachingSlotRow.practice_id) == card.practice_id,
            col(CoachingSlotRow.answer).is_(None),
        )
        .values(answer=said.value)
        .execution_options(synchronize_session=False)
    )
    return session.exec(statement).rowcount == 1


def give_card_back(session: Session, card: ToldCard) -> None:
    """Forget that a card was told which never reached the person."""
    session.exec(
        delete(CoachingSlotRow).where(
            col(CoachingSlotRow.person_id) == card.person_id,
            col(CoachingSlotRow.day) == card.day,
            col(CoachingSlotRow.practice_id) == card.practice_id,
        )
    )
