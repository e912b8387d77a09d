"""In which weeks whose usage counts in which team. What a week's group was never changes afterwards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update

from policies.periods import IsoWeek
from storage.tables import MembershipRow, TeamLeadRow, TeamWeekRow
from storage.usage_ranges import slices

A_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class TeamSpan:
    """The weeks in which a person belonged to a team, from one Monday up to, not including, another.

    They begin a week before the person counts in the team's figures, which is when they joined.
    """

    team_id: int
    from_week: date | None
    until_week: date | None

    def covers(self, monday: date) -> bool:
        """Whether the person belonged to the team in the week."""
        return (self.from_week is None or self.from_week <= monday) and (
            self.until_week is None or monday < self.until_week
        )


def counts_in(week: IsoWeek) -> ColumnElement[bool]:
    """The condition on a membership to count in the week."""
    begun = col(MembershipRow.from_week).is_(None) | (col(MembershipRow.from_week) <= week.monday)
    not_over = col(MembershipRow.until_week).is_(None) | (
        col(MembershipRow.until_week) > week.monday
    )
    return begun & not_over


def cohort_of(session: Session, team_id: int, week: IsoWeek) -> list[int]:
    """The people whose usage counts in the team in that week, by id."""
    query = (
        select(MembershipRow.person_id)
        .where(MembershipRow.team_id == team_id, counts_in(week))
        .order_by(col(MembershipRow.person_id))
    )
    return list(session.exec(query))


def cohorts_of(
    session: Session, team_id: int, weeks: Collection[IsoWeek]
) -> dict[IsoWeek, set[int]]:
    """The people whose usage counts in the team in each of some weeks."""
    query = (
        select(MembershipRow)
        .where(MembershipRow.team_id == team_id)
        .execution_options(populate_existing=True)
    )
    rows = session.exec(query).all()
    return {
        week: {
            row.person_id
            for row in rows
            if (row.from_week is None or row.from_week <= week.monday)
            and (row.until_week is None or week.monday < row.until_week)
        }
        for week in weeks
    }


def spans_of(session: Session, person_ids: Collection[int]) -> dict[int, list[TeamSpan]]:
    """When each of these people belonged to which teams."""
    spans: dict[int, list[TeamSpan]] = {}
    for ids in slices(sorted(person_ids)):
        query = (
            select(MembershipRow)
            .where(col(MembershipRow.person_id).in_(ids))
            .execution_options(populate_existing=True)
        )
        for row in session.exec(query):
            joined = row.from_week - A_WEEK if row.from_week else None
            span = TeamSpan(row.team_id, joined, row.until_week)
            spans.setdefault(row.person_id, []).append(span)
    return spans


def people_ever_in(session: Session, team_id: int) -> set[int]:
    """Everybody who belonged to the team at any time, and its leads."""
    members = select(MembershipRow.person_id).where(MembershipRow.team_id == team_id)
    leads = select(TeamLeadRow.person_id).where(TeamLeadRow.team_id == team_id)
    return {*session.exec(members), *session.exec(leads)}


def join(
    session: Session, team_id: int, person_ids: Collection[int], now: IsoWeek, *, is_new: bool
) -> None:
    """Let these people count in the team from the next week on.

    In a team that `is_new`, who was never at home anywhere counts since ever, so that what was
    imported before the set-up counts too.
    """
    for person_id in sorted(person_ids):
        rows = _rows_of(session, person_id)
        if any(row.team_id == team_id and row.until_week is None for row in rows):
            continue
        if is_new and not rows:
            session.add(MembershipRow(team_id=team_id, person_id=person_id))
            continue
        # Who left a team whose week ends later elsewhere on earth counts in one team at a time.
        ends = [row.until_week for row in rows if row.until_week is not None]
        session.add(
            MembershipRow(
                team_id=team_id,
                person_id=person_id,
                from_week=max([now.monday + A_WEEK, *ends]),
            )
        )
    session.flush()


def leave(session: Session, person_ids: Collection[int], now: IsoWeek) -> None:
    """Let these people count where they are until this week ends; what had not begun never will."""
    of_them = col(MembershipRow.person_id).in_(person_ids)
    goes_on = col(MembershipRow.until_week).is_(None)
    next_monday = now.monday + A_WEEK
    session.exec(delete(MembershipRow).where(of_them, col(MembershipRow.from_week) >= next_monday))
    session.exec(update(MembershipRow).where(of_them, goes_on).values(until_week=next_monday))


def is_new(session: Session, team_id: int, created_week: date | None, now: IsoWeek) -> bool:
    """Whether the team was set up this week and none of its figures has been shown."""
    shown = select(func.count()).select_from(TeamWeekRow).where(TeamWeekRow.team_id == team_id)
    return created_week == now.monday and session.exec(shown).one() == 0


def absorb(session: Session, into: int, other: int) -> None:
    """Give one person's memberships to another who turned out to be the same and had none."""
    if _rows_of(session, into):
        session.exec(delete(MembershipRow).where(col(MembershipRow.person_id) == other))
    else:
        session.exec(
            update(MembershipRow)
            .where(col(MembershipRow.person_id) == other)
            .values(person_id=into)
        )


def has_ever_been_at_home(session: Session, person_id: int) -> bool:
    """Whether the person's usage counts, or counted, in any team."""
    return bool(_rows_of(session, person_id))


def _rows_of(session: Session, person_id: int) -> list[MembershipRow]:
    query = (
        select(MembershipRow)
        .where(MembershipRow.person_id == person_id)
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query))
