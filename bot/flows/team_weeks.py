"""A team's weeks: fixed when their figures are first shown, and read as they stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.gathering import Gathering
from policies.metrics import (
    OutcomeCounts,
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
from storage import company_weeks, outcome_counts, rollups, team_weeks
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
    used = rollups.person_weeks_of(session, team.id, weeks)
    for week, usage in used.items():
        if week in closed and _adds_up_to(usage, closed[week]):
            continue
        if week in closed:
            _state_anew(session, now, team, closed[week], usage, gathering)
        elif week not in held and sums_to_close(usage, gathering.group_rule) is not None:
            _close(session, now, team, week, usage, gathering)


def _adds_up_to(usage: Sequence[PersonWeek], closed: ClosedWeek) -> bool:
    """Whether nothing was used since: what was added could only have made the sums larger."""
    tokens, cost = sum(one.tokens for one in usage), sum(one.cost_list for one in usage)
    return (tokens, cost) == (closed.sums.tokens, closed.sums.cost_list)


def weeks_of(
    session: Session, team: Team, weeks: Sequence[IsoWeek], gathering: Gathering
) -> list[TeamWeek]:
    """The team's weeks in this order, fit to be shown to it; those that are not fixed as they are now."""
    closed = team_weeks.closed_weeks(session, team.id, weeks)
    known_at = {week: one.closed_at for week, one in closed.items()}
    counts = outcome_counts.counts_by_week(session, team.id, weeks, team.zone, known_at)
    found = [
        _closed_week(team, week, counts[week], closed[week], gathering)
        if week in closed
        else _open_week(session, team, week, counts[week], gathering)
        for week in weeks
    ]
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


def _closed_week(
    team: Team, week: IsoWeek, counts: OutcomeCounts, closed: ClosedWeek, gathering: Gathering
) -> TeamWeek:
    fixed_on = local_day_of(closed.closed_at, team.zone)
    return closed_team_week(week, counts, closed.sums, fixed_on, gathering.group_rule)


def _open_week(
    session: Session, team: Team, week: IsoWeek, counts: OutcomeCounts, gathering: Gathering
) -> TeamWeek:
    usage = rollups.person_weeks(session, team.id, week)
    if sums_to_close(usage, gathering.group_rule) is not None:
        usage = _measured(session, team, week, usage, gathering)
    return team_week(week, counts, usage, gathering.group_rule)


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
