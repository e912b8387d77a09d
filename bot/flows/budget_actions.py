"""What somebody did last with a team's budgets, and whether it can be taken back."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from bot.flows.budget_rights import Desk
from policies.budgets import Grant, GrantKind
from policies.usage import microseconds
from storage import audit, budget_requests, budgets

MOVED = "Moved to something else."
MOVE = "budget.moved"
SET = "budget.allowance_set"
TERMS = "budget.terms_set"
UNDO = "budget.undone"


@dataclass(frozen=True, slots=True)
class Action:
    """All that one command did, which shares its moment. `set_for` is whose allowance it set."""

    at: datetime
    granted: tuple[Grant, ...]
    voided: tuple[Grant, ...]
    is_move: bool
    set_for: int | None
    can_be_undone: bool

    @property
    def undone(self) -> tuple[Grant, ...]:
        """By which grants it is named once it is undone: what it granted, or else what it voided."""
        return self.granted or self.voided


def last_action(session: Session, desk: Desk, actor_id: int, since: datetime) -> Action | None:
    """The last that the person did at `since` or later and has not undone; None where there is none."""
    team = f"team:{desk.team_id}"
    granted = budgets.granted_by(session, desk.team_id, actor_id, since)
    voided = budgets.voided_by(session, desk.team_id, actor_id, since)
    decided = budget_requests.decisions_by(session, desk.team_id, actor_id, since)
    deeds = audit.deeds_by(session, actor_id, team, since)
    undos = [one for one in deeds if one.action == UNDO]
    moments = {one.created_at for one in granted}
    moments |= {at for at, _, _ in voided} - {one.at for one in undos}
    moments |= {one.decided_at for one in decided if one.decided_at}
    moments |= {one.at for one in deeds if one.action in {MOVE, SET, TERMS}}
    taken_back = {one.details.get("done_at") for one in undos}
    moments -= {one for one in moments if microseconds(one) in taken_back}
    moments |= {one.created_at for one in granted if one.voided_on is None}
    if not moments:
        return None
    at = max(moments)
    is_again = microseconds(at) in taken_back
    of_it = tuple(
        one for one in granted if one.created_at == at and not (is_again and one.voided_on)
    )
    ended = [(reason, one) for moment, reason, one in voided if moment == at]
    names = {one.action: one for one in deeds if one.at == at}
    is_move = MOVE in names or (bool(of_it) and _are(GrantKind.EARMARK, of_it))
    set_for = int(names[SET].details["person"]) if SET in names else None
    action = Action(
        at, of_it, tuple(one for _, one in ended), is_move, set_for, can_be_undone=False
    )
    if not action.undone or any(one.voided_on for one in of_it):
        return action
    if set_for is not None:
        stands = not _is_changed_since(session, team, set_for, at)
    elif is_move:
        stands = all(why == MOVED for why, _ in ended) and _run_on(action, desk.today)
    else:
        stands = bool(of_it) and not ended
    return Action(at, of_it, action.voided, is_move, set_for, can_be_undone=stands)


def note_undone(session: Session, desk: Desk, actor_id: int, action: Action, now: datetime) -> None:
    """Audit that an action was taken back, by its grants and by its moment, so that it is not again."""
    for one in action.undone:
        audit.record(session, actor_id, UNDO, one.label, {"person": one.person_id}, now)
    details = {"done_at": microseconds(action.at)}
    audit.record(session, actor_id, UNDO, f"team:{desk.team_id}", details, now)


def _is_changed_since(session: Session, team: str, person_id: int, at: datetime) -> bool:
    """Whether anybody set the person's allowance, or the team's terms, after that."""
    later = audit.deeds_since(session, team, SET, at)
    terms = audit.deeds_since(session, team, TERMS, at)
    of_person = [one for one in later if one.details["person"] == person_id]
    return any(one.at > at for one in (*of_person, *terms))


def _run_on(action: Action, today: date) -> bool:
    """Whether the period in which something was moved still runs."""
    grants = (*action.granted, *action.voided)
    return all(one.last_day is None or one.last_day >= today for one in grants)


def _are(kind: GrantKind, grants: tuple[Grant, ...]) -> bool:
    return all(one.kind is kind for one in grants)
