"""What a person says to a practice card, and why it came. Only who was told the card may do any of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.flows.attempts import attempts_noted
from bot.flows.gathering import Gathering
from bot.flows.people import Speaker
from bot.flows.practice_cards import own_work_before, redraw_card
from bot.flows.refusals import NotYours, Refusal
from messages.pages.coaching import WhyCard
from policies.mutes import CARDS
from policies.practices import CardAnswer, Practice
from storage import audit, coaching_mutes, coaching_slots
from storage.coaching_slots import ToldCard
from storage.database import Database

REFUSED = "practice.refused"


def answer_card(
    database: Database, now: datetime, speaker: Speaker, practice_id: str, said: CardAnswer
) -> None:
    """Take what a person says to a card of theirs, once."""
    with (
        attempts_noted(database, now, speaker, REFUSED, practice_id),
        database.writing() as session,
    ):
        card = _own(session, speaker, practice_id)
        if card.answer is said:
            return
        if card.answer is not None or not coaching_slots.answer_card(session, card, said):
            raise Refusal("You answered this card already.", "It does not come again.")
        _note(session, speaker, f"practice.{said.value}", practice_id, now)
        redraw_card(session, card, now)


def stop_cards(database: Database, now: datetime, speaker: Speaker, practice_id: str) -> None:
    """Stop all practice cards."""
    with (
        attempts_noted(database, now, speaker, REFUSED, practice_id),
        database.writing() as session,
    ):
        card = _own(session, speaker, practice_id)
        if coaching_mutes.mute(session, speaker.person.id, CARDS, now):
            _note(session, speaker, "coaching.muted", CARDS, now)
        redraw_card(session, card, now)


def why_card(
    database: Database,
    now: datetime,
    speaker: Speaker,
    practices: Sequence[Practice],
    gathering: Gathering,
    practice_id: str,
) -> WhyCard:
    """What the person's own work showed when the card was chosen."""
    with (
        attempts_noted(database, now, speaker, REFUSED, practice_id),
        database.reading() as session,
    ):
        card = _own(session, speaker, practice_id)
        practice = next((one for one in practices if one.id == practice_id), None)
        if practice is None:
            raise Refusal("This card is gone.", "Nothing more is known of it.")
        works = own_work_before(session, speaker.person, card.day, gathering)
        return WhyCard(practice, works[practice.skill])


def _own(session: Session, speaker: Speaker, practice_id: str) -> ToldCard:
    card = coaching_slots.card_of(session, speaker.person.id, practice_id)
    if card is None:
        raise NotYours("This is no card of yours.", "A card is for one person alone.")
    return card


def _note(session: Session, speaker: Speaker, action: str, subject: str, now: datetime) -> None:
    audit.record(session, speaker.person.id, action, subject, {}, now)
