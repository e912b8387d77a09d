"""Asking for more budget, and deciding it: approve, counter, decline; accept, withdraw."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Final, Literal

from sqlmodel import Session

from bot.flows import budget_notices
from bot.flows.allowances import ensure_base_grants
from bot.flows.budget_notices import approvers_of
from bot.flows.budget_rights import (
    Desk,
    current_roster,
    desk_of_member,
    desk_of_team,
    leads,
    outcome_meant,
    pool_left,
    refusals_audited,
    require_own_budget,
    require_sound,
    require_terms,
)
from bot.flows.grants import grant_extra
from bot.flows.limits import push_limit
from bot.flows.people import Speaker, person_of
from bot.flows.refusals import NotYours, Refusal
from messages.metadata import FormContext
from messages.pages.budget_forms import CounterForm, DeclineForm, RequestForm
from messages.pages.budgets import Decided, Requested
from policies.amounts import Amount, as_typed
from policies.budget_requests import (
    BudgetRequest,
    RequestDraft,
    RequestState,
    parse_request_label,
    request_label,
)
from policies.budgets import Grant
from policies.outcomes import MAX_REASON, NotAllowed, Outcome, parse_outcome_label
from policies.people import Person
from storage import audit, budget_requests, budgets, outcomes, people
from storage.database import Database
from storage.requests import settle_request, take_request

MOST_WAITING: Final = 20
"""So many requests of one person may wait at a time: a lead's messages are not a place to pile up."""

ACCEPTED: Final = "budget.accepted"

Step = Callable[[BudgetRequest], BudgetRequest]


def request_form(
    database: Database, speaker: Speaker, channel_id: str | None, value: str = ""
) -> RequestForm:
    """The form that asks for more; `value` is that of a button which asks for what is missing."""
    outcome_id, amount = _wanted(value)
    with database.reading() as session:
        roster = current_roster(session, speaker)
        require_own_budget(session, roster, speaker)
        terms = require_terms(budgets.terms_of(session, roster.team.id), speaker, roster)
        mine = outcomes.open_outcomes_of(session, speaker.person.id)
    here = tuple(one for one in mine if one.team_id == roster.team.id)
    return RequestForm(
        context=FormContext(channel_id=channel_id, team_id=roster.team.id),
        unit=terms.unit,
        outcomes=here,
        amount=as_typed(Amount(amount, terms.unit)) if amount else "",
        outcome_id=outcome_id if outcome_id in {one.id for one in here} else None,
    )


def request(
    database: Database,
    now: datetime,
    speaker: Speaker,
    draft: RequestDraft,
    request_key: str | None = None,
) -> Requested:
    """Ask the leads for more, or get it at once where the team's limit allows it and the pool has it.

    A form that is sent twice and a command that Slack repeats carry the key of the first request, and
    are answered with it.
    """
    subject = f"team:{speaker.team.id}"
    with refusals_audited(database, now, speaker, subject), database.writing() as session:
        desk = desk_of_member(session, now, speaker)
        asked = _requested_before(session, now, speaker, request_key)
        if asked is None:
            require_sound(session, desk, draft)
            asked = _ask(session, desk, speaker, draft, now)
            if request_key is not None:
                settle_request(session, speaker.person.id, request_key, asked.label)
        return Requested(
            request=asked,
            outcome=outcome_meant(session, desk, asked.outcome_id),
            approvers=approvers_of(asked, desk.roster),
            today=desk.today,
            grant=_grant(session, asked),
        )


def approve(database: Database, now: datetime, speaker: Speaker, request_id: int) -> Decided:
    """Grant a request as it was asked."""

    def approved(asked: BudgetRequest) -> BudgetRequest:
        return asked.approve(speaker.person.id, now)

    return _decide(database, now, speaker, request_id, approved, "budget.approved")


def decline(
    database: Database, now: datetime, speaker: Speaker, request_id: int, reason: str
) -> Decided:
    """Decline a request with a reason that the person reads."""

    def declined(asked: BudgetRequest) -> BudgetRequest:
        return asked.decline(speaker.person.id, reason[:MAX_REASON], now)

    return _decide(database, now, speaker, request_id, declined, "budget.declined")


def counter(
    database: Database,
    now: datetime,
    speaker: Speaker,
    request_id: int,
    offer: Amount,
    last_day: date | None,
    reason: str,
) -> Decided:
    """Offer something else; the person accepts it or withdraws."""

    def countered(asked: BudgetRequest) -> BudgetRequest:
        return asked.counter(speaker.person.id, offer, last_day, reason[:MAX_REASON], now)

    return _decide(database, now, speaker, request_id, countered, "budget.countered")


def accept(database: Database, now: datetime, speaker: Speaker, request_id: int) -> Decided:
    """Take a lead's offer."""

    def accepted(asked: BudgetRequest) -> BudgetRequest:
        return asked.accept(speaker.person.id)

    return _answer(database, now, speaker, request_id, accepted, ACCEPTED)


def withdraw(database: Database, now: datetime, speaker: Speaker, request_id: int) -> Decided:
    """Take one's own request back."""

    def withdrawn(asked: BudgetRequest) -> BudgetRequest:
        return asked.withdraw(speaker.person.id)

    return _answer(database, now, speaker, request_id, withdrawn, "budget.withdrawn")


def counter_form(
    database: Database, now: datetime, speaker: Speaker, request_id: int, channel_id: str | None
) -> CounterForm:
    """The form that offers something else, for a lead while the request waits."""
    asked, person, outcome = _waiting(database, now, speaker, request_id)
    return CounterForm(_context(asked, channel_id), asked, person, outcome)


def decline_form(
    database: Database, now: datetime, speaker: Speaker, request_id: int, channel_id: str | None
) -> DeclineForm:
    """The form that declines with a reason, for a lead while the request waits."""
    asked, person, outcome = _waiting(database, now, speaker, request_id)
    return DeclineForm(_context(asked, channel_id), asked, person, outcome)


def _ask(
    session: Session, desk: Desk, speaker: Speaker, draft: RequestDraft, now: datetime
) -> BudgetRequest:
    person_id = speaker.person.id
    if len(budget_requests.undecided_of(session, desk.team_id, person_id)) >= MOST_WAITING:
        raise Refusal(
            f"{MOST_WAITING} requests of yours wait already.", "Withdraw one, or ask a lead."
        )
    ensure_base_grants(session, desk, now)
    kept = replace(draft, reason=draft.reason[:MAX_REASON])
    asked = budget_requests.add_request(session, kept, desk.team_id, person_id, now)
    details = {"outcome": draft.outcome_id or 0}
    audit.record(session, person_id, "budget.requested", asked.label, details, now)
    if _needs_nobody(session, desk, speaker, asked):
        return _approve_by_limit(session, desk, asked, now)
    budget_notices.ask_leads(session, asked, desk.roster, now)
    return asked


def _needs_nobody(session: Session, desk: Desk, speaker: Speaker, asked: BudgetRequest) -> bool:
    """Whether the team's limit, which is for all requests of a person in a period, and its pool allow it.

    Never what somebody asks for who may set that limit.
    """
    if leads(speaker, desk.roster):
        return False
    already = budgets.approved_by_limit_in(
        session, desk.team_id, asked.person_id, desk.terms.unit, desk.period
    )
    left = pool_left(session, desk)
    has_room = left is None or asked.amount <= left.value
    return has_room and already + asked.amount <= desk.terms.auto_approve


def _approve_by_limit(
    session: Session, desk: Desk, asked: BudgetRequest, now: datetime
) -> BudgetRequest:
    given = _give(session, desk, asked, None, None, now)
    after = replace(asked.approve_by_limit(now), grant_id=given.id)
    budget_requests.save_decision(session, asked, after)
    audit.record(session, None, "budget.auto_approved", asked.label, {"grant": given.id}, now)
    return after


def _decide(
    database: Database,
    now: datetime,
    speaker: Speaker,
    request_id: int,
    step: Step,
    action: str,
) -> Decided:
    label = request_label(request_id)
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        desk, asked = _desk_and_request(session, now, speaker, request_id)
        if not leads(speaker, desk.roster):
            raise _not_yours(label)
        if asked.person_id == speaker.person.id:
            raise NotYours(
                f"{label} is your own request.", "Another lead or an admin has to decide it."
            )
        return _settle(session, desk, speaker, asked, step, action, now)


def _answer(
    database: Database,
    now: datetime,
    speaker: Speaker,
    request_id: int,
    step: Step,
    action: str,
) -> Decided:
    label = request_label(request_id)
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        desk, asked = _desk_and_request(session, now, speaker, request_id)
        if asked.person_id != speaker.person.id:
            raise _not_yours(label)
        if action == ACCEPTED and not _still_leads(session, desk, asked):
            raise Refusal(
                f"Who offered this leads {desk.roster.team.name} no more.",
                "Withdraw it, and ask anew with “/budget request”.",
            )
        return _settle(session, desk, speaker, asked, step, action, now)


def _settle(
    session: Session,
    desk: Desk,
    speaker: Speaker,
    asked: BudgetRequest,
    step: Step,
    action: str,
    now: datetime,
) -> Decided:
    """Take the step if the request still stands as it was read: the database settles who was first."""
    after = step(asked)
    if after.state is RequestState.COUNTERED:
        offered = RequestDraft(after.agreed, after.offered_last_day)
        require_sound(session, desk, offered)
    given: Grant | None = None
    if after.state is RequestState.APPROVED:
        given = _give(session, desk, after, after.decided_by, speaker.person.id, now)
        after = replace(after, grant_id=given.id)
    if not budget_requests.save_decision(session, asked, after):
        raise NotAllowed(f"{asked.label} has just changed. Look at it again.")
    budget_notices.tell_of_decision(session, after, now)
    is_lead = desk.roster.is_led_by(speaker.person.id)
    role = "lead" if is_lead else "admin" if leads(speaker, desk.roster) else "member"
    details: dict[str, str | int] = {"person": asked.person_id, "as": role}
    details["grant"] = given.id if given else 0
    audit.record(session, speaker.person.id, action, asked.label, details, now)
    person = person_of(session, asked.person_id)
    return Decided(after, person, desk.today, given, _takes_back(desk, speaker, asked, given))


def _takes_back(
    desk: Desk, speaker: Speaker, asked: BudgetRequest, given: Grant | None
) -> Literal["", "undo", "void"]:
    """How the speaker could take back what was given; an admin of no team has only its id to name it by."""
    if given is None or asked.person_id == speaker.person.id:
        return ""
    return "undo" if desk.roster.is_member(speaker.person.id) else "void"


def _still_leads(session: Session, desk: Desk, asked: BudgetRequest) -> bool:
    """Whether who made the offer leads the team still, or made it as an admin of the workspace."""
    if asked.decided_by is not None and desk.roster.is_led_by(asked.decided_by):
        return True
    return any(
        one.action == "budget.countered" and one.details.get("as") == "admin"
        for one in audit.entries_about(session, asked.label)
    )


def _give(
    session: Session,
    desk: Desk,
    asked: BudgetRequest,
    approver_id: int | None,
    actor_id: int | None,
    now: datetime,
) -> Grant:
    """The grant that was agreed on, if it can still be made as it was agreed."""
    if asked.person_id not in people.home_members_of(session, desk.team_id):
        raise Refusal(f"Who asked is not in {desk.roster.team.name} any more.", "Decline it.")
    if asked.agreed.unit is not desk.terms.unit:
        raise Refusal(f"{asked.label} is in another unit than the team's now.", "Ask anew.")
    if asked.agreed_last_day is not None and asked.agreed_last_day < desk.today:
        raise Refusal(
            f"{asked.label} was for days up to {asked.agreed_last_day}, which are past.",
            "Counter with another day, or decline it.",
        )
    draft = RequestDraft(asked.agreed, asked.agreed_last_day, asked.outcome_id, asked.reason)
    given = grant_extra(
        session, desk, asked.person_id, draft, approver_id, asked.person_id, now, actor_id
    )
    push_limit(session, desk.terms, asked.person_id, now, asked.id)
    return given


def _desk_and_request(
    session: Session, now: datetime, speaker: Speaker, request_id: int
) -> tuple[Desk, BudgetRequest]:
    """The request, read again once its team is held; NotYours for an id of nobody's."""
    seen = budget_requests.request_of(session, request_id)
    desk = desk_of_team(session, now, speaker, seen.team_id) if seen else None
    asked = budget_requests.request_of(session, request_id) if desk else None
    if desk is None or asked is None:
        raise _not_yours(request_label(request_id))
    return desk, asked


def _waiting(
    database: Database, now: datetime, speaker: Speaker, request_id: int
) -> tuple[BudgetRequest, Person, Outcome | None]:
    label = request_label(request_id)
    with refusals_audited(database, now, speaker, label), database.reading() as session:
        asked = budget_requests.request_of(session, request_id)
        roster = people.roster_of(session, asked.team_id) if asked else None
        if asked is None or roster is None or not leads(speaker, roster):
            raise _not_yours(label)
        if asked.state is not RequestState.WAITING:
            raise NotAllowed(f"{label} is {asked.state} already.")
        outcome = outcomes.outcome_of(session, asked.outcome_id) if asked.outcome_id else None
        return asked, person_of(session, asked.person_id), outcome


def _requested_before(
    session: Session, now: datetime, speaker: Speaker, request_key: str | None
) -> BudgetRequest | None:
    if request_key is None:
        return None
    label = take_request(session, speaker.person.id, request_key, now)
    request_id = parse_request_label(label) if label else None
    return budget_requests.request_of(session, request_id) if request_id else None


def _wanted(value: str) -> tuple[int | None, int | None]:
    """(outcome, amount) of a button's value `O-12 20000000`; it is user input, and nothing else is read."""
    label, _, amount = value.partition(" ")
    is_amount = amount.isascii() and amount.isdigit() and len(amount) <= 18
    return parse_outcome_label(label), int(amount) if is_amount else None


def _context(asked: BudgetRequest, channel_id: str | None) -> FormContext:
    return FormContext(channel_id=channel_id, team_id=asked.team_id, request_id=asked.id)


def _not_yours(label: str) -> NotYours:
    return NotYours(f"There is no request {label} for you to decide.", "See “/budget team”.")


def _grant(session: Session, asked: BudgetRequest) -> Grant | None:
    return budgets.grant_of(session, asked.grant_id) if asked.grant_id else None
