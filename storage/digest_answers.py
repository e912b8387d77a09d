"""Whether people found a digest useful: each person's latest word on each week's, and counts of them."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from policies.digest_answers import DigestAnswers
from policies.periods import IsoWeek
from storage.inserts import insert_of
from storage.tables import DigestAnswerRow


def save_answer(
    session: Session, team_id: int, week: IsoWeek, person_id: int, *, is_useful: bool, now: datetime
) -> bool:
    """Keep somebody's latest word; False where they said the same before."""
    key = {"team_id": team_id, "week": week.monday, "person_id": person_id}
    before = session.get(DigestAnswerRow, tuple(key.values()), populate_existing=True)
    if before is not None and before.is_useful == is_useful:
        return False
    insert = insert_of(session)
    word = {"is_useful": is_useful, "at": now}
    statement = insert(DigestAnswerRow).values(**key, **word)
    session.exec(statement.on_conflict_do_update(index_elements=[*key], set_=word))
    return True


def answers_to(session: Session, team_id: int, week: IsoWeek) -> DigestAnswers:
    """How many answered about a digest, and how many of them found it useful."""
    query = (
        select(col(DigestAnswerRow.is_useful), func.count())
        .where(DigestAnswerRow.team_id == team_id, DigestAnswerRow.week == week.monday)
        .group_by(col(DigestAnswerRow.is_useful))
    )
    counts = dict(session.exec(query).all())
    return DigestAnswers(week, counts.get(True, 0), sum(counts.values()))
