"""What teams whose own week is withheld used together. Once told it stands, and so does each of their weeks."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy
from sqlmodel import Session, col, func, select

from policies.metrics import PersonWeek, WeekSums
from policies.periods import IsoWeek
from policies.usage import nanos_from_usd, usd_from_nanos
from storage import memberships
from storage.locks import Lock, share
from storage.locks import hold as _hold
from storage.tables import (
    CompanyWeekRow,
    CompanyWeekTeamRow,
    EngineerDayRow,
    MembershipRow,
    TeamRow,
    TeamWeekRow,
    table_of,
)
from storage.team_weeks import ClosedWeek

week_table = table_of(TeamWeekRow)

SHOWN_COLUMNS: Final = (
    "team_id",
    "week",
    "version",
    "contributors",
    "tokens",
    "cost_list_nusd",
    "tokens_unpriced",
    "closed_at",
)


@dataclass(frozen=True, slots=True)
class ToldRest:
    """What was told of withheld teams together, and which teams they were."""

    sums: WeekSums
    team_ids: frozenset[int]


def rests_of(
    session: Session, workspace_id: str, weeks: Iterable[IsoWeek]
) -> dict[IsoWeek, ToldRest]:
    """What was told of these weeks."""
    mondays = [week.monday for week in weeks]
    of_workspace = select(TeamRow.id).where(TeamRow.workspace_id == workspace_id)
    teams = select(col(CompanyWeekTeamRow.week), col(CompanyWeekTeamRow.team_id)).where(
        col(CompanyWeekTeamRow.week).in_(mondays), col(CompanyWeekTeamRow.team_id).in_(of_workspace)
    )
    team_ids: dict[IsoWeek, set[int]] = {}
    for monday, team_id in session.exec(teams):
        team_ids.setdefault(IsoWeek.of(monday), set()).add(team_id)
    rows = select(CompanyWeekRow).where(
        CompanyWeekRow.workspace_id == workspace_id, col(CompanyWeekRow.week).in_(mondays)
    )
    return {
        (week := IsoWeek.of(row.week)): ToldRest(_sums(row), frozenset(team_ids.get(week, ())))
        for row in session.exec(rows.execution_options(populate_existing=True))
    }


def held_back(session: Session, team_id: int, weeks: Iterable[IsoWeek]) -> set[IsoWeek]:
    """The weeks in which the team counts among the withheld ones of which something was told.

    They are never shown by themselves any more. Whoever is about to fix weeks asks `hold_open` first.
    """
    query = select(col(CompanyWeekTeamRow.week)).where(
        CompanyWeekTeamRow.team_id == team_id,
        col(CompanyWeekTeamRow.week).in_([week.monday for week in weeks]),
    )
    return {IsoWeek.of(monday) for monday in session.exec(query)}


def teams_held_back(session: Session, week: IsoWeek) -> set[int]:
    """The teams of which that is so in the week."""
    query = select(col(CompanyWeekTeamRow.team_id)).where(CompanyWeekTeamRow.week == week.monday)
    return set(session.exec(query))


def hold_open(session: Session) -> None:
    """Keep anything from being told of withheld teams until this transaction has fixed weeks of teams."""
    share(session.connection(), Lock.WEEKS)


def hold(session: Session) -> None:
    """Keep every team's weeks from being fixed until this transaction has told something of the withheld."""
    _hold(session.connection(), Lock.WEEKS)


def tell(
    session: Session,
    workspace_id: str,
    week: IsoWeek,
    sums: WeekSums,
    team_ids: Collection[int],
    now: datetime,
) -> None:
    """Fix what these teams used together. The caller holds the weeks, and knows that it was not told."""
    session.add(
        CompanyWeekRow(
            workspace_id=workspace_id,
            week=week.monday,
            contributors=sums.contributors,
            tokens=sums.tokens,
            cost_list_nusd=nanos_from_usd(sums.cost_list),
            closed_at=now,
        )
    )
    session.add_all(CompanyWeekTeamRow(team_id=one, week=week.monday) for one in sorted(team_ids))
    session.flush()


def shown_weeks(
    session: Session, workspace_id: str, weeks: Collection[IsoWeek]
) -> dict[IsoWeek, dict[int, ClosedWeek]]:
    """The weeks of all teams that are closed, by week and team, without what is kept beside their sums."""
    of_workspace = select(TeamRow.id).where(TeamRow.workspace_id == workspace_id)
    query = sqlalchemy.select(
        *(week_table.c[name] for name in SHOWN_COLUMNS),
    ).where(
        week_table.c.week.in_([week.monday for week in weeks]),
        week_table.c.team_id.in_(of_workspace),
    )
    found: dict[IsoWeek, dict[int, ClosedWeek]] = {}
    by_monday = {week.monday: week for week in weeks}
    # Columns rather than rows: there are sixty thousand of five thousand teams.
    for row in session.connection().execute(query):
        week, cost = by_monday[row.week], usd_from_nanos(row.cost_list_nusd)
        sums = WeekSums(row.contributors, row.tokens, cost, row.tokens_unpriced)
        found.setdefault(week, {})[row.team_id] = ClosedWeek(week, sums, row.version, row.closed_at)
    return found


def usage_of_open_teams(
    session: Session, workspace_id: str, week: IsoWeek
) -> Mapping[int, list[PersonWeek]]:
    """What each person used in the week, by team, of those teams whose figures of it were never shown."""
    day = col(EngineerDayRow.day)
    closed = select(TeamWeekRow.team_id).where(TeamWeekRow.week == week.monday)
    query = (
        sqlalchemy.select(
            col(MembershipRow.team_id),
            col(EngineerDayRow.person_id),
            func.sum(EngineerDayRow.tokens),
            func.sum(EngineerDayRow.cost_list_nusd),
            func.sum(EngineerDayRow.tokens_unpriced),
        )
        .join(MembershipRow, col(MembershipRow.person_id) == col(EngineerDayRow.person_id))
        .join(TeamRow, col(TeamRow.id) == col(MembershipRow.team_id))
        .where(col(TeamRow.workspace_id) == workspace_id, memberships.counts_in(week))
        .where(col(TeamRow.id).not_in(closed))
        .where(day >= week.monday, day <= week.sunday)
        .group_by(col(MembershipRow.team_id), col(EngineerDayRow.person_id))
        .order_by(col(MembershipRow.team_id), col(EngineerDayRow.person_id))
    )
    used: dict[int, list[PersonWeek]] = {}
    for team_id, person_id, tokens, cost, unpriced in session.connection().execute(query):
        person = PersonWeek(person_id, int(tokens), usd_from_nanos(int(cost)), int(unpriced))
        used.setdefault(team_id, []).append(person)
    return used


def _sums(row: CompanyWeekRow) -> WeekSums:
    return WeekSums(row.contributors, row.tokens, usd_from_nanos(row.cost_list_nusd), None)
