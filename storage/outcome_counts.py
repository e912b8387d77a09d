"""How many outcomes of many teams reached which state in a week."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from policies.metrics import OutcomeCounts
from policies.outcomes import OutcomeState
from policies.periods import IsoWeek
from storage.outcomes import IS_STEP, STANDING, counts_of, stands
from storage.tables import OutcomeEventRow, OutcomeRow, TeamWeekRow
from storage.usage_ranges import slices

COUNTED: Final = (
    OutcomeState.DECLARED,
    OutcomeState.CLAIMED,
    OutcomeState.VERIFIED,
    OutcomeState.REVERTED,
)


def counts_by_team(
    session: Session,
    team_ids: Collection[int],
    week: IsoWeek,
    zone: ZoneInfo,
    states: Collection[OutcomeState] = COUNTED,
) -> dict[int, OutcomeCounts]:
    """How many outcomes of each of these teams reached each of the states in a week of their zone.

    What was reverted before the figures of a team's week were fixed is not among its verified ones.
    """
    start, end = week.bounds(zone)
    fixed = (col(TeamWeekRow.team_id) == col(OutcomeRow.team_id)) & (
        col(TeamWeekRow.week) == week.monday
    )
    counted = func.count(col(OutcomeEventRow.outcome_id).distinct())
    reached: dict[int, dict[tuple[str, bool], int]] = {}
    for ids in slices(sorted(team_ids)):
        query = (
            select(OutcomeRow.team_id, OutcomeEventRow.after, OutcomeRow.exploration, counted)
            .join(OutcomeRow, col(OutcomeRow.id) == col(OutcomeEventRow.outcome_id))
            .outerjoin(TeamWeekRow, fixed)
            .where(
                col(OutcomeRow.team_id).in_(ids),
                OutcomeEventRow.at >= start,
                OutcomeEventRow.at < end,
                col(OutcomeEventRow.after).in_([state.value for state in states]),
                IS_STEP,
                stands(col(TeamWeekRow.closed_at)),
            )
            .group_by(col(OutcomeRow.team_id), OutcomeEventRow.after, col(OutcomeRow.exploration))
        )
        for team_id, after, exploration, count in session.exec(query):
            reached.setdefault(team_id, {})[after, exploration] = count
    return {team_id: counts_of(by_state) for team_id, by_state in reached.items()}


def counts_by_week(
    session: Session,
    team_id: int,
    weeks: Collection[IsoWeek],
    zone: ZoneInfo,
    known_at: Mapping[IsoWeek, datetime],
) -> dict[IsoWeek, OutcomeCounts]:
    """How many outcomes of a team reached each state in each of some weeks of its zone, as of `known_at`."""
    revert = aliased(OutcomeEventRow)
    reverted_at = (
        select(func.min(revert.at))
        .where(
            col(revert.outcome_id) == col(OutcomeEventRow.outcome_id),
            col(revert.after) == OutcomeState.REVERTED.value,
            col(revert.change) == "",
        )
        .correlate(OutcomeEventRow)
        .scalar_subquery()
    )
    query = (
        select(OutcomeEventRow, OutcomeRow.exploration, reverted_at)
        .join(OutcomeRow, col(OutcomeRow.id) == col(OutcomeEventRow.outcome_id))
        .where(
            OutcomeRow.team_id == team_id,
            OutcomeEventRow.at >= min(weeks).bounds(zone)[0],
            OutcomeEventRow.at < max(weeks).bounds(zone)[1],
            IS_STEP,
        )
    )
    reached: dict[IsoWeek, dict[tuple[str, bool], set[int]]] = {week: {} for week in weeks}
    for event, exploration, gone_at in session.exec(query):
        week = IsoWeek.containing(event.at, zone)
        known = known_at.get(week)
        was_reverted = gone_at is not None and (known is None or gone_at < known)
        if week in reached and not (event.after in STANDING and was_reverted):
            reached[week].setdefault((event.after, exploration), set()).add(event.outcome_id)
    return {
        week: counts_of({key: len(ids) for key, ids in by_state.items()})
        for week, by_state in reached.items()
    }
