"""Undo takes back the last thing that somebody did with budgets, or says that it cannot, on both engines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from bot.flows import budget_moves, budget_requests, budget_setup, budgets, grants
from bot.flows.budget_rights import desk_unasked, granted_from_pool
from bot.flows.budget_sweep import sweep_base_grants
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from messages.metadata import FormContext
from policies.amounts import BudgetUnit
from policies.budget_requests import TermsDraft
from policies.budgets import BudgetPeriod
from policies.outcomes import NotAllowed
from policies.people import Weekday
from storage import audit
from storage.database import Database
from storage.people import TeamDraft, home_members_of, save_team
from tests.bot.budgeted import NOW, M, asking, declared, named, tokens, with_terms
from tests.bot.seeded import introduce

MINUTE = timedelta(minutes=1)
Act = Callable[[Database, Speaker, datetime], object]


@pytest.fixture
def ana(database: Database) -> Speaker:
    """A lead of Payments, which keeps budgets of 40M a month; so is ben."""
    team = with_terms(database)
    ben_id = introduce(database, "ben").person.id
    draft = TeamDraft("Payments", "T0LIVE", "C0PAY", "Europe/Berlin", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        at_home = home_members_of(session, team.id)
        save_team(session, draft, [min(at_home), ben_id], at_home, NOW)
    return introduce(database, "ana")


def budget_of(database: Database, name: str, now: datetime = NOW) -> int:
    return budgets.own_budget(database, now, introduce(database, name)).balance.left


def left_for(database: Database, who: Speaker, outcome_id: int | None) -> int:
    return budgets.own_budget(database, NOW, who).balance.left_for(outcome_id)


def declined(database: Database, ana: Speaker, at: datetime) -> object:
    asked = budget_requests.request(database, at, introduce(database, "chi"), asking(M)).request
    return budget_requests.decline(database, at, ana, asked.id, "")


def other_terms(database: Database, ana: Speaker, at: datetime) -> object:
    terms = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.MONTH, tokens(45 * M))
    return budget_setup.set_terms(database, at, ana, FormContext(team_id=ana.team.id), terms)


def granted_and_voided(database: Database, ana: Speaker, at: datetime) -> object:
    given = grants.grant(database, at - MINUTE, ana, named("chi"), asking(M)).grant
    return grants.void(database, at, ana, given.id, "")


@pytest.mark.parametrize("act", [declined, other_terms, granted_and_voided])
def test_what_cannot_be_undone_is_not_reached_past(
    database: Database, ana: Speaker, act: Act
) -> None:
    grants.grant(database, NOW, ana, named("dee"), asking(15 * M))
    act(database, ana, NOW + 2 * MINUTE)
    before = budget_of(database, "dee")
    with pytest.raises(Refusal, match="cannot be undone"):
        budget_moves.undo(database, NOW + 3 * MINUTE, ana)
    assert budget_of(database, "dee") == before


def test_a_move_of_everything_to_free_is_undone_and_not_the_grant_before_it(
    database: Database, ana: Speaker
) -> None:
    one = declared(database, ana)
    budget_moves.earmark(database, NOW - 60 * MINUTE, ana, one, tokens(2 * M))
    grants.grant(database, NOW, ana, named("dee"), asking(15 * M))
    budget_moves.move(database, NOW + MINUTE, ana, tokens(2 * M), one, None)
    page = budget_moves.undo(database, NOW + 2 * MINUTE, ana)
    assert [grant.outcome_id for grant in page.grants] == [one]
    assert (left_for(database, ana, one), left_for(database, ana, None)) == (2 * M, 38 * M)
    assert budget_of(database, "dee") == 55 * M
    budget_moves.undo(database, NOW + 3 * MINUTE, ana)
    assert budget_of(database, "dee") == 40 * M


def test_an_allowance_of_nothing_is_undone_and_one_that_was_set_anew_is_not(
    database: Database, ana: Speaker
) -> None:
    grants.set_allowance(database, NOW, ana, named("chi"), tokens(0))
    budget_moves.undo(database, NOW + MINUTE, ana)
    assert budget_of(database, "chi") == 40 * M
    grants.set_allowance(database, NOW + MINUTE, ana, named("dee"), tokens(50 * M))
    grants.set_allowance(
        database, NOW + 2 * MINUTE, introduce(database, "ben"), named("dee"), tokens(60 * M)
    )
    with pytest.raises(Refusal, match="has changed since"):
        budget_moves.undo(database, NOW + 3 * MINUTE, ana)
    assert budget_of(database, "dee") == 60 * M


def test_undo_gives_back_no_more_than_the_pool_has(database: Database, ana: Speaker) -> None:
    context = FormContext(team_id=ana.team.id)
    terms = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.MONTH, tokens(40 * M), tokens(240 * M))
    budget_setup.set_terms(database, NOW - 60 * MINUTE, ana, context, terms)
    grants.set_allowance(database, NOW, ana, named("chi"), tokens(10 * M))
    ben = introduce(database, "ben")
    grants.grant(database, NOW + MINUTE, ben, named("dee"), asking(30 * M))
    with pytest.raises(Refusal, match="more than the pool of Payments has left"):
        budget_moves.undo(database, NOW + 2 * MINUTE, ana)
    with database.reading() as session:
        desk = desk_unasked(session, NOW, ana.team.id)
        assert desk is not None
        assert granted_from_pool(session, desk) == 240 * M


def test_an_allowance_undone_past_midnight_leaves_one_base_in_the_new_period(
    database: Database, ana: Speaker
) -> None:
    late = datetime(2026, 11, 30, 22, 58, tzinfo=UTC)
    grants.set_allowance(database, late, ana, named("dee"), tokens(60 * M))
    after = late + 2 * MINUTE
    budget_moves.undo(database, after, ana)
    assert sweep_base_grants(database, after + MINUTE) == 0
    assert budget_of(database, "dee", after + MINUTE) == 40 * M


def test_a_grant_voided_twice_at_once_is_voided_and_audited_once(
    database: Database, ana: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = grants.grant(database, NOW, ana, named("dee"), asking(5 * M)).grant
    together, hold = Barrier(2), grants.desk_of_team
    with database.reading() as session:
        is_postgres = session.get_bind().dialect.name == "postgresql"

    def slow(*arguments: object) -> object:
        if is_postgres:
            together.wait(5)
        return hold(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(grants, "desk_of_team", slow)

    def void(reason: str) -> str:
        try:
            grants.void(database, NOW, ana, given.id, reason)
        except NotAllowed:
            return "refused"
        return "voided"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(void, ("one", "two"))) == ["refused", "voided"]
    with database.reading() as session:
        found = [one.action for one in audit.entries_about(session, given.label)]
    assert found.count("budget.voided") == 1


def test_nothing_is_moved_out_of_an_allowance_that_is_over(
    database: Database, ana: Speaker
) -> None:
    chi = introduce(database, "chi")
    one, two = declared(database, chi, "One"), declared(database, chi, "Two")
    budget_moves.earmark(database, NOW, chi, one, tokens(10 * M))
    thursday = NOW + timedelta(days=1)
    grants.set_allowance(database, thursday, ana, named("chi"), tokens(0))
    for target in (two, None):
        with pytest.raises(Refusal, match="is over"):
            budget_moves.move(database, thursday, chi, tokens(2 * M), one, target)
    assert budgets.own_budget(database, thursday, chi).balance.left_for(one) == 10 * M
