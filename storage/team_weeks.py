"""A team's weeks whose figures were shown. They stand, so that nobody is found out by what changes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select, update

from policies.metrics import PersonWeek, WeekSums
from policies.periods import IsoWeek
from policies.usage import nanos_from_usd, usd_from_nanos
from policies.week_parts import Parts
from storage.inserts import insert_of
from storage.tables import TeamWeekPersonRow, TeamWeekRow, table_of


@dataclass(frozen=True, slots=True)
class ClosedWeek:
    """The sums of a week as they stand since `closed_at`; `version` counts how often they were stated."""

    week: IsoWeek
    sums: WeekSums
    version: int
    closed_at: datetime


def closed_weeks(
    session: Session, team_id: int, weeks: Iterable[IsoWeek]
) -> dict[IsoWeek, ClosedWeek]:
    """Those of the team's weeks that are closed."""
    query = (
        select(TeamWeekRow)
        .where(
            TeamWeekRow.team_id == team_id,
            col(TeamWeekRow.week).in_([week.monday for week in weeks]),
        )
        .execution_options(populate_existing=True)
    )
    found = map(_closed, session.exec(query))
    return {one.week: one for one in found}


def usage_at_closing(session: Session, team_id: int, week: IsoWeek) -> list[PersonWeek]:
    """What the sums of a closed week were made of. For the judgement of late usage alone."""
    query = (
        select(TeamWeekPersonRow)
        .where(TeamWeekPersonRow.team_id == team_id, TeamWeekPersonRow.week == week.monday)
        .order_by(col(TeamWeekPersonRow.person_id))
        .execution_options(populate_existing=True)
    )
    return [
        PersonWeek(
            row.person_id,
            row.tokens,
            usd_from_nanos(row.cost_list_nusd),
            row.tokens_unpriced,
            row.tokens_unattributed,
            row.parts or {},
        )
        for row in session.exec(query)
    ]


def close(
    session: Session,
    team_id: int,
    week: IsoWeek,
    sums: WeekSums,
    usage: Sequence[PersonWeek],
    now: datetime,
) -> bool:
    """Fix a week's figures; False when another was first, whose figures stand then."""
    insert = insert_of(session)
    values = {"team_id": team_id, "week": week.monday, "version": 1, **_columns(sums, now)}
    statement = (
        insert(TeamWeekRow).values(values).on_conflict_do_nothing().returning(col(TeamWeekRow.week))
    )
    if session.exec(statement).first() is None:
        return False
    _keep_usage(session, team_id, week, usage)
    return True


def close_anew(
    session: Session,
    team_id: int,
    closed: ClosedWeek,
    sums: WeekSums,
    usage: Sequence[PersonWeek],
    now: datetime,
) -> bool:
    """Restate a closed week; False when another restated it since it was read."""
    monday = closed.week.monday
    statement = (
        update(TeamWeekRow)
        .where(
            col(TeamWeekRow.team_id) == team_id,
            col(TeamWeekRow.week) == monday,
            col(TeamWeekRow.version) == closed.version,
        )
        .values(version=closed.version + 1, **_columns(sums, now))
        .execution_options(synchronize_session=False)
    )
    if session.exec(statement).rowcount != 1:
        return False
    session.exec(
        delete(TeamWeekPersonRow)
        .where(col(TeamWeekPersonRow.team_id) == team_id, col(TeamWeekPersonRow.week) == monday)
        .execution_options(synchronize_session=False)
    )
    _keep_usage(session, team_id, closed.week, usage)
    return True


def absorb(session: Session, into: int, other: int) -> None:
    """Add what one person used in closed weeks to another who turned out to be the same."""
    query = select(TeamWeekPersonRow).where(TeamWeekPersonRow.person_id == other)
    for row in session.exec(query).all():
        kept = session.get(TeamWeekPersonRow, (row.team_id, row.week, into))
        if kept is None:
            kept = TeamWeekPersonRow(**row.model_dump(exclude={"person_id"}), person_id=into)
        else:
            kept.tokens += row.tokens
            kept.cost_list_nusd += row.cost_list_nusd
            kept.tokens_unpriced += row.tokens_unpriced
            kept.tokens_unattributed += row.tokens_unattributed
            kept.parts = _together(kept.parts, row.parts)
        session.add(kept)
        session.delete(row)
    session.flush()


def _keep_usage(
    session: Session, team_id: int, week: IsoWeek, usage: Collection[PersonWeek]
) -> None:
    rows = [
        {
            "team_id": team_id,
            "week": week.monday,
            "person_id": one.person_id,
            "tokens": one.tokens,
            "cost_list_nusd": nanos_from_usd(one.cost_list),
            "tokens_unpriced": one.tokens_unpriced,
            "tokens_unattributed": one.tokens_unattributed,
            "parts": dict(one.parts),
        }
        for one in usage
    ]
    session.connection().execute(table_of(TeamWeekPersonRow).insert(), rows)


def _together(one: Parts | None, other: Parts | None) -> dict[str, int] | None:
    """The parts of two people who are one; None where neither's were kept."""
    if one is None or other is None:
        return dict(one or other or {}) or None
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _columns(sums: WeekSums, now: datetime) -> dict[str, Any]:
    return {
        "contributors": sums.contributors,
        "tokens": sums.tokens,
        "cost_list_nusd": nanos_from_usd(sums.cost_list),
        "tokens_unpriced": sums.tokens_unpriced,
        "tokens_unattributed": sums.tokens_unattributed,
        "parts": None if sums.parts is None else dict(sums.parts),
        "closed_at": now,
    }


def _closed(row: TeamWeekRow) -> ClosedWeek:
    sums = WeekSums(
        row.contributors,
        row.tokens,
        usd_from_nanos(row.cost_list_nusd),
        row.tokens_unpriced,
        row.tokens_unattributed,
        row.parts,
    )
    return ClosedWeek(IsoWeek.of(row.week), sums, row.version, row.closed_at)
