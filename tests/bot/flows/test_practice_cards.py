"""Practice cards: to whom, when, how often, and what people say to them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.flows import card_answers, mutes, practice_cards
from bot.flows.people import Speaker
from bot.flows.posts import Post
from bot.flows.practice_cards import PRACTICE_CARD, PRACTICE_CARD_SETTLED, PracticeCards
from bot.flows.refusals import NotYours, Refusal
from bot.practices import library_practices
from bot.rulebook import Rulebook
from messages.pages.coaching import PracticeCard
from messages.render import render
from policies.practices import CardAnswer, card_for
from policies.skills import Skill, SkillWork
from policies.trials import Drawn, is_held_out, teaching_of_card
from storage import coaching_retirements, coaching_slots, coaching_trials, deliveries
from storage.database import Database
from storage.deliveries import Claim
from tests.bot.ruled import GATHERING
from tests.bot.seeded import introduce, payments

CARDS = library_practices().practices
DAY = timedelta(days=1)
NOTHING = SkillWork(0, 0)
LOW = {**dict.fromkeys(Skill, NOTHING), Skill.RESTART_CLEAN: SkillWork(4 * 10**9, 10**10)}
FIRST = next(one for one in CARDS if one.skill is Skill.RESTART_CLEAN)
NAMES = ("ana", "ben", "chi", "dev", "eli", "fay")
Works = Mapping[Skill, SkillWork]


def ten_o_clock(speaker: Speaker, weeks: int = 0) -> datetime:
    """Ten in Berlin on the weekday whose turn somebody is, in winter."""
    monday = datetime(2026, 11, 23, 9, 20, tzinfo=UTC) + 7 * weeks * DAY
    return monday + speaker.person.id % 5 * DAY


@pytest.fixture
def ben(database: Database, monkeypatch: pytest.MonkeyPatch) -> Speaker:
    """Somebody whose work shows little of one skill."""
    payments(database)
    ben = introduce(database, "ben")
    shows(monkeypatch, {ben.person.id: LOW})
    return ben


def shows(monkeypatch: pytest.MonkeyPatch, works: Mapping[int, Works]) -> None:
    """Let people's work be this; everybody else's is nothing."""

    def measured(_session: object, ids: Collection[int], *_rest: object) -> dict[int, Works]:
        return {one: works.get(one, dict.fromkeys(Skill, NOTHING)) for one in ids}

    monkeypatch.setattr(practice_cards, "skill_works", measured)


def looks(database: Database, now: datetime, holdout: float = 0.0) -> int:
    return PracticeCards(lambda: CARDS, lambda: GATHERING, holdout)(database, now)


def claimed(database: Database, now: datetime, kind: str = PRACTICE_CARD) -> list[Claim]:
    with database.writing() as session:
        found = deliveries.claim_due(session, now, timedelta(minutes=3), limit=50)
    return [one for one in found if one.kind == kind]


def told(database: Database, ben: Speaker) -> datetime:
    """A card that stands in Slack."""
    now = ten_o_clock(ben)
    assert looks(database, now) == 1
    (claim,) = claimed(database, now)
    with database.writing() as session:
        assert deliveries.confirm(session, claim, "D0BEN", "1.0", now)
    return now


def composed(database: Database, claim: Claim) -> Post | None:
    compose: dict[str, Callable[..., Post | None]] = {
        PRACTICE_CARD: practice_cards.compose_card,
        PRACTICE_CARD_SETTLED: practice_cards.compose_card_settled,
    }
    return compose[claim.kind](database, claim, lambda: CARDS)


# Who is told, and when.


def test_a_card_about_the_skill_that_shows_least_comes_to_the_person_alone(
    database: Database, ben: Speaker
) -> None:
    now = ten_o_clock(ben)
    assert looks(database, now) == 1
    (claim,) = claimed(database, now)
    post = composed(database, claim)
    assert post is not None
    assert post.channel_id == "U0BEN"
    assert isinstance(post.page, PracticeCard)
    assert post.page.practice == FIRST
    assert FIRST.source in str(render(post.page))


@pytest.mark.parametrize("hours", [-2, 1, 12])
def test_it_comes_at_ten_where_the_person_is(database: Database, ben: Speaker, hours: int) -> None:
    assert looks(database, ten_o_clock(ben) + hours * timedelta(hours=1)) == 0


def test_it_comes_on_the_persons_weekday_alone(database: Database, ben: Speaker) -> None:
    monday = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
    assert [looks(database, monday + day * DAY) for day in range(7)].count(1) == 1


def test_each_card_comes_once_and_then_none(database: Database, ben: Speaker) -> None:
    about = [one for one in CARDS if one.skill is Skill.RESTART_CLEAN]
    sent = [looks(database, ten_o_clock(ben, week)) for week in range(len(about) + 2)]
    assert sent == [1] * len(about) + [0, 0]
    with database.reading() as session:
        found = coaching_slots.cards_told(session, [ben.person.id])
    assert found == {ben.person.id: {one.id for one in about}}


def test_who_was_told_something_in_the_last_seven_days_gets_none(
    database: Database, ben: Speaker
) -> None:
    now = ten_o_clock(ben)
    with database.writing() as session:
        earlier = now - 6 * DAY
        assert coaching_slots.take(session, ben.person.id, earlier.date(), None, earlier, "other")
    assert looks(database, now) == 0
    assert looks(database, now + 7 * DAY) == 1


@pytest.mark.parametrize("kind", ["all", "cards", "restart-clean"])
def test_who_stopped_them_gets_none(database: Database, ben: Speaker, kind: str) -> None:
    rules = Rulebook.loaded().current
    mutes.mute(database, ten_o_clock(ben), ben, rules, kind)
    assert looks(database, ten_o_clock(ben)) == 0


def test_a_retired_card_is_passed_over(database: Database, ben: Speaker) -> None:
    with database.writing() as session:
        tip = teaching_of_card(FIRST)
        coaching_retirements.retire(session, tip.tip, tip.version, "None.", ten_o_clock(ben))
    now = ten_o_clock(ben)
    assert looks(database, now) == 1
    (claim,) = claimed(database, now)
    assert claim.subject != FIRST.id


@pytest.mark.parametrize(
    ("sentence", "work", "is_told"),
    [
        ("little of it", SkillWork(4 * 10**9, 10**10), True),
        ("just under four fifths", SkillWork(799, 1000), False),
        ("four fifths", SkillWork(8 * 10**9, 10**10), False),
        ("too little work to say", SkillWork(0, 10**9), False),
        ("no work at all", NOTHING, False),
    ],
)
def test_a_card_needs_enough_work_that_shows_little(
    sentence: str, work: SkillWork, is_told: bool
) -> None:
    works = {**dict.fromkeys(Skill, NOTHING), Skill.MATCH_MODEL: work}
    assert (card_for(CARDS, works) is not None) is is_told, sentence


def test_two_replicas_tell_one_card(database: Database, ben: Speaker) -> None:
    now = ten_o_clock(ben)
    assert [looks(database, now) for _ in range(3)] == [1, 0, 0]


# Trials.


def test_a_card_is_held_out_like_a_tip_and_told_after_its_two_weeks(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    payments(database)
    teaching = teaching_of_card(FIRST)
    held = next(
        one
        for one in (introduce(database, name) for name in NAMES)
        if is_held_out(one.person.id, teaching, 0.5)
    )
    shows(monkeypatch, {held.person.id: LOW})
    sent = [looks(database, ten_o_clock(held, week), 0.5) for week in range(4)]
    assert sent[:3] == [0, 0, 0]
    with database.reading() as session:
        drawn = coaching_trials.drawn_of(session, [held.person.id])[held.person.id]
    first = drawn[teaching.tip, teaching.version][0]
    assert first == Drawn(is_held=True, on=ten_o_clock(held).date())
    assert sent[3] == 1


# The message.


def test_a_card_that_comes_too_late_is_given_back(database: Database, ben: Speaker) -> None:
    now = ten_o_clock(ben)
    looks(database, now)
    (claim,) = claimed(database, now)
    assert composed(database, replace(claim, lease_until=now + DAY)) is None
    assert looks(database, now + 7 * DAY) == 1


def test_an_answer_is_taken_once_and_shown_in_the_cards_place(
    database: Database, ben: Speaker
) -> None:
    now = told(database, ben)
    for _ in range(2):
        card_answers.answer_card(database, now, ben, FIRST.id, CardAnswer.TRIED)
    with pytest.raises(Refusal, match="You answered this card already"):
        card_answers.answer_card(database, now, ben, FIRST.id, CardAnswer.NOT_RELEVANT)
    (claim,) = claimed(database, now, PRACTICE_CARD_SETTLED)
    post = composed(database, claim)
    assert post is not None
    assert post.replaces_ts == "1.0"
    assert "You: I tried it" in str(render(post.page))


def test_stopping_this_kind_stops_practice_cards(database: Database, ben: Speaker) -> None:
    now = told(database, ben)
    card_answers.stop_cards(database, now, ben, FIRST.id)
    (claim,) = claimed(database, now, PRACTICE_CARD_SETTLED)
    post = composed(database, claim)
    assert post is not None
    assert "You stopped practice cards." in str(render(post.page))
    assert looks(database, ten_o_clock(ben, 1)) == 0


def test_why_says_what_the_persons_own_work_showed(database: Database, ben: Speaker) -> None:
    now = told(database, ben)
    page = card_answers.why_card(database, now, ben, CARDS, GATHERING, FIRST.id)
    assert "40% of your cost of sessions" in str(render(page))


def test_nobody_answers_or_looks_into_the_card_of_another(database: Database, ben: Speaker) -> None:
    now = told(database, ben)
    chi = introduce(database, "chi")
    with pytest.raises(NotYours):
        card_answers.answer_card(database, now, chi, FIRST.id, CardAnswer.TRIED)
    with pytest.raises(NotYours):
        card_answers.stop_cards(database, now, chi, FIRST.id)
    with pytest.raises(NotYours):
        card_answers.why_card(database, now, chi, CARDS, GATHERING, FIRST.id)


def test_the_period_of_a_card_names_its_day() -> None:
    assert practice_cards.period_of("a-b", date(2026, 11, 24)) == "a-b@2026-11-24"
