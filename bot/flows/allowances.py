"""Base allowances: a grant to each member in each period, and what it takes to change one midway."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from sqlmodel import Session

from bot.flows.budget_rights import Desk
from bot.flows.ledgers import Ledger, ledger_of
from policies.budgets import Grant, GrantKind
from storage import audit, budgets, people
from storage.budgets import GrantDraft

CHANGED = "The allowance was changed."


def ensure_base_grants(session: Session, desk: Desk, now: datetime) -> int:
    """Give every member the base grant of the running period, once; returns how many got theirs.

    Who joins a team that has them already gets theirs in full, from the day on which this is first
    asked, which the minute tick makes the day of joining.
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
    given = budgets.add_base_grants(session, drafts, now)
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
    """Who is at home in the team, is to get something each period, and has not got it in this one."""
    at_home = people.home_members_of(session, desk.team_id)
    missing = at_home - budgets.with_base_grant(session, desk.team_id, desk.period.first)
    if desk.terms.base > 0 or not missing:
        return missing
    return missing & budgets.allowances_of(session, desk.team_id).keys()


def come_to(
    session: Session, desk: Desk, person_id: int, wanted: int, actor_id: int | None, now: datetime
) -> Grant | None:
    """Make the base of the running period come to `wanted`; None where as much was used up already.

    The base grant there is ends today, with what was set aside of it. A new one holds what `wanted`
    leaves after what they burned before today, and the same is set aside of it again. Its amount tells
    what the person used: a lead is shown the allowance instead.
    """
    ledger = ledger_of(session, desk.terms, person_id, desk.today)
    live = {one.id for one in ledger.grants if _is_live_base(one, desk)}
    shares = [one for one in shares_of(ledger.grants, live) if one.voided_on is None]
    held = {one.id: ledger.held_this_morning(one) for one in shares}
    for grant_id in [*sorted(live), *held]:
        budgets.void(session, grant_id, desk.today, actor_id, CHANGED, now)
    of_period = {one.id for one in ledger.grants if _is_base_of(one, desk)}
    left = wanted - _burned_before_today(ledger, desk, of_period)
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
    for one in shares:
        if one.outcome_id is not None and held[one.id] > 0:
            again = earmark_from(desk, grant, held[one.id], one.outcome_id, None)
            budgets.add_grant(session, again, now)
    return grant


def shares_of(grants: Sequence[Grant], root_ids: Collection[int]) -> list[Grant]:
    """What was taken out of these grants, and out of that again, in the order in which it was."""
    found, ids = [], set(root_ids)
    for grant in sorted(grants, key=attrgetter("id")):
        if grant.source_id in ids:
            ids.add(grant.id)
            found.append(grant)
    return found


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


def _burned_before_today(ledger: Ledger, desk: Desk, base_ids: Collection[int]) -> int:
    """What usage took of the period's base grants and of what was set aside of them."""
    if desk.today == desk.period.first:
        return 0
    counted = {*base_ids, *(one.id for one in shares_of(ledger.grants, base_ids))}
    before = ledger.on(desk.today - timedelta(days=1))
    return sum(line.burned for line in before.lines if line.grant.id in counted)


def _is_live_base(grant: Grant, desk: Desk) -> bool:
    return grant.kind is GrantKind.BASE and grant.holds_on(desk.today)


def _is_base_of(grant: Grant, desk: Desk) -> bool:
    is_of_period = desk.period.first <= grant.first_day <= desk.period.last
    return grant.kind is GrantKind.BASE and is_of_period
