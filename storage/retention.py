"""Deleting what is older than it may be, in batches that are whole by themselves.

A day goes at once: its records, its sums and its shares, so that sums stay the sums of what is there.
Usage that a budget still reckons with stays until the budget's grants end.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, or_, tuple_
from sqlmodel import Session, col, select

from policies.ledger_span import ledger_since
from storage import budgets, rollups, usage_shares
from storage.deliveries import DeliveryState
from storage.limit_pushes import PushState
from storage.tables import (
    CoachingSlotRow,
    CoachingTrialRow,
    DeliveryRow,
    DigestAnswerRow,
    EngineerDayRow,
    FindingEventRow,
    FindingRow,
    FindingVerdictRow,
    FocusWindowRow,
    LimitPushRow,
    PersonalReadRow,
    PersonRow,
    RuleExceptionRow,
    TeamWeekPersonRow,
    TeamWorkflowPersonRow,
    TeamWorkflowRow,
    table_of,
)
from storage.usage_ranges import IN_RANGE, day_range, usage_table

BUDGETS_LOOK_BACK: Final = timedelta(days=62)
PEOPLE_AT_ONCE: Final = 200
DAYS_AT_ONCE: Final = 300
ROWS_AT_ONCE: Final = 2_000
SETTLED: Final = (DeliveryState.POSTED.value, DeliveryState.ABANDONED.value)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What is older may go: moments before `at`, and days before `day`."""

    now: datetime
    days: int

    @property
    def at(self) -> datetime:
        """The first moment that stays."""
        return self.now - timedelta(days=self.days)

    @property
    def day(self) -> date:
        """The first day that stays, wherever on earth it is."""
        return self.at.date()

    @property
    def budgets_since(self) -> date:
        """From which day on balances are asked for: what-if looks back sixty days, and as of a day ago."""
        return (self.now - BUDGETS_LOOK_BACK).date()


@dataclass(frozen=True, slots=True)
class PurgedDays:
    """How many days of people were deleted, and after which person to go on; None at the end."""

    days: int
    go_on_after: int | None


def purge_days(session: Session, cutoff: Cutoff, after_person: int) -> PurgedDays:
    """Delete the oldest days of the next people, by id."""
    people = select(PersonRow.id).where(col(PersonRow.id) > after_person)
    ids = [
        one for one in session.exec(people.order_by(col(PersonRow.id)).limit(PEOPLE_AT_ONCE)) if one
    ]
    if not ids:
        return PurgedDays(0, None)
    if not _old_days(session, ids, cutoff):
        return PurgedDays(0, ids[-1])
    rollups.hold_people(session, ids)
    old = _old_days(session, ids, cutoff)
    zones = rollups.zones_by_person(session, {person_id for person_id, _ in old})
    ranges = [day_range(person_id, day, zones[person_id]) for person_id, day in old]
    if ranges:
        connection = session.connection()
        connection.execute(delete(usage_table).where(*IN_RANGE), ranges)
        connection.execute(usage_shares.DELETE_DAY, ranges)
        connection.execute(rollups.DELETE_DAY, ranges)
    is_cut = len(old) == DAYS_AT_ONCE
    return PurgedDays(len(old), old[-1][0] - 1 if is_cut else ids[-1])


def purge_rows(session: Session, cutoff: Cutoff) -> int:
    """Delete one batch of everything else that is too old; 0 when nothing is left."""
    return _purge_findings(session, cutoff) or sum(
        _purge(session, table, is_old(table, cutoff)) for table, is_old in AGEING
    )


def _old_days(session: Session, ids: Sequence[int], cutoff: Cutoff) -> list[tuple[int, date]]:
    """The days that may go, of each person in order; no more than one batch."""
    later = _needed_since(session, ids, cutoff)
    rest = [one for one in ids if one not in later]
    person, day = col(EngineerDayRow.person_id), col(EngineerDayRow.day)
    query = (
        select(person, day)
        .where(
            or_(
                person.in_(rest) & (day < cutoff.day),
                *((person == one) & (day < since) for one, since in later.items()),
            )
        )
        .distinct()
        .order_by(person, day)
        .limit(DAYS_AT_ONCE)
    )
    return list(session.exec(query))


def _needed_since(session: Session, ids: Sequence[int], cutoff: Cutoff) -> dict[int, date]:
    """From which day on budgets still reckon with a person's usage, where that is before the cutoff."""
    grants = defaultdict(list)
    for one in budgets.grants_of_holders(session, ids, cutoff.budgets_since, cutoff.day):
        grants[one.person_id].append(one)
    spans = {one: ledger_since(held, cutoff.budgets_since)[1] for one, held in grants.items()}
    return {one: since for one, since in spans.items() if since < cutoff.day}


def _purge_findings(session: Session, cutoff: Cutoff) -> int:
    """Findings that nothing matched since, unless an answer to them still holds."""
    findings = table_of(FindingRow)
    old = select(FindingRow.id).where(
        col(FindingRow.seen_at) < cutoff.at,
        col(FindingRow.until).is_(None) | (col(FindingRow.until) < cutoff.at),
    )
    ids = [one for one in session.exec(old.order_by(col(FindingRow.id)).limit(ROWS_AT_ONCE)) if one]
    if ids:
        for model in (FindingEventRow, FindingVerdictRow, CoachingSlotRow, CoachingTrialRow):
            of_them = table_of(model)
            session.connection().execute(delete(of_them).where(of_them.c.finding_id.in_(ids)))
        session.connection().execute(delete(findings).where(findings.c.id.in_(ids)))
    return len(ids)


def _purge(session: Session, table: Table, is_old: ColumnElement[bool]) -> int:
    key = tuple_(*table.primary_key)
    batch = table.select().with_only_columns(*table.primary_key).where(is_old).limit(ROWS_AT_ONCE)
    return session.connection().execute(delete(table).where(key.in_(batch))).rowcount


IsOld = Callable[[Table, Cutoff], ColumnElement[bool]]


def _by_day(column: str) -> IsOld:
    return lambda table, cutoff: table.c[column] < cutoff.day


def _by_moment(column: str) -> IsOld:
    return lambda table, cutoff: table.c[column] < cutoff.at


AGEING: Final[tuple[tuple[Table, IsOld], ...]] = (
    (table_of(TeamWeekPersonRow), _by_day("week")),
    (table_of(TeamWorkflowPersonRow), _by_day("week")),
    (table_of(TeamWorkflowRow), _by_day("week")),
    (table_of(CoachingSlotRow), _by_day("day")),
    (table_of(CoachingTrialRow), _by_day("decided_on")),
    (table_of(DigestAnswerRow), _by_moment("at")),
    (table_of(FocusWindowRow), _by_moment("ended_at")),
    (table_of(PersonalReadRow), _by_day("day")),
    (
        table_of(RuleExceptionRow),
        lambda table, cutoff: table.c.person_id.is_not(None) & (table.c.last_day < cutoff.day),
    ),
    (
        table_of(LimitPushRow),
        lambda table, cutoff: (
            (table.c.noted_at < cutoff.at) & (table.c.state == PushState.SENT.value)
        ),
    ),
    (
        table_of(DeliveryRow),
        lambda table, cutoff: (table.c.settled_at < cutoff.at) & table.c.state.in_(SETTLED),
    ),
)
"""What else goes by age, with the condition on its rows to be too old."""
