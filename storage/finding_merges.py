"""Findings, answers, exceptions and tips of a person who turned out to be somebody known already."""

from sqlmodel import Session, col, delete, select, update

from policies.rules.fingerprints import key_with_person, with_person
from storage.tables import (
    CoachingMuteRow,
    CoachingSlotRow,
    CoachingTrialRow,
    FindingEventRow,
    FindingRow,
    FindingVerdictRow,
    RuleExceptionRow,
    RuleParamRow,
    RuleSettingRow,
    Stored,
)


def absorb(session: Session, into: int, other: int) -> None:
    """Give everything that rules know of one person to another who turned out to be the same.

    Where both have the finding of one fingerprint, that of `into` stays, with the events of both.
    """
    for row in session.exec(select(FindingRow).where(FindingRow.person_id == other)).all():
        _move(session, row, into, other)
    _move_slots(session, into, other)
    _move_verdicts(session, into, other)
    _move_trials(session, into, other)
    _move_mutes(session, into, other)
    for table, column in (
        (FindingEventRow, "actor_id"),
        (RuleExceptionRow, "person_id"),
        (RuleExceptionRow, "created_by"),
        (RuleExceptionRow, "ended_by"),
        (RuleSettingRow, "changed_by"),
        (RuleParamRow, "changed_by"),
    ):
        _repoint(session, table, column, other, into)


def _move(session: Session, row: FindingRow, into: int, other: int) -> None:
    fingerprint = with_person(row.fingerprint, other, into)
    same = select(FindingRow).where(FindingRow.fingerprint == fingerprint, FindingRow.id != row.id)
    kept = session.exec(same).one_or_none()
    if kept is None:
        row.fingerprint, row.person_id = fingerprint, into
        row.subject_key = key_with_person(row.subject_key, other, into)
        row.labels = dict(row.labels) | {"person": str(into)}
        session.add(row)
        session.flush()
        return
    before, after = row.id, kept.id
    _repoint(session, FindingEventRow, "finding_id", before, after)
    _repoint(session, CoachingSlotRow, "finding_id", before, after)
    _repoint(session, CoachingTrialRow, "finding_id", before, after)
    for said in session.exec(
        select(FindingVerdictRow).where(FindingVerdictRow.finding_id == before)
    ).all():
        if session.get(FindingVerdictRow, (after, said.person_id)) is None:
            session.add(FindingVerdictRow(**said.model_dump() | {"finding_id": after}))
        session.delete(said)
    session.flush()
    session.delete(row)
    session.flush()


def _move_slots(session: Session, into: int, other: int) -> None:
    """A day or week that is full already has room for no other's tips; those are let go."""
    for slot in session.exec(
        select(CoachingSlotRow).where(CoachingSlotRow.person_id == other)
    ).all():
        here = select(CoachingSlotRow).where(
            CoachingSlotRow.person_id == into, CoachingSlotRow.week == slot.week
        )
        taken = session.exec(here).all()
        free = {0, 1, 2} - {one.place for one in taken}
        if free and slot.day not in {one.day for one in taken}:
            moved = {"person_id": into, "place": min(free)}
            session.add(CoachingSlotRow(**slot.model_dump() | moved))
        session.exec(
            delete(CoachingSlotRow).where(
                col(CoachingSlotRow.person_id) == other, col(CoachingSlotRow.day) == slot.day
            )
        )
        session.flush()


def _move_verdicts(session: Session, into: int, other: int) -> None:
    said = select(FindingVerdictRow).where(FindingVerdictRow.person_id == other)
    for row in session.exec(said).all():
        if session.get(FindingVerdictRow, (row.finding_id, into)) is None:
            session.add(FindingVerdictRow(**row.model_dump() | {"person_id": into}))
        session.delete(row)
        session.flush()


def _move_trials(session: Session, into: int, other: int) -> None:
    """Somebody's first time with a tip was one of the two; that of who is known already counts."""
    tried = select(CoachingTrialRow.tip, CoachingTrialRow.tip_version)
    known = set(session.exec(tried.where(CoachingTrialRow.person_id == into)))
    for row in session.exec(
        select(CoachingTrialRow).where(CoachingTrialRow.person_id == other)
    ).all():
        if (row.tip, row.tip_version) in known:
            session.delete(row)
        else:
            row.person_id = into
            session.add(row)
    session.flush()


def _move_mutes(session: Session, into: int, other: int) -> None:
    for row in session.exec(
        select(CoachingMuteRow).where(CoachingMuteRow.person_id == other)
    ).all():
        if session.get(CoachingMuteRow, (into, row.kind)) is None:
            session.add(CoachingMuteRow(**row.model_dump() | {"person_id": into}))
        session.delete(row)
        session.flush()


def _repoint(
    session: Session, table: type[Stored], column: str, before: int | None, after: int | None
) -> None:
    field = getattr(table, column)
    session.exec(
        update(table)
        .where(field == before)
        .values({column: after})
        .execution_options(synchronize_session=False)
    )
