"""Requests for budget on both engines: decided once, by somebody else, and told to everybody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from bot.flows import (
    budget_moves,
    budget_notices,
    budget_requests,
    budget_setup,
    budgets,
    grants,
    request_cards,
)
from bot.flows.people import Speaker
from bot.flows.posts import NotYet
from bot.flows.refusals import Refusal
from messages.metadata import FormContext
from messages.pages.budgets import Decided, GrantNotice, RequestCard, RequestDecided
from messages.render import render
from policies.amounts import Amount, BudgetUnit
from policies.bands import Band
from policies.budget_requests import RequestDraft, RequestState, TermsDraft
from policies.budgets import BudgetPeriod
from policies.outcomes import NotAllowed
from storage import audit, deliveries, people
from storage import budgets as stored
from storage.database import Database
from storage.deliveries import Claim
from tests.bot.budgeted import NOW, M, asking, declared, named, tokens, uses, with_terms
from tests.bot.seeded import introduce

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=3)
Compose = Callable[[Database, Claim], object]


@pytest.fixture
def ana(database: Database) -> Speaker:
    """The lead of Payments, which keeps budgets of 40M a month."""
    with_terms(database)
    return introduce(database, "ana")


@pytest.fixture
def ben(database: Database, ana: Speaker) -> Speaker:
    """A member."""
    return introduce(database, "ben")


def requested(database: Database, who: Speaker, count: int = 15 * M) -> int:
    return budget_requests.request(database, NOW, who, asking(count)).request.id


def left(database: Database, who: Speaker) -> int:
    return budgets.own_budget(database, NOW, who).balance.left


def state_of(database: Database, who: Speaker, request_id: int) -> RequestState | None:
    waiting = budgets.own_budget(database, NOW, who).requests
    return next((one.state for one in waiting if one.id == request_id), None)


def due(database: Database, kind: str, now: object = NOW) -> list[Claim]:
    with database.writing() as session:
        claims = deliveries.claim_due(session, NOW + timedelta(hours=1), LEASE, limit=50)
    return [one for one in claims if one.kind == kind]


def posted(database: Database, claim: Claim, ts: str = "1.5") -> None:
    with database.writing() as session:
        deliveries.confirm(session, claim, "D0ANA", ts, NOW)


def actions(database: Database, label: str) -> list[str]:
    with database.reading() as session:
        return [entry.action for entry in audit.entries_about(session, label)]


# Asking


def test_a_request_asks_each_lead_and_waits(database: Database, ana: Speaker, ben: Speaker) -> None:
    outcome_id = declared(database, ben)
    uses(database, ben, 36 * M)
    draft = RequestDraft(tokens(15 * M), None, outcome_id, "load test rerun")
    page = budget_requests.request(database, NOW, ben, draft)
    assert [one.name for one in page.approvers] == ["Ana Tester"]
    (claim,) = due(database, budget_notices.BUDGET_REQUEST)
    post = budget_notices.compose_request(database, claim)
    assert post is not None
    assert post.channel_id == "U0ANA"
    card = post.page
    assert isinstance(card, RequestCard)
    assert (card.person.name, card.request.asked) == ("Ben Tester", tokens(15 * M))
    assert (card.band_without, card.band_with) == (Band.AT_RISK, Band.ON_PACE)


def test_a_repeated_request_is_the_first(database: Database, ben: Speaker) -> None:
    first, again = (
        budget_requests.request(database, NOW, ben, asking(M), "view:V1") for _ in range(2)
    )
    assert first.request == again.request
    assert len(budgets.own_budget(database, NOW, ben).requests) == 1


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        pytest.param(5 * M, RequestState.APPROVED, id="at exactly the limit"),
        pytest.param(5 * M + 1, RequestState.WAITING, id="one token more"),
    ],
)
def test_the_team_s_limit_approves_what_is_within_it(
    database: Database, asked: int, state: RequestState
) -> None:
    with_terms(database, auto_approve=5 * M)
    ben = introduce(database, "ben")
    page = budget_requests.request(database, NOW, ben, asking(asked))
    assert page.request.state is state
    assert left(database, ben) == 40 * M + (asked if page.is_approved else 0)
    if page.is_approved:
        assert page.grant is not None
        assert page.grant.approver_id is None
        assert "budget.auto_approved" in actions(database, page.request.label)


def test_the_limit_approves_nothing_that_the_pool_has_not(database: Database) -> None:
    with_terms(database, auto_approve=5 * M, pool=240 * M)
    ben = introduce(database, "ben")
    page = budget_requests.request(database, NOW, ben, asking(M))
    assert page.request.state is RequestState.WAITING


def test_the_limit_is_for_all_requests_of_a_person_in_a_period(database: Database) -> None:
    with_terms(database, auto_approve=5 * M)
    ben, chi = introduce(database, "ben"), introduce(database, "chi")
    asked = [(ben, 3 * M), (ben, 2 * M), (ben, 1), (chi, 5 * M)]
    found = [budget_requests.request(database, NOW, who, asking(n)).is_approved for who, n in asked]
    assert found == [True, True, False, True]
    december = NOW + timedelta(days=14)
    assert budget_requests.request(database, december, ben, asking(5 * M)).is_approved


# Deciding


def test_an_approval_grants_and_tells_and_changes_the_card(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    (asking_claim,) = due(database, budget_notices.BUDGET_REQUEST)
    posted(database, asking_claim)
    page = budget_requests.approve(database, NOW, ana, request_id)
    assert page.grant is not None
    assert (page.grant.requester_id, page.grant.approver_id) == (ben.person.id, ana.person.id)
    assert left(database, ben) == 55 * M
    with database.writing() as session:
        claims = deliveries.claim_due(session, NOW, LEASE, limit=50)
    composed = {
        budget_notices.BUDGET_REQUEST_SETTLED: budget_notices.compose_request_settled,
        budget_notices.BUDGET_DECIDED: budget_notices.compose_decided,
    }
    posts = {one.kind: composed[one.kind](database, one) for one in claims}
    settled = posts[budget_notices.BUDGET_REQUEST_SETTLED]
    told = posts[budget_notices.BUDGET_DECIDED]
    assert settled is not None
    assert told is not None
    assert (settled.channel_id, settled.replaces_ts) == ("D0ANA", "1.5")
    assert isinstance(settled.page, RequestCard)
    assert not settled.page.waits_for_lead
    assert settled.page.decider == ana.person
    assert told.channel_id == "U0BEN"
    assert isinstance(told.page, RequestDecided)
    assert told.page.grant == page.grant
    assert actions(database, f"R-{request_id}") == ["budget.requested", "budget.approved"]


def test_a_card_under_way_is_changed_once_it_stands(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    (asking_claim,) = due(database, budget_notices.BUDGET_REQUEST)
    budget_requests.approve(database, NOW, ana, request_id)
    (settling,) = due(database, budget_notices.BUDGET_REQUEST_SETTLED)
    with pytest.raises(NotYet):
        budget_notices.compose_request_settled(database, settling)
    assert budget_notices.compose_request(database, asking_claim) is None


def test_a_request_in_the_unit_of_before_is_not_reckoned_in_the_new_one(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    requested(database, ben, 500 * M)
    in_usd = TermsDraft(BudgetUnit.USD, BudgetPeriod.MONTH, Amount(0, BudgetUnit.USD))
    context = FormContext(team_id=introduce(database, "ana").team.id)
    budget_setup.set_terms(database, NOW, ana, context, in_usd)
    (card,) = request_cards.waiting_for(database, NOW, ana)
    assert (card.band_without, card.band_with, card.pool_left) == (None, None, None)
    assert "in another unit now" in str(render(card))


def test_two_changes_of_a_card_follow_each_other(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    (asking_claim,) = due(database, budget_notices.BUDGET_REQUEST)
    posted(database, asking_claim)
    budget_requests.approve(database, NOW, ana, request_id)
    budget_moves.undo(database, NOW + SECOND, ana)
    first, second = due(database, budget_notices.BUDGET_REQUEST_SETTLED)
    with pytest.raises(NotYet):
        budget_notices.compose_request_settled(database, second)
    post = budget_notices.compose_request_settled(database, first)
    assert post is not None
    posted(database, first)
    assert budget_notices.compose_request_settled(database, second) == post


def test_an_offer_is_granted_once_it_is_accepted(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    friday = NOW.date() + timedelta(days=2)
    page = budget_requests.counter(database, NOW, ana, request_id, tokens(8 * M), friday, "half")
    assert page.grant is None
    assert left(database, ben) == 40 * M
    with pytest.raises(NotAllowed, match="countered already"):
        budget_requests.approve(database, NOW, ana, request_id)
    given = budget_requests.accept(database, NOW, ben, request_id).grant
    assert given is not None
    assert (given.amount, given.last_day, given.approver_id) == (8 * M, friday, ana.person.id)
    assert left(database, ben) == 48 * M


def test_an_offer_that_is_withdrawn_grants_nothing(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    budget_requests.counter(database, NOW, ana, request_id, tokens(8 * M), None, "")
    budget_requests.withdraw(database, NOW, ben, request_id)
    with pytest.raises(NotAllowed, match="withdrawn already"):
        budget_requests.accept(database, NOW, ben, request_id)
    assert left(database, ben) == 40 * M


@pytest.mark.parametrize("was_admin", [True, False])
def test_an_offer_ends_with_the_lead_who_made_it_unless_an_admin_did(
    database: Database, ana: Speaker, ben: Speaker, was_admin: bool
) -> None:
    request_id = requested(database, ben)
    chi = introduce(database, "chi")
    offerer = replace(chi, is_admin=True) if was_admin else ana
    budget_requests.counter(database, NOW, offerer, request_id, tokens(M), None, "")
    with database.writing() as session:
        at_home = people.home_members_of(session, ben.team.id)
        draft = people.TeamDraft("Payments", "T0LIVE", "C0PAY", "Europe/Berlin")
        people.save_team(session, draft, [ben.person.id], at_home, NOW)
    if was_admin:
        assert budget_requests.accept(database, NOW, ben, request_id).grant is not None
        return
    with pytest.raises(Refusal, match="leads Payments no more"):
        budget_requests.accept(database, NOW, ben, request_id)


def test_a_decline_says_why(database: Database, ana: Speaker, ben: Speaker) -> None:
    request_id = requested(database, ben)
    page = budget_requests.decline(database, NOW, ana, request_id, "x" * 3_000)
    assert len(page.request.decision_reason) == 500
    assert left(database, ben) == 40 * M
    (told,) = due(database, budget_notices.BUDGET_DECIDED)
    post = budget_notices.compose_decided(database, told)
    assert post is not None
    assert isinstance(post.page, RequestDecided)
    assert post.page.decider == ana.person


def test_what_was_decided_since_is_told_in_its_place(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    budget_requests.counter(database, NOW, ana, request_id, tokens(8 * M), None, "")
    budget_requests.accept(database, NOW + SECOND, ben, request_id)
    claims = due(database, budget_notices.BUDGET_DECIDED)
    told = [budget_notices.compose_decided(database, one) for one in claims]
    assert [post is not None for post in told] == [False, True]


def test_an_approval_beyond_the_pool_changes_nothing(database: Database) -> None:
    with_terms(database, pool=250 * M)
    ana, ben = introduce(database, "ana"), introduce(database, "ben")
    request_id = requested(database, ben)
    with pytest.raises(Refusal, match="10M tokens left"):
        budget_requests.approve(database, NOW, ana, request_id)
    assert state_of(database, ben, request_id) is RequestState.WAITING
    assert left(database, ben) == 40 * M
    assert actions(database, f"R-{request_id}") == ["budget.requested"]


def test_an_approval_for_days_that_are_past_is_refused(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    today = RequestDraft(tokens(M), NOW.date())
    asked = budget_requests.request(database, NOW, ben, today).request
    with pytest.raises(Refusal, match="are past"):
        budget_requests.approve(database, NOW + timedelta(days=1), ana, asked.id)


def test_an_offer_in_the_other_unit_is_refused(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    dollars = Amount(10**9, BudgetUnit.USD)
    with pytest.raises(NotAllowed, match="offer tokens, such as 8M"):
        budget_requests.counter(database, NOW, ana, request_id, dollars, None, "")


def test_an_approval_that_is_undone_waits_again(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    budget_requests.approve(database, NOW, ana, request_id)
    budget_moves.undo(database, NOW + SECOND, ana)
    assert left(database, ben) == 40 * M
    assert state_of(database, ben, request_id) is RequestState.WAITING
    budget_requests.approve(database, NOW + 2 * SECOND, ana, request_id)
    assert left(database, ben) == 55 * M


def test_a_grant_is_told_to_the_person_and_so_is_its_end(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    given = grants.grant(database, NOW, ana, named("ben"), asking(10 * M)).grant
    (told,) = due(database, budget_notices.BUDGET_GRANT)
    post = budget_notices.compose_grant(database, told)
    assert post is not None
    assert isinstance(post.page, GrantNotice)
    assert (post.channel_id, post.page.lead, post.page.is_voided) == ("U0BEN", ana.person, False)
    posted(database, told)
    grants.void(database, NOW, ana, given.id, "wrong person")
    (taken,) = due(database, budget_notices.BUDGET_GRANT)
    post = budget_notices.compose_grant(database, taken)
    assert post is not None
    assert isinstance(post.page, GrantNotice)
    assert (post.page.is_voided, post.page.void_reason) == (True, "wrong person")


def test_the_waiting_requests_of_others_stand_before_a_lead(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    first, _own = requested(database, ben), requested(database, ana)
    assert [one.request.id for one in request_cards.waiting_for(database, NOW, ana)] == [first]
    assert request_cards.waiting_for(database, NOW, ben) == ()


# Races


def outcome_of(press: Callable[[], Decided]) -> str:
    try:
        return str(press().request.state)
    except (NotAllowed, Refusal):
        return "refused"


def count_of_grants(database: Database, who: Speaker) -> int:
    with database.reading() as session:
        held = stored.grants_of(session, who.team.id, [who.person.id], BudgetUnit.TOKENS)
    return sum(one.requester_id == who.person.id for one in held[who.person.id])


def at_once(presses: list[Callable[[], Decided]]) -> list[str]:
    together = Barrier(len(presses))

    def press(one: Callable[[], Decided]) -> str:
        together.wait()
        return outcome_of(one)

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def test_fifty_approvals_at_once_grant_once(database: Database, ana: Speaker, ben: Speaker) -> None:
    request_id = requested(database, ben)
    found = at_once([lambda: budget_requests.approve(database, NOW, ana, request_id)] * 50)
    assert sorted(found) == ["approved"] + ["refused"] * 49
    assert count_of_grants(database, ben) == 1
    assert left(database, ben) == 55 * M


def test_everything_pressed_at_once_leaves_one_decision(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    request_id = requested(database, ben)
    presses: list[Callable[[], Decided]] = [
        lambda: budget_requests.approve(database, NOW, ana, request_id),
        lambda: budget_requests.decline(database, NOW, ana, request_id, "no"),
        lambda: budget_requests.counter(database, NOW, ana, request_id, tokens(M), None, ""),
        lambda: budget_requests.withdraw(database, NOW, ben, request_id),
    ]
    found = at_once(presses * 4)
    decided = [one for one in found if one != "refused"]
    # Of a counter-offer the person may still withdraw; everything else ends it.
    assert decided == decided[:1] or sorted(decided) == ["countered", "withdrawn"]
    assert count_of_grants(database, ben) == (decided == ["approved"])


def test_the_last_of_the_pool_goes_to_one_of_many_requests(database: Database) -> None:
    with_terms(database, pool=250 * M)
    ana = introduce(database, "ana")
    people = [introduce(database, name) for name in ("ben", "chi", "dee", "eli")]
    ids = [requested(database, one, 10 * M) for one in people]

    def approval(request_id: int) -> Callable[[], Decided]:
        return lambda: budget_requests.approve(database, NOW, ana, request_id)

    found = at_once([approval(one) for one in ids])
    assert sorted(found) == ["approved", "refused", "refused", "refused"]
    assert budgets.team_budgets(database, NOW, ana).pool_left == tokens(0)


def test_a_first_look_of_many_gives_the_base_once(database: Database, ben: Speaker) -> None:
    december = NOW + timedelta(days=14)
    together = Barrier(8)

    def look(_: int) -> int:
        together.wait()
        return budgets.own_budget(database, december, ben).balance.left

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(8))) == {40 * M}


def test_moves_at_once_never_spend_the_same_twice(database: Database, ben: Speaker) -> None:
    ids = [declared(database, ben, f"Outcome {n}") for n in range(8)]
    together = Barrier(8)

    def move(outcome_id: int) -> bool:
        together.wait()
        try:
            budget_moves.move(database, NOW, ben, tokens(15 * M), None, outcome_id)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(move, ids)) == 2
    assert left(database, ben) == 40 * M
