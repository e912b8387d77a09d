"""Limits on their way to systems that enforce them: waiting -> sent | failed | off.

A row says that a person's limit may have changed, not to what: whoever sends it takes the limit that
holds then. So the newest row of a person and target stands for all before it, and is the only one sent.
Each claim carries the number of its attempt; who lost the claim changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, case, col, func, insert, literal, select, update

from policies.amounts import BudgetUnit
from storage.tables import BudgetTermsRow, GrantRow, LimitPushRow, PersonRow, TeamRow
from storage.types import UtcDateTime

LONGEST_ERROR: Final = 300
A_DAY: Final = timedelta(days=1)


class PushState(StrEnum):
    """Where a push stands. `off` is one that no system was there to take."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Push:
    """A person's limit for one target. `limit_nusd` is what was last sent, None before that.

    `due_at` is when it is tried next while it waits; `error` is why the last try failed, "" for none.
    """

    id: int
    team_id: int
    person_id: int
    target: str
    limit_nusd: int | None
    state: PushState
    due_at: datetime
    attempt: int
    error: str
    request_id: int | None


def enqueue(
    session: Session,
    team_id: int,
    person_id: int,
    target: str,
    now: datetime,
    request_id: int | None = None,
) -> None:
    """Note that a person's limit at a target has to be set again, at once."""
    session.add(
        LimitPushRow(
            team_id=team_id,
            person_id=person_id,
            target=target,
            state=PushState.WAITING.value,
            noted_at=now,
            due_at=now,
            request_id=request_id,
        )
    )
    session.flush()


def enqueue_all(session: Session, limits: Iterable[tuple[int, int, str]], now: datetime) -> None:
    """The same for many limits at once, as (team, person, target)."""
    rows = [
        {
            "team_id": team_id,
            "person_id": person_id,
            "target": target,
            "state": PushState.WAITING.value,
            "noted_at": now,
            "due_at": now,
        }
        for team_id, person_id, target in limits
    ]
    if rows:
        session.connection().execute(insert(LimitPushRow), rows)


def is_any_waiting(session: Session, but: Collection[str] = ()) -> bool:
    """Whether anything waits, due or not, for any target but these.

    Reading is cheaper than asking for the write lock.
    """
    query = (
        select(LimitPushRow.id)
        .where(LimitPushRow.state == PushState.WAITING.value, col(LimitPushRow.target).not_in(but))
        .limit(1)
    )
    return session.exec(query).first() is not None


def claim_due(session: Session, target: str, now: datetime, lease: timedelta) -> Push | None:
    """Take what has been due longest at a target; if nobody settles it, it is due again after the lease."""
    newest = (
        select(func.max(LimitPushRow.id))
        .where(LimitPushRow.target == target, LimitPushRow.state == PushState.WAITING.value)
        .group_by(col(LimitPushRow.person_id))
    )
    query = (
        select(LimitPushRow)
        .where(
            col(LimitPushRow.id).in_(newest),
            LimitPushRow.state == PushState.WAITING.value,
            LimitPushRow.due_at <= now,
        )
        .order_by(col(LimitPushRow.due_at), col(LimitPushRow.id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    row = session.exec(query).first()
    if row is None:
        return None
    row.attempt, row.due_at = row.attempt + 1, now + lease
    session.flush()
    return _push(row)


def settle(
    session: Session,
    push: Push,
    state: PushState,
    due_at: datetime,
    limit_nusd: int | None = None,
    error: str = "",
) -> bool:
    """Note how a try ended, for the push and those before it; False when another replica did."""
    values = {
        "state": state.value,
        "due_at": due_at,
        "limit_nusd": limit_nusd,
        "error": error[:LONGEST_ERROR],
    }
    change = (
        update(LimitPushRow)
        .where(col(LimitPushRow.state) == PushState.WAITING.value)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    is_ours = col(LimitPushRow.id) == push.id, col(LimitPushRow.attempt) == push.attempt
    if session.exec(change.where(*is_ours)).rowcount != 1:
        return False
    session.exec(
        change.where(
            col(LimitPushRow.person_id) == push.person_id,
            col(LimitPushRow.target) == push.target,
            col(LimitPushRow.id) < push.id,
        )
    )
    return True


def requests_behind(session: Session, push: Push) -> list[tuple[int, bool]]:
    """(id, whether a try has failed) of the requests whose limit a try of this push carries."""
    query = select(LimitPushRow.request_id, LimitPushRow.error).where(
        LimitPushRow.person_id == push.person_id,
        LimitPushRow.target == push.target,
        LimitPushRow.state == PushState.WAITING.value,
        col(LimitPushRow.id) <= push.id,
        col(LimitPushRow.request_id).is_not(None),
    )
    return [(request_id, error != "") for request_id, error in session.exec(query) if request_id]


def hold_off(session: Session, target: str, until: datetime) -> None:
    """Leave a target alone until then, whatever was due there before."""
    session.exec(
        update(LimitPushRow)
        .where(
            col(LimitPushRow.target) == target,
            col(LimitPushRow.state) == PushState.WAITING.value,
            col(LimitPushRow.due_at) < until,
        )
        .values(due_at=until)
        .execution_options(synchronize_session=False)
    )


def switch_off(session: Session, targets: Collection[str]) -> None:
    """Let go of what waits for any target but these."""
    session.exec(
        update(LimitPushRow)
        .where(
            col(LimitPushRow.state) == PushState.WAITING.value,
            col(LimitPushRow.target).not_in(targets),
        )
        .values(state=PushState.OFF.value)
        .execution_options(synchronize_session=False)
    )


def pushes_for_request(session: Session, request_id: int) -> list[Push]:
    """What an approved request set going, oldest first."""
    query = (
        select(LimitPushRow)
        .where(LimitPushRow.request_id == request_id)
        .order_by(col(LimitPushRow.id))
        .execution_options(populate_existing=True)
    )
    return [_push(row) for row in session.exec(query)]


def zones_to_limit(session: Session) -> list[ZoneInfo]:
    """The zones of the teams whose budgets are limits elsewhere: those in US dollars."""
    query = (
        select(TeamRow.time_zone)
        .join(BudgetTermsRow, col(BudgetTermsRow.team_id) == TeamRow.id)
        .where(BudgetTermsRow.unit == BudgetUnit.USD.value)
        .distinct()
    )
    return [ZoneInfo(name) for name in session.exec(query)]


def unpushed(
    session: Session, target: str, days: Mapping[ZoneInfo, tuple[date, datetime]]
) -> list[tuple[int, int]]:
    """(home team, person) of each whose limit for a target may not be what follows from their grants.

    That is who has a grant and was never pushed for the team, and who had one made, voided, or ended
    after they were pushed last. `days` says which day it is in each zone and when it began; teams of
    other zones are left out, and so are grants that ended before yesterday.
    """
    if not days:
        return []
    pushes = (
        select(
            LimitPushRow.team_id,
            LimitPushRow.person_id,
            func.max(LimitPushRow.noted_at).label("last"),
        )
        .where(LimitPushRow.target == target, LimitPushRow.state != PushState.OFF.value)
        .group_by(col(LimitPushRow.team_id), col(LimitPushRow.person_id))
        .subquery()
    )
    last, ends_on = pushes.c.last, col(GrantRow.last_day)
    today = _by_zone({zone: literal(day) for zone, (day, _) in days.items()})
    yesterday = _by_zone({zone: literal(day - A_DAY) for zone, (day, _) in days.items()})
    since = _by_zone({zone: literal(at, UtcDateTime()) for zone, (_, at) in days.items()})
    lives = ends_on.is_(None) | (ends_on >= today)
    has_ended = (ends_on == yesterday) & (last < since)
    has_changed = (col(GrantRow.created_at) > last) | (col(GrantRow.voided_at) > last)
    earliest = min(day for day, _ in days.values()) - A_DAY
    home_of = (col(PersonRow.id) == GrantRow.person_id) & (
        col(PersonRow.home_team_id) == GrantRow.team_id
    )
    query = (
        select(GrantRow.team_id, GrantRow.person_id)
        .join(TeamRow, col(TeamRow.id) == GrantRow.team_id)
        .join(BudgetTermsRow, col(BudgetTermsRow.team_id) == GrantRow.team_id)
        .join(PersonRow, home_of)
        .outerjoin(
            pushes,
            (pushes.c.team_id == GrantRow.team_id) & (pushes.c.person_id == GrantRow.person_id),
        )
        .where(
            GrantRow.unit == BudgetUnit.USD.value,
            BudgetTermsRow.unit == BudgetUnit.USD.value,
            ends_on.is_(None) | (ends_on >= earliest),
            col(TeamRow.time_zone).in_([zone.key for zone in days]),
            (last.is_(None) & lives & col(GrantRow.voided_on).is_(None)) | has_ended | has_changed,
        )
        .distinct()
        .order_by(col(GrantRow.team_id), col(GrantRow.person_id))
    )
    return list(session.exec(query))


def absorb(session: Session, into: int, other: int) -> None:
    """Give one person's pushes to another who turned out to be the same."""
    session.exec(
        update(LimitPushRow)
        .where(col(LimitPushRow.person_id) == other)
        .values(person_id=into)
        .execution_options(synchronize_session=False)
    )


def _by_zone(values: Mapping[ZoneInfo, ColumnElement[Any]]) -> ColumnElement[Any]:
    """The value for the zone of a row's team."""
    return case({zone.key: value for zone, value in values.items()}, value=col(TeamRow.time_zone))


def _push(row: LimitPushRow) -> Push:
    if row.id is None:
        raise ValueError("The push is not stored yet.")
    return Push(
        id=row.id,
        team_id=row.team_id,
        person_id=row.person_id,
        target=row.target,
        limit_nusd=row.limit_nusd,
        state=PushState(row.state),
        due_at=row.due_at,
        attempt=row.attempt,
        error=row.error,
        request_id=row.request_id,
    )
