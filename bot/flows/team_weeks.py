"""A team's weeks: fixed when their figures are first shown, and read as they stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.gathering import Gathering
from policies.metrics import (
    PersonWeek,
    TeamWeek,
    closed_team_week,
    has_grown,
    sums_to_close,
    sums_to_close_anew,
    team_week,
)
from policies.outcomes import local_day_of
from policies.people import Team
from policies.periods import IsoWeek
from policies.privacy import kept_back
from policies.week_parts import parts_of_work
from storage import company_weeks, outcomes, rollups, team_weeks
from storage.facts.skills import skill_works
from storage.team_weeks import ClosedWeek

WEEKS_BEFORE: Final = 11
"""So many weeks are shown before the one that a digest is about."""
COUNTED_TOGETHER: Final = (
    "this week counts in what was told of teams with private figures together, so it stays private"
)


def fix_weeks(
    session: Session, now: datetime, team: Team, weeks: Sequence[IsoWeek], gathering: Gathering
) -> None:
    """Fix the figures of ended weeks that can be shown, or add what arrived late to those that stand."""
    closed = team_weeks.closed_weeks(session, team.id, weeks)
    held = company_weeks.held_back(session, team.id, weeks)
    for week in weeks:
        usage = rollups.person_weeks(session, team.id, week)
        if week in closed:
            _state_anew(session, now, team, closed[week], usage, gathering)
        elif week not in held and sums_to_close(usage, gathering.group_rule) is not None:
            _close(session, now, team, week, usage, gathering)


def weeks_of(
    session: Session, team: Team, weeks: Sequence[IsoWeek], gathering: Gathering
) -> list[TeamWeek]:
    """The team's weeks in this order, fit to be shown to it; those that are not fixed as they are now."""
    closed = team_weeks.closed_weeks(session, team.id, weeks)
    found = [_team_week(session, team, week, closed.get(week), gathering) for week in weeks]
    held = company_weeks.held_back(session, team.id, weeks)
    return [_held_back(one) if one.week in held else one for one in found]


def _held_back(week: TeamWeek) -> TeamWeek:
    """A week that something was told of with other withheld ones: by itself, it would tell of the others."""
    if week.fixed_on is not None or not week.contributors:
        return week
    return replace(week, figures=kept_back(COUNTED_TOGETHER))


def _close(
    session: Session,
    now: datetime,
    team: Team,
    week: IsoWeek,
    usage: Sequence[PersonWeek],
    gathering: Gathering,
) -> None:
    measured = _measured(session, team, week, usage, gathering)
    sums = sums_to_close(measured, gathering.group_rule)
    if sums is not None:
        team_weeks.close(session, team.id, week, sums, measured, now)


def _state_anew(
    session: Session,
    now: datetime,
    team: Team,
    closed: ClosedWeek,
    usage: Sequence[PersonWeek],
    gathering: Gathering,
) -> None:
    """What was linked since moves no figure that stands, so skills are measured again for new usage alone."""
    rule = gathering.group_rule
    before = team_weeks.usage_at_closing(session, team.id, closed.week)
    if not has_grown(closed.sums, before, usage, rule):
        return
    measured = _measured(session, team, closed.week, usage, gathering)
    sums = sums_to_close_anew(closed.sums, before, measured, rule)
    if sums is not None:
        team_weeks.close_anew(session, team.id, closed, sums, measured, now)


def _team_week(
    session: Session, team: Team, week: IsoWeek, closed: ClosedWeek | None, gathering: Gathering
) -> TeamWeek:
    rule = gathering.group_rule
    start, end = week.bounds(team.zone)
    known_at = closed.closed_at if closed else None
    counts = outcomes.counts_between(session, team.id, start, end, known_at)
    if closed is not None:
        fixed_on = local_day_of(closed.closed_at, team.zone)
        return closed_team_week(week, counts, closed.sums, fixed_on, rule)
    usage = rollups.person_weeks(session, team.id, week)
    if sums_to_close(usage, rule) is not None:
        usage = _measured(session, team, week, usage, gathering)
    return team_week(week, counts, usage, rule)


def _measured(
    session: Session, team: Team, week: IsoWeek, usage: Sequence[PersonWeek], gathering: Gathering
) -> list[PersonWeek]:
    """The usage with the work that shows each skill among its parts."""
    people = [one.person_id for one in usage]
    days = (week.monday, week.sunday)
    works = skill_works(session, people, team.zone, *days, gathering.model_classes)
    return [
        replace(one, parts={**one.parts, **parts_of_work(works[one.person_id])}) for one in usage
    ]
