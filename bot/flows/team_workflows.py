"""Which workflows of a team may be told, and how the cost of a run went on; fixed once it was shown."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.digest_terms import DigestTerms
from bot.flows.workflow_runs import completed_runs
from policies.learning import Run
from policies.people import Team
from policies.periods import IsoWeek
from policies.pricing import PriceBook
from policies.privacy import GroupRule, Published
from policies.usage import from_microseconds
from policies.workflows import TeamCurve, curve_again, team_curve
from storage import memberships, team_workflows
from storage.facts.known import known_as_of
from storage.facts.workflows import runs_of_workflows

WEEKS_OF_RUNS: Final = 26
STANDS_FOR_WEEKS: Final = 4
"""A curve that got no new runs of enough people for longer is not told any more."""

Runs = Mapping[str, Mapping[int, Sequence[Run]]]
"""Each person's runs of each workflow, in order of time."""


def team_curves(
    session: Session, now: datetime, team: Team, week: IsoWeek, terms: DigestTerms
) -> tuple[Published[TeamCurve], ...]:
    """The workflows that a team is told of with an ended week, by name.

    Called inside a writing transaction: what is told stands from then on. A week is looked at once;
    runs that arrive later count with the next.
    """
    if team_workflows.begin_to_look(session, team.id, week, now):
        _show_new(session, now, team, week, terms)
    return standing_curves(session, team, week, terms.rule)


def standing_curves(
    session: Session, team: Team, week: IsoWeek, rule: GroupRule
) -> tuple[Published[TeamCurve], ...]:
    """The same without a look at anything new, for whoever only reads."""
    oldest = week.plus(1 - STANDS_FOR_WEEKS)
    shown = team_workflows.curves_of(session, team.id, week)
    latest = (curves[-1] for _, curves in sorted(shown.items()) if curves[-1].week >= oldest)
    told = (curve_again(one.shown.curve, one.shown.contributors, rule) for one in latest)
    return tuple(curve for curve in told if curve.shown is not None)


def _show_new(
    session: Session, now: datetime, team: Team, week: IsoWeek, terms: DigestTerms
) -> None:
    end = week.bounds(team.zone)[1]
    shown = team_workflows.curves_of(session, team.id, week)
    runs = _runs_of_team(session, now, team, week, terms.gathering.price_book)
    for name, by_person in sorted(runs.items()):
        before = [one.shown for one in shown.get(name, ())]
        curve = team_curve(name, by_person, before, terms.rule)
        if curve is not None:
            team_workflows.show(session, team.id, week, curve, end, now)


def _runs_of_team(
    session: Session, now: datetime, team: Team, week: IsoWeek, book: PriceBook
) -> Runs:
    """The runs of half a year up to the week's end, each of somebody who counted in the team that week."""
    weeks = list(week.last(WEEKS_OF_RUNS))
    cohorts = memberships.cohorts_of(session, team.id, weeks)
    first, end = weeks[0].bounds(team.zone)[0], week.bounds(team.zone)[1]
    everybody = {person_id for cohort in cohorts.values() for person_id in cohort}
    runs: defaultdict[str, dict[int, Sequence[Run]]] = defaultdict(dict)
    known = known_as_of(session, now)
    for (person_id, name), parts in runs_of_workflows(session, everybody, first, end, known):
        counted = [
            one.run
            for one in completed_runs(parts, book, end)
            if person_id in cohorts[_week_of(one.began_us, team)]
        ]
        if counted:
            runs[name][person_id] = counted
    return runs


def _week_of(us: int, team: Team) -> IsoWeek:
    return IsoWeek.containing(from_microseconds(us), team.zone)
