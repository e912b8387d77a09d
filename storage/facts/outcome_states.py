"""Outcomes as they stood at a moment: their state, size and complexity, and what had happened to them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlmodel import Session

from policies.outcomes import OPEN_STATES, OutcomeState
from storage.tables import OutcomeEventRow, OutcomeRow, table_of

_outcome, _event = table_of(OutcomeRow).c, table_of(OutcomeEventRow).c
ASSESSED: Final = ("size", "complexity")


@dataclass(frozen=True, slots=True)
class OutcomeThen:
    """An outcome as it stood at a moment. `has_evidence` is whether it was ever claimed with a link."""

    id: int
    team_id: int
    owner_id: int
    kind: str
    size: str
    complexity: str
    is_exploration: bool
    state: OutcomeState
    declared_at: datetime
    has_evidence: bool
    rejections: int

    @property
    def is_open(self) -> bool:
        """Whether it was work that is not finished, sent back ones included."""
        return self.state in OPEN_STATES


def outcomes_as_of(
    session: Session,
    as_of: datetime,
    closed_since: datetime,
    team_ids: Collection[int] | None = None,
    owner_ids: Collection[int] | None = None,
) -> Iterator[OutcomeThen]:
    """The outcomes that were open at the moment, or were closed after `closed_since`, by id."""
    later = _assessments_after(session, as_of)
    query = _standing(as_of, closed_since)
    if team_ids is not None:
        query = query.where(_outcome.team_id.in_(sorted(team_ids)))
    if owner_ids is not None:
        query = query.where(_outcome.owner_id.in_(sorted(owner_ids)))
    for row in session.connection().execute(query):
        assessed = later.get(row.id, {})
        yield OutcomeThen(
            id=row.id,
            team_id=row.team_id,
            owner_id=row.owner_id,
            kind=row.kind,
            size=assessed.get("size", row.size),
            complexity=assessed.get("complexity", row.complexity),
            is_exploration=bool(row.exploration),
            state=OutcomeState(row.state_then),
            declared_at=row.declared_at,
            has_evidence=bool(row.claims),
            rejections=int(row.rejections),
        )


def _standing(as_of: datetime, closed_since: datetime) -> Select[Any]:
    """Outcomes with the state of their last step up to the moment; a change is no step."""
    steps = (
        select(
            _event.outcome_id,
            func.max(_event.id).label("last"),
            func.sum(_is(OutcomeState.CLAIMED)).label("claims"),
            func.sum(_is(OutcomeState.REJECTED)).label("rejections"),
        )
        .where(_event.at <= as_of, _event.change == "")
        .group_by(_event.outcome_id)
        .subquery()
        .c
    )
    is_open = _event.after.in_(sorted(OPEN_STATES))
    return (
        select(*_outcome, _event.after.label("state_then"), steps.claims, steps.rejections)
        .join(steps.last.table, steps.outcome_id == _outcome.id)
        .join(_event.id.table, _event.id == steps.last)
        .where(is_open | (_event.at > closed_since))
        .order_by(_outcome.id)
    )


def _is(state: OutcomeState) -> ColumnElement[int]:
    return case((_event.after == state.value, 1), else_=0)


def _assessments_after(session: Session, as_of: datetime) -> Mapping[int, dict[str, str]]:
    """What size and complexity were before the first change after the moment: it is noted as `M to L`."""
    query = (
        select(_event.outcome_id, _event.change, _event.reason)
        .where(_event.at > as_of, _event.change.in_(ASSESSED))
        .order_by(_event.id.desc())
    )
    found: dict[int, dict[str, str]] = {}
    for outcome_id, change, told in session.connection().execute(query):
        found.setdefault(outcome_id, {})[change] = told.partition(" to ")[0]
    return found
