"""A team that keeps budgets, and what its people do with them, stored without Slack."""

from datetime import UTC, datetime

from sqlmodel import func, select

from bot.flows import budget_setup, outcomes
from bot.flows.people import Introduction, Speaker
from messages.metadata import FormContext
from policies.amounts import Amount, BudgetUnit
from policies.budget_requests import RequestDraft, TermsDraft
from policies.budgets import BudgetPeriod
from policies.outcomes import OutcomeDraft, local_day_of
from policies.people import SlackIdentity, Team, Weekday
from storage.database import Database
from storage.people import TeamDraft, home_members_of, save_team
from storage.tables import UsageShareRow
from tests.bot.seeded import introduce, payments

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday, 13:00 in Berlin."""
M = 1_000_000


def tokens(count: int) -> Amount:
    return Amount(count, BudgetUnit.TOKENS)


def asking(count: int, outcome_id: int | None = None, reason: str = "") -> RequestDraft:
    return RequestDraft(tokens(count), None, outcome_id, reason)


def named(name: str) -> Introduction:
    """Somebody as a mention of them is resolved."""
    identity = SlackIdentity("", "T0LIVE", f"U0{name.upper()}")
    email = f"{name}@example.com"
    return Introduction(identity, f"{name.capitalize()} Tester", email, "Europe/Berlin")


def with_terms(
    database: Database,
    base: int = 40 * M,
    pool: int | None = None,
    auto_approve: int = 0,
    period: BudgetPeriod = BudgetPeriod.MONTH,
    now: datetime = NOW,
    zone: str = "Europe/Berlin",
) -> Team:
    """Payments, led by ana, with a base for each of its six people."""
    team = payments(database)
    with database.writing() as session:
        at_home = home_members_of(session, team.id)
        draft = TeamDraft("Payments", "T0LIVE", "C0PAY", zone, Weekday.MONDAY, 9, 30)
        save_team(session, draft, [min(at_home)], at_home, now)
    terms = TermsDraft(
        BudgetUnit.TOKENS,
        period,
        tokens(base),
        tokens(pool) if pool is not None else None,
        tokens(auto_approve) if auto_approve else None,
    )
    context = FormContext(team_id=team.id)
    budget_setup.set_terms(database, now, introduce(database, "ana"), context, terms)
    return team


def uses(
    database: Database,
    who: Speaker,
    count: int,
    at: datetime = NOW,
    outcome_id: int | None = None,
    unpriced: int = 0,
) -> None:
    """Some tokens of a person's local day, at a dollar a million, for an outcome or for none."""
    day = local_day_of(at, who.zone)
    with database.writing() as session:
        there = select(func.count()).select_from(UsageShareRow)
        session.add(
            UsageShareRow(
                person_id=who.person.id,
                day=day,
                place=session.exec(there).one(),
                outcome_id=outcome_id,
                method="none" if outcome_id is None else "tag",
                confidence="none" if outcome_id is None else "high",
                records=1,
                tokens=count,
                tokens_unpriced=unpriced,
                cost_list_nusd=(count - unpriced) * 1_000,
            )
        )


def declared(database: Database, who: Speaker, title: str = "Cut p95") -> int:
    return outcomes.declare(database, NOW, who, OutcomeDraft(title)).outcome.id


def another_team(
    database: Database,
    lead: str = "gus",
    member: str = "hal",
    unit: BudgetUnit = BudgetUnit.TOKENS,
) -> Team:
    """Search, in the same workspace, with terms of its own."""
    ids = [introduce(database, name).person.id for name in (lead, member)]
    draft = TeamDraft("Search", "T0LIVE", "C0SEA", "America/New_York", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        team = save_team(session, draft, ids[:1], ids, NOW)
    terms = TermsDraft(unit, BudgetPeriod.MONTH, Amount(20 * M, unit))
    context = FormContext(team_id=team.id)
    budget_setup.set_terms(database, NOW, introduce(database, lead), context, terms)
    return team
