"""What the minute tick does for budgets: base grants of a new period, and warnings once each."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.allowances import ensure_base_grants
from bot.flows.budget_rights import Desk, desk_of_member, desk_unasked, refusals_audited
from bot.flows.ledgers import Ledger, ledger_of, ledgers_of
from bot.flows.people import Speaker
from bot.flows.posts import Post
from bot.flows.refusals import NotYours, Refusal
from messages.pages.budgets import BudgetWarning, Muted
from policies.budget_warnings import DueWarning, warnings_of
from policies.budgets import PeriodDays
from policies.outcomes import local_day_of
from storage import audit, budgets, deliveries, outcomes, people
from storage.database import Database
from storage.deliveries import Claim
from storage.requests import REQUEST, take_request

BUDGET_WARNING: Final = "budget_warning"
"""A direct message to a person about their own budget; audience is the person, subject the team T-1."""

AN_HOUR: Final = timedelta(hours=1)
A_MINUTE: Final = timedelta(minutes=1)


@dataclass(slots=True)
class HourlyWarnings:
    """Looks at each team's budgets once an hour, each in a minute of its own; remembers when it last did.

    After a start it looks at those whose minute it is: the others' comes within the hour.
    """

    _since: datetime | None = None

    def __call__(self, database: Database, now: datetime) -> int:
        """Note what is due in the teams whose turn it is; returns how much of it is new."""
        noted = sweep_warnings(database, now, self._since or now - A_MINUTE)
        self._since = now
        return noted


def sweep_base_grants(database: Database, now: datetime) -> int:
    """Give the base grants that are missing in any team; returns how many. One query when none is."""
    with database.reading() as session:
        behind = [
            team_id
            for first_day, team_ids in _teams_by_period(session, now).items()
            for team_id in budgets.teams_missing_base(session, team_ids, first_day)
        ]
    return sum(_ensure(database, now, team_id) for team_id in sorted(behind))


def sweep_warnings(database: Database, now: datetime, since: datetime | None = None) -> int:
    """Note the warnings that are due in the teams whose minute of the hour lies after `since`.

    Each team is looked at once an hour; all of them without `since`. Returns how many are new.
    """
    with database.reading() as session:
        team_ids = [one.team_id for one in budgets.all_terms(session)]
    turns = _minutes_between(since, now)
    return sum(_warn(database, now, one) for one in team_ids if one % 60 in turns)


def mute(database: Database, now: datetime, speaker: Speaker, value: str) -> Muted:
    """Say no more of the speaker's own budget until the period ends. The value is user input."""
    team_id, first_day = _muted(value)
    subject = f"team:{team_id}"
    with refusals_audited(database, now, speaker, subject), database.writing() as session:
        desk = desk_of_member(session, now, speaker)
        if team_id != desk.team_id:
            raise NotYours("This button is about another team.", "See your own with “/budget”.")
        if first_day != desk.period.first:
            raise Refusal("The period that this was about is over.", "See yours with “/budget”.")
        key = _mute_key(desk.team_id, desk.period)
        if take_request(session, speaker.person.id, key, now) is None:
            person = f"person:{speaker.person.id}"
            audit.record(session, speaker.person.id, "budget.muted", person, {"team": team_id}, now)
        return Muted(desk.period)


def compose_warning(database: Database, claim: Claim) -> Post | None:
    """What a person reads; None where it no longer holds, or they muted it meanwhile."""
    with database.reading() as session:
        person = people.person_of(session, int(claim.audience.removeprefix("person:")))
        desk = desk_unasked(session, claim.due_at, int(claim.subject.removeprefix("T-")))
        if person is None or person.slack is None or desk is None:
            return None
        if not desk.roster.is_member(person.id) or _is_muted(session, person.id, desk):
            return None
        ledger = ledger_of(session, desk.terms, person.id, desk.today)
        due = {_period(desk, one): one for one in _due(ledger)}
        if claim.period not in due:
            return None
        return Post(person.slack.user_id, _page(session, desk, ledger, due[claim.period]))


def _teams_by_period(session: Session, now: datetime) -> dict[date, list[int]]:
    """The teams that give base grants, by the first day of the period that runs there."""
    zones = {team.id: team.zone for team in people.all_teams(session)}
    found: dict[date, list[int]] = defaultdict(list)
    for terms in budgets.all_terms(session):
        if terms.base > 0 and terms.team_id in zones:
            today = local_day_of(now, zones[terms.team_id])
            found[terms.period.containing(today).first].append(terms.team_id)
    return found


def _ensure(database: Database, now: datetime, team_id: int) -> int:
    with database.writing() as session:
        desk = desk_unasked(session, now, team_id, held=True)
        return ensure_base_grants(session, desk, now) if desk else 0


def _minutes_between(since: datetime | None, now: datetime) -> set[int]:
    """The minutes of the hour that have begun after `since`, up to now; all where it is long ago."""
    if since is None or now - since >= AN_HOUR:
        return set(range(60))
    begun = range(1, int((_minute(now) - _minute(since)) / A_MINUTE) + 1)
    return {(since.minute + n) % 60 for n in begun}


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _warn(database: Database, now: datetime, team_id: int) -> int:
    with database.reading() as session:
        desk = desk_unasked(session, now, team_id)
        if desk is None:
            return 0
        at_home = people.home_members_of(session, team_id)
        told = [
            (person_id, _period(desk, one))
            for person_id, ledger in ledgers_of(session, desk.terms, at_home, desk.today).items()
            for one in _due(ledger)
            if not _is_known(session, person_id, desk, one)
        ]
    if not told:
        return 0
    with database.writing() as session:
        return sum(
            deliveries.enqueue(
                session, BUDGET_WARNING, f"person:{person_id}", period, f"T-{team_id}", now
            )
            for person_id, period in told
        )


def _due(ledger: Ledger) -> tuple[DueWarning, ...]:
    return warnings_of(ledger.balance, is_likely_to_run_out=ledger.is_likely_to_run_out())


def _is_known(session: Session, person_id: int, desk: Desk, warning: DueWarning) -> bool:
    audience = f"person:{person_id}"
    period = _period(desk, warning)
    was_told = deliveries.delivery_of(session, BUDGET_WARNING, audience, period)
    return was_told is not None or _is_muted(session, person_id, desk)


def _is_muted(session: Session, person_id: int, desk: Desk) -> bool:
    key = _mute_key(desk.team_id, desk.period)
    return deliveries.delivery_of(session, REQUEST, f"person:{person_id}", key) is not None


def _period(desk: Desk, warning: DueWarning) -> str:
    """Once a period each: `2026-11-01:nearly`."""
    return f"{desk.period.first}:{warning.mark}"


def _mute_key(team_id: int, period: PeriodDays) -> str:
    return f"budget_mute:{team_id}:{period.first}"


def _muted(value: str) -> tuple[int, date]:
    """(team, first day) of a button's value `T-1 2026-11-01`."""
    label, _, first_day = value.partition(" ")
    number = label.removeprefix("T-")
    try:
        return int(number), date.fromisoformat(first_day)
    except ValueError:
        raise Refusal("This button no longer works.", "See your budget with “/budget”.") from None


def _page(session: Session, desk: Desk, ledger: Ledger, warning: DueWarning) -> BudgetWarning:
    balance, line = ledger.balance, warning.line
    outcome_id = line.grant.outcome_id if line else None
    return BudgetWarning(
        kind=warning.kind,
        team=desk.roster.team,
        period=desk.period,
        used=desk.amount(balance.used),
        left=desk.amount(balance.left),
        granted=desk.amount(balance.granted),
        today=desk.today,
        grant=line.grant if line else None,
        outcome=outcomes.outcome_of(session, outcome_id) if outcome_id else None,
        grant_left=desk.amount(line.remaining) if line else None,
        forecast=ledger.forecast(),
    )
