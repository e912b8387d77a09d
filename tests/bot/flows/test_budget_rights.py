"""Who may do what with budgets: every flow tried by everybody, as a table."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from bot.flows import (
    budget_moves,
    budget_requests,
    budget_setup,
    budget_sweep,
    budgets,
    grants,
)
from bot.flows.people import Introduction, Speaker, recognise
from bot.flows.refusals import NoTeamYet, NotYours
from messages.metadata import FormContext
from policies.amounts import BudgetUnit
from policies.budget_requests import RequestState, TermsDraft
from policies.budgets import BudgetPeriod, Grant
from policies.people import SlackIdentity
from storage import audit
from storage import budget_requests as requests
from storage import budgets as stored
from storage.database import Database
from tests.bot.budgeted import NOW, M, another_team, asking, declared, named, tokens, with_terms
from tests.bot.seeded import introduce


@dataclass(frozen=True)
class World:
    """Two teams, and something of ben's in the first: a grant, a request, an offer, an outcome."""

    database: Database
    team_id: int
    other_team_id: int
    grant_id: int
    waiting_id: int
    offered_id: int
    outcome_id: int


@pytest.fixture
def world(sqlite_database: Database) -> World:
    database = sqlite_database
    team = with_terms(database)
    other = another_team(database)
    ana, ben = introduce(database, "ana"), introduce(database, "ben")
    given = grants.grant(database, NOW, ana, named("ben"), asking(M)).grant
    waiting = budget_requests.request(database, NOW, ben, asking(M)).request
    offered = budget_requests.request(database, NOW, ben, asking(2 * M)).request
    budget_requests.counter(database, NOW, ana, offered.id, tokens(M), None, "")
    outcome_id = declared(database, ben)
    return World(database, team.id, other.id, given.id, waiting.id, offered.id, outcome_id)


Act = Callable[[World, Speaker], object]
TERMS = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.MONTH, tokens(40 * M))

ACTS: dict[str, Act] = {
    "see one's own": lambda w, who: budgets.own_budget(w.database, NOW, who),
    "see the team": lambda w, who: budgets.team_budgets(w.database, NOW, who),
    "ask what if": lambda w, who: budgets.what_if(w.database, NOW, who, -20),
    "open the setup": lambda w, who: budget_setup.setup_form(w.database, NOW, who, None),
    "set terms": lambda w, who: budget_setup.set_terms(
        w.database, NOW, who, FormContext(team_id=w.team_id), TERMS
    ),
    "grant to chi": lambda w, who: grants.grant(w.database, NOW, who, named("chi"), asking(M)),
    "set chi's allowance": lambda w, who: grants.set_allowance(
        w.database, NOW, who, named("chi"), tokens(M)
    ),
    "void ben's grant": lambda w, who: grants.void(w.database, NOW, who, w.grant_id, ""),
    "request": lambda w, who: budget_requests.request(w.database, NOW, who, asking(M)),
    "approve": lambda w, who: budget_requests.approve(w.database, NOW, who, w.waiting_id),
    "decline": lambda w, who: budget_requests.decline(w.database, NOW, who, w.waiting_id, ""),
    "counter": lambda w, who: budget_requests.counter(
        w.database, NOW, who, w.waiting_id, tokens(M), None, ""
    ),
    "open the counter form": lambda w, who: budget_requests.counter_form(
        w.database, NOW, who, w.waiting_id, None
    ),
    "open the decline form": lambda w, who: budget_requests.decline_form(
        w.database, NOW, who, w.waiting_id, None
    ),
    "accept ben's offer": lambda w, who: budget_requests.accept(w.database, NOW, who, w.offered_id),
    "withdraw ben's request": lambda w, who: budget_requests.withdraw(
        w.database, NOW, who, w.waiting_id
    ),
    "mute in Payments": lambda w, who: budget_sweep.mute(
        w.database, NOW, who, f"T-{w.team_id} 2026-11-01"
    ),
}

OWN = {"see one's own", "request", "mute in Payments"}
BENS = {"accept ben's offer", "withdraw ben's request"}
LEADS = set(ACTS) - OWN - BENS
OF_THE_OTHER_TEAM = {"see one's own", "see the team", "ask what if", "open the setup", "request"}

MAY: dict[str, set[str]] = {
    "ana leads Payments": OWN | LEADS,
    "ben is in Payments and asks": OWN | BENS,
    "chi is in Payments": OWN,
    "fay is in Payments and an admin": OWN | LEADS,
    "gus leads Search": OF_THE_OTHER_TEAM,
    "hal is in Search": {"see one's own", "request"},
    "ida is in no team": set(),
    "eve is an admin elsewhere": set(),
}


def speaker(world: World, who: str) -> Speaker:
    name, _, rest = who.partition(" ")
    if name == "eve":
        identity = SlackIdentity("", "T0ELSEWHERE", "U0EVE")
        introduction = Introduction(identity, "Eve", None, "UTC", is_admin=True)
        return recognise(world.database, introduction, "C0PAY")
    return replace(introduce(world.database, name, "C0PAY"), is_admin="admin" in rest)


def everything(world: World) -> tuple[object, ...]:
    with world.database.reading() as session:
        teams = (world.team_id, world.other_team_id)
        held: list[dict[int, list[Grant]]] = [
            stored.grants_of(session, team, list(range(1, 20)), BudgetUnit.TOKENS) for team in teams
        ]
        asked = [requests.undecided_of_team(session, team) for team in teams]
        terms = stored.all_terms(session)
        allowances = [stored.allowances_of(session, team) for team in teams]
    return held, asked, terms, allowances


def refusals(world: World) -> int:
    subjects = [
        *(f"team:{n}" for n in (0, world.team_id, world.other_team_id)),
        *(f"R-{n}" for n in (world.waiting_id, world.offered_id)),
        f"G-{world.grant_id}",
    ]
    with world.database.reading() as session:
        entries = [one for name in subjects for one in audit.entries_about(session, name)]
    return sum(one.action == "budget.refused" for one in entries)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", MAY)
def test_each_may_do_what_the_table_says_and_nothing_else(world: World, who: str, act: str) -> None:
    asks = speaker(world, who)
    if act in MAY[who]:
        ACTS[act](world, asks)
        return
    before, refused_before = everything(world), refusals(world)
    with pytest.raises((NotYours, NoTeamYet)) as refused:
        ACTS[act](world, asks)
    assert everything(world) == before
    if refused.type is NotYours:
        assert refusals(world) == refused_before + 1


def test_nobody_approves_their_own_request_not_even_a_lead(world: World) -> None:
    ana = introduce(world.database, "ana")
    own = budget_requests.request(world.database, NOW, ana, asking(M)).request
    for decide in (
        lambda: budget_requests.approve(world.database, NOW, ana, own.id),
        lambda: budget_requests.decline(world.database, NOW, ana, own.id, ""),
        lambda: budget_requests.counter(world.database, NOW, ana, own.id, tokens(M), None, ""),
    ):
        with pytest.raises(NotYours, match="your own request"):
            decide()
    admin = replace(introduce(world.database, "fay"), is_admin=True)
    assert budget_requests.approve(world.database, NOW, admin, own.id).grant is not None


@pytest.mark.parametrize("who", ["ana leads Payments", "fay is in Payments and an admin"])
def test_the_team_s_limit_approves_nothing_for_who_may_set_it(world: World, who: str) -> None:
    asks = speaker(world, who)
    limit = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.MONTH, tokens(40 * M), None, tokens(900 * M))
    budget_setup.set_terms(world.database, NOW, asks, FormContext(team_id=world.team_id), limit)
    own = budget_requests.request(world.database, NOW, asks, asking(M))
    assert own.request.state is RequestState.WAITING
    assert own.grant is None
    chi = introduce(world.database, "chi")
    assert budget_requests.request(world.database, NOW, chi, asking(M)).is_approved


def test_nobody_grants_to_themselves(world: World) -> None:
    ana = introduce(world.database, "ana")
    before = everything(world)
    with pytest.raises(NotYours, match="Nobody grants to themselves"):
        grants.grant(world.database, NOW, ana, named("ana"), asking(M))
    with pytest.raises(NotYours, match="Nobody grants to themselves"):
        grants.set_allowance(world.database, NOW, ana, named("ana"), tokens(90 * M))
    assert everything(world) == before


def test_people_and_outcomes_of_another_team_are_out_of_reach(world: World) -> None:
    ana, gus = introduce(world.database, "ana"), introduce(world.database, "gus", "C0SEA")
    before = everything(world)
    with pytest.raises(NotYours, match="is not in Payments"):
        grants.grant(world.database, NOW, ana, named("hal"), asking(M))
    with pytest.raises(Exception, match=f"Search has no outcome O-{world.outcome_id}"):
        grants.grant(world.database, NOW, gus, named("hal"), asking(M, world.outcome_id))
    with pytest.raises(Exception, match=f"Search has no outcome O-{world.outcome_id}"):
        budget_moves.move(world.database, NOW, gus, tokens(M), None, world.outcome_id)
    assert everything(world) == before


@pytest.mark.parametrize("forged", [0, 999, 2**31 - 1])
def test_an_id_of_nothing_is_refused_in_the_same_words(world: World, forged: int) -> None:
    ana = introduce(world.database, "ana")
    with pytest.raises(NotYours, match=f"There is no request R-{forged}"):
        budget_requests.approve(world.database, NOW, ana, forged)
    with pytest.raises(NotYours, match=f"You lead no team with a grant G-{forged}"):
        grants.void(world.database, NOW, ana, forged, "")


@pytest.mark.parametrize("value", ["", "T-1", "T-x 2026-11-01", "T-1 yesterday", "O-12 7"])
def test_a_forged_mute_is_refused(world: World, value: str) -> None:
    with pytest.raises(Exception, match="no longer works"):
        budget_sweep.mute(world.database, NOW, introduce(world.database, "ben"), value)
