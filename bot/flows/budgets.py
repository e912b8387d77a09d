"""Looking at budgets: one's own, a team's, and what other allowances would have meant."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.allowances import ensure_base_grants, missing_base
from bot.flows.budget_rights import (
    Desk,
    current_roster,
    desk_of_member,
    pool_left,
    problems_of,
    refusals_audited,
    require_own_budget,
    require_terms,
    roster_to_lead,
)
from bot.flows.ledgers import Ledger, ledger_of, ledgers_of
from bot.flows.me import freshness_of, price_basis_of
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from messages.pages.budgets import OwnBudget, PersonBudget, TeamBudgets, WhatIf
from policies.amounts import Amount, BudgetUnit
from policies.bands import as_a_day_ago
from policies.ledger_span import ledger_since
from policies.outcomes import Outcome, local_day_of
from policies.people import Roster
from policies.periods import day_bounds
from policies.personal_data import ReadKind
from policies.what_if import STEPS, PastBudget
from policies.what_if import what_if as replayed
from storage import (
    attribution,
    audit,
    budget_requests,
    budgets,
    outcomes,
    people,
    personal_reads,
    rollups,
    spends,
)
from storage.database import Database
from storage.personal_reads import Look

WHAT_IF: Final = "budget.what_if"
WHAT_IF_DAYS: Final = 60


def own_budget(database: Database, now: datetime, speaker: Speaker) -> OwnBudget:
    """The speaker's own budget. The first look in a period gives the base grants that are missing."""
    with database.reading() as session:
        roster = current_roster(session, speaker)
        desk = look(session, now, speaker, roster)
        require_own_budget(session, roster, speaker)
        if speaker.person.id not in missing_base(session, desk):
            return _own_budget(session, desk, speaker)
    with database.writing() as session:
        desk = desk_of_member(session, now, speaker)
        ensure_base_grants(session, desk, now)
        return _own_budget(session, desk, speaker)


def team_budgets(database: Database, now: datetime, speaker: Speaker) -> TeamBudgets:
    """The speaker's team by name, for its leads: what each was granted, and a band.

    That a lead looked is noted for each of its people, once a day.
    """
    subject = f"team:{speaker.team.id}"
    with refusals_audited(database, now, speaker, subject):
        with database.reading() as session:
            desk = look(session, now, speaker, roster_to_lead(session, speaker))
            page = None if missing_base(session, desk) else _team_budgets(session, desk, now)
            seen = Look(speaker.person.id, ReadKind.BUDGET_BAND, desk.today)
            if page is not None and personal_reads.is_noted(session, seen, page.person_ids):
                return page
        with database.writing() as session:
            ensure_base_grants(session, desk, now)
            page = _team_budgets(session, desk, now)
            personal_reads.note(session, seen, page.person_ids, now)
            return page


def what_if(database: Database, now: datetime, speaker: Speaker, percent: int) -> WhatIf:
    """Which of the team's outcomes of the last 60 days would have run dry with other allowances.

    A team is asked about with one change a period: of several answers, each names more outcomes than
    the one before, and together they would order the people behind them.
    """
    if percent not in STEPS:
        raise Refusal(f"{percent}% is no change to try.", "Try: /budget what-if -20%")
    subject = f"team:{speaker.team.id}"
    with refusals_audited(database, now, speaker, subject), database.writing() as session:
        roster = roster_to_lead(session, speaker)
        budgets.hold_terms(session, roster.team.id)
        desk = look(session, now, speaker, roster)
        _require_same_question(session, desk, percent)
        first_day = desk.today - timedelta(days=WHAT_IF_DAYS)
        past = _past_budgets(session, desk, first_day, now)
        found = replayed(past, percent, first_day)
        of_team = {one.id: one for one in outcomes.outcomes_of_team(session, desk.team_id)}
        audit.record(session, speaker.person.id, WHAT_IF, subject, {"percent": percent}, now)
    dry = sorted(found.would_run_dry & of_team.keys())
    return WhatIf(
        percent=percent,
        days=WHAT_IF_DAYS,
        outcomes=tuple(of_team[one] for one in dry),
        of_how_many=len(found.with_usage & of_team.keys()),
    )


def _require_same_question(session: Session, desk: Desk, percent: int) -> None:
    began, _ = day_bounds(desk.period.first, desk.roster.team.zone)
    asked = audit.deeds_since(session, f"team:{desk.team_id}", WHAT_IF, began)
    if asked and asked[0].details["percent"] != percent:
        before = asked[0].details["percent"]
        raise Refusal(
            f"{desk.roster.team.name} was asked about with {before}% in this period. Other changes "
            "would add up to an order of people by what they used.",
            f"Ask with {before}% again, or from {desk.period.resets_on} on.",
        )


def problems_with(
    database: Database, speaker: Speaker, amounts: Sequence[Amount], outcome_ids: Sequence[int]
) -> tuple[str, ...]:
    """What only the database knows to be wrong with a line, in whole sentences; nothing without terms."""
    with database.reading() as session:
        roster = current_roster(session, speaker)
        terms = budgets.terms_of(session, roster.team.id)
        if terms is None:
            return ()
        desk = Desk(roster, terms, date.min)
        return tuple(problems_of(session, desk, amounts, outcome_ids))


def look(session: Session, now: datetime, speaker: Speaker, roster: Roster) -> Desk:
    """A team's budgets to look at, not held."""
    terms = require_terms(budgets.terms_of(session, roster.team.id), speaker, roster)
    return Desk(roster, terms, local_day_of(now, roster.team.zone))


def _own_budget(session: Session, desk: Desk, speaker: Speaker) -> OwnBudget:
    person_id = speaker.person.id
    ledger = ledger_of(session, desk.terms, person_id, desk.today)
    sources = rollups.usage_sources(session, [person_id])
    is_in_usd = desk.terms.unit is BudgetUnit.USD
    return OwnBudget(
        team=desk.roster.team,
        terms=desk.terms,
        balance=ledger.balance,
        outcomes=_outcomes_of(session, ledger),
        requests=tuple(budget_requests.undecided_of(session, desk.team_id, person_id)),
        sources=freshness_of(sources),
        today=desk.today,
        forecast=ledger.forecast(),
        price_basis=price_basis_of(sources) if is_in_usd else "",
        tokens_unpriced=spends.unpriced_in(session, person_id, desk.period) if is_in_usd else 0,
    )


def _outcomes_of(session: Session, ledger: Ledger) -> tuple[Outcome, ...]:
    """What the grants that hold are for."""
    ids = {line.grant.outcome_id for line in ledger.balance.live}
    found = (outcomes.outcome_of(session, one) for one in sorted(one for one in ids if one))
    return tuple(one for one in found if one is not None)


def _team_budgets(session: Session, desk: Desk, now: datetime) -> TeamBudgets:
    at_home = people.home_members_of(session, desk.team_id)
    ledgers = ledgers_of(session, desk.terms, at_home, desk.today)
    persons = [one.person for one in desk.roster.members if one.person.id in ledgers]
    return TeamBudgets(
        team=desk.roster.team,
        terms=desk.terms,
        period=desk.period,
        people=tuple(
            PersonBudget(
                person,
                desk.amount(_granted(ledgers[person.id], desk)),
                ledgers[person.id].band(now),
            )
            for person in persons
        ),
        requests=tuple(budget_requests.undecided_of_team(session, desk.team_id)),
        pool_left=pool_left(session, desk),
    )


def _granted(ledger: Ledger, desk: Desk) -> int:
    """What a person was given for the running period and holds today: amounts alone, no usage in it."""
    return sum(
        one.amount for one in ledger.grants if one.source_id is None and one.holds_on(desk.today)
    )


def _past_budgets(session: Session, desk: Desk, first_day: date, now: datetime) -> list[PastBudget]:
    at_home = people.home_members_of(session, desk.team_id)
    held = budgets.grants_of(session, desk.team_id, at_home, desk.terms.unit)
    spans = {
        one: ledger_since(as_a_day_ago(grants, now), first_day) for one, grants in held.items()
    }
    earliest = min((since for _, since in spans.values()), default=first_day)
    used = attribution.spends_of(session, at_home, desk.terms.unit, earliest)
    return [
        PastBudget(grants, [spend for spend in used[one] if spend.day >= since])
        for one, (grants, since) in sorted(spans.items())
    ]
