"""Curves of a team's workflows that were shown. They stand, so that nobody is found out by what changes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from policies.periods import IsoWeek
from policies.workflows import PersonPart, ShownCurve, curve_from_json, curve_json
from storage.inserts import insert_of
from storage.tables import TeamWorkflowPersonRow, TeamWorkflowRow, table_of

LOOKED_AT: Final = ""
"""The name of no workflow: such a row says that all of them were looked at for its week."""


@dataclass(frozen=True, slots=True)
class StandingCurve:
    """A curve as it was shown for a week. What it was made of, by person, is for judging later ones alone."""

    week: IsoWeek
    shown: ShownCurve


def begin_to_look(session: Session, team_id: int, week: IsoWeek, now: datetime) -> bool:
    """Note that the team's workflows are looked at for a week.

    False where they were for this or a later week; what stands is all there is then.
    """
    latest = session.exec(
        select(col(TeamWorkflowRow.week))
        .where(TeamWorkflowRow.team_id == team_id, TeamWorkflowRow.name == LOOKED_AT)
        .order_by(col(TeamWorkflowRow.week).desc())
    ).first()
    if latest is not None and latest >= week.monday:
        return False
    insert = insert_of(session)
    values = {
        "team_id": team_id,
        "name": LOOKED_AT,
        "week": week.monday,
        "contributors": 0,
        "curve": {},
        "runs_until": now,
        "closed_at": now,
    }
    statement = (
        insert(TeamWorkflowRow)
        .values(values)
        .on_conflict_do_nothing()
        .returning(col(TeamWorkflowRow.week))
    )
    return session.exec(statement).first() is not None


def show(
    session: Session,
    team_id: int,
    week: IsoWeek,
    shown: ShownCurve,
    runs_until: datetime,
    now: datetime,
) -> None:
    """Fix a curve for a week. Only whoever began to look for the week calls this."""
    name = shown.curve.name
    session.add(
        TeamWorkflowRow(
            team_id=team_id,
            name=name,
            week=week.monday,
            contributors=shown.contributors,
            curve=curve_json(shown.curve),
            runs_until=runs_until,
            closed_at=now,
        )
    )
    session.flush()
    rows = [
        {
            "team_id": team_id,
            "name": name,
            "week": week.monday,
            "person_id": person_id,
            "runs": part.runs,
            "cost_nusd": part.cost_nusd,
        }
        for person_id, part in sorted(shown.parts.items())
    ]
    session.connection().execute(table_of(TeamWorkflowPersonRow).insert(), rows)


def curves_of(session: Session, team_id: int, until: IsoWeek) -> dict[str, list[StandingCurve]]:
    """Every curve that was shown of a team for a week up to this one, by workflow in order of weeks."""
    query = (
        select(TeamWorkflowRow)
        .where(
            TeamWorkflowRow.team_id == team_id,
            TeamWorkflowRow.name != LOOKED_AT,
            col(TeamWorkflowRow.week) <= until.monday,
        )
        .order_by(col(TeamWorkflowRow.name), col(TeamWorkflowRow.week))
        .execution_options(populate_existing=True)
    )
    parts = _parts_of(session, team_id)
    found: defaultdict[str, list[StandingCurve]] = defaultdict(list)
    for row in session.exec(query):
        made_of = parts.get((row.name, IsoWeek.of(row.week)), {})
        shown = ShownCurve(curve_from_json(row.curve), row.contributors, made_of)
        found[row.name].append(StandingCurve(IsoWeek.of(row.week), shown))
    return dict(found)


def absorb(session: Session, into: int, other: int) -> None:
    """Add what one person's runs came to to another who turned out to be the same."""
    query = select(TeamWorkflowPersonRow).where(TeamWorkflowPersonRow.person_id == other)
    for row in session.exec(query).all():
        key = (row.team_id, row.name, row.week, into)
        kept = session.get(TeamWorkflowPersonRow, key)
        if kept is None:
            kept = TeamWorkflowPersonRow(**row.model_dump(exclude={"person_id"}), person_id=into)
        else:
            kept.runs += row.runs
            kept.cost_nusd += row.cost_nusd
        session.add(kept)
        session.delete(row)
    session.flush()


def _parts_of(
    session: Session, team_id: int
) -> Mapping[tuple[str, IsoWeek], Mapping[int, PersonPart]]:
    query = (
        select(TeamWorkflowPersonRow)
        .where(TeamWorkflowPersonRow.team_id == team_id)
        .order_by(col(TeamWorkflowPersonRow.person_id))
        .execution_options(populate_existing=True)
    )
    found: defaultdict[tuple[str, IsoWeek], dict[int, PersonPart]] = defaultdict(dict)
    for row in session.exec(query):
        found[row.name, IsoWeek.of(row.week)][row.person_id] = PersonPart(row.runs, row.cost_nusd)
    return found
