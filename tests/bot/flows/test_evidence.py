"""GitHub as a witness: what it says stands on the card, and a revert later is a lead's to decide."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from bot.flows import evidence, outcome_steps, outcomes, reviews
from bot.flows.calls import Called
from bot.flows.people import Speaker
from bot.flows.posts import Post
from bot.flows.refusals import Refusal
from connectors.github import GitHub
from messages.pages.evidence import RevertProposed
from messages.pages.outcomes import VerificationCard
from policies.outcomes import NotAllowed, OutcomeDraft, OutcomeState
from storage import audit, deliveries
from storage import evidence as stored
from storage import outcomes as stored_outcomes
from storage.database import Database
from storage.deliveries import Claim
from tests.bot.seeded import introduce, payments
from tests.connectors.outside import (
    CLOSED_AT,
    FAULTS,
    GITHUB_TOKEN,
    FakeGitHub,
    Outside,
    Said,
    mention,
    merged_pull,
    pull,
)

NOW = datetime.fromisoformat("2026-11-23T09:30:00Z")
MERGED = "GitHub: merged on 2026-11-20, before the outcome was declared"
DECISIONS = ("outcome.kept", "outcome.reverted")
Decide = Callable[[Database, datetime, Speaker, int], object]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def fake() -> FakeGitHub:
    return FakeGitHub({12: pull(12)})


@pytest.fixture
def server(fake: FakeGitHub) -> Iterator[Outside]:
    outside = Outside(fake)
    with outside.running():
        yield outside


@pytest.fixture
def github(server: Outside) -> Iterator[GitHub]:
    github = GitHub.at(f"{server.url}/api/v3", GITHUB_TOKEN)
    yield github
    github.close()


@pytest.fixture
def outcome_id(database: Database, server: Outside) -> int:
    """Ben's, claimed with pull request 12."""
    payments(database)
    return claimed(database, f"{server.url}/shop/checkout/pull/12")


def claimed(database: Database, link: str, at: datetime = NOW) -> int:
    ben = introduce(database, "ben")
    outcome_id = outcomes.declare(database, at, ben, OutcomeDraft("Cut p95")).outcome.id
    outcomes.claim(database, at, ben, outcome_id, link)
    return outcome_id


def verify(database: Database, outcome_id: int) -> None:
    reviews.verify(database, NOW, introduce(database, "chi"), outcome_id)


def ask(database: Database, github: GitHub, at: datetime = NOW) -> Called | None:
    return evidence.check_next(database, at, github=github)


def reasons(database: Database, outcome_id: int) -> list[str]:
    with database.reading() as session:
        events = stored_outcomes.events_of(session, outcome_id)
    return [one.reason for one in events if one.change == "evidence"]


def due(database: Database, kind: str, at: datetime = NOW) -> list[Claim]:
    """Everything of a kind that is to be posted, taken."""
    with database.writing() as session:
        claims = deliveries.claim_due(session, at + DAY, MINUTE, limit=100)
    return [one for one in claims if one.kind == kind]


def confirm(database: Database, claim: Claim, post: Post | None) -> None:
    assert post is not None
    with database.writing() as session:
        deliveries.confirm(session, claim, f"D{claim.id}", f"{claim.id}.0", NOW)


def state_of(database: Database, outcome_id: int) -> OutcomeState:
    with database.reading() as session:
        found = stored_outcomes.outcome_of(session, outcome_id)
    assert found is not None
    return found.state


def proposed(database: Database, fake: FakeGitHub, github: GitHub, outcome_id: int) -> Claim:
    """The outcome, verified and then reverted on GitHub: the delivery that asks its lead."""
    fake.pulls[12] = merged_pull(12)
    ask(database, github)
    verify(database, outcome_id)
    fake.pulls[14] = merged_pull(14, merged_at=CLOSED_AT)
    fake.timelines[12] = [mention(14, "Reverts #12")]
    ask(database, github, NOW + DAY)
    (asked,) = due(database, evidence.REVERT_PROPOSED, NOW + DAY)
    confirm(database, asked, evidence.compose_revert_proposed(database, asked))
    return asked


def test_what_github_says_of_a_claim_is_an_event_of_its_owner_and_stands_on_the_card(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    (card,) = due(database, reviews.VERIFICATION)
    confirm(database, card, reviews.compose_verification(database, card))
    assert ask(database, github) == Called(f"O-{outcome_id}")
    fake.pulls[12] = merged_pull(12)
    assert ask(database, github, NOW + HOUR) == Called(f"O-{outcome_id}")
    assert reasons(database, outcome_id) == [
        "GitHub: not merged yet",
        MERGED,
    ]
    drawn = due(database, outcome_steps.VERIFICATION_SETTLED)
    assert len(drawn) == 2
    confirm(database, drawn[0], reviews.compose_verification_settled(database, drawn[0]))
    post = reviews.compose_verification_settled(database, drawn[-1])
    assert post is not None
    assert post.replaces_ts == f"{card.id}.0"
    assert isinstance(post.page, VerificationCard)
    assert post.page.evidence == MERGED
    with database.reading() as session:
        entries = audit.entries_about(session, f"O-{outcome_id}")
    assert [(e.actor_id, dict(e.details)) for e in entries if e.action == "outcome.evidence"] == [
        (None, {"finding": "open"}),
        (None, {"finding": "merged"}),
    ]


def test_a_merge_after_the_declaration_is_said_without_more(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    fake.pulls[12] = merged_pull(12, merged_at="2026-11-23T23:30:00Z")
    ask(database, github, NOW + DAY)
    assert reasons(database, outcome_id) == ["GitHub: merged on 2026-11-24"]  # in Berlin


def test_what_is_no_news_is_no_event(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    fake.pulls[12] = merged_pull(12)
    for hours in range(0, 24 * 4, 24):
        assert ask(database, github, NOW + hours * HOUR) is not None
    assert reasons(database, outcome_id) == [MERGED]


def test_github_is_asked_once_a_time_and_not_about_other_links(
    database: Database, github: GitHub, server: Outside, outcome_id: int
) -> None:
    claimed(database, "https://github.com/shop/checkout/pull/13")
    claimed(database, f"{server.url}/shop/checkout/issues/13")
    assert ask(database, github) is not None
    asked = len(server.asked)
    assert ask(database, github) is None
    assert ask(database, github, NOW + HOUR - MINUTE) is None
    assert len(server.asked) == asked


def test_an_outcome_that_is_settled_is_not_asked_about(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    ask(database, github)
    outcomes.drop(database, NOW, introduce(database, "ben"), outcome_id, "no need")
    assert ask(database, github, NOW + DAY) is None


def test_a_claim_that_is_made_anew_is_looked_at_anew(
    database: Database, github: GitHub, server: Outside, outcome_id: int
) -> None:
    ask(database, github)
    reviews.reject(database, NOW, introduce(database, "chi"), outcome_id, "not merged")
    ben, link = introduce(database, "ben"), f"{server.url}/shop/checkout/pull/12"
    outcomes.claim(database, NOW + MINUTE, ben, outcome_id, link)
    assert ask(database, github, NOW + MINUTE) is not None
    assert reasons(database, outcome_id) == ["GitHub: not merged yet"] * 2


@pytest.mark.parametrize(
    ("fault", "minutes"),
    [
        ("a failure", [5, 10, 20, 40, 80, 160, 320, 360, 360]),
        ("another shape", [5, 10]),
        ("a refused credential", [60, 60]),
    ],
)
def test_a_fault_changes_nothing_and_is_tried_ever_later(
    database: Database, github: GitHub, server: Outside, outcome_id: int,
    fault: str, minutes: list[int],
) -> None:  # fmt: skip
    server.fail(FAULTS[fault])
    now = NOW
    for wait in minutes:
        called = ask(database, github, now)
        assert called is not None
        assert called.failure is not None
        assert ask(database, github, now + wait * MINUTE - timedelta(seconds=1)) is None
        now += wait * MINUTE
    assert reasons(database, outcome_id) == []
    server.fail(None)
    assert ask(database, github, now) == Called(f"O-{outcome_id}")


def test_a_rate_limit_holds_for_every_outcome(
    database: Database, github: GitHub, server: Outside, outcome_id: int
) -> None:
    claimed(database, f"{server.url}/shop/checkout/pull/13")
    server.fail(FAULTS["a rate limit"])
    called = ask(database, github)
    assert called is not None
    assert called.ends_the_minute
    assert ask(database, github, NOW + timedelta(seconds=6)) is None
    server.fail(None)
    assert ask(database, github, NOW + timedelta(seconds=7)) is not None
    assert ask(database, github, NOW + timedelta(seconds=7)) is not None


@pytest.mark.parametrize("fault", ["nothing there", "a missing right"])
def test_a_pull_request_that_the_token_may_not_see_is_said_so_unless_it_was_seen(
    database: Database, github: GitHub, server: Outside, outcome_id: int, fault: str
) -> None:
    server.fail(FAULTS[fault])
    ask(database, github)
    unseen = "GitHub: it does not show this pull request to Mileage"
    assert reasons(database, outcome_id) == [unseen]
    server.fail(None)
    ask(database, github, NOW + DAY)
    server.fail(FAULTS[fault])
    ask(database, github, NOW + 2 * DAY)
    assert reasons(database, outcome_id) == [unseen, "GitHub: not merged yet"]


def test_a_check_whose_replica_died_is_taken_up_by_another(
    database: Database, github: GitHub, outcome_id: int
) -> None:
    with database.writing() as session:
        for one in stored.unchecked(session, github.web_host):
            stored.begin(session, one, NOW)
        dead = stored.claim_due(session, NOW, evidence.LEASE)
    assert ask(database, github) is None
    assert ask(database, github, NOW + evidence.LEASE) is not None
    assert dead is not None
    with database.writing() as session:
        assert not stored.settle(session, dead, "merged", "merged on 2026-01-01", None)


# After the verification


def test_a_revert_after_the_verification_asks_each_lead_once_and_changes_nothing(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    claim = proposed(database, fake, github, outcome_id)
    post = evidence.compose_revert_proposed(database, claim)
    assert post is not None
    assert post.channel_id == "U0ANA"
    assert isinstance(post.page, RevertProposed)
    assert post.page.finding == "GitHub: reverted by shop/checkout#14 on 2026-11-21"
    assert post.page.waits
    assert state_of(database, outcome_id) is OutcomeState.VERIFIED
    ask(database, github, NOW + 2 * DAY)
    assert due(database, evidence.REVERT_PROPOSED, NOW + 2 * DAY) == []


def test_a_closure_after_the_verification_asks_as_well(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    ask(database, github)
    verify(database, outcome_id)
    fake.pulls[12] = pull(12, state="closed", closed_at=CLOSED_AT)
    ask(database, github, NOW + DAY)
    (claim,) = due(database, evidence.REVERT_PROPOSED, NOW + DAY)
    post = evidence.compose_revert_proposed(database, claim)
    assert post is not None
    assert isinstance(post.page, RevertProposed)
    assert post.page.finding == "GitHub: closed without being merged on 2026-11-21"


def test_what_was_closed_before_it_was_claimed_is_the_verifiers_to_judge(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    fake.pulls[12] = pull(12, state="closed", closed_at=CLOSED_AT)
    ask(database, github)
    assert due(database, evidence.REVERT_PROPOSED) == []


def test_a_lead_marks_it_as_reverted_and_the_message_says_so(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    proposed(database, fake, github, outcome_id)
    ana = introduce(database, "ana")
    evidence.mark_reverted(database, NOW + DAY, ana, outcome_id)
    assert state_of(database, outcome_id) is OutcomeState.REVERTED
    with database.reading() as session:
        last = stored_outcomes.events_of(session, outcome_id)[-1]
    assert (last.actor_id, last.reason) == (
        ana.person.id,
        "GitHub: reverted by shop/checkout#14 on 2026-11-21",
    )
    (settled,) = due(database, evidence.REVERT_SETTLED, NOW + DAY)
    post = evidence.compose_revert_settled(database, settled)
    assert post is not None
    assert isinstance(post.page, RevertProposed)
    assert not post.page.waits
    for decide in (evidence.mark_reverted, evidence.keep):
        with pytest.raises(NotAllowed, match="reverted already"):
            decide(database, NOW + DAY, ana, outcome_id)


def test_a_lead_keeps_it_and_nobody_decides_twice(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    proposed(database, fake, github, outcome_id)
    ana = introduce(database, "ana")
    evidence.keep(database, NOW + DAY, ana, outcome_id)
    assert state_of(database, outcome_id) is OutcomeState.VERIFIED
    (settled,) = due(database, evidence.REVERT_SETTLED, NOW + DAY)
    post = evidence.compose_revert_settled(database, settled)
    assert post is not None
    assert isinstance(post.page, RevertProposed)
    assert post.page.kept_by == ana.person
    for decide in (evidence.mark_reverted, evidence.keep):
        with pytest.raises(NotAllowed, match="kept O-1 already"):
            decide(database, NOW + DAY, ana, outcome_id)
    with database.reading() as session:
        entries = audit.entries_about(session, f"O-{outcome_id}")
    assert [one.action for one in entries].count("outcome.kept") == 1


def test_fifty_presses_at_once_decide_it_once(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int
) -> None:
    proposed(database, fake, github, outcome_id)
    ana = introduce(database, "ana")
    start = Barrier(10)

    def press(number: int) -> bool:
        start.wait()
        decide = evidence.keep if number % 2 else evidence.mark_reverted
        try:
            decide(database, NOW + DAY, ana, outcome_id)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(press, range(50))) == 1
    with database.reading() as session:
        entries = audit.entries_about(session, f"O-{outcome_id}")
    decisions = [one.action for one in entries if one.action in DECISIONS]
    assert len(decisions) == 1
    is_kept = decisions == ["outcome.kept"]
    assert (state_of(database, outcome_id) is OutcomeState.VERIFIED) is is_kept


def test_replicas_that_look_at_once_find_it_once(
    database: Database, github: GitHub, server: Outside, outcome_id: int
) -> None:
    start = Barrier(6)

    def look(_: int) -> bool:
        start.wait()
        return ask(database, github) is not None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(look, range(6))) == 1
    assert reasons(database, outcome_id) == ["GitHub: not merged yet"]
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("who", "may_mark", "may_keep"),
    [
        ("ana", True, True),  # a lead
        ("ben", True, False),  # the owner takes their own back, but does not keep it
        ("chi", False, False),  # a colleague
        ("new", False, False),  # of no team
    ],
)
def test_who_may_decide(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int,
    who: str, may_mark: bool, may_keep: bool,
) -> None:  # fmt: skip
    proposed(database, fake, github, outcome_id)
    for decide, may in ((evidence.keep, may_keep), (evidence.mark_reverted, may_mark)):
        if decide is evidence.mark_reverted and may_keep:
            continue  # kept already
        if may:
            decide(database, NOW + DAY, introduce(database, who), outcome_id)
        else:
            with pytest.raises((NotAllowed, Refusal)):
                decide(database, NOW + DAY, introduce(database, who), outcome_id)


@pytest.mark.parametrize("who", ["chi", "new"])
@pytest.mark.parametrize("decide", [evidence.mark_reverted, evidence.keep])
def test_a_forged_decision_is_audited(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int,
    decide: Decide, who: str,
) -> None:  # fmt: skip
    proposed(database, fake, github, outcome_id)
    forger = introduce(database, who)
    with pytest.raises((NotAllowed, Refusal)):
        decide(database, NOW + DAY, forger, outcome_id)
    with database.reading() as session:
        last = audit.entries_about(session, f"O-{outcome_id}")[-1]
    assert (last.action, last.actor_id) == ("outcome.refused", forger.person.id)


@pytest.mark.parametrize("decide", [evidence.mark_reverted, evidence.keep])
def test_a_forged_button_decides_nothing_where_nothing_was_found(
    database: Database, github: GitHub, fake: FakeGitHub, outcome_id: int, decide: object
) -> None:
    fake.pulls[12] = merged_pull(12)
    ask(database, github)
    verify(database, outcome_id)
    for choose in (evidence.mark_reverted, evidence.keep):
        with pytest.raises(NotAllowed, match="Nothing speaks against"):
            choose(database, NOW, introduce(database, "ana"), outcome_id)
        with pytest.raises(Refusal):
            choose(database, NOW, introduce(database, "ana"), 999)


def test_a_slow_answer_about_an_outcome_dropped_meanwhile_is_only_an_event(
    database: Database, github: GitHub, server: Outside, fake: FakeGitHub, outcome_id: int
) -> None:
    def answer(asked: object) -> Said:
        outcomes.drop(database, NOW, introduce(database, "ben"), outcome_id, "no need")
        server.answer = fake
        return Said(200, pull(12, state="closed", closed_at=CLOSED_AT))

    server.answer = answer
    ask(database, github)
    assert state_of(database, outcome_id) is OutcomeState.DROPPED
    assert due(database, evidence.REVERT_PROPOSED) == []
