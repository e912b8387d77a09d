"""What people are told of budgets by direct message: leads of requests, everybody of their own grants."""

from datetime import date, datetime
from typing import Final

from sqlmodel import Session

from bot.flows.budget_rights import Desk, pool_left
from bot.flows.ledgers import ledger_of
from bot.flows.limits import push_note
from bot.flows.posts import Post
from bot.flows.redraws import redrawn
from messages.pages.budgets import GrantNotice, RequestCard, RequestDecided
from policies.bands import Band
from policies.budget_requests import (
    BudgetRequest,
    RequestState,
    parse_grant_label,
    parse_request_label,
)
from policies.budgets import BudgetTerms, Grant, GrantKind
from policies.outcomes import local_day_of
from policies.people import Person, Roster
from policies.personal_data import ReadKind
from storage import budget_requests, budgets, deliveries, outcomes, people, personal_reads
from storage.database import Database
from storage.deliveries import Claim, DeliveryState
from storage.personal_reads import Look

BUDGET_REQUEST: Final = "budget_request"
"""A card that asks a lead to decide; audience is the lead, subject R-3."""

BUDGET_REQUEST_SETTLED: Final = "budget_request_settled"
"""The same card, changed in place once somebody has decided."""

BUDGET_DECIDED: Final = "budget_decided"
"""To the person who asked: how it was decided."""

BUDGET_GRANT: Final = "budget_grant"
"""To a person: a grant that a lead made unasked, or took back; subject G-7."""

NOT_SAVED: Final = 0
"""The id of a grant that is only imagined."""


def ask_leads(session: Session, request: BudgetRequest, roster: Roster, now: datetime) -> None:
    """Ask every lead but the person themself."""
    for lead in approvers_of(request, roster):
        deliveries.enqueue(session, BUDGET_REQUEST, _to(lead.id), request.label, request.label, now)


def approvers_of(request: BudgetRequest, roster: Roster) -> tuple[Person, ...]:
    """The leads who can decide a request, by name."""
    return tuple(
        lead for lead in roster.leads if lead.id != request.person_id and lead.slack is not None
    )


def tell_of_decision(session: Session, request: BudgetRequest, now: datetime) -> None:
    """Change every lead's card, and tell the person who asked, unless they decided themselves."""
    turn = redraw_cards(session, request, request.state, now)
    if request.state is not RequestState.WITHDRAWN:
        deliveries.enqueue(
            session, BUDGET_DECIDED, _to(request.person_id), turn, request.label, now
        )


def redraw_cards(session: Session, request: BudgetRequest, why: str, now: datetime) -> str:
    """Change every lead's card of a request in its place; returns the name of this turn."""
    roster = people.roster_of(session, request.team_id)
    turn = f"{request.label}:{why}:{now:%Y%m%dT%H%M%S%f}"
    for lead in approvers_of(request, roster) if roster else ():
        if deliveries.delivery_of(session, BUDGET_REQUEST, _to(lead.id), request.label):
            deliveries.enqueue(
                session, BUDGET_REQUEST_SETTLED, _to(lead.id), turn, request.label, now
            )
    return turn


def tell_of_grant(session: Session, grant: Grant, now: datetime) -> None:
    """Tell the person what was granted to them."""
    deliveries.enqueue(session, BUDGET_GRANT, _to(grant.person_id), grant.label, grant.label, now)


def tell_of_void(session: Session, grant: Grant, now: datetime) -> None:
    """Tell the person that a grant was taken back."""
    period = f"{grant.label}:voided"
    deliveries.enqueue(session, BUDGET_GRANT, _to(grant.person_id), period, grant.label, now)


def compose_request(database: Database, claim: Claim) -> Post | None:
    """The card for one lead; None when it is decided already, or they lead the team no more."""
    with database.writing() as session:
        found = _card(session, claim)
        if found is None or not found[0].waits_for_lead:
            return None
        card, lead = found
        note_card(session, card, _person_id(claim), claim.due_at)
        return Post(lead, card)


def note_card(session: Session, card: RequestCard, lead_id: int, now: datetime) -> None:
    """Note that a lead is shown a request with how the person's budget stands."""
    personal_reads.note(session, look_at_card(card, lead_id), [card.person.id], now)


def look_at_card(card: RequestCard, lead_id: int) -> Look:
    """A lead's look at a request."""
    return Look(lead_id, ReadKind.REQUEST, card.today, card.request.label)


def compose_request_settled(database: Database, claim: Claim) -> Post | None:
    """The posted card as it looks now; None when it was never posted, NotYet while it is under way."""
    with database.writing() as session:
        found = _card(session, claim)
        if found is not None:
            note_card(session, found[0], _person_id(claim), claim.due_at)
        posted = deliveries.delivery_of(session, BUDGET_REQUEST, claim.audience, claim.subject)
        card = found[0] if found else None
        return redrawn(session, claim, posted, f"{claim.subject}:", card)


def compose_decided(database: Database, claim: Claim) -> Post | None:
    """What the person who asked reads; None when something else has been decided since."""
    with database.reading() as session:
        request = _request(session, claim)
        person = people.person_of(session, _person_id(claim))
        if request is None or person is None or person.slack is None:
            return None
        if claim.period.split(":")[1] != request.state:
            return None
        team = people.team_of(session, request.team_id)
        if team is None:
            return None
        page = RequestDecided(
            request=request,
            decider=people.person_of(session, request.decided_by) if request.decided_by else None,
            today=local_day_of(claim.due_at, team.zone),
            outcome=outcomes.outcome_of(session, request.outcome_id)
            if request.outcome_id
            else None,
            grant=budgets.grant_of(session, request.grant_id) if request.grant_id else None,
        )
        return Post(person.slack.user_id, page)


def compose_grant(database: Database, claim: Claim) -> Post | None:
    """What a person reads of a grant; None when it was taken back before they could."""
    with database.reading() as session:
        grant_id = parse_grant_label(claim.subject)
        grant = budgets.grant_of(session, grant_id) if grant_id else None
        person = people.person_of(session, _person_id(claim))
        if grant is None or person is None or person.slack is None:
            return None
        tells_of_void = claim.period.endswith(":voided")
        was_told = deliveries.delivery_of(session, BUDGET_GRANT, claim.audience, grant.label)
        if tells_of_void and was_told is not None and was_told.state is DeliveryState.ABANDONED:
            return None
        if (grant.voided_on is not None) is not tells_of_void:
            return None
        team = people.team_of(session, grant.team_id)
        if team is None:
            return None
        voided_by, reason = budgets.void_of(session, grant.id)
        lead_id = voided_by if tells_of_void else grant.approver_id
        page = GrantNotice(
            grant=grant,
            lead=people.person_of(session, lead_id) if lead_id else None,
            team=team,
            today=local_day_of(claim.due_at, team.zone),
            outcome=outcomes.outcome_of(session, grant.outcome_id) if grant.outcome_id else None,
            void_reason=reason,
        )
        return Post(person.slack.user_id, page)


def request_card(session: Session, request: BudgetRequest, now: datetime) -> RequestCard | None:
    """A request as leads see it; None where its team or person is gone."""
    roster = people.roster_of(session, request.team_id)
    person = people.person_of(session, request.person_id)
    terms = budgets.terms_of(session, request.team_id)
    if roster is None or person is None or terms is None:
        return None
    today = local_day_of(now, roster.team.zone)
    for_outcome = (
        budgets.grants_for_outcome(session, terms.team_id, request.outcome_id)
        if request.outcome_id
        else []
    )
    is_payable = request.unit is terms.unit  # the team may have gone over to the other unit since
    without, band_with = _bands(session, terms, request, now, today) if is_payable else (None, None)
    return RequestCard(
        request=request,
        person=person,
        today=today,
        outcome=outcomes.outcome_of(session, request.outcome_id) if request.outcome_id else None,
        pool_left=pool_left(session, Desk(roster, terms, today)) if is_payable else None,
        band_without=without,
        band_with=band_with,
        earlier=tuple(one for one in for_outcome if one.id != request.grant_id),
        decider=people.person_of(session, request.decided_by) if request.decided_by else None,
        push_note=push_note(session, request.id, roster.team.zone),
    )


def _bands(
    session: Session, terms: BudgetTerms, request: BudgetRequest, now: datetime, today: date
) -> tuple[Band, Band]:
    """How the person's budget stands, and how it would with what they ask for."""
    ledger = ledger_of(session, terms, request.person_id, today)
    imagined = Grant(
        id=NOT_SAVED,
        team_id=request.team_id,
        person_id=request.person_id,
        kind=GrantKind.EXTRA,
        amount=request.amount,
        unit=request.unit,
        first_day=today,
        last_day=request.last_day or ledger.balance.period.last,
        created_at=now,
        outcome_id=request.outcome_id,
    )
    return ledger.band(now), ledger.band(now, imagined)


def _card(session: Session, claim: Claim) -> tuple[RequestCard, str] | None:
    """(card, Slack id of its lead); None where somebody is gone, or leads the team no more."""
    request = _request(session, claim)
    roster = people.roster_of(session, request.team_id) if request else None
    lead = people.person_of(session, _person_id(claim))
    if request is None or roster is None or lead is None or lead.slack is None:
        return None
    card = request_card(session, request, claim.due_at)
    if card is None or not roster.is_led_by(lead.id):
        return None
    return card, lead.slack.user_id


def _request(session: Session, claim: Claim) -> BudgetRequest | None:
    request_id = parse_request_label(claim.subject)
    return budget_requests.request_of(session, request_id) if request_id else None


def _person_id(claim: Claim) -> int:
    return int(claim.audience.removeprefix("person:"))


def _to(person_id: int) -> str:
    return f"person:{person_id}"
