"""The week of all teams, for admins: each team from the figures that it was shown itself.

Reading it shows nobody a week for the first time, so that a look takes no more time with many teams.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flows.attempts import attempts_noted
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from bot.flows.team_weeks import COUNTED_TOGETHER, WEEKS_BEFORE
from messages.pages.company import TEAMS_A_PAGE, Company
from messages.wording import span
from policies.company import (
    CompanyDigest,
    CompanyTeam,
    CompanyWeek,
    outcomes_together,
    rest_as_closed,
    rest_to_close,
    shown_together,
    usual_of,
    withheld_teams,
)
from policies.metrics import OutcomeCounts, TeamWeek, closed_team_week, team_week
from policies.outcomes import OutcomeState, local_day_of
from policies.people import Team
from policies.periods import IsoWeek
from policies.privacy import GroupRule, kept_back
from storage import audit, company_weeks, outcome_counts, people
from storage.company_weeks import ToldRest
from storage.database import Database
from storage.outcome_counts import COUNTED
from storage.team_weeks import ClosedWeek

REFUSED: Final = "company.refused"
REST_TOLD: Final = "company.rest_told"
SETTLES: Final = timedelta(weeks=1)
"""How long late usage may still make a withheld team's week fit, before it counts among the rest for good."""
LAST_ZONE: Final = ZoneInfo("Etc/GMT+12")
"""Where a week ends last on earth."""
SCORED: Final = (OutcomeState.VERIFIED,)
"""All that is asked of the weeks before."""
NO_OUTCOMES: Final = OutcomeCounts(0, 0, 0)
NOT_YET: Final = "its digest has not shown this week yet"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for: a week, teams by name in their order, and which page of them."""

    week: IsoWeek | None = None
    names: tuple[str, ...] = ()
    page: int = 1


def show_company(
    database: Database, now: datetime, speaker: Speaker, wanted: Wanted, rule: GroupRule
) -> Company:
    """A page of the company's digest, for an admin of the workspace. NotYours for anybody else."""
    with attempts_noted(database, now, speaker, REFUSED, "company"):
        workspace_id = _workspace_administered(speaker)
    week = ended_week(now, speaker.zone, wanted.week)
    settle_rest(database, now, workspace_id, week, rule)
    digest = company_digest(database, now, workspace_id, week, rule, wanted.names)
    pages = max(1, -(-len(digest.teams) // TEAMS_A_PAGE))
    return Company(digest, min(max(wanted.page, 1), pages))


def ended_week(now: datetime, zone: ZoneInfo, wanted: IsoWeek | None) -> IsoWeek:
    """The wanted week, the last full one where none is named; Refusal for one that has not ended."""
    latest = IsoWeek.containing(now, zone).plus(-1)
    if wanted is None or wanted <= latest:
        return wanted or latest
    raise Refusal(
        f"{wanted} has not ended.",
        f"The latest full week is {latest}, {span(latest.monday, latest.sunday)}.",
    )


def is_settled(now: datetime, week: IsoWeek) -> bool:
    """Whether the week ended long enough ago to tell what withheld teams used together."""
    return now >= week.bounds(LAST_ZONE)[1] + SETTLES


def settle_rest(
    database: Database, now: datetime, workspace_id: str, week: IsoWeek, rule: GroupRule
) -> None:
    """Fix what withheld teams used together, where the week has settled and it is fit to be told.

    From then on none of these teams is shown the week by itself. Nothing is written before that, so
    that looks at recent weeks take no write lock.
    """
    if not is_settled(now, week):
        return
    with database.reading() as session:
        if week in company_weeks.rests_of(session, workspace_id, [week]):
            return
        if _rest_to_tell(session, workspace_id, week, rule) is None:
            return
    with database.writing() as session:
        company_weeks.hold(session)
        if week in company_weeks.rests_of(session, workspace_id, [week]):
            return
        if rest := _rest_to_tell(session, workspace_id, week, rule):
            company_weeks.tell(session, workspace_id, week, rest.sums, rest.team_ids, now)
            details = {"teams": len(rest.team_ids)}
            audit.record(session, None, REST_TOLD, f"company:{week}", details, now)


def company_digest(
    database: Database,
    now: datetime,
    workspace_id: str,
    week: IsoWeek,
    rule: GroupRule,
    names: Sequence[str] = (),
) -> CompanyDigest:
    """The week of all teams by name, or of those named in the reader's order. Nothing is fixed by it."""
    with database.reading() as session:
        everybody = [one for one in people.all_teams(session) if one.workspace_id == workspace_id]
        teams, unknown = _named(everybody, names) if names else (_by_name(everybody), ())
        weeks = list(week.last(WEEKS_BEFORE + 1))
        closed = company_weeks.shown_weeks(session, workspace_id, weeks)
        # Of teams that a reader picked, the rest could be a single one.
        rests = {} if names else company_weeks.rests_of(session, workspace_id, weeks)
        views = [
            _view(
                session, one, teams, closed.get(one, {}), rule, COUNTED if one == week else SCORED
            )
            for one in weeks
        ]
        summed = [_summed(one, rests.get(one.week), rule) for one in views]
        lines = _lines(session, now, views[-1], workspace_id, rule)
    this_week, history = summed[-1], _since_first_shown(summed[:-1])
    return CompanyDigest(
        this_week=this_week,
        history=history,
        teams=lines,
        total=len(everybody),
        usual=usual_of(history, this_week, random.Random(f"usual:{workspace_id}:{week}")),
        chosen=bool(names),
        unknown=unknown,
    )


@dataclass(frozen=True, slots=True)
class _View:
    """One week of some teams: their outcomes, and the weeks that they were shown."""

    week: IsoWeek
    teams: Sequence[Team]
    outcomes: Mapping[int, OutcomeCounts]
    shown: Mapping[int, TeamWeek]

    def outcomes_of(self, team_id: int) -> OutcomeCounts:
        return self.outcomes.get(team_id, NO_OUTCOMES)


def _view(
    session: Session,
    week: IsoWeek,
    teams: Sequence[Team],
    closed: Mapping[int, ClosedWeek],
    rule: GroupRule,
    states: Collection[OutcomeState],
) -> _View:
    outcomes: dict[int, OutcomeCounts] = {}
    for zone in {team.zone for team in teams}:
        there = [team.id for team in teams if team.zone == zone]
        outcomes |= outcome_counts.counts_by_team(session, there, week, zone, states)
    shown = {
        team.id: closed_team_week(
            week,
            outcomes.get(team.id, NO_OUTCOMES),
            found.sums,
            local_day_of(found.closed_at, team.zone),
            rule,
        )
        for team in teams
        if (found := closed.get(team.id))
    }
    return _View(week, teams, outcomes, shown)


def _summed(view: _View, told: ToldRest | None, rule: GroupRule) -> CompanyWeek:
    rest = None
    if told is not None:
        scored = sum(view.outcomes_of(one).scored for one in told.team_ids)
        rest = rest_as_closed(told.sums, len(told.team_ids), scored, rule)
    return CompanyWeek(
        view.week,
        outcomes_together(view.outcomes.values()),
        shown_together(view.shown.values()),
        rest,
    )


def _lines(
    session: Session, now: datetime, view: _View, workspace_id: str, rule: GroupRule
) -> tuple[CompanyTeam, ...]:
    """Each team's own week, in the order of the teams; none is shown here before it was shown to itself."""
    held = company_weeks.teams_held_back(session, view.week)
    usage = company_weeks.usage_of_open_teams(session, workspace_id, view.week)

    def line(team: Team) -> CompanyTeam:
        if team.id in view.shown:
            return CompanyTeam(team.name, view.shown[team.id])
        week = team_week(view.week, view.outcomes_of(team.id), usage.get(team.id, ()), rule)
        if team.id in held:
            return CompanyTeam(team.name, replace(week, figures=kept_back(COUNTED_TOGETHER)))
        is_over = view.week.bounds(team.zone)[1] <= now
        if is_over and (week.suppressed or not week.contributors):
            return CompanyTeam(team.name, week)
        return CompanyTeam(team.name, replace(week, figures=kept_back(NOT_YET)), is_open=True)

    return tuple(map(line, view.teams))


def _rest_to_tell(
    session: Session, workspace_id: str, week: IsoWeek, rule: GroupRule
) -> ToldRest | None:
    usage = company_weeks.usage_of_open_teams(session, workspace_id, week)
    withheld = withheld_teams(usage, rule)
    sums = rest_to_close(withheld, rule)
    return ToldRest(sums, frozenset(withheld)) if sums else None


def _by_name(teams: Sequence[Team]) -> list[Team]:
    return sorted(teams, key=lambda team: (team.name.casefold(), team.id))


def _named(teams: Sequence[Team], names: Sequence[str]) -> tuple[list[Team], tuple[str, ...]]:
    """The teams of these names, in this order, each once; and the names that no team has."""
    by_key = {people.name_key(team.name): team for team in teams}
    found = dict.fromkeys(name for name in map(people.name_key, names) if name in by_key)
    unknown = tuple(name for name in names if people.name_key(name) not in by_key)
    return [by_key[name] for name in found], unknown


def _since_first_shown(weeks: Sequence[CompanyWeek]) -> tuple[CompanyWeek, ...]:
    first = next((n for n, one in enumerate(weeks) if one.shown.shown), len(weeks))
    return tuple(weeks[first:])


def _workspace_administered(speaker: Speaker) -> str:
    """The workspace that they administer; NotYours for who administers none."""
    slack = speaker.person.slack
    if not speaker.is_admin or slack is None:
        raise NotYours(
            "Only admins of the workspace see all teams together.",
            "Your own team's digest is in its channel.",
        )
    return slack.workspace_id
