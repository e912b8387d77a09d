"""Dropping, sending back, reverting, resizing and merging, on both engines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest

from bot.flows import focus, merges, outcome_keys, outcome_steps, outcome_story, outcomes, reviews
from bot.flows.people import Speaker
from bot.flows.posts import NotYet
from bot.flows.refusals import Refusal
from messages.pages.base import MessagePage, ModalPage
from policies.outcomes import (
    Complexity,
    KeyKind,
    NotAllowed,
    OutcomeDraft,
    OutcomeKey,
    OutcomeSize,
    OutcomeState,
)
from policies.people import Weekday
from policies.reviews import Impact, ImpactUnit, Review
from storage import audit, deliveries
from storage import outcomes as stored
from storage.database import Database
from storage.deliveries import Claim
from storage.errors import EvidenceTaken
from storage.people import TeamDraft, save_team
from tests.bot.seeded import introduce, payments

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
LINK = "https://git.example.com/shop/pull/"
LEASE = timedelta(minutes=3)
S = OutcomeState
PAY_1 = OutcomeKey(KeyKind.TICKET, "PAY-1")


@pytest.fixture
def ben(database: Database) -> Speaker:
    """A member of Payments, which ana leads."""
    payments(database)
    return introduce(database, "ben")


def declared(database: Database, who: Speaker, title: str = "Cut p95") -> int:
    return outcomes.declare(database, NOW, who, OutcomeDraft(title)).outcome.id


def claimed(database: Database, who: Speaker, title: str = "Cut p95", link: str = "") -> int:
    outcome_id = declared(database, who, title)
    outcomes.claim(database, NOW, who, outcome_id, link or f"{LINK}{outcome_id}")
    return outcome_id


def verified(database: Database, who: Speaker, by: str = "chi", title: str = "Cut p95") -> int:
    outcome_id = claimed(database, who, title)
    reviews.verify(database, NOW, introduce(database, by), outcome_id)
    return outcome_id


def state_of(database: Database, outcome_id: int) -> OutcomeState:
    with database.reading() as session:
        found = stored.outcome_of(session, outcome_id)
    assert found is not None
    return found.state


def due(database: Database) -> dict[str, Claim]:
    with database.writing() as session:
        return {one.kind: one for one in deliveries.claim_due(session, NOW, LEASE, limit=50)}


def actions(database: Database, outcome_id: int) -> list[str]:
    with database.reading() as session:
        return [one.action for one in audit.entries_about(session, f"O-{outcome_id}")]


# Who may do what: every way in, tried by everybody

Try = Callable[[Database, Speaker, int], MessagePage | ModalPage]

WAYS_IN: dict[str, tuple[Try, OutcomeState, set[str]]] = {
    # what is tried, on an outcome of ben's in which state, and who may
    "show": (
        lambda db, who, one: outcome_story.show(db, NOW, who, one),
        S.CLAIMED,
        {"ben", "chi", "ana", "admin"},
    ),
    "claim": (
        lambda db, who, one: outcomes.claim(db, NOW, who, one, f"{LINK}x"),
        S.DECLARED,
        {"ben"},
    ),
    "done form": (
        lambda db, who, one: outcomes.done_form(db, who, one, None),
        S.DECLARED,
        {"ben"},
    ),
    "review form": (
        lambda db, who, one: reviews.review_form(db, NOW, who, one, None),
        S.CLAIMED,
        {"chi", "ana"},
    ),
    "verify": (
        lambda db, who, one: reviews.verify(db, NOW, who, one),
        S.CLAIMED,
        {"chi", "ana"},
    ),
    "send back": (
        lambda db, who, one: reviews.reject(db, NOW, who, one, "no numbers"),
        S.CLAIMED,
        {"chi", "ana"},
    ),
    "drop": (
        lambda db, who, one: outcomes.drop(db, NOW, who, one, "not needed"),
        S.DECLARED,
        {"ben", "ana", "admin"},
    ),
    "revert": (
        lambda db, who, one: outcomes.revert(db, NOW, who, one, "it broke"),
        S.VERIFIED,
        {"ben", "ana", "admin"},
    ),
    "size": (
        lambda db, who, one: outcomes.assess(db, NOW, who, one, OutcomeSize.L),
        S.DECLARED,
        {"ben"},
    ),
    "complexity": (
        lambda db, who, one: outcomes.assess(db, NOW, who, one, Complexity.HARD),
        S.CLAIMED,
        {"ben"},
    ),
    "keys": (
        lambda db, who, one: outcome_keys.set_keys(db, NOW, who, one, (PAY_1,)),
        S.DECLARED,
        {"ben", "ana", "admin"},
    ),
    "start": (
        lambda db, who, one: focus.start(db, NOW, who, one),
        S.CLAIMED,
        {"ben", "chi", "ana"},
    ),
    "merge": (
        lambda db, who, one: merges.merge(db, NOW, who, one, one - 1),
        S.DECLARED,
        {"ben", "ana", "admin"},
    ),
}
EVERYBODY = ("ben", "chi", "ana", "admin", "gil", "new")


def speaker(database: Database, name: str) -> Speaker:
    """One of EVERYBODY: the owner, a colleague, the lead, an admin, another team's lead, nobody's."""
    found = introduce(database, name)
    return replace(found, is_admin=name == "admin")


def introduce_id(database: Database, name: str) -> int:
    return introduce(database, name).person.id


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("way", WAYS_IN)
def test_each_way_in_is_open_to_those_of_the_table_alone(
    sqlite_database: Database, way: str, who: str
) -> None:
    database = sqlite_database
    payments(database)
    gil = introduce_id(database, "gil")
    with database.writing() as session:
        draft = TeamDraft("Search", "T0LIVE", "C0SEARCH", "Europe/Berlin", Weekday.MONDAY, 9, 30)
        save_team(session, draft, [gil], [gil], NOW)
    attempt, state, allowed = WAYS_IN[way]
    ben = introduce(database, "ben")
    declared(database, ben, "The whole")
    make = {S.DECLARED: declared, S.CLAIMED: claimed, S.VERIFIED: verified}[state]
    outcome_id = make(database, ben)
    before = actions(database, outcome_id)
    if who in allowed:
        attempt(database, speaker(database, who), outcome_id)
        return
    with pytest.raises((Refusal, NotAllowed)):
        attempt(database, speaker(database, who), outcome_id)
    assert state_of(database, outcome_id) is state
    noted = [] if way == "done form" else ["outcome.refused"]
    assert actions(database, outcome_id) == [*before, *noted]


# The steps


def test_a_claim_sent_back_is_told_to_its_owner_and_claimed_again(
    database: Database, ben: Speaker
) -> None:
    outcome_id = claimed(database, ben)
    reviews.reject(database, NOW, introduce(database, "chi"), outcome_id, "The link shows a draft")
    assert state_of(database, outcome_id) is S.REJECTED
    post = outcome_steps.compose_owner_news(database, due(database)[outcome_steps.OWNER_NEWS])
    assert post is not None
    assert post.channel_id == "U0BEN"
    assert "shows a draft" in str(post.page)
    again = NOW + timedelta(hours=1)
    outcomes.claim(database, again, ben, outcome_id, f"{LINK}{outcome_id}")
    reviews.verify(database, again, introduce(database, "chi"), outcome_id)
    assert actions(database, outcome_id) == [
        "outcome.declared",
        "outcome.claimed",
        "outcome.rejected",
        "outcome.claimed",
        "outcome.verified",
    ]


def test_news_that_is_overtaken_is_not_told(database: Database, ben: Speaker) -> None:
    outcome_id = claimed(database, ben)
    reviews.reject(database, NOW, introduce(database, "chi"), outcome_id, "A draft")
    news = due(database)[outcome_steps.OWNER_NEWS]
    outcomes.claim(database, NOW + timedelta(minutes=1), ben, outcome_id, f"{LINK}new")
    assert outcome_steps.compose_owner_news(database, news) is None


def test_a_form_that_showed_an_earlier_claim_verifies_nothing(
    database: Database, ben: Speaker
) -> None:
    outcome_id, chi = claimed(database, ben), introduce(database, "chi")
    form = reviews.review_form(database, NOW, chi, outcome_id, None)
    reviews.reject(database, NOW, introduce(database, "dee"), outcome_id, "A draft")
    outcomes.claim(database, NOW + timedelta(hours=1), ben, outcome_id, f"{LINK}new")
    for judge in (
        lambda: reviews.verify(database, NOW, chi, outcome_id, seen=form.context.event_id),
        lambda: reviews.reject(database, NOW, chi, outcome_id, "x", seen=form.context.event_id),
    ):
        with pytest.raises(NotAllowed, match="has changed since you opened its review"):
            judge()
    assert state_of(database, outcome_id) is S.CLAIMED


def test_of_two_who_judge_at_once_one_is_heard(database: Database, ben: Speaker) -> None:
    outcome_id = claimed(database, ben)
    chi, dee = introduce(database, "chi"), introduce(database, "dee")
    together = Barrier(2)

    def judge(who: Speaker) -> bool:
        together.wait()
        try:
            if who is chi:
                reviews.verify(database, NOW, chi, outcome_id, Review(5))
            else:
                reviews.reject(database, NOW, dee, outcome_id, "A draft")
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        heard = list(pool.map(judge, (chi, dee)))
    assert sorted(heard) == [False, True]
    assert state_of(database, outcome_id) is (S.VERIFIED if heard[0] else S.REJECTED)
    assert len(actions(database, outcome_id)) == 3


def test_two_merges_in_a_circle_end_with_one_outcome(database: Database, ben: Speaker) -> None:
    one, two = declared(database, ben, "One"), declared(database, ben, "Two")
    together = Barrier(2)

    def merge(pair: tuple[int, int]) -> bool:
        together.wait()
        try:
            merges.merge(database, NOW, ben, *pair)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(merge, ((one, two), (two, one)))) == [False, True]
    states = sorted(state_of(database, each) for each in (one, two))
    assert states == [S.DECLARED, S.DROPPED]


def test_what_was_merged_is_part_of_the_story_and_gives_its_link_up(
    database: Database, ben: Speaker
) -> None:
    whole, part = declared(database, ben, "Whole"), claimed(database, ben, "Part", f"{LINK}7")
    merges.merge(database, NOW, ben, part, whole)
    assert state_of(database, part) is S.DROPPED
    outcomes.claim(database, NOW, ben, whole, f"{LINK}7")
    story = outcome_story.show(database, NOW, ben, whole)
    assert [one.id for one in story.parts] == [part]
    assert [one.event.change for one in story.events] == ["", "merge", ""]
    other = outcome_story.show(database, NOW, ben, part)
    assert other.whole is not None
    assert other.whole.id == whole
    assert other.outcome.evidence_url == f"{LINK}7"
    assert other.events[-1].event.reason == f"merged into O-{whole}"


def test_keys_do_not_change_while_a_claim_waits_and_nothing_is_merged_into_it(
    database: Database, ben: Speaker
) -> None:
    ana = introduce(database, "ana")
    outcome_id, part = claimed(database, ben), declared(database, ana)
    for who in (ben, ana):
        with pytest.raises(NotAllowed, match="its keys do not change while the claim waits"):
            outcome_keys.set_keys(database, NOW, who, outcome_id, (PAY_1,))
    with pytest.raises(NotAllowed, match="its keys do not change while the claim waits"):
        merges.merge(database, NOW, ana, part, outcome_id)
    reviews.reject(database, NOW, ana, outcome_id, "A draft")
    outcome_keys.set_keys(database, NOW, ben, outcome_id, (PAY_1,))


def test_a_colleagues_outcome_is_merged_by_a_lead_alone(database: Database, ben: Speaker) -> None:
    mine = declared(database, ben)
    theirs = declared(database, introduce(database, "chi"))
    for pair in ((mine, theirs), (theirs, mine)):
        with pytest.raises(NotAllowed, match="Only its owner or a lead"):
            merges.merge(database, NOW, ben, *pair)
    merges.merge(database, NOW, introduce(database, "ana"), mine, theirs)
    assert state_of(database, mine) is S.DROPPED


def test_a_reverted_outcome_keeps_its_link_and_a_dropped_one_gives_it_up(
    database: Database, ben: Speaker
) -> None:
    reverted = verified(database, ben)
    outcomes.revert(database, NOW, ben, reverted, "it broke")
    other = declared(database, ben)
    with pytest.raises(EvidenceTaken, match=f"O-{reverted}"):
        outcomes.claim(database, NOW, ben, other, f"{LINK}{reverted}")
    dropped = claimed(database, ben, "Dropped")
    outcomes.drop(database, NOW, ben, dropped, "not needed")
    outcomes.claim(database, NOW, ben, other, f"{LINK}{dropped}")


def test_a_change_of_size_is_seen_on_the_card_and_in_the_form(
    database: Database, ben: Speaker
) -> None:
    outcome_id = declared(database, ben)
    outcomes.assess(database, NOW, ben, outcome_id, OutcomeSize.L)
    with pytest.raises(Refusal, match="has size L already"):
        outcomes.assess(database, NOW, ben, outcome_id, OutcomeSize.L)
    outcomes.claim(database, NOW, ben, outcome_id, f"{LINK}{outcome_id}")
    outcomes.assess(database, NOW, ben, outcome_id, Complexity.HARD)
    form = reviews.review_form(database, NOW, introduce(database, "chi"), outcome_id, None)
    changes = [(one.event.change, one.event.reason) for one in form.changes]
    assert changes == [("size", "M to L"), ("complexity", "standard to hard")]
    card = reviews.compose_verification(database, due(database)[reviews.VERIFICATION])
    assert card is not None
    assert "M to L" in str(card.page)
    reviews.verify(database, NOW, introduce(database, "chi"), outcome_id)
    with pytest.raises(NotAllowed, match="its size, complexity and keys stand"):
        outcomes.assess(database, NOW, ben, outcome_id, OutcomeSize.S)


def test_two_changes_of_a_card_follow_each_other(database: Database, ben: Speaker) -> None:
    outcome_id = claimed(database, ben)
    asking = due(database)[reviews.VERIFICATION]
    with database.writing() as session:
        deliveries.confirm(session, asking, "C0PAY", "1.5", NOW)
    reviews.verify(database, NOW, introduce(database, "chi"), outcome_id)
    outcomes.revert(database, NOW, ben, outcome_id, "it broke")
    with database.writing() as session:
        first, second = deliveries.claim_due(session, NOW, LEASE)
    with pytest.raises(NotYet):
        reviews.compose_verification_settled(database, second)
    post = reviews.compose_verification_settled(database, first)
    assert post is not None
    with database.writing() as session:
        deliveries.confirm(session, first, "C0PAY", "1.5", NOW)
    assert reviews.compose_verification_settled(database, second) == post


def test_outcomes_become_durable_after_their_days(database: Database, ben: Speaker) -> None:
    kept, undone = verified(database, ben, title="Kept"), verified(database, ben, title="Undone")
    outcomes.revert(database, NOW + timedelta(days=3), ben, undone, "it broke")
    last_moment = NOW + timedelta(days=30)
    assert outcomes.settle_durable(database, last_moment - timedelta(seconds=1), 30) == 0
    assert outcomes.settle_durable(database, last_moment, 30) == 1
    assert outcomes.settle_durable(database, last_moment, 30) == 0
    assert (state_of(database, kept), state_of(database, undone)) == (S.DURABLE, S.REVERTED)
    with database.reading() as session:
        entry = audit.entries_about(session, f"O-{kept}")[-1]
    assert (entry.action, entry.actor_id, entry.details) == ("outcome.durable", None, {"days": 30})


def test_a_review_is_kept_with_its_minutes_and_impact(database: Database, ben: Speaker) -> None:
    outcome_id = claimed(database, ben)
    review = Review(25, Impact(Decimal("3.5"), ImpactUnit.HOURS))
    page = reviews.verify(database, NOW, introduce(database, "chi"), outcome_id, review)
    assert page.review == review
    assert outcome_story.show(database, NOW, ben, outcome_id).review == review


def test_opening_the_form_is_audited_once_for_each_look(database: Database, ben: Speaker) -> None:
    outcome_id, chi = claimed(database, ben), introduce(database, "chi")
    for _ in range(2):
        reviews.review_form(database, NOW, chi, outcome_id, None)
    with database.reading() as session:
        entries = audit.entries_about(session, f"O-{outcome_id}")
    looks = [one for one in entries if one.action == "outcome.tokens_read"]
    assert [(one.actor_id, one.details) for one in looks] == [(chi.person.id, {})] * 2
