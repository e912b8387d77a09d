"""Somebody's App Home: their own figures, and for a lead what waits for them and the team by name."""

from datetime import datetime

from bot.flows import budgets, request_cards
from bot.flows.budget_rights import leads
from bot.flows.me import freshness_of, personal_weeks, price_basis_of
from bot.flows.people import Speaker
from messages.pages.budgets import OwnBudget, RequestCard, TeamBudgets
from messages.pages.home import FirstStep, Home
from policies.outcomes import local_day_of
from policies.periods import IsoWeek
from storage import budgets as stored
from storage import outcomes, people, rollups
from storage.database import Database


def my_home(database: Database, now: datetime, speaker: Speaker) -> Home:
    """The speaker's App Home. Each part of it is one that they may see by its own command as well."""
    this_week = IsoWeek.containing(now, speaker.zone)
    with database.reading() as session:
        sources = rollups.usage_sources(session, [speaker.person.id])
        week = personal_weeks(session, speaker.person.id, this_week, 1)[-1]
        mine = tuple(outcomes.open_outcomes_of(session, speaker.person.id))
    first_step = _first_step(database, speaker)
    waiting, team = _to_lead(database, now, speaker, first_step)
    return Home(
        week=week if week.tokens.total else None,
        outcomes=mine,
        sources=freshness_of(sources),
        today=local_day_of(now, speaker.zone),
        price_basis=price_basis_of(sources),
        budget=_own(database, now, speaker, first_step),
        waiting=waiting,
        team=team,
        first_step=first_step,
    )


def _first_step(database: Database, speaker: Speaker) -> FirstStep | None:
    if speaker.roster is None:
        return FirstStep.SET_UP_TEAM
    with database.reading() as session:
        if stored.terms_of(session, speaker.team.id) is not None:
            return None
    return FirstStep.SET_UP_BUDGETS if leads(speaker, speaker.roster) else FirstStep.ASK_A_LEAD


def _own(
    database: Database, now: datetime, speaker: Speaker, first_step: FirstStep | None
) -> OwnBudget | None:
    if first_step is not None:
        return None
    with database.reading() as session:
        if speaker.person.id not in people.home_members_of(session, speaker.team.id):
            return None
    return budgets.own_budget(database, now, speaker)


def _to_lead(
    database: Database, now: datetime, speaker: Speaker, first_step: FirstStep | None
) -> tuple[tuple[RequestCard, ...], TeamBudgets | None]:
    if first_step is not None or not leads(speaker, speaker.required_roster):
        return (), None
    waiting = request_cards.waiting_for(database, now, speaker)
    return waiting, budgets.team_budgets(database, now, speaker)
