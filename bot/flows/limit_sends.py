"""Sending people's limits to the systems that enforce them, beside the minute tick.

A limit is what the person used in the running period, covered or not, and what is left: the other
system has counted all of the former, and is to let the latter through. It is reckoned when it is sent,
so a late or repeated call carries what holds, not what held.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.budget_notices import redraw_cards
from bot.flows.calls import Called
from bot.flows.ledgers import ledger_of
from connectors.limits import LimitTarget
from connectors.services import Failure
from policies.amounts import BudgetUnit
from policies.outcomes import local_day_of
from policies.periods import day_bounds
from storage import audit, budget_requests, budgets, limit_pushes, people
from storage.database import Database
from storage.limit_pushes import Push, PushState

LEASE: Final = timedelta(minutes=3)
"""Longer than a call can take."""
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
WAIT_FOR_SOMEBODY: Final = timedelta(hours=1)
"""Until the next try after a failure that only somebody can mend: a key, a right, a missing user."""
MOST_ATTEMPTS: Final = 48

NO_EMAIL: Final = Failure("Mileage knows no e-mail address of this person")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a person may spend this period, and the address by which other systems know them."""

    email: str | None
    nusd: int


def note_unpushed(database: Database, now: datetime, *, targets: Collection[str]) -> int:
    """Note the limits that changed without anybody's doing: a grant ended, a target is new.

    Lets go of what was noted for targets that are off. Returns how many limits were noted; what another
    replica notes at the same time is noted twice, and sent once or, at worst, sent again.
    """
    with database.reading() as session:
        found = _unpushed(session, now, targets)
        if not found and not limit_pushes.is_any_waiting(session, but=targets):
            return 0
    with database.writing() as session:
        limit_pushes.switch_off(session, targets)
        limit_pushes.enqueue_all(session, found, now)
    return len(found)


def send_next(
    database: Database, now: datetime, *, name: str, target: LimitTarget
) -> Called | None:
    """Set the limit that has been due longest, as it is now; None when none is due.

    A limit that changes while it is sent is sent again, so the last call carries the last limit.
    """
    taken = _taken(database, now, name)
    if taken is None:
        return None
    push, limit = taken
    if limit is None:  # the team reckons in tokens now, or in nothing
        with database.writing() as session:
            limit_pushes.settle(session, push, PushState.OFF, now)
        return Called(_subject(push))
    failure = target.set_limit(limit.email, limit.nusd) if limit.email else NO_EMAIL
    with database.writing() as session:
        if failure is None:
            _note_sent(session, push, limit, now)
        else:
            _note_failed(session, push, limit, failure, now)
    return Called(_subject(push), failure)


def _unpushed(
    session: Session, now: datetime, targets: Collection[str]
) -> list[tuple[int, int, str]]:
    """(team, person, target) of each limit to be noted."""
    if not targets:
        return []
    days = {}
    for zone in limit_pushes.zones_to_limit(session):
        day = local_day_of(now, zone)
        since, _ = day_bounds(day, zone)
        days[zone] = day, since
    return [
        (team_id, person_id, target)
        for target in targets
        for team_id, person_id in limit_pushes.unpushed(session, target, days)
    ]


def _taken(database: Database, now: datetime, name: str) -> tuple[Push, Limit | None] | None:
    with database.reading() as session:
        if not limit_pushes.is_any_waiting(session):
            return None
    with database.writing() as session:
        push = limit_pushes.claim_due(session, name, now, LEASE)
        return (push, _limit_of(session, push, now)) if push else None


def _limit_of(session: Session, push: Push, now: datetime) -> Limit | None:
    """The limit as it is now; None where the person's home team keeps no budget in US dollars.

    A person has one limit elsewhere, and grants of two teams only after moving from one to the other.
    """
    person = people.person_of(session, push.person_id)
    team = people.home_team_of(session, push.person_id)
    terms = budgets.terms_of(session, team.id) if team else None
    if person is None or team is None or terms is None or terms.unit is not BudgetUnit.USD:
        return None
    ledger = ledger_of(session, terms, person.id, local_day_of(now, team.zone))
    return Limit(person.email, ledger.balance.used + ledger.balance.left)


def _note_sent(session: Session, push: Push, sent: Limit, now: datetime) -> None:
    requests = limit_pushes.requests_behind(session, push)
    if limit_pushes.settle(session, push, PushState.SENT, now, sent.nusd):
        details: dict[str, str | int] = {"person": push.person_id, "target": push.target}
        audit.record(session, None, "limit.sent", _subject(push), details, now)
        _redraw(session, [one for one, had_failed in requests if had_failed], now)
    if _limit_of(session, push, now) not in (sent, None):
        limit_pushes.enqueue(session, push.team_id, push.person_id, push.target, now)


def _note_failed(
    session: Session, push: Push, limit: Limit, failure: Failure, now: datetime
) -> None:
    until = now + _wait(push, failure)
    gives_up = push.attempt >= MOST_ATTEMPTS
    state = PushState.FAILED if gives_up else PushState.WAITING
    requests = limit_pushes.requests_behind(session, push)
    if limit_pushes.settle(session, push, state, until, limit.nusd, failure.reason):
        _redraw(session, [one for one, _ in requests], now)
    if failure.is_general:
        limit_pushes.hold_off(session, push.target, until)


def _redraw(session: Session, request_ids: Collection[int], now: datetime) -> None:
    """Let the leads' cards of these requests say how the new limit fares."""
    for request_id in request_ids:
        request = budget_requests.request_of(session, request_id)
        if request is not None:
            redraw_cards(session, request, "limit", now)


def _wait(push: Push, failure: Failure) -> timedelta:
    """1, 2, 4 … minutes up to an hour, or what the system asked for."""
    if not failure.is_temporary:
        return WAIT_FOR_SOMEBODY
    return failure.wait or min(FIRST_WAIT * (1 << min(push.attempt - 1, 10)), LONGEST_WAIT)


def _subject(push: Push) -> str:
    return f"limit:{push.id}"
