"""A person's usage is charged to one team's budget: leads who are at home elsewhere hold none."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.flows import budget_moves, budget_requests, budgets, grants, home
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from policies.people import Weekday
from storage.database import Database
from storage.people import TeamDraft, home_members_of, save_team
from tests.bot.budgeted import NOW, M, another_team, asking, declared, named, tokens, with_terms
from tests.bot.seeded import introduce

SEARCH = TeamDraft("Search", "T0LIVE", "C0SEA", "America/New_York", Weekday.MONDAY, 9, 30)
SECOND = timedelta(seconds=1)
Act = Callable[[Database, Speaker], object]
ASKING: dict[str, Act] = {
    "look": lambda database, who: budgets.own_budget(database, NOW, who),
    "open the form": lambda database, who: budget_requests.request_form(database, who, None),
    "request": lambda database, who: budget_requests.request(database, NOW, who, asking(M)),
    "move": lambda database, who: budget_moves.move(database, NOW, who, tokens(M), None, 1),
}


@pytest.fixture
def ben(sqlite_database: Database) -> Speaker:
    """At home in Payments, and a lead of Search, in whose channel he speaks."""
    with_terms(sqlite_database)
    team = another_team(sqlite_database)
    ben_id = introduce(sqlite_database, "ben").person.id
    with sqlite_database.writing() as session:
        at_home = home_members_of(session, team.id)
        save_team(session, SEARCH, [min(at_home), ben_id], at_home, NOW)
    return introduce(sqlite_database, "ben", "C0SEA")


@pytest.mark.parametrize("act", ASKING)
def test_a_lead_from_elsewhere_is_told_where_their_budget_is(
    sqlite_database: Database, ben: Speaker, act: str
) -> None:
    assert ben.team.name == "Search"
    with pytest.raises(Refusal, match="Your budget is in Payments"):
        ASKING[act](sqlite_database, ben)
    at_home = introduce(sqlite_database, "ben")
    declared(sqlite_database, at_home)
    ASKING[act](sqlite_database, at_home)


def test_nobody_is_granted_what_they_could_not_hold(
    sqlite_database: Database, ben: Speaker
) -> None:
    gus = introduce(sqlite_database, "gus", "C0SEA")
    for give in (
        lambda: grants.grant(sqlite_database, NOW, gus, named("ben"), asking(M)),
        lambda: grants.set_allowance(sqlite_database, NOW, gus, named("ben"), tokens(M)),
    ):
        with pytest.raises(Refusal, match="Ben Tester leads Search, and holds no budget in it"):
            give()


def test_a_lead_from_elsewhere_looks_and_decides_and_takes_it_back(
    sqlite_database: Database, ben: Speaker
) -> None:
    hal = introduce(sqlite_database, "hal", "C0SEA")
    asked = budget_requests.request(sqlite_database, NOW, hal, asking(M)).request
    assert budget_requests.approve(sqlite_database, NOW, ben, asked.id).grant is not None
    budget_moves.undo(sqlite_database, NOW + SECOND, ben)
    later = NOW + 2 * SECOND
    granted = grants.grant(sqlite_database, later, ben, named("hal"), asking(M)).grant
    assert budget_moves.undo(sqlite_database, later + SECOND, ben).grants[0].id == granted.id
    shown = [one.person.name for one in budgets.team_budgets(sqlite_database, NOW, ben).people]
    assert shown == ["Gus Tester", "Hal Tester"]


def test_a_request_of_somebody_who_has_moved_on_is_not_granted(
    sqlite_database: Database, ben: Speaker
) -> None:
    """Hal asks in Search, and then leads it from Payments."""
    hal = introduce(sqlite_database, "hal", "C0SEA")
    asked = budget_requests.request(sqlite_database, NOW, hal, asking(M)).request
    gus_id = introduce(sqlite_database, "gus").person.id
    payments = TeamDraft("Payments", "T0LIVE", "C0PAY", "Europe/Berlin", Weekday.MONDAY, 9, 30)
    with sqlite_database.writing() as session:
        pay = home_members_of(session, introduce(sqlite_database, "ana").team.id)
        save_team(session, SEARCH, [gus_id, hal.person.id], [gus_id], NOW)
        save_team(session, payments, [min(pay)], [*pay, hal.person.id], NOW)
    gus = introduce(sqlite_database, "gus", "C0SEA")
    with pytest.raises(Refusal, match="not in Search any more"):
        budget_requests.approve(sqlite_database, NOW, gus, asked.id)


def test_home_shows_no_budget_to_who_leads_one_team_and_works_in_none(
    sqlite_database: Database,
) -> None:
    with_terms(sqlite_database)
    team = another_team(sqlite_database)
    ids = [introduce(sqlite_database, name).person.id for name in ("gus", "hal")]
    with sqlite_database.writing() as session:
        save_team(session, SEARCH, ids[:1], ids[1:], NOW)
    gus = introduce(sqlite_database, "gus")
    assert gus.team.id == team.id
    assert home.my_home(sqlite_database, NOW, gus).budget is None
