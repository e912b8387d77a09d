"""A person's limit on its way to systems that enforce it: it arrives as it is then, or the card says why not."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, event
from sqlmodel import update

from bot.flows import budget_notices, budget_requests, budget_setup, grants, limit_sends
from bot.flows.calls import Called
from connectors.limits import TARGETS, LimitTarget
from connectors.services import Failure
from messages.metadata import FormContext
from messages.pages.budgets import RequestCard
from policies.amounts import Amount, BudgetUnit
from policies.budget_requests import RequestDraft, TermsDraft
from policies.budgets import BudgetPeriod
from policies.usage import NANOS_PER_USD
from storage import audit, limit_pushes
from storage.budget_requests import request_of
from storage.database import Database
from storage.limit_pushes import PushState
from storage.tables import GrantRow, PersonRow
from tests.bot.budgeted import NOW, another_team, asking, named, uses, with_terms
from tests.bot.seeded import introduce, payments
from tests.connectors.outside import FAULTS, LITELLM_KEY, FakeLiteLlm, Outside
from tests.storage.pushes import pushes_of

MINUTE = timedelta(minutes=1)
TARGET = "litellm"
BEN = "ben@example.com"


def usd_terms(
    database: Database, base: int, period: BudgetPeriod = BudgetPeriod.MONTH, at: datetime = NOW
) -> None:
    team = payments(database)
    draft = TermsDraft(BudgetUnit.USD, period, usd(base))
    context = FormContext(team_id=team.id)
    budget_setup.set_terms(database, at, introduce(database, "ana"), context, draft)


def usd(dollars: int) -> Amount:
    return Amount(dollars * NANOS_PER_USD, BudgetUnit.USD)


@pytest.fixture
def proxy() -> FakeLiteLlm:
    return FakeLiteLlm({"u-ben": {"user_email": BEN}})


@pytest.fixture
def server(proxy: FakeLiteLlm) -> Iterator[Outside]:
    outside = Outside(proxy)
    with outside.running():
        yield outside


@pytest.fixture
def target(server: Outside) -> Iterator[LimitTarget]:
    target = TARGETS[TARGET].connect(server.url, LITELLM_KEY, None)
    yield target
    target.close()


@pytest.fixture
def ben_id(database: Database) -> int:
    """Of Payments, which keeps budgets of $40 a month; nothing of it was sent anywhere."""
    usd_terms(database, base=40)
    return introduce(database, "ben").person.id


def grant(database: Database, dollars: int, who: str = "ben", at: datetime = NOW) -> int:
    draft = RequestDraft(usd(dollars))
    return grants.grant(database, at, introduce(database, "ana"), named(who), draft).grant.id


def send(database: Database, target: LimitTarget, at: datetime = NOW) -> Called | None:
    return limit_sends.send_next(database, at, name=TARGET, target=target)


def asked_and_approved(database: Database) -> int:
    """A request of ben's that ana approved, with its card posted; returns its id."""
    ben, ana = introduce(database, "ben"), introduce(database, "ana")
    asked = budget_requests.request(database, NOW, ben, RequestDraft(usd(10)))
    budget_requests.approve(database, NOW, ana, asked.request.id)
    return asked.request.id


def card(database: Database, request_id: int) -> RequestCard:
    with database.reading() as session:
        request = request_of(session, request_id)
        assert request is not None
        found = budget_notices.request_card(session, request, NOW)
    assert found is not None
    return found


def test_a_granted_limit_arrives_and_counts_all_that_the_period_offers(
    database: Database, ben_id: int, target: LimitTarget, proxy: FakeLiteLlm
) -> None:
    uses(database, introduce(database, "ben"), 5_000_000)
    grant(database, 10)
    called = send(database, target)
    assert called is not None
    assert called.failure is None
    assert proxy.users["u-ben"]["max_budget"] == 50
    assert send(database, target) is None
    with database.reading() as session:
        entries = audit.entries_about(session, called.subject)
    assert [(one.action, dict(one.details)) for one in entries] == [
        ("limit.sent", {"person": ben_id, "target": TARGET})
    ]


def test_a_grant_opens_a_limit_that_was_exceeded(
    database: Database, ben_id: int, target: LimitTarget, proxy: FakeLiteLlm
) -> None:
    uses(database, introduce(database, "ben"), 60_000_000, NOW - timedelta(days=3))
    grant(database, 10)
    assert send(database, target) is not None
    assert proxy.users["u-ben"]["max_budget"] == 70


def test_several_changes_are_sent_as_one_and_a_void_lowers_the_limit(
    database: Database, ben_id: int, target: LimitTarget, server: Outside, proxy: FakeLiteLlm
) -> None:
    grant(database, 10)
    last = grant(database, 5, at=NOW + MINUTE)
    grants.void(database, NOW + 2 * MINUTE, introduce(database, "ana"), last, "a mistake")
    assert send(database, target, NOW + 2 * MINUTE) is not None
    assert send(database, target, NOW + 2 * MINUTE) is None
    assert proxy.users["u-ben"]["max_budget"] == 50
    assert sum(asked.path == "/user/update" for asked in server.asked) == 1
    assert {one.state for one in pushes_of(database, ben_id)} == {PushState.SENT}


def test_a_team_that_reckons_in_tokens_sends_nothing(
    database: Database, target: LimitTarget
) -> None:
    with_terms(database)
    ana = introduce(database, "ana")
    grants.grant(database, NOW, ana, named("ben"), asking(1_000_000))
    assert send(database, target) is None
    assert limit_sends.note_unpushed(database, NOW, targets=[TARGET]) == 0


def test_a_failure_stands_on_the_card_until_the_limit_has_arrived(
    database: Database, ben_id: int, target: LimitTarget, server: Outside, proxy: FakeLiteLlm
) -> None:
    request_id = asked_and_approved(database)
    assert card(database, request_id).push_note == ""
    server.fail(FAULTS["a missing right"], times=1)
    called = send(database, target)
    assert called is not None
    assert called.failure == Failure("LiteLLM does not allow it: 403", status=403)
    assert card(database, request_id).push_note == (
        "The new limit did not reach LiteLLM. LiteLLM does not allow it: 403. "
        "It is tried again at 14:00."
    )
    assert send(database, target, NOW + 59 * MINUTE) is None
    assert send(database, target, NOW + 60 * MINUTE) is not None
    assert card(database, request_id).push_note == ""
    assert proxy.users["u-ben"]["max_budget"] == 50


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        ("a failure", [1, 2, 4, 8, 16, 32, 60, 60]),
        ("not JSON", [1, 2, 4]),
        ("a refused credential", [60, 60]),
        ("nothing there", [60, 60]),
    ],
)
def test_a_failure_is_tried_again_ever_later(
    database: Database, ben_id: int, target: LimitTarget, server: Outside, fault: str, waits: list[int]
) -> None:  # fmt: skip
    grant(database, 10)
    server.fail(FAULTS[fault])
    now = NOW
    for wait in waits:
        assert send(database, target, now) is not None
        assert send(database, target, now + wait * MINUTE - timedelta(seconds=1)) is None
        now += wait * MINUTE


def test_a_system_that_asks_to_wait_is_left_alone_by_everybody(
    database: Database, ben_id: int, target: LimitTarget, server: Outside
) -> None:
    grant(database, 10)
    grant(database, 10, who="chi")
    server.fail(FAULTS["a rate limit"])
    called = send(database, target)
    assert called is not None
    assert called.ends_the_minute
    assert send(database, target, NOW + timedelta(seconds=6)) is None
    server.fail(None)
    assert send(database, target, NOW + timedelta(seconds=7)) is not None


def test_it_is_given_up_in_the_end_and_said_so(
    database: Database, target: LimitTarget, ben_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit_sends, "MOST_ATTEMPTS", 2)
    request_id = asked_and_approved(database)
    nobody = TARGETS[TARGET].connect("http://127.0.0.1:9", LITELLM_KEY, None)
    assert send(database, nobody) is not None
    assert send(database, nobody, NOW + MINUTE) is not None
    assert {one.state for one in pushes_of(database, ben_id)} == {PushState.FAILED}
    note = card(database, request_id).push_note
    assert note.endswith(
        "LiteLLM could not be reached. It is not tried again until the limit changes."
    )
    assert limit_sends.note_unpushed(database, NOW + MINUTE, targets=[TARGET]) == 5  # ben is not
    nobody.close()


def test_a_limit_that_changes_while_it_is_sent_is_sent_again(
    database: Database, ben_id: int, target: LimitTarget, proxy: FakeLiteLlm
) -> None:
    class Slow:
        def set_limit(self, email: str, limit_nusd: int) -> Failure | None:
            if limit_nusd == usd(50).value:
                grant(database, 5, at=NOW + MINUTE)
                assert send(database, target, NOW + MINUTE) is not None  # another replica
                assert proxy.users["u-ben"]["max_budget"] == 55
            return target.set_limit(email, limit_nusd)

        check, close = target.check, target.close

    grant(database, 10)
    assert send(database, Slow()) is not None
    assert proxy.users["u-ben"]["max_budget"] == 50
    assert send(database, target, NOW + MINUTE) is not None
    assert proxy.users["u-ben"]["max_budget"] == 55
    assert send(database, target, NOW + MINUTE) is None


def test_replicas_that_send_at_once_send_each_limit_once(
    database: Database, ben_id: int, target: LimitTarget, server: Outside, proxy: FakeLiteLlm
) -> None:
    for who in ("ben", "chi", "dee"):
        proxy.users[f"u-{who}"] = {"user_email": f"{who}@example.com"}
        grant(database, 10, who)
    start = Barrier(6)

    def replica(_: int) -> int:
        start.wait()
        return sum(1 for _ in iter(lambda: send(database, target), None))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(replica, range(6))) == 3
    assert sum(asked.path == "/user/update" for asked in server.asked) == 3
    assert {user["max_budget"] for user in proxy.users.values()} == {50}


def test_a_person_without_an_address_is_a_failure_that_is_said(
    database: Database, ben_id: int, target: LimitTarget
) -> None:
    grant(database, 10)
    with database.writing() as session:
        session.exec(update(PersonRow).values(email=None))
    called = send(database, target)
    assert called is not None
    assert called.failure is not None
    assert called.failure.reason == "Mileage knows no e-mail address of this person"


# What changes without anybody's doing


def sweep(database: Database, at: datetime, targets: tuple[str, ...] = (TARGET,)) -> int:
    return limit_sends.note_unpushed(database, at, targets=targets)


def send_all(database: Database, target: LimitTarget, at: datetime) -> None:
    while send(database, target, at) is not None:
        pass


def test_a_target_that_is_new_learns_everybodys_limit_once(
    database: Database, ben_id: int, target: LimitTarget
) -> None:
    assert sweep(database, NOW) == 6
    assert sweep(database, NOW) == 0


def test_each_team_is_looked_at_by_its_own_day(database: Database, ben_id: int) -> None:
    another_team(database, unit=BudgetUnit.USD)
    with database.writing() as session:
        session.exec(update(GrantRow).values(last_day=NOW.date()))
    assert sweep(database, NOW) == 8
    in_between = datetime.fromisoformat("2026-11-19T02:00:00Z")  # tomorrow in Berlin alone
    assert sweep(database, in_between) == 6
    assert sweep(database, in_between + timedelta(hours=4)) == 2


def test_a_look_takes_no_more_queries_for_more_teams(database: Database, ben_id: int) -> None:
    def queries() -> int:
        count = itertools.count()
        listen = lambda *_: next(count)  # noqa: E731 - an event takes a function of any arguments
        event.listen(Engine, "before_cursor_execute", listen)
        try:
            sweep(database, NOW)
        finally:
            event.remove(Engine, "before_cursor_execute", listen)
        return next(count)

    sweep(database, NOW)
    of_one_team = queries()
    another_team(database, unit=BudgetUnit.USD)
    sweep(database, NOW)
    assert queries() == of_one_team


def test_a_grant_that_ends_lowers_the_limit_on_the_day_after(
    database: Database, ben_id: int, target: LimitTarget, proxy: FakeLiteLlm
) -> None:
    sweep(database, NOW)
    draft = RequestDraft(usd(10), (NOW + timedelta(days=2)).date())
    grants.grant(database, NOW, introduce(database, "ana"), named("ben"), draft)
    send_all(database, target, NOW)
    assert proxy.users["u-ben"]["max_budget"] == 50
    assert sweep(database, NOW + timedelta(days=2)) == 0
    assert sweep(database, NOW + timedelta(days=3)) == 1
    assert sweep(database, NOW + timedelta(days=3, hours=1)) == 0
    send_all(database, target, NOW + timedelta(days=3, hours=1))
    assert proxy.users["u-ben"]["max_budget"] == 40


def test_another_base_for_the_team_is_noted_for_everybody(
    database: Database, ben_id: int, target: LimitTarget, proxy: FakeLiteLlm
) -> None:
    assert sweep(database, NOW) == 6
    usd_terms(database, base=60, at=NOW + MINUTE)
    assert sweep(database, NOW + MINUTE) == 6
    send_all(database, target, NOW + MINUTE)
    assert proxy.users["u-ben"]["max_budget"] == 60


def test_the_home_team_alone_says_what_a_persons_limit_is(
    database: Database, ben_id: int, target: LimitTarget, proxy: FakeLiteLlm
) -> None:
    sweep(database, NOW)
    send_all(database, target, NOW)
    with database.writing() as session:
        session.exec(update(PersonRow).values(home_team_id=None))
    ended = NOW + timedelta(days=13)
    assert sweep(database, ended) == 0
    with database.writing() as session:
        limit_pushes.enqueue(session, 1, ben_id, TARGET, ended)
    send_all(database, target, ended)
    assert proxy.users["u-ben"]["max_budget"] == 40
    assert pushes_of(database, ben_id)[-1].state is PushState.OFF


def test_what_was_noted_while_no_system_was_on_is_let_go(database: Database, ben_id: int) -> None:
    grant(database, 10)
    assert sweep(database, NOW, targets=()) == 0
    assert {one.state for one in pushes_of(database, ben_id)} == {PushState.OFF}
    assert sweep(database, NOW) == 6


def test_a_week_that_ends_lets_the_limit_begin_anew(
    database: Database, target: LimitTarget, proxy: FakeLiteLlm
) -> None:
    proxy.users["u-ben"] = {"user_email": BEN}
    usd_terms(database, base=40, period=BudgetPeriod.WEEK)
    grant(database, 10)
    next_monday = NOW + timedelta(days=5)
    sweep(database, NOW)
    send_all(database, target, NOW)
    assert proxy.users["u-ben"]["max_budget"] == 50
    assert sweep(database, next_monday) == 6
