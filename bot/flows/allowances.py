"""Base allowances: a grant to each member in each period, and what it takes to change one midway."""

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import attrgetter

from sqlmodel import Session

from bot.flows.budget_rights import Desk
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
    """Make the base of the running period come to `wanted`; None where that is nothing.

    The base there is ends today, and a new one takes its place, with all that was burned and set aside
    of it. The new one's amount is what was wanted: a lead who reads it learns nothing of what was used.
    """
    held = budgets.grants_of(session, desk.team_id, [person_id], desk.terms.unit)[person_id]
    for one in held:
        if one.kind is GrantKind.BASE and one.holds_on(desk.today):
            budgets.void(session, one.id, desk.today, actor_id, CHANGED, now)
    if wanted == 0:
        return None
    of_period = [one for one in held if _is_base_of(one, desk)]
    new = GrantDraft(
        team_id=desk.team_id,
        person_id=person_id,
        kind=GrantKind.BASE,
        amount=wanted,
        unit=desk.terms.unit,
        first_day=desk.today if of_period else desk.period.first,
        last_day=desk.period.last,
        replaces_id=of_period[-1].id if of_period else None,
        approver_id=actor_id,
        created_by=actor_id,
    )
    return budgets.add_grant(session, new, now)


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


def _is_base_of(grant: Grant, desk: Desk) -> bool:
    is_of_period = desk.period.first <= grant.first_day <= desk.period.last
    return grant.kind is GrantKind.BASE and is_of_period
