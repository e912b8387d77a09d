"""Base allowances: a grant to each member in each period, and what it takes to change one midway."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.flows.budget_rights import Desk
from bot.flows.ledgers import ledger_of
from policies.budgets import Grant, GrantKind
from storage import audit, budgets, people
from storage.budgets import GrantDraft

CHANGED = "The allowance was changed."


def ensure_base_grants(session: Session, desk: Desk, now: datetime) -> int:
    """Give every member the base grant of the running period, once; returns how many got theirs.

    Who joins a team that has them already gets theirs from today on, in full.
    """
    missing = missing_base(session, desk)
    if not missing:
        return 0
    others_have = bool(budgets.with_base_grant(session, desk.team_id, desk.period.first))
    first_day = desk.today if others_have else desk.period.first
    own = budgets.allowances_of(session, desk.team_id)
    drafts = [
        GrantDraft(
            team_id=desk.team_id,
            person_id=person_id,
            kind=GrantKind.BASE,
            amount=own[person_id].base if person_id in own else desk.terms.base,
            unit=desk.terms.unit,
            first_day=first_day,
            last_day=desk.period.last,
            base_of=desk.period.first,
        )
        for person_id in sorted(missing)
    ]
    given = budgets.add_base_grants(session, [one for one in drafts if one.amount > 0], now)
    if given:
        audit.record(
            session,
            None,
            "budget.base_granted",
            f"team:{desk.team_id}",
            {"people": given, "period": desk.period.first.isoformat()},
            now,
        )
    return given


def missing_base(session: Session, desk: Desk) -> set[int]:
    """Who is at home in the team and has no base grant of the running period."""
    at_home = people.home_members_of(session, desk.team_id)
    return at_home - budgets.with_base_grant(session, desk.team_id, desk.period.first)


def come_to(
    session: Session, desk: Desk, person_id: int, wanted: int, actor_id: int | None, now: datetime
) -> Grant | None:
    """Make the base of the running period come to `wanted`; None where as much was used up already.

    The base grants there are end today. A new one holds what `wanted` leaves after what they burned
    and what was taken out of them before today; what was taken out today is taken out of the new one.
    """
    ledger = ledger_of(session, desk.terms, person_id, desk.today)
    of_period = [one for one in ledger.grants if _is_base_of(one, desk)]
    live = {one.id for one in ledger.grants if _is_live_base(one, desk)}
    taken_today = [
        one
        for one in ledger.grants
        if one.source_id in live and one.voided_on is None and one.first_day == desk.today
    ]
    for grant_id in [*sorted(live), *(one.id for one in taken_today)]:
        budgets.void(session, grant_id, desk.today, actor_id, CHANGED, now)
    left = wanted
    if desk.today > desk.period.first:
        before = ledger.on(desk.today - timedelta(days=1))
        gone = [line for line in before.lines if _is_base_of(line.grant, desk)]
        left -= sum(line.burned + line.moved_out for line in gone)
    if left <= 0:
        return None
    new = GrantDraft(
        team_id=desk.team_id,
        person_id=person_id,
        kind=GrantKind.BASE,
        amount=left,
        unit=desk.terms.unit,
        first_day=desk.today if of_period else desk.period.first,
        last_day=desk.period.last,
        approver_id=actor_id,
        created_by=actor_id,
    )
    grant = budgets.add_grant(session, new, now)
    _take_again(session, desk, grant, taken_today, now)
    return grant


def earmark_from(
    desk: Desk, source: Grant, amount: int, outcome_id: int, created_by: int | None
) -> GrantDraft:
    """What is set aside of a grant for an outcome, for as long as the grant holds."""
    return GrantDraft(
        team_id=desk.team_id,
        person_id=source.person_id,
        kind=GrantKind.EARMARK,
        amount=amount,
        unit=desk.terms.unit,
        first_day=desk.today,
        last_day=source.last_day or desk.period.last,
        outcome_id=outcome_id,
        source_id=source.id,
        requester_id=source.person_id,
        created_by=created_by,
    )


def _take_again(
    session: Session, desk: Desk, source: Grant, earmarks: Sequence[Grant], now: datetime
) -> None:
    for one in earmarks:
        if one.outcome_id is not None:
            draft = earmark_from(desk, source, one.amount, one.outcome_id, None)
            budgets.add_grant(session, draft, now)


def _is_live_base(grant: Grant, desk: Desk) -> bool:
    return grant.kind is GrantKind.BASE and grant.holds_on(desk.today)


def _is_base_of(grant: Grant, desk: Desk) -> bool:
    is_of_period = desk.period.first <= grant.first_day <= desk.period.last
    return grant.kind is GrantKind.BASE and is_of_period
