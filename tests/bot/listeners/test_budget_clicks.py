"""Clicks that come at once, too late, or were never offered: through the real listeners, on both engines."""

import asyncio

import pytest
from sqlmodel import select

from bot.flows import budget_requests, budget_setup, budgets
from bot.flows.people import Speaker
from messages import ids
from messages.metadata import FormContext
from messages.pages.budgets import Decided, Earmarked
from messages.pages.help import Refused
from messages.pages.home import Home
from policies.amounts import Amount, BudgetUnit
from policies.budget_requests import RequestState, TermsDraft
from policies.budgets import BudgetPeriod
from policies.people import Weekday
from storage.database import Database
from storage.people import TeamDraft, save_team
from storage.tables import AuditRow, BudgetRequestRow, GrantRow
from tests.bot.budgeted import NOW, M, asking, tokens
from tests.bot.desk import front_desk, profile
from tests.bot.live import PEOPLE
from tests.bot.seeded import introduce

LEADS = ("ana", "eli")
PROFILES = [*(profile(name) for name in PEOPLE), profile("admin", is_admin=True)]


def two_leads(database: Database) -> int:
    """Payments, led by ana and eli, keeps budgets; returns its id."""
    ids_of = {name: introduce(database, name).person.id for name in PEOPLE}
    draft = TeamDraft("Payments", "T0LIVE", "C0PAY", "Europe/Berlin", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        team = save_team(session, draft, [ids_of[one] for one in LEADS], list(ids_of.values()), NOW)
    terms = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.MONTH, tokens(40 * M), tokens(400 * M))
    ana = introduce(database, "ana")
    budget_setup.set_terms(database, NOW, ana, FormContext(team_id=team.id), terms)
    return team.id


def asked(database: Database, name: str = "ben") -> str:
    who: Speaker = introduce(database, name)
    return budget_requests.request(database, NOW, who, asking(15 * M)).request.label


def extras(database: Database) -> list[GrantRow]:
    with database.reading() as session:
        return list(session.exec(select(GrantRow).where(GrantRow.kind == "extra")))


def state_of(database: Database, label: str) -> str:
    with database.reading() as session:
        found = session.get(BudgetRequestRow, int(label.removeprefix("R-")))
        assert found
        return found.state


def audited(database: Database, action: str) -> int:
    with database.reading() as session:
        return len(session.exec(select(AuditRow).where(AuditRow.action == action)).all())


async def test_fifty_approvals_at_once_give_exactly_one_grant(database: Database) -> None:
    two_leads(database)
    label = asked(database)
    async with front_desk(database, NOW, PROFILES) as desk:
        leads = ["U0ANA", "U0ELI", "U0ADMIN"]
        await asyncio.gather(
            *(desk.press(leads[n % 3], ids.APPROVE_REQUEST, label) for n in range(50))
        )
    assert [grant.amount for grant in extras(database)] == [15 * M]
    decided = [page for page in desk.written.messages if isinstance(page, Decided)]
    refused = [page for page in desk.written.messages if isinstance(page, Refused)]
    assert (len(decided), len(refused)) == (1, 49)
    assert {page.sentence for page in refused} == {f"{label} is approved already."}
    assert audited(database, "budget.approved") == 1


async def test_leads_who_decide_differently_at_once_are_heard_once(database: Database) -> None:
    two_leads(database)
    label = asked(database)
    context = FormContext("D0DESK", request_id=int(label.removeprefix("R-")))
    async with front_desk(database, NOW, PROFILES) as desk:
        await asyncio.gather(
            *(desk.press("U0ANA", ids.APPROVE_REQUEST, label) for _ in range(5)),
            *(
                desk.submit("U0ELI", ids.DECLINE_FORM, context, decline_reason="No room")
                for _ in range(5)
            ),
            *(desk.press("U0BEN", ids.WITHDRAW_REQUEST, label) for _ in range(5)),
        )
    assert len([page for page in desk.written.messages if isinstance(page, Decided)]) == 1
    is_approved = state_of(database, label) == RequestState.APPROVED
    assert len(extras(database)) == is_approved


async def test_one_form_sent_fifty_times_asks_once(database: Database) -> None:
    team_id = two_leads(database)
    async with front_desk(database, NOW, PROFILES) as desk:
        context = FormContext("C0PAY", team_id=team_id)
        fields = {"request_amount": "5M", "request_reason": "Rerun"}
        await asyncio.gather(
            *(
                desk.submit("U0BEN", ids.REQUEST_FORM, context, view_id="V0SAME", **fields)
                for _ in range(50)
            )
        )
    with database.reading() as session:
        assert len(session.exec(select(BudgetRequestRow)).all()) == 1


async def test_an_offer_accepted_and_withdrawn_at_once_is_one_or_the_other(
    database: Database,
) -> None:
    two_leads(database)
    label = asked(database)
    ana, offer = introduce(database, "ana"), Amount(5 * M, BudgetUnit.TOKENS)
    budget_requests.counter(
        database, NOW, ana, int(label.removeprefix("R-")), offer, None, "Less will do"
    )
    async with front_desk(database, NOW, PROFILES) as desk:
        await asyncio.gather(
            *(desk.press("U0BEN", ids.ACCEPT_OFFER, label) for _ in range(10)),
            *(desk.press("U0BEN", ids.WITHDRAW_REQUEST, label) for _ in range(10)),
        )
    is_approved = state_of(database, label) == RequestState.APPROVED
    assert [grant.amount for grant in extras(database)] == [5 * M] * is_approved


async def test_a_declaration_sent_twice_sets_its_amount_aside_once(database: Database) -> None:
    two_leads(database)
    fields = {"outcome_title": "Cut p95", "outcome_amount": "10M"}
    async with front_desk(database, NOW, PROFILES) as desk:
        context = FormContext("C0PAY")
        await asyncio.gather(
            *(
                desk.submit("U0BEN", ids.OUTCOME_FORM, context, view_id="V0SAME", **fields)
                for _ in range(5)
            )
        )
    own = budgets.own_budget(database, NOW, introduce(database, "ben"))
    assert (own.left_free, own.left) == (tokens(30 * M), tokens(40 * M))
    asides = [page for page in desk.written.messages if isinstance(page, Earmarked)]
    assert {page.earmarked for page in asides} == {tokens(10 * M)}


FORGED = ("", "R-", "R-0", "R-999", "R-1; DROP TABLE", "O-1", "-1", "R-" + "9" * 400, "ﾠR-1", "\0")


@pytest.mark.parametrize("value", FORGED)
@pytest.mark.parametrize(
    "action_id",
    [
        *(ids.APPROVE_REQUEST, ids.COUNTER_REQUEST, ids.DECLINE_REQUEST),
        *(ids.ACCEPT_OFFER, ids.WITHDRAW_REQUEST),
    ],
)
async def test_a_forged_value_changes_nothing(
    sqlite_database: Database, action_id: str, value: str
) -> None:
    two_leads(sqlite_database)
    label = asked(sqlite_database)
    async with front_desk(sqlite_database, NOW, PROFILES) as desk:
        await desk.press("U0ANA", action_id, value)
    assert [type(page) for page in desk.written.messages] == [Refused]
    assert desk.written.forms == []
    assert state_of(sqlite_database, label) == RequestState.WAITING
    assert extras(sqlite_database) == []


async def test_reaching_for_what_is_not_theirs_is_audited_with_ids_alone(
    sqlite_database: Database,
) -> None:
    two_leads(sqlite_database)
    label = asked(sqlite_database)
    async with front_desk(sqlite_database, NOW, PROFILES) as desk:
        await desk.press("U0CHI", ids.APPROVE_REQUEST, label)
        await desk.press("U0CHI", ids.WITHDRAW_REQUEST, label)
        await desk.command("U0CHI", "/budget team")
    assert audited(sqlite_database, "budget.refused") == 3
    with sqlite_database.reading() as session:
        rows = session.exec(select(AuditRow).where(AuditRow.action == "budget.refused")).all()
        assert {row.subject for row in rows} <= {label, "team:1"}


async def test_a_forged_form_about_another_team_changes_nothing(sqlite_database: Database) -> None:
    two_leads(sqlite_database)
    async with front_desk(sqlite_database, NOW, PROFILES) as desk:
        for context in (FormContext("C0PAY", team_id=999), FormContext("C0PAY")):
            await desk.submit("U0ANA", ids.TERMS_FORM, context, terms_unit="usd", terms_base="$5")
        await desk.submit("U0ANA", ids.COUNTER_FORM, FormContext("C0PAY"), counter_amount="1M")
    assert [type(page) for page in desk.written.messages] == [Refused] * 3
    own = budgets.own_budget(sqlite_database, NOW, introduce(sqlite_database, "ana"))
    assert own.terms.unit is BudgetUnit.TOKENS


async def test_the_home_is_drawn_anew_after_a_press_on_it_and_nothing_else_is_sent(
    sqlite_database: Database,
) -> None:
    two_leads(sqlite_database)
    label = asked(sqlite_database)
    async with front_desk(sqlite_database, NOW, PROFILES) as desk:
        await desk.press("U0ANA", ids.APPROVE_REQUEST, label, home=True)
    assert desk.written.messages == []
    (home,) = desk.written.homes
    assert isinstance(home, Home)
    assert home.waiting == ()
    assert home.team is not None


async def test_a_member_sees_neither_requests_nor_the_team_in_their_home(
    sqlite_database: Database,
) -> None:
    two_leads(sqlite_database)
    label = asked(sqlite_database)
    async with front_desk(sqlite_database, NOW, PROFILES) as desk:
        await desk.press("U0BEN", ids.WITHDRAW_REQUEST, label, home=True)
    (home,) = desk.written.homes
    assert isinstance(home, Home)
    assert (home.waiting, home.team) == ((), None)
    assert home.budget is not None
