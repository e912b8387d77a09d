"""Requests for more budget. A request changes only from the state in which its decider saw it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from policies.amounts import BudgetUnit
from policies.budget_requests import (
    UNDECIDED,
    BudgetRequest,
    RequestDraft,
    RequestState,
)
from storage.tables import BudgetRequestRow


def add_request(
    session: Session, draft: RequestDraft, team_id: int, person_id: int, now: datetime
) -> BudgetRequest:
    """Store a request that waits; returns it with its id."""
    row = BudgetRequestRow(
        team_id=team_id,
        person_id=person_id,
        amount=draft.amount.value,
        unit=draft.amount.unit.value,
        last_day=draft.last_day,
        outcome_id=draft.outcome_id,
        reason=draft.reason,
        state=RequestState.WAITING.value,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    return _request(row)


def request_of(session: Session, request_id: int) -> BudgetRequest | None:
    """The request with this id."""
    row = session.get(BudgetRequestRow, request_id, populate_existing=True)
    return _request(row) if row else None


def save_decision(session: Session, before: BudgetRequest, after: BudgetRequest) -> bool:
    """Move a request on, if it still stands as `before` had it; False when somebody else was first."""
    change = (
        update(BudgetRequestRow)
        .where(
            col(BudgetRequestRow.id) == before.id,
            col(BudgetRequestRow.state) == before.state.value,
        )
        .values(
            state=after.state.value,
            offered_amount=after.offered_amount,
            offered_last_day=after.offered_last_day,
            decided_by=after.decided_by,
            decided_at=after.decided_at,
            decision_reason=after.decision_reason,
            grant_id=after.grant_id,
        )
        .execution_options(synchronize_session=False)
    )
    return session.exec(change).rowcount == 1


def request_of_grant(session: Session, grant_id: int) -> BudgetRequest | None:
    """The request that a grant came of."""
    found = _select(session, BudgetRequestRow.grant_id == grant_id)
    return found[0] if found else None


def decisions_by(
    session: Session, team_id: int, actor_id: int, since: datetime
) -> list[BudgetRequest]:
    """What the person decided in the team from a moment on."""
    return _select(
        session,
        BudgetRequestRow.team_id == team_id,
        BudgetRequestRow.decided_by == actor_id,
        col(BudgetRequestRow.decided_at) >= since,
    )


def undecided_of_team(session: Session, team_id: int) -> list[BudgetRequest]:
    """What waits for a lead, or for the person's answer to an offer; oldest first."""
    return _select(session, BudgetRequestRow.team_id == team_id, _in_state(UNDECIDED))


def undecided_of(session: Session, team_id: int, person_id: int) -> list[BudgetRequest]:
    """The person's own requests that are not settled, oldest first."""
    return _select(
        session,
        BudgetRequestRow.team_id == team_id,
        BudgetRequestRow.person_id == person_id,
        _in_state(UNDECIDED),
    )


def all_undecided_of(session: Session, person_id: int) -> list[BudgetRequest]:
    """The same in every team."""
    return _select(session, BudgetRequestRow.person_id == person_id, _in_state(UNDECIDED))


def _in_state(states: Collection[RequestState]) -> ColumnElement[bool]:
    return col(BudgetRequestRow.state).in_([state.value for state in states])


def _select(session: Session, *conditions: ColumnElement[bool] | bool) -> list[BudgetRequest]:
    query = select(BudgetRequestRow).where(*conditions).order_by(col(BudgetRequestRow.id))
    return [_request(row) for row in session.exec(query.execution_options(populate_existing=True))]


def _request(row: BudgetRequestRow) -> BudgetRequest:
    if row.id is None:
        raise ValueError("The request is not stored yet.")
    return BudgetRequest(
        id=row.id,
        team_id=row.team_id,
        person_id=row.person_id,
        amount=row.amount,
        unit=BudgetUnit(row.unit),
        last_day=row.last_day,
        outcome_id=row.outcome_id,
        reason=row.reason,
        state=RequestState(row.state),
        asked_at=row.asked_at,
        offered_amount=row.offered_amount,
        offered_last_day=row.offered_last_day,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        grant_id=row.grant_id,
    )
