"""First times with tips: who was told and who waited, and their own signal of the skill before and after."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select as core_select
from sqlmodel import Session, col, delete, select, update

from policies.efficacy import Measured
from policies.skills import Skill, SkillWork
from policies.trials import Drawn, Teaching
from storage.inserts import insert_of
from storage.tables import CoachingTrialRow, table_of
from storage.usage_ranges import slices

_table: Final = table_of(CoachingTrialRow)


@dataclass(frozen=True, slots=True)
class Due:
    """A trial whose days are over and that was not measured yet."""

    id: int
    person_id: int
    skill: Skill
    decided_on: date


def add(
    session: Session,
    person_id: int,
    team_id: int | None,
    teaching: Teaching,
    drawn: Drawn,
    now: datetime,
    finding_id: int | None = None,
) -> bool:
    """Note a first time; False where the person had theirs with this version before."""
    insert = insert_of(session)
    statement = (
        insert(CoachingTrialRow)
        .values(
            person_id=person_id,
            team_id=team_id,
            tip=teaching.tip,
            tip_version=teaching.version,
            skill=teaching.skill.value,
            finding_id=finding_id,
            is_held=drawn.is_held,
            decided_on=drawn.on,
            decided_at=now,
        )
        .on_conflict_do_nothing()
        .returning(col(CoachingTrialRow.id))
    )
    return session.exec(statement).first() is not None


def take_back(session: Session, person_id: int, teaching: Teaching, decided_at: datetime) -> None:
    """Forget a telling that never reached the person; what was held out stays."""
    session.exec(
        delete(CoachingTrialRow).where(
            col(CoachingTrialRow.person_id) == person_id,
            col(CoachingTrialRow.tip) == teaching.tip,
            col(CoachingTrialRow.tip_version) == teaching.version,
            col(CoachingTrialRow.decided_at) == decided_at,
            col(CoachingTrialRow.is_held).is_(False),
        )
    )


def drawn_of(
    session: Session, person_ids: Collection[int]
) -> dict[int, dict[tuple[str, int], tuple[Drawn, Skill]]]:
    """What was decided for each of these people, by tip and version, with the skill."""
    found: dict[int, dict[tuple[str, int], tuple[Drawn, Skill]]] = defaultdict(dict)
    for ids in slices(sorted(person_ids)):
        query = select(CoachingTrialRow).where(col(CoachingTrialRow.person_id).in_(ids))
        for row in session.exec(query):
            drawn = Drawn(row.is_held, row.decided_on)
            found[row.person_id][row.tip, row.tip_version] = (drawn, Skill(row.skill))
    return dict(found)


def due(session: Session, decided_before: date, limit: int) -> list[Due]:
    """Trials that began before a day and were not measured, the oldest first."""
    query = (
        select(CoachingTrialRow)
        .where(
            col(CoachingTrialRow.measured_at).is_(None),
            CoachingTrialRow.decided_on < decided_before,
        )
        .order_by(col(CoachingTrialRow.decided_on), col(CoachingTrialRow.id))
        .limit(limit)
    )
    return [
        Due(row.id, row.person_id, Skill(row.skill), row.decided_on)
        for row in session.exec(query)
        if row.id is not None
    ]


def measure(
    session: Session, works: Mapping[int, tuple[SkillWork, SkillWork]], now: datetime
) -> int:
    """Keep each trial's signal before and after; those measured meanwhile stay. Returns how many are new."""
    return sum(_measure(session, trial_id, *work, now) for trial_id, work in works.items())


def measured(
    session: Session, tips: Collection[tuple[str, int]] | None = None
) -> dict[tuple[str, int], list[Measured]]:
    """Every measured trial by tip and version, in the order in which they were measured."""
    of = _table.c
    query = (
        core_select(
            *(of.tip, of.tip_version, of.person_id, of.is_held),
            *(of.before_good, of.before_base, of.after_good, of.after_base),
        )
        .where(of.measured_at.is_not(None))
        .order_by(of.measured_at, of.id)
    )
    if tips is not None:
        query = query.where(of.tip.in_({tip for tip, _ in tips}))
    found: dict[tuple[str, int], list[Measured]] = defaultdict(list)
    for tip, version, person_id, is_held, *works in session.connection().execute(query):
        if tips is None or (tip, version) in tips:
            before, after = SkillWork(*works[:2]), SkillWork(*works[2:])
            found[tip, version].append(Measured(person_id, is_held, before, after))
    return dict(found)


def _measure(
    session: Session, trial_id: int, before: SkillWork, after: SkillWork, now: datetime
) -> int:
    statement = (
        update(CoachingTrialRow)
        .where(col(CoachingTrialRow.id) == trial_id, col(CoachingTrialRow.measured_at).is_(None))
        .values(
            before_good=before.good,
            before_base=before.base,
            after_good=after.good,
            after_base=after.base,
            measured_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    return session.exec(statement).rowcount
