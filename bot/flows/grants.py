"""Granting, setting allowances, moving, voiding and undoing."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows import budget_notices
from bot.flows.allowances import come_to, ensure_base_grants, shares_of
from bot.flows.budget_rights import (
    Desk,
    desk_of_team,
    desk_to_lead,
    granted_from_pool,
    leads,
    member_meant,
    outcome_meant,
    pool_left,
    problems_of,
    refusals_audited,
    require_pool,
    require_sound,
)
from bot.flows.limits import push_limit
from bot.flows.people import Introduction, Speaker, person_of
from bot.flows.refusals import NotYours, Refusal
from messages.pages.budgets import AllowanceSet, Granted, Voided
from policies.amounts import Amount
from policies.budget_requests import RequestDraft, grant_label, parse_grant_label
from policies.budgets import Grant, GrantKind
from policies.outcomes import MAX_REASON, NotAllowed
from policies.people import Person
from storage import audit, budgets
from storage.budgets import GrantDraft
from storage.database import Database
from storage.requests import settle_request, take_request

ONESELF: Final = "Nobody grants to themselves."
ASK: Final = "Ask with “/budget request”; another lead or an admin of the workspace decides it."


def grant(
    database: Database,
    now: datetime,
    speaker: Speaker,
    whom: Introduction,
    draft: RequestDraft,
    request_key: str | None = None,
) -> Granted:
    """Grant something extra to somebody of the team the speaker leads, and tell them.

    A command that Slack repeats carries the key of the first, and is answered with its grant.
    """
    subject = f"team:{speaker.team.id}"
    with refusals_audited(database, now, speaker, subject), database.writing() as session:
        desk = desk_to_lead(session, now, speaker)
        person = _other_member(session, desk, speaker, whom)
        given = _granted_before(session, now, speaker, request_key)
        if given is None:
            require_sound(session, desk, draft)
            given = grant_extra(session, desk, person.id, draft, speaker.person.id, None, now)
            budget_notices.tell_of_grant(session, given, now)
            push_limit(session, desk.terms, person.id, now)
            if request_key is not None:
                settle_request(session, speaker.person.id, request_key, given.label)
        return Granted(
            grant=given,
            person=person,
            today=desk.today,
            outcome=outcome_meant(session, desk, given.outcome_id),
            pool_left=pool_left(session, desk),
        )


def grant_extra(
    session: Session,
    desk: Desk,
    person_id: int,
    draft: RequestDraft,
    approver_id: int | None,
    requester_id: int | None,
    now: datetime,
    created_by: int | None = None,
) -> Grant:
    """Store an extra grant that the pool has room for, with its audit row; ends with the period by default."""
    require_pool(session, desk, draft.amount.value)
    given = budgets.add_grant(
        session,
        GrantDraft(
            team_id=desk.team_id,
            person_id=person_id,
            kind=GrantKind.EXTRA,
            amount=draft.amount.value,
            unit=draft.amount.unit,
            first_day=desk.today,
            last_day=draft.last_day or desk.period.last,
            reason=draft.reason[:MAX_REASON],
            outcome_id=draft.outcome_id,
            requester_id=requester_id,
            approver_id=approver_id,
            created_by=created_by or approver_id,
        ),
        now,
    )
    details = {"person": person_id, "outcome": draft.outcome_id or 0, "approver": approver_id or 0}
    actor_id = created_by or approver_id
    audit.record(session, actor_id, "budget.granted", given.label, details, now)
    return given


def set_allowance(
    database: Database, now: datetime, speaker: Speaker, whom: Introduction, amount: Amount
) -> AllowanceSet:
    """Give somebody of the team a base allowance of their own, from the running period on."""
    subject = f"team:{speaker.team.id}"
    with refusals_audited(database, now, speaker, subject), database.writing() as session:
        desk = desk_to_lead(session, now, speaker)
        person = _other_member(session, desk, speaker, whom)
        if problems := list(problems_of(session, desk, [amount], [])):
            raise Refusal(" ".join(problems), "Try: /budget set @person 60M")
        ensure_base_grants(session, desk, now)
        own = budgets.allowances_of(session, desk.team_id).get(person.id)
        before = own.base if own else None
        if before == amount.value:
            raise Refusal(f"{person.name} gets that already.", "See “/budget team”.")
        budgets.save_allowance(session, desk.team_id, person.id, amount.value, before)
        if amount.value > (desk.terms.base if before is None else before):
            require_within_pool(session, desk)
        given = come_to(session, desk, person.id, amount.value, speaker.person.id, now)
        if given is not None:
            budget_notices.tell_of_grant(session, given, now)
        push_limit(session, desk.terms, person.id, now)
        audit.record(
            session,
            speaker.person.id,
            "budget.allowance_set",
            f"team:{desk.team_id}",
            {"person": person.id, "grant": given.id if given else 0},
            now,
        )
        return AllowanceSet(
            person=person,
            allowance=amount,
            period=desk.period,
            grant=given,
            today=desk.today,
            pool_left=pool_left(session, desk),
        )


def void(database: Database, now: datetime, speaker: Speaker, grant_id: int, reason: str) -> Voided:
    """Let a grant to somebody of a team the speaker leads give nothing from today on, and tell them.

    What was set aside of it ends with it.
    """
    label = grant_label(grant_id)
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        seen = budgets.grant_of(session, grant_id)
        desk = desk_of_team(session, now, speaker, seen.team_id) if seen else None
        # Read again once its team is held: somebody else may have voided it meanwhile.
        given = budgets.grant_of(session, grant_id) if desk else None
        if given is None or desk is None or not leads(speaker, desk.roster):
            raise NotYours(
                f"You lead no team with a grant {label}.", "Copy the id from your reply."
            )
        if given.kind is not GrantKind.EXTRA:
            raise Refusal(
                f"{label} is a {given.kind}, not a grant of its own.",
                "Change somebody's allowance with “/budget set @person 60M”.",
            )
        if given.voided_on is not None:
            raise NotAllowed(f"{label} is voided already.")
        end_with_shares(session, desk, given, speaker.person.id, reason[:MAX_REASON], now)
        budget_notices.tell_of_void(session, given, now)
        push_limit(session, desk.terms, given.person_id, now)
        audit.record(
            session, speaker.person.id, "budget.voided", label, {"person": given.person_id}, now
        )
        return Voided(given, person_of(session, given.person_id), desk.today)


def end_with_shares(
    session: Session, desk: Desk, given: Grant, actor_id: int, reason: str, now: datetime
) -> None:
    """Void a grant, and what was set aside of it; NotAllowed for one that is voided already."""
    if not budgets.void(session, given.id, desk.today, actor_id, reason, now):
        raise NotAllowed(f"{given.label} is voided already.")
    held = budgets.grants_of(session, desk.team_id, [given.person_id], given.unit)
    for one in shares_of(held[given.person_id], [given.id]):
        budgets.void(session, one.id, desk.today, actor_id, reason, now)


def _other_member(session: Session, desk: Desk, speaker: Speaker, whom: Introduction) -> Person:
    person = member_meant(session, desk, whom)
    if person.id == speaker.person.id:
        raise NotYours(ONESELF, ASK)
    return person


def _granted_before(
    session: Session, now: datetime, speaker: Speaker, request_key: str | None
) -> Grant | None:
    if request_key is None:
        return None
    label = take_request(session, speaker.person.id, request_key, now)
    grant_id = parse_grant_label(label) if label else None
    return budgets.grant_of(session, grant_id) if grant_id else None


def require_within_pool(session: Session, desk: Desk) -> None:
    """Refuse, and so undo, what has made the team's grants more than its pool."""
    if desk.terms.pool is None:
        return
    if granted_from_pool(session, desk) > desk.terms.pool:
        raise Refusal(
            f"That is more than the pool of {desk.roster.team.name} has left.",
            "Set less, or raise the pool with “/budget setup”.",
        )
