"""Requests that wait for a lead, as their App Home shows them."""

from datetime import datetime

from sqlmodel import Session

from bot.flows.budget_notices import look_at_card, note_card, request_card
from bot.flows.budget_rights import leads
from bot.flows.people import Speaker
from messages.pages.budgets import RequestCard
from policies.budget_requests import RequestState
from storage import budget_requests, people, personal_reads
from storage.database import Database


def waiting_for(database: Database, now: datetime, speaker: Speaker) -> tuple[RequestCard, ...]:
    """What waits for the speaker as a lead of their team, oldest first; nothing for anybody else."""
    lead_id = speaker.person.id
    with database.reading() as session:
        cards = _cards_for(session, now, speaker)
        new = [
            one
            for one in cards
            if not personal_reads.is_noted(session, look_at_card(one, lead_id), [one.person.id])
        ]
    if not new:
        return cards
    with database.writing() as session:
        cards = _cards_for(session, now, speaker)
        for one in cards:
            note_card(session, one, lead_id, now)
    return cards


def _cards_for(session: Session, now: datetime, speaker: Speaker) -> tuple[RequestCard, ...]:
    roster = speaker.roster and people.roster_of(session, speaker.roster.team.id)
    if roster is None or not leads(speaker, roster):
        return ()
    asked = budget_requests.undecided_of_team(session, roster.team.id)
    cards = [
        request_card(session, one, now)
        for one in asked
        if one.state is RequestState.WAITING and one.person_id != speaker.person.id
    ]
    return tuple(card for card in cards if card is not None)
