"""Outcomes as flows on both engines: each owns one transaction, and audits it there."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from bot.flows import outcomes as flows
from bot.flows import reviews
from bot.flows.people import Introduction, Speaker, recognise
from bot.flows.posts import NotYet
from bot.flows.refusals import NoTeamYet, Refusal
from policies.outcomes import NotAllowed, OutcomeDraft, OutcomeState
from policies.people import SlackIdentity
from storage import audit, deliveries, outcomes
from storage.database import Database
from storage.deliveries import Claim
from storage.errors import EvidenceTaken
from storage.requests import take_request
from tests.bot.seeded import introduce, payments

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
LINK = "https://git.example.com/shop/pull/"
LEASE = timedelta(minutes=3)


@pytest.fixture
def ben(database: Database) -> Speaker:
    """A member of Payments, which ana leads."""
    payments(database)
    return introduce(database, "ben")


def declared(database: Database, who: Speaker, title: str = "Cut p95") -> int:
    return flows.declare(database, NOW, who, OutcomeDraft(title)).outcome.id


def claimed(database: Database, who: Speaker, title: str = "Cut p95") -> int:
    outcome_id = declared(database, who, title)
    flows.claim(database, NOW, who, outcome_id, f"{LINK}{outcome_id}")
    return outcome_id


def claims_due(database: Database, now: datetime = NOW) -> list[Claim]:
    with database.writing() as session:
        return deliveries.claim_due(session, now, LEASE)


def actions(database: Database, label: str) -> list[str]:
    with database.reading() as session:
        return [entry.action for entry in audit.entries_about(session, label)]


def state_of(database: Database, outcome_id: int) -> OutcomeState:
    with database.reading() as session:
        found = outcomes.outcome_of(session, outcome_id)
    assert found is not None
    return found.state


def test_an_outcome_lives_through_its_steps_each_of_them_audited(
    database: Database, ben: Speaker
) -> None:
    outcome_id = claimed(database, ben)
    reviews.verify(database, NOW, introduce(database, "chi"), outcome_id)
    assert state_of(database, outcome_id) is OutcomeState.VERIFIED
    assert actions(database, f"O-{outcome_id}") == [
        "outcome.declared",
        "outcome.claimed",
        "outcome.verified",
    ]


def titles(database: Database, who: Speaker) -> list[str]:
    return [one.title for one in flows.list_mine(database, NOW, who).outcomes]


def test_a_repeated_request_is_answered_with_the_outcome_of_the_first(
    database: Database, ben: Speaker
) -> None:
    first, again = (
        flows.declare(database, NOW, ben, OutcomeDraft("Once"), "view:V1") for _ in range(2)
    )
    assert again.outcome == first.outcome
    assert titles(database, ben) == ["Once"]
    assert actions(database, first.outcome.label) == ["outcome.declared"]


def test_a_key_is_the_persons_own_and_each_request_has_another(
    database: Database, ben: Speaker
) -> None:
    chi = introduce(database, "chi")
    for who, key in (
        (ben, "view:V1"),
        (chi, "view:V1"),
        (ben, "view:V2"),
        (ben, None),
        (ben, None),
    ):
        flows.declare(database, NOW, who, OutcomeDraft("Each"), key)
    assert (len(titles(database, ben)), len(titles(database, chi))) == (4, 1)


def test_a_request_that_failed_may_be_made_again(database: Database, ben: Speaker) -> None:
    with suppress(ZeroDivisionError), database.writing() as session:
        take_request(session, ben.person.id, "view:V1", NOW)
        _ = 1 / 0
    flows.declare(database, NOW, ben, OutcomeDraft("After all"), "view:V1")
    assert titles(database, ben) == ["After all"]


def test_requests_that_race_declare_once(database: Database, ben: Speaker) -> None:
    together = Barrier(4)

    def declare(_: int) -> int:
        together.wait()
        page = flows.declare(database, NOW, ben, OutcomeDraft("Raced"), "trigger:1.2")
        return page.outcome.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(declare, range(4)))) == 1
    assert titles(database, ben) == ["Raced"]


def test_nothing_delivers_a_request(database: Database, ben: Speaker) -> None:
    flows.declare(database, NOW, ben, OutcomeDraft("Quiet"), "view:V1")
    assert claims_due(database, NOW + timedelta(days=9)) == []
    with database.reading() as session:
        assert deliveries.stale_claims(session, NOW + timedelta(days=9)) == []


def test_the_same_claim_twice_is_answered_twice_and_asks_once(
    database: Database, ben: Speaker
) -> None:
    outcome_id = declared(database, ben)
    first, again = (
        flows.claim(database, NOW, ben, outcome_id, f"{LINK}{outcome_id}") for _ in range(2)
    )
    assert again == first
    assert len(claims_due(database)) == 1


def test_a_refused_step_changes_nothing_and_only_what_is_not_ones_own_is_audited(
    database: Database, ben: Speaker
) -> None:
    outcome_id = claimed(database, ben)
    before = actions(database, f"O-{outcome_id}")
    with pytest.raises(NotAllowed, match="is your own"):
        reviews.verify(database, NOW, ben, outcome_id)
    with pytest.raises(NotAllowed, match="is claimed"):
        flows.claim(database, NOW, ben, outcome_id, f"{LINK}other")
    assert actions(database, f"O-{outcome_id}") == [*before, "outcome.refused"]
    assert state_of(database, outcome_id) is OutcomeState.CLAIMED


def test_two_people_may_verify_each_other_on_different_days(
    database: Database, ben: Speaker
) -> None:
    chi = introduce(database, "chi")
    first, second = claimed(database, ben, "One"), claimed(database, chi, "Two")
    reviews.verify(database, NOW, chi, first)
    with pytest.raises(NotAllowed, match="verified an outcome of yours today"):
        reviews.verify(database, NOW + timedelta(hours=9), ben, second)
    reviews.verify(database, NOW + timedelta(hours=12), ben, second)  # past midnight in Berlin
    assert state_of(database, second) is OutcomeState.VERIFIED


def test_a_link_is_evidence_of_one_outcome(database: Database, ben: Speaker) -> None:
    first, second = declared(database, ben, "One"), declared(database, ben, "Two")
    flows.claim(database, NOW, ben, first, f"{LINK}1")
    with pytest.raises(EvidenceTaken, match=f"O-{first}"):
        flows.claim(database, NOW, ben, second, f"{LINK}1")
    assert state_of(database, second) is OutcomeState.DECLARED


def test_other_peoples_outcomes_look_like_none(database: Database, ben: Speaker) -> None:
    outcome_id = declared(database, ben)
    chi = introduce(database, "chi")
    with pytest.raises(Refusal, match="You have no outcome"):
        flows.claim(database, NOW, chi, outcome_id, f"{LINK}1")
    with pytest.raises(Refusal, match="You have no outcome O-999"):
        flows.done_form(database, chi, 999, None)


def test_somebody_without_a_team_declares_nothing(database: Database, ben: Speaker) -> None:
    identity = SlackIdentity("", "T0LIVE", "U0NEW")
    stranger = recognise(database, Introduction(identity, "New", None, "UTC"), "C0PAY")
    with pytest.raises(NoTeamYet):
        flows.declare(database, NOW, stranger, OutcomeDraft("Anything"))
    outcome_id = claimed(database, ben)
    with pytest.raises(Refusal, match="Only people of Payments"):
        reviews.verify(database, NOW, stranger, outcome_id)


def test_a_claim_asks_for_verification_once(database: Database, ben: Speaker) -> None:
    outcome_id = claimed(database, ben)
    due = claims_due(database)
    assert [(one.kind, one.subject) for one in due] == [("verification", f"O-{outcome_id}")]
    post = reviews.compose_verification(database, due[0])
    assert post is not None
    assert (post.channel_id, post.replaces_ts) == ("C0PAY", None)


def test_a_card_about_something_settled_is_not_posted(database: Database, ben: Speaker) -> None:
    outcome_id = claimed(database, ben)
    reviews.verify(database, NOW, introduce(database, "chi"), outcome_id)
    asking, settling = claims_due(database)
    assert reviews.compose_verification(database, asking) is None
    with pytest.raises(NotYet):
        reviews.compose_verification_settled(database, settling)
    with database.writing() as session:
        deliveries.abandon(session, asking, "nothing_to_say", NOW)
    assert reviews.compose_verification_settled(database, settling) is None


def test_the_posted_card_is_changed_in_its_place(database: Database, ben: Speaker) -> None:
    outcome_id = claimed(database, ben)
    with database.writing() as session:
        (asking,) = deliveries.claim_due(session, NOW, LEASE)
        deliveries.confirm(session, asking, "C0PAY", "1.5", NOW)
    reviews.verify(database, NOW, introduce(database, "chi"), outcome_id)
    (settling,) = claims_due(database)
    post = reviews.compose_verification_settled(database, settling)
    assert post is not None
    assert (post.channel_id, post.replaces_ts) == ("C0PAY", "1.5")


def test_the_list_holds_open_outcomes_alone(database: Database, ben: Speaker) -> None:
    open_one, done_one = declared(database, ben, "Open"), claimed(database, ben, "Done")
    reviews.verify(database, NOW, introduce(database, "chi"), done_one)
    assert [one.id for one in flows.list_mine(database, NOW, ben).outcomes] == [open_one]
