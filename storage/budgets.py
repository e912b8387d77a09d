"""A team's terms, people's allowances, and grants: rows are added, and voided once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update

from policies.amounts import BudgetUnit
from policies.budgets import BudgetPeriod, BudgetTerms, Grant, GrantKind, PeriodDays
from storage.inserts import insert_of
from storage.tables import BudgetTermsRow, GrantRow, PersonAllowanceRow, PersonRow, TeamRow

ROOTS = (GrantKind.BASE.value, GrantKind.EXTRA.value)
"""What was given to a person, rather than taken out of something given already."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """A person's own base allowance; `before` is what it replaced, None for the team's."""

    base: int
    before: int | None


@dataclass(frozen=True, slots=True)
class GrantDraft:
    """A grant to be stored. `created_by` is None for what comes by itself."""

    team_id: int
    person_id: int
    kind: GrantKind
    amount: int
    unit: BudgetUnit
    first_day: date
    last_day: date
    reason: str = ""
    outcome_id: int | None = None
    source_id: int | None = None
    replaces_id: int | None = None
    requester_id: int | None = None
    approver_id: int | None = None
    created_by: int | None = None
    base_of: date | None = None


def terms_of(session: Session, team_id: int) -> BudgetTerms | None:
    """What holds for the team's budgets; None while it keeps none."""
    row = session.get(BudgetTermsRow, team_id, populate_existing=True)
    return _terms(row) if row else None


def hold_terms(session: Session, team_id: int) -> BudgetTerms | None:
    """The same, and nobody else changes the team's budgets until the transaction ends.

    On SQLite the write transaction sees to that already.
    """
    row = session.get(BudgetTermsRow, team_id, populate_existing=True, with_for_update=True)
    return _terms(row) if row else None


def hold_first_terms(session: Session, team_id: int) -> BudgetTerms | None:
    """The same where there may be no terms to hold yet: it holds the team before it looks."""
    session.get(TeamRow, team_id, with_for_update={"key_share": True})
    return hold_terms(session, team_id)


def all_terms(session: Session) -> list[BudgetTerms]:
    """The terms of every team that keeps budgets."""
    query = select(BudgetTermsRow).order_by(col(BudgetTermsRow.team_id))
    return [_terms(row) for row in session.exec(query)]


def save_terms(session: Session, terms: BudgetTerms) -> None:
    """Store a team's terms in place of those it had."""
    session.merge(
        BudgetTermsRow(
            team_id=terms.team_id,
            unit=terms.unit.value,
            period=terms.period.value,
            base=terms.base,
            pool=terms.pool,
            auto_approve=terms.auto_approve,
        )
    )
    session.flush()


def allowances_of(session: Session, team_id: int) -> dict[int, Allowance]:
    """Who has an allowance of their own in the team, by person."""
    query = select(PersonAllowanceRow).where(PersonAllowanceRow.team_id == team_id)
    rows = session.exec(query.execution_options(populate_existing=True))
    return {row.person_id: Allowance(row.base, row.base_before) for row in rows}


def save_allowance(
    session: Session, team_id: int, person_id: int, base: int | None, before: int | None = None
) -> None:
    """Give a person an allowance of their own; the team's again with None."""
    if base is None:
        session.exec(
            delete(PersonAllowanceRow).where(
                col(PersonAllowanceRow.team_id) == team_id,
                col(PersonAllowanceRow.person_id) == person_id,
            )
        )
        return
    session.merge(
        PersonAllowanceRow(team_id=team_id, person_id=person_id, base=base, base_before=before)
    )
    session.flush()


def add_grant(session: Session, draft: GrantDraft, now: datetime) -> Grant:
    """Store a grant; returns it with its id."""
    row = GrantRow(**_values(draft, now))
    session.add(row)
    session.flush()
    return _grant(row)


def add_base_grants(session: Session, drafts: Iterable[GrantDraft], now: datetime) -> int:
    """Store the base grants that are not there yet, each once a person and period; returns how many."""
    rows = [_values(draft, now) | {"void_reason": ""} for draft in drafts]
    if not rows:
        return 0
    insert = insert_of(session)
    statement = insert(GrantRow).on_conflict_do_nothing().returning(col(GrantRow.id))
    return len(session.connection().execute(statement, rows).all())


def with_base_grant(session: Session, team_id: int, first_day: date) -> set[int]:
    """Who got the base grant of the team's period that begins on that day, voided or not."""
    query = select(GrantRow.person_id).where(
        GrantRow.team_id == team_id, GrantRow.base_of == first_day
    )
    return set(session.exec(query))


def teams_missing_base(session: Session, team_ids: Collection[int], first_day: date) -> set[int]:
    """In which of these teams somebody at home has no base grant of the period that begins that day."""
    has_one = select(GrantRow.id).where(
        GrantRow.team_id == PersonRow.home_team_id,
        GrantRow.person_id == PersonRow.id,
        GrantRow.base_of == first_day,
    )
    query = (
        select(PersonRow.home_team_id)
        .where(col(PersonRow.home_team_id).in_(team_ids), ~has_one.exists())
        .distinct()
    )
    return {team_id for team_id in session.exec(query) if team_id is not None}


def grant_of(session: Session, grant_id: int) -> Grant | None:
    """The grant with this id."""
    row = session.get(GrantRow, grant_id, populate_existing=True)
    return _grant(row) if row else None


def grants_of(
    session: Session, team_id: int, person_ids: Collection[int], unit: BudgetUnit
) -> dict[int, list[Grant]]:
    """All grants in the team's unit to these people, by person, in the order in which they were made."""
    rows = _select(
        session,
        GrantRow.team_id == team_id,
        GrantRow.unit == unit.value,
        col(GrantRow.person_id).in_(person_ids),
    )
    return _by_person(rows, person_ids)


def grants_since(
    session: Session, team_id: int, person_ids: Collection[int], unit: BudgetUnit, first_day: date
) -> dict[int, list[Grant]]:
    """The same without what ended before `first_day`, and before any other of the person's began.

    Each person is read as far back as their own grants reach, whatever those of others do.
    """
    found: dict[int, list[Grant]] = {person_id: [] for person_id in person_ids}
    since = dict.fromkeys(found, first_day)
    reached_by = set(found)
    while reached_by:
        earliest = min(since[one] for one in reached_by)
        rows = _select(
            session,
            GrantRow.team_id == team_id,
            GrantRow.unit == unit.value,
            col(GrantRow.person_id).in_(reached_by),
            col(GrantRow.last_day).is_(None) | (col(GrantRow.last_day) >= earliest),
        )
        held = [one for one in rows if (one.last_day or date.max) >= since[one.person_id]]
        found |= _by_person(held, reached_by)
        reach = {
            one: min((grant.first_day for grant in found[one]), default=first_day)
            for one in reached_by
        }
        reached_by = {one for one in reached_by if reach[one] < since[one]}
        since |= {one: reach[one] for one in reached_by}
    return found


def grants_of_holders(
    session: Session, person_ids: Collection[int], held_on: date, begun_before: date
) -> list[Grant]:
    """All grants, in every team and unit, of those of these people whom one reaches from before to after."""
    holders = select(GrantRow.person_id).where(
        col(GrantRow.person_id).in_(person_ids),
        col(GrantRow.first_day) < begun_before,
        col(GrantRow.last_day).is_(None) | (col(GrantRow.last_day) >= held_on),
    )
    return _select(session, col(GrantRow.person_id).in_(holders))


def holders_on(session: Session, team_id: int, unit: BudgetUnit, day: date) -> set[int]:
    """Who holds a grant of the team in that unit that ends on that day or later."""
    query = select(GrantRow.person_id).where(
        GrantRow.team_id == team_id,
        GrantRow.unit == unit.value,
        col(GrantRow.voided_on).is_(None),
        col(GrantRow.last_day).is_(None) | (col(GrantRow.last_day) >= day),
    )
    return set(session.exec(query))


def grants_for_outcome(session: Session, team_id: int, outcome_id: int) -> list[Grant]:
    """What was granted to anybody for one outcome of the team and not voided, oldest first."""
    return _select(
        session,
        GrantRow.team_id == team_id,
        GrantRow.outcome_id == outcome_id,
        col(GrantRow.kind).in_(ROOTS),
        col(GrantRow.voided_on).is_(None),
    )


def earmarks_for(session: Session, outcome_id: int) -> list[Grant]:
    """Everybody's earmarks for an outcome that are not voided, oldest first."""
    return _select(
        session,
        GrantRow.outcome_id == outcome_id,
        GrantRow.kind == GrantKind.EARMARK.value,
        col(GrantRow.voided_on).is_(None),
    )


def extra_granted_in(session: Session, team_id: int, unit: BudgetUnit, period: PeriodDays) -> int:
    """How much was granted beside the allowances in a period of the team.

    What was voided later than on its first day counts in full: to count what it had left would tell
    what somebody used of it, and to leave it out would let the same be granted twice.
    """
    query = select(func.sum(GrantRow.amount)).where(
        GrantRow.team_id == team_id, *_extra_in(unit, period)
    )
    return int(session.exec(query).one() or 0)


def approved_by_limit_in(
    session: Session, team_id: int, person_id: int, unit: BudgetUnit, period: PeriodDays
) -> int:
    """How much of that a person asked for and nobody had to approve."""
    query = select(func.sum(GrantRow.amount)).where(
        GrantRow.team_id == team_id,
        GrantRow.requester_id == person_id,
        col(GrantRow.approver_id).is_(None),
        *_extra_in(unit, period),
    )
    return int(session.exec(query).one() or 0)


def void(
    session: Session, grant_id: int, on: date, actor_id: int | None, reason: str, now: datetime
) -> bool:
    """Let a grant give nothing from that day on; False when it was voided before."""
    change = (
        update(GrantRow)
        .where(col(GrantRow.id) == grant_id, col(GrantRow.voided_on).is_(None))
        .values(voided_on=on, voided_at=now, voided_by=actor_id, void_reason=reason)
        .execution_options(synchronize_session=False)
    )
    return session.exec(change).rowcount == 1


def void_of(session: Session, grant_id: int) -> tuple[int | None, str]:
    """(who voided it, why) of a grant; (None, "") of one that holds."""
    row = session.get(GrantRow, grant_id, populate_existing=True)
    return (row.voided_by, row.void_reason) if row else (None, "")


def granted_by(session: Session, team_id: int, actor_id: int, since: datetime) -> list[Grant]:
    """What the person granted in the team, and set aside, from a moment on; voided or not."""
    return _select(
        session,
        GrantRow.team_id == team_id,
        GrantRow.created_by == actor_id,
        GrantRow.created_at >= since,
    )


def voided_by(
    session: Session, team_id: int, actor_id: int, since: datetime
) -> list[tuple[datetime, str, Grant]]:
    """(when, why, what) of all that the person voided in the team from a moment on."""
    query = select(GrantRow).where(
        GrantRow.team_id == team_id,
        GrantRow.voided_by == actor_id,
        col(GrantRow.voided_at) >= since,
    )
    rows = session.exec(query.execution_options(populate_existing=True))
    return [(row.voided_at, row.void_reason, _grant(row)) for row in rows if row.voided_at]


def absorb(session: Session, into: int, other: int) -> None:
    """Give one person's grants and allowances to another who turned out to be the same.

    A base grant of a period for which the other one has one already stays behind as voided, and
    lets go of its place.
    """
    own = select(GrantRow.team_id, col(GrantRow.base_of)).where(GrantRow.person_id == into)
    twice = {(team_id, first) for team_id, first in session.exec(own) if first is not None}
    for row in session.exec(select(GrantRow).where(GrantRow.person_id == other)):
        if (row.team_id, row.base_of) in twice:
            row.base_of, row.voided_on = None, row.voided_on or row.first_day
        row.person_id = into
        session.add(row)
    has_own = select(PersonAllowanceRow.team_id).where(PersonAllowanceRow.person_id == into)
    settled = set(session.exec(has_own))
    for allowance in session.exec(
        select(PersonAllowanceRow).where(PersonAllowanceRow.person_id == other)
    ).all():
        if allowance.team_id not in settled:
            save_allowance(session, allowance.team_id, into, allowance.base, allowance.base_before)
        session.delete(allowance)
    session.flush()


def _by_person(grants: Iterable[Grant], person_ids: Iterable[int]) -> dict[int, list[Grant]]:
    found: dict[int, list[Grant]] = {person_id: [] for person_id in person_ids}
    for grant in grants:
        found[grant.person_id].append(grant)
    return found


def _extra_in(unit: BudgetUnit, period: PeriodDays) -> tuple[ColumnElement[bool] | bool, ...]:
    return (
        GrantRow.kind == GrantKind.EXTRA.value,
        GrantRow.unit == unit.value,
        GrantRow.first_day >= period.first,
        GrantRow.first_day <= period.last,
        col(GrantRow.voided_on).is_(None) | (col(GrantRow.voided_on) > col(GrantRow.first_day)),
    )


def _select(session: Session, *conditions: ColumnElement[bool] | bool) -> list[Grant]:
    query = select(GrantRow).where(*conditions).order_by(col(GrantRow.id))
    return [_grant(row) for row in session.exec(query.execution_options(populate_existing=True))]


def _values(draft: GrantDraft, now: datetime) -> dict[str, Any]:
    return {
        "team_id": draft.team_id,
        "person_id": draft.person_id,
        "kind": draft.kind.value,
        "amount": draft.amount,
        "unit": draft.unit.value,
        "first_day": draft.first_day,
        "last_day": draft.last_day,
        "created_at": now,
        "reason": draft.reason,
        "outcome_id": draft.outcome_id,
        "source_id": draft.source_id,
        "replaces_id": draft.replaces_id,
        "requester_id": draft.requester_id,
        "approver_id": draft.approver_id,
        "created_by": draft.created_by,
        "base_of": draft.base_of,
    }


def _terms(row: BudgetTermsRow) -> BudgetTerms:
    return BudgetTerms(
        team_id=row.team_id,
        unit=BudgetUnit(row.unit),
        period=BudgetPeriod(row.period),
        base=row.base,
        pool=row.pool,
        auto_approve=row.auto_approve,
    )


def _grant(row: GrantRow) -> Grant:
    if row.id is None:
        raise ValueError("The grant is not stored yet.")
    return Grant(
        id=row.id,
        team_id=row.team_id,
        person_id=row.person_id,
        kind=GrantKind(row.kind),
        amount=row.amount,
        unit=BudgetUnit(row.unit),
        first_day=row.first_day,
        last_day=row.last_day,
        created_at=row.created_at,
        reason=row.reason,
        outcome_id=row.outcome_id,
        source_id=row.source_id,
        replaces_id=row.replaces_id,
        requester_id=row.requester_id,
        approver_id=row.approver_id,
        voided_on=row.voided_on,
        voided_at=row.voided_at,
    )
