"""Findings as they stand, and every step of their lives. Who changes one says how it stood before.

A pass over the facts reads findings, thinks, and writes; meanwhile a person may have answered. Each
write therefore asks for the state that was read, and the loser changes nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import Session, col, delete, select, update

from policies.rules.facts import SubjectKind
from policies.rules.findings import TELLABLE, Finding, FindingState
from policies.rules.passes import Step
from policies.rules.subjects import Subject
from policies.usage import nanos_from_usd, usd_from_nanos
from storage.inserts import insert_of
from storage.tables import FindingEventRow, FindingRow, table_of

REMEMBERED: Final = timedelta(days=90)
"""What was resolved longer ago than this and matches again is a new finding, and has not regressed."""
_table: Final = table_of(FindingRow)
_events: Final = table_of(FindingEventRow)


def finding_of(session: Session, finding_id: int) -> Finding | None:
    """The finding with this id."""
    row = session.get(FindingRow, finding_id, populate_existing=True)
    return None if row is None else _finding(row)


def hold_finding(session: Session, finding_id: int) -> Finding | None:
    """The same, and nobody else changes it until the transaction ends."""
    row = session.get(FindingRow, finding_id, populate_existing=True, with_for_update=True)
    return None if row is None else _finding(row)


def standing(session: Session, rule_ids: Collection[str], now: datetime) -> list[Finding]:
    """What a pass has to know of these rules: all that stands, and what was resolved lately."""
    return _found(
        session,
        col(FindingRow.rule_id).in_(rule_ids),
        (col(FindingRow.state) != FindingState.RESOLVED.value)
        | (col(FindingRow.resolved_at) >= now - REMEMBERED),
    )


def tellable(session: Session, rule_ids: Collection[str]) -> list[Finding]:
    """What there is to tell somebody of these rules."""
    return _found(
        session,
        col(FindingRow.rule_id).in_(rule_ids),
        col(FindingRow.state).in_([state.value for state in TELLABLE]),
        col(FindingRow.person_id).is_not(None),
    )


def in_states(
    session: Session, rule_ids: Collection[str], states: Collection[FindingState]
) -> list[Finding]:
    """The findings of these rules in these states."""
    return _found(
        session,
        col(FindingRow.rule_id).in_(rule_ids),
        col(FindingRow.state).in_([state.value for state in states]),
    )


def of_person(
    session: Session, person_id: int, states: Collection[FindingState] | None = None
) -> list[Finding]:
    """A person's own findings, in these states or in any. For that person alone."""
    wanted = list(FindingState) if states is None else states
    return _found(
        session,
        FindingRow.person_id == person_id,
        col(FindingRow.state).in_([state.value for state in wanted]),
    )


def of_people(
    session: Session, person_ids: Collection[int], states: Collection[FindingState]
) -> dict[int, list[Finding]]:
    """The same of several people, each apart: for what each of them alone is told."""
    by_person: dict[int, list[Finding]] = {person_id: [] for person_id in person_ids}
    found = _found(
        session,
        col(FindingRow.person_id).in_(person_ids),
        col(FindingRow.state).in_([state.value for state in states]),
    )
    for one in found:
        if one.subject.person_id is not None:
            by_person[one.subject.person_id].append(one)
    return by_person


def rules_told_since(session: Session, person_id: int, since: datetime) -> set[str]:
    """The rules of which a person was told something from a moment on."""
    query = (
        select(FindingRow.rule_id)
        .where(FindingRow.person_id == person_id, col(FindingRow.coached_at) >= since)
        .distinct()
    )
    return set(session.exec(query))


def save_steps(session: Session, steps: Iterable[Step], now: datetime) -> list[Step]:
    """Store what a pass made of findings, with an event for each turn.

    Returns the steps that came to stand, with the ids of what is new; those whose finding somebody
    else has changed meanwhile are left out. A few hundred at a time are one bounded transaction.
    """
    changes = [step for step in steps if step.is_change]
    _forget(session, [step for step in changes if step.is_forgotten])
    kept = [step for step in changes if not step.is_forgotten]
    saved = _insert(session, [step for step in kept if step.before is None])
    turns = [step for step in kept if step.before is not None and step.is_turn]
    saved += [step for step in turns if _turn(session, step)]
    _go_on(session, [step for step in kept if not step.is_turn])
    _note(session, saved, now)
    return saved


def change(
    session: Session,
    before: Finding,
    after: Finding,
    now: datetime,
    *,
    actor_id: int | None = None,
    reason: str = "",
) -> bool:
    """Bring one finding from how it was read to another state; False where it stands otherwise now.

    For answers of people and for telling: beside the state it stores the answer's end and reason,
    when it was told, and what a lead may know.
    """
    values = {
        "state": after.state.value,
        "coached_at": after.coached_at,
        "until": after.until,
        "reason": after.reason,
        "lead_announced": after.lead_announced,
        "lead_may_know": after.lead_may_know,
        "lead_told_at": after.lead_told_at,
    }
    statement = update(FindingRow).where(*_as_read(before)).values(**values)
    if session.exec(statement.execution_options(synchronize_session=False)).rowcount != 1:
        return False
    if before.state is not after.state:
        row = _event(before, after, reason, now)
        session.connection().execute(_events.insert(), [row | {"actor_id": actor_id}])
    return True


def _as_read(before: Finding) -> tuple[ColumnElement[bool], ...]:
    until = col(FindingRow.until)
    told = col(FindingRow.lead_told_at)
    return (
        col(FindingRow.id) == before.id,
        col(FindingRow.state) == before.state.value,
        col(FindingRow.lead_may_know) == before.lead_may_know,
        until.is_(None) if before.until is None else until == before.until,
        told.is_(None) if before.lead_told_at is None else told == before.lead_told_at,
    )


def _found(session: Session, *conditions: ColumnElement[bool] | bool) -> list[Finding]:
    query = select(FindingRow).where(*conditions).order_by(col(FindingRow.id))
    rows = session.exec(query.execution_options(populate_existing=True))
    return [_finding(row) for row in rows]


def _forget(session: Session, steps: Sequence[Step]) -> None:
    """Nobody was told of these, and no event tells of them."""
    ids = [step.before.id for step in steps if step.before is not None]
    if ids:
        session.exec(
            delete(FindingRow).where(
                col(FindingRow.id).in_(ids), col(FindingRow.state) == FindingState.PENDING.value
            )
        )


def _insert(session: Session, steps: Sequence[Step]) -> list[Step]:
    """Store what is new. A row of the same fingerprint is taken over where it was resolved long ago."""
    if not steps:
        return []
    insert = insert_of(session)
    statement = insert(FindingRow).values([_values(step.after) for step in steps])
    anew = {name: statement.excluded[name] for name in _values(steps[0].after)}
    statement = statement.on_conflict_do_update(
        index_elements=[_table.c.fingerprint],
        set_=anew,
        where=_table.c.state == FindingState.RESOLVED.value,
    )
    rows = session.connection().execute(statement.returning(_table.c.id, _table.c.fingerprint))
    ids = {fingerprint: finding_id for finding_id, fingerprint in rows}
    return [
        Step(None, replace(step.after, id=ids[step.after.fingerprint]), step.reason)
        for step in steps
        if step.after.fingerprint in ids
    ]


def _turn(session: Session, step: Step) -> bool:
    """Bring one finding to its next state, unless it stands otherwise than it was read."""
    if step.before is None:
        return False
    values = _passed(step.after) | {
        "until": step.after.until,
        "reason": step.after.reason,
        "lead_announced": step.after.lead_announced,
        "lead_may_know": step.after.lead_may_know,
    }
    statement = update(FindingRow).where(*_as_read(step.before)).values(**values)
    return session.exec(statement.execution_options(synchronize_session=False)).rowcount == 1


def _go_on(session: Session, steps: Sequence[Step]) -> None:
    """Store what changed of findings that stay in their state, and leave alone what people said."""
    rows = [_passed(step.after) | {"of_id": step.after.id} for step in steps]
    if rows:
        statement = (
            _table.update()
            .where(_table.c.id == bindparam("of_id"), _table.c.state == bindparam("in_state"))
            .values({name: bindparam(name) for name in rows[0] if name != "of_id"})
        )
        rows = [row | {"in_state": row["state"]} for row in rows]
        session.connection().execute(statement, rows)


def _note(session: Session, steps: Sequence[Step], now: datetime) -> None:
    """An event for each turn; that something waits is none yet."""
    rows = [
        _event(step.before, step.after, step.reason.sentence, now)
        for step in steps
        if step.is_turn and step.after.state is not FindingState.PENDING
    ]
    if rows:
        session.connection().execute(_events.insert(), rows)


def _event(before: Finding | None, after: Finding, reason: str, now: datetime) -> dict[str, Any]:
    return {
        "finding_id": after.id,
        "rule_id": after.rule_id,
        "at": now,
        "actor_id": None,
        "before": before.state.value if before else None,
        "after": after.state.value,
        "reason": reason,
    }


def _values(finding: Finding) -> dict[str, Any]:
    """Every column of a new finding."""
    return _passed(finding) | {
        "rule_id": finding.rule_id,
        "fingerprint": finding.fingerprint,
        "subject_kind": finding.subject.kind.value,
        "subject_key": finding.subject.key,
        "coached_at": finding.coached_at,
        "until": finding.until,
        "reason": finding.reason,
        "lead_announced": finding.lead_announced,
        "lead_may_know": finding.lead_may_know,
        "lead_told_at": finding.lead_told_at,
    }


def _passed(finding: Finding) -> dict[str, Any]:
    """The columns that a pass writes."""
    impact = finding.impact_usd
    return {
        "rule_version": finding.rule_version,
        "subject_key": finding.subject.key,
        "labels": dict(finding.subject.labels),
        "person_id": finding.subject.person_id,
        "team_id": finding.subject.team_id,
        "outcome_id": finding.subject.outcome_id,
        "state": finding.state.value,
        "since": finding.since,
        "seen_at": finding.seen_at,
        "opened_at": finding.opened_at,
        "resolved_at": finding.resolved_at,
        "clear_since": finding.clear_since,
        "impact_nusd": None if impact is None else nanos_from_usd(impact),
        "facts": dict(finding.facts),
        "params": dict(finding.params),
    }


def _finding(row: FindingRow) -> Finding:
    if row.id is None:
        raise ValueError("The finding is not stored yet.")
    return Finding(
        id=row.id,
        rule_id=row.rule_id,
        rule_version=row.rule_version,
        fingerprint=row.fingerprint,
        subject=Subject(
            kind=SubjectKind(row.subject_kind),
            key=row.subject_key,
            labels=dict(row.labels),
            person_id=row.person_id,
            team_id=row.team_id,
            outcome_id=row.outcome_id,
        ),
        state=FindingState(row.state),
        since=row.since,
        seen_at=row.seen_at,
        opened_at=row.opened_at,
        coached_at=row.coached_at,
        resolved_at=row.resolved_at,
        clear_since=row.clear_since,
        until=row.until,
        reason=row.reason,
        impact_usd=None if row.impact_nusd is None else usd_from_nanos(row.impact_nusd),
        lead_announced=row.lead_announced,
        lead_may_know=row.lead_may_know,
        lead_told_at=row.lead_told_at,
        facts=dict(row.facts),
        params=dict(row.params),
    )
