"""Declared outcomes, their transitions, and how many reached which state when."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, col, func, select, update

from policies.metrics import OutcomeCounts
from policies.outcomes import (
    OPEN_STATES,
    Complexity,
    KeyKind,
    Outcome,
    OutcomeDraft,
    OutcomeEvent,
    OutcomeKey,
    OutcomeKind,
    OutcomeSize,
    OutcomeState,
)
from storage.errors import EvidenceTaken
from storage.tables import OutcomeEventRow, OutcomeKeyRow, OutcomeRow

IS_STEP = OutcomeEventRow.change == ""
"""Counts and reports are about steps; a change of size or keys is none."""
STANDING = (OutcomeState.VERIFIED.value, OutcomeState.DURABLE.value)
"""States that a revert takes back."""
REVIEWED: Final = (OutcomeState.VERIFIED.value, OutcomeState.REJECTED.value)


class Decisions(NamedTuple):
    """Reviews that decided on a claim, and how many of them sent it back."""

    decided: int
    rejected: int


def add_outcome(
    session: Session, draft: OutcomeDraft, team_id: int, owner_id: int, now: datetime
) -> Outcome:
    """Store a declaration with its first event; returns it with its id."""
    row = OutcomeRow(
        team_id=team_id,
        owner_id=owner_id,
        title=draft.title,
        kind=draft.kind.value,
        size=draft.size.value,
        complexity=draft.complexity.value,
        exploration=draft.exploration,
        state=OutcomeState.DECLARED.value,
        deadline=draft.deadline,
        declared_at=now,
    )
    session.add(row)
    session.flush()
    outcome_id = _id_of(row)
    session.add_all(
        OutcomeKeyRow(outcome_id=outcome_id, place=place, kind=key.kind.value, value=key.value)
        for place, key in enumerate(dict.fromkeys(draft.keys))
    )
    declared = OutcomeState.DECLARED
    add_event(session, OutcomeEvent(outcome_id, owner_id, now, None, declared, draft.origin_url))
    return _outcome(row, tuple(dict.fromkeys(draft.keys)))


def outcome_of(session: Session, outcome_id: int) -> Outcome | None:
    """The outcome with this id."""
    row = session.get(OutcomeRow, outcome_id, populate_existing=True)
    return _outcomes(session, [row])[0] if row else None


def save_transition(session: Session, before: Outcome, after: Outcome, event: OutcomeEvent) -> bool:
    """Move an outcome on, if it still stands where `before` had it; False when somebody else was first.

    The event is stored in the same transaction. EvidenceTaken when another outcome stands on the
    link of `after`.
    """
    change = (
        update(OutcomeRow)
        .where(col(OutcomeRow.id) == before.id, col(OutcomeRow.state) == before.state.value)
        .values(
            state=after.state.value,
            evidence_url=after.evidence_url,
            claimed_at=after.claimed_at,
            verified_at=after.verified_at,
            verified_by=after.verified_by,
        )
        .execution_options(synchronize_session=False)
    )
    try:
        with session.begin_nested():
            won = session.exec(change).rowcount == 1
    except IntegrityError as error:
        raise _evidence_taken(session, after) from error
    if won:
        add_event(session, event)
    return won


def open_outcomes_of(session: Session, owner_id: int) -> list[Outcome]:
    """What the person has declared and not finished, oldest first."""
    return _select(session, OutcomeRow.owner_id == owner_id, col(OutcomeRow.state).in_(OPEN_STATES))


def outcomes_of_team(
    session: Session, team_id: int, states: Collection[OutcomeState] = tuple(OutcomeState)
) -> list[Outcome]:
    """The team's outcomes in any of the states, oldest first."""
    return _select(session, OutcomeRow.team_id == team_id, col(OutcomeRow.state).in_(states))


def evidence_owner(session: Session, url: str) -> Outcome | None:
    """The outcome that stands on this link; a dropped one lets go of it."""
    found = _select(
        session, OutcomeRow.evidence_url == url, OutcomeRow.state != OutcomeState.DROPPED.value
    )
    return found[0] if found else None


def counts_between(
    session: Session,
    team_id: int,
    start: datetime,
    end: datetime,
    known_at: datetime | None = None,
) -> OutcomeCounts:
    """How many of the team's outcomes reached each state in [start, end), each counted once.

    A verification that was reverted counts for nothing, unless the revert came after `known_at`,
    when the figures of the window were fixed.
    """
    query = (
        select(
            OutcomeEventRow.after,
            OutcomeRow.exploration,
            func.count(col(OutcomeEventRow.outcome_id).distinct()),
        )
        .join(OutcomeRow, col(OutcomeRow.id) == col(OutcomeEventRow.outcome_id))
        .where(
            OutcomeRow.team_id == team_id,
            OutcomeEventRow.at >= start,
            OutcomeEventRow.at < end,
            IS_STEP,
            stands(known_at),
        )
        .group_by(OutcomeEventRow.after, col(OutcomeRow.exploration))
    )
    return counts_of({(after, exploration): n for after, exploration, n in session.exec(query)})


def decisions_between(session: Session, team_id: int, start: datetime, end: datetime) -> Decisions:
    """The reviews of the team's claims in [start, end); one outcome can be decided several times."""
    query = (
        select(OutcomeEventRow.after, func.count())
        .join(OutcomeRow, col(OutcomeRow.id) == col(OutcomeEventRow.outcome_id))
        .where(
            OutcomeRow.team_id == team_id,
            OutcomeEventRow.before == OutcomeState.CLAIMED.value,
            col(OutcomeEventRow.after).in_(REVIEWED),
            OutcomeEventRow.at >= start,
            OutcomeEventRow.at < end,
            IS_STEP,
        )
        .group_by(OutcomeEventRow.after)
    )
    found = dict(session.exec(query).all())
    return Decisions(sum(found.values()), found.get(OutcomeState.REJECTED.value, 0))


def count_declared(
    session: Session, team_id: int, start: datetime, end: datetime, complexity: Complexity
) -> int:
    """How many outcomes of a complexity the team declared in [start, end)."""
    query = select(func.count()).where(
        OutcomeRow.team_id == team_id,
        OutcomeRow.declared_at >= start,
        OutcomeRow.declared_at < end,
        OutcomeRow.complexity == complexity.value,
    )
    return session.exec(query).one()


def outcomes_reaching(
    session: Session,
    team_id: int,
    state: OutcomeState,
    start: datetime,
    end: datetime,
    known_at: datetime | None = None,
) -> list[Outcome]:
    """The team's outcomes that reached the state in [start, end), oldest first.

    As in `counts_between`, what was reverted by `known_at` was never verified.
    """
    reached = select(OutcomeEventRow.id).where(
        OutcomeEventRow.outcome_id == OutcomeRow.id,
        OutcomeEventRow.after == state.value,
        OutcomeEventRow.at >= start,
        OutcomeEventRow.at < end,
        IS_STEP,
        stands(known_at),
    )
    return _select(session, OutcomeRow.team_id == team_id, reached.exists())


def has_verified_between(
    session: Session, verifier_id: int, owner_id: int, start: datetime, end: datetime
) -> bool:
    """Whether the verifier verified an outcome of the owner in [start, end)."""
    query = (
        select(OutcomeEventRow.id)
        .join(OutcomeRow, col(OutcomeRow.id) == col(OutcomeEventRow.outcome_id))
        .where(
            OutcomeEventRow.actor_id == verifier_id,
            OutcomeEventRow.after == OutcomeState.VERIFIED.value,
            OutcomeEventRow.at >= start,
            OutcomeEventRow.at < end,
            IS_STEP,
            OutcomeRow.owner_id == owner_id,
        )
        .limit(1)
    )
    return session.exec(query).first() is not None


def events_of(session: Session, outcome_id: int) -> list[OutcomeEvent]:
    """Everything that happened to the outcome, in order."""
    query = (
        select(OutcomeEventRow)
        .where(OutcomeEventRow.outcome_id == outcome_id)
        .order_by(col(OutcomeEventRow.id))
    )
    return [
        OutcomeEvent(
            row.outcome_id,
            row.actor_id,
            row.at,
            OutcomeState(row.before) if row.before else None,
            OutcomeState(row.after),
            row.reason,
            row.change,
        )
        for row in session.exec(query)
    ]


def last_event_of(session: Session, outcome_id: int) -> int | None:
    """The id of the last thing that happened to the outcome: another one means that it has changed."""
    query = select(func.max(OutcomeEventRow.id)).where(OutcomeEventRow.outcome_id == outcome_id)
    return session.exec(query).one()


def add_event(session: Session, event: OutcomeEvent) -> None:
    """Note what happened to an outcome, in the transaction in which it happens."""
    session.add(
        OutcomeEventRow(
            outcome_id=event.outcome_id,
            actor_id=event.actor_id,
            at=event.at,
            before=event.before.value if event.before else None,
            after=event.after.value,
            reason=event.reason,
            change=event.change,
        )
    )
    session.flush()


def note_change(
    session: Session, outcome: Outcome, actor_id: int, change: str, reason: str, now: datetime
) -> OutcomeEvent:
    """Note a change that left the outcome in its state, such as of its size: `M to L`."""
    state = outcome.state
    event = OutcomeEvent(outcome.id, actor_id, now, state, state, reason, change)
    add_event(session, event)
    return event


def save_assessment(session: Session, before: Outcome, after: Outcome) -> bool:
    """Store another size and complexity, if all still stands as `before` had it; else False."""
    change = (
        update(OutcomeRow)
        .where(
            col(OutcomeRow.id) == before.id,
            col(OutcomeRow.state) == before.state.value,
            col(OutcomeRow.size) == before.size.value,
            col(OutcomeRow.complexity) == before.complexity.value,
        )
        .values(size=after.size.value, complexity=after.complexity.value)
        .execution_options(synchronize_session=False)
    )
    return session.exec(change).rowcount == 1


def verified_until(session: Session, moment: datetime, limit: int) -> list[Outcome]:
    """Outcomes that were verified at the moment or before, and are verified still; at most `limit`."""
    query = (
        select(OutcomeRow)
        .where(OutcomeRow.state == OutcomeState.VERIFIED.value, OutcomeRow.verified_at <= moment)  # type: ignore[operator]  # null is never at or before
        .order_by(col(OutcomeRow.verified_at), col(OutcomeRow.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return _outcomes(session, session.exec(query).all())


def hold(session: Session, outcome_ids: Iterable[int]) -> None:
    """Let one transaction at a time change these outcomes; on SQLite the write transaction suffices.

    Usage that is stored meanwhile may still refer to them.
    """
    query = (
        select(OutcomeRow.id)
        .where(col(OutcomeRow.id).in_(sorted(outcome_ids)))
        .order_by(col(OutcomeRow.id))
        .with_for_update(key_share=True)
    )
    session.exec(query).all()


def counts_of(reached: Mapping[tuple[str, bool], int]) -> OutcomeCounts:
    """Counts by state and whether it was exploration."""

    def of(state: OutcomeState) -> int:
        return reached.get((state, False), 0) + reached.get((state, True), 0)

    return OutcomeCounts(
        declared=of(OutcomeState.DECLARED),
        claimed=of(OutcomeState.CLAIMED),
        verified=of(OutcomeState.VERIFIED),
        explored=reached.get((OutcomeState.VERIFIED, True), 0),
        reverted=of(OutcomeState.REVERTED),
    )


def stands(known_at: datetime | Mapped[datetime] | None) -> ColumnElement[bool]:
    """The condition on an event to be no verification that was reverted by `known_at`.

    A column of the query may say when; where it is null, every revert counts.
    """
    revert = aliased(OutcomeEventRow)
    reverted = select(revert.id).where(
        col(revert.outcome_id) == col(OutcomeEventRow.outcome_id),
        col(revert.after) == OutcomeState.REVERTED.value,
        col(revert.change) == "",
    )
    if isinstance(known_at, datetime):
        reverted = reverted.where(col(revert.at) < known_at)
    elif known_at is not None:
        reverted = reverted.where(known_at.is_(None) | (col(revert.at) < known_at))
    return col(OutcomeEventRow.after).not_in(STANDING) | ~reverted.exists()


def _select(session: Session, *conditions: ColumnElement[bool] | bool) -> list[Outcome]:
    query = select(OutcomeRow).where(*conditions).order_by(col(OutcomeRow.id))
    return _outcomes(session, session.exec(query.execution_options(populate_existing=True)).all())


def _outcomes(session: Session, rows: Collection[OutcomeRow]) -> list[Outcome]:
    keys = _keys_of(session, [_id_of(row) for row in rows])
    return [_outcome(row, tuple(keys.get(_id_of(row), ()))) for row in rows]


def _keys_of(session: Session, outcome_ids: Iterable[int]) -> dict[int, list[OutcomeKey]]:
    query = (
        select(OutcomeKeyRow)
        .where(col(OutcomeKeyRow.outcome_id).in_(outcome_ids))
        .order_by(col(OutcomeKeyRow.outcome_id), col(OutcomeKeyRow.place))
    )
    keys: dict[int, list[OutcomeKey]] = {}
    for row in session.exec(query):
        keys.setdefault(row.outcome_id, []).append(OutcomeKey(KeyKind(row.kind), row.value))
    return keys


def _evidence_taken(session: Session, after: Outcome) -> EvidenceTaken:
    owner = evidence_owner(session, after.evidence_url) if after.evidence_url else None
    label = owner.label if owner else "another outcome"
    return EvidenceTaken(f"That link is already the evidence of {label}. Give a link of its own.")


def _id_of(row: OutcomeRow) -> int:
    if row.id is None:
        raise ValueError("The outcome is not stored yet.")
    return row.id


def _outcome(row: OutcomeRow, keys: tuple[OutcomeKey, ...]) -> Outcome:
    return Outcome(
        id=_id_of(row),
        team_id=row.team_id,
        owner_id=row.owner_id,
        title=row.title,
        kind=OutcomeKind(row.kind),
        size=OutcomeSize(row.size),
        complexity=Complexity(row.complexity),
        exploration=row.exploration,
        state=OutcomeState(row.state),
        keys=keys,
        deadline=row.deadline,
        evidence_url=row.evidence_url,
        declared_at=row.declared_at,
        claimed_at=row.claimed_at,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
    )
