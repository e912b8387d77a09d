"""The facts of teams' last ended weeks: only what was shown of them, and stands since."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.gathering import Gathering
from policies.metrics import OutcomeCounts, closed_team_week
from policies.outcomes import Complexity, local_day_of
from policies.people import Team
from policies.periods import IsoWeek
from policies.privacy import GroupRule
from policies.rules.catalogue import facts_without_data
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.subjects import Subject, SubjectFacts
from storage import outcomes, people, team_weeks
from storage.team_weeks import ClosedWeek

KIND: Final = SubjectKind.TEAM_WEEK


def team_week_facts(
    session: Session, as_of: datetime, gathering: Gathering
) -> Iterator[SubjectFacts]:
    """Every team with the last week that had ended for it, whether or not its figures may be shown.

    A week that was closed, or stated anew, after the moment was not known then.
    """
    for team in people.all_teams(session):
        if gathering.team_ids is None or team.id in gathering.team_ids:
            week = IsoWeek.containing(as_of, team.zone).plus(-1)
            subject = Subject(KIND, f"team:{team.id}", {"team": str(team.id)}, team_id=team.id)
            facts = _facts(session, as_of, team, week, gathering.group_rule)
            yield SubjectFacts(subject, facts)


def _facts(
    session: Session, as_of: datetime, team: Team, week: IsoWeek, rule: GroupRule
) -> dict[str, FactValue]:
    closed = team_weeks.closed_weeks(session, team.id, [week]).get(week)
    if closed is not None and closed.closed_at > as_of:
        closed = None
    start, end = week.bounds(team.zone)
    known_at = closed.closed_at if closed else as_of  # the digest's own moment
    counts = outcomes.counts_between(session, team.id, start, end, known_at)
    return {
        **facts_without_data(KIND),
        **_outcome_facts(counts),
        "outcomes.trivial": outcomes.count_declared(
            session, team.id, start, end, Complexity.TRIVIAL
        ),
        **(_figures(team, week, closed, counts, rule) if closed else {}),
    }


def _figures(
    team: Team, week: IsoWeek, closed: ClosedWeek, counts: OutcomeCounts, rule: GroupRule
) -> dict[str, FactValue]:
    """What may still be shown of the figures that stand, under the group rule as it is now."""
    fixed_on = local_day_of(closed.closed_at, team.zone)
    figures = closed_team_week(week, counts, closed.sums, fixed_on, rule).figures.shown
    if figures is None:
        return {}
    share = figures.unattributed_share
    return {
        "team.figures_known": True,
        "team.active_people": closed.sums.contributors,
        "usage.tokens": figures.tokens,
        "usage.cost_usd": float(figures.cost_list_usd),
        "team.unattributed_known": share is not None,
        "usage.unattributed_share": share or 0.0,
    }


def _outcome_facts(counts: OutcomeCounts) -> dict[str, FactValue]:
    return {
        "outcomes.declared": counts.declared,
        "outcomes.verified": counts.verified,
        "outcomes.reverted": counts.reverted,
    }
