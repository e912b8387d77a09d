"""One answer a request: a repeated request finds what the first one did.

A request is a row among the deliveries, whose unique key already decides races: it is taken and
settled in the transaction of what it asks for, so both are stored or neither. Who comes second waits
for the first, and then finds its answer. Such a row is posted from the start; nothing delivers it.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, select, update

from storage import deliveries
from storage.deliveries import DeliveryState
from storage.tables import DeliveryRow

REQUEST: Final = "request"
TURN: Final = "turn"
LONGEST_KEY: Final = 200


def take_request(session: Session, person_id: int, key: str, now: datetime) -> str | None:
    """None when the person's request is new and now ours; else the subject of its stored answer."""
    if deliveries.enqueue(session, REQUEST, _audience(person_id), _short(key), "", now):
        _change(session, person_id, key, state=DeliveryState.POSTED.value, settled_at=now)
        return None
    query = select(DeliveryRow.subject).where(*_is(person_id, key))
    return session.exec(query).one()


def settle_request(session: Session, person_id: int, key: str, subject: str) -> None:
    """Note in the transaction that took the request what answers it, such as `O-12`."""
    _change(session, person_id, key, subject=subject)


def take_turn(session: Session, whose: str, what: str, most: int, now: datetime) -> bool:
    """Take one of so many turns that somebody has at something; False when all are taken.

    `what` names the span of time too: a turn that was taken comes back only through `give_turn_back`.
    """
    for place in range(most):
        period = f"{_short(what)}:{place}"
        if deliveries.enqueue(session, TURN, whose, period, "", now):
            statement = update(DeliveryRow).where(
                col(DeliveryRow.kind) == TURN,
                col(DeliveryRow.audience) == whose,
                col(DeliveryRow.period) == period,
            )
            session.exec(
                statement.values(
                    state=DeliveryState.POSTED.value, settled_at=now
                ).execution_options(synchronize_session=False)
            )
            return True
    return False


def give_turn_back(session: Session, whose: str, what: str) -> None:
    """Free the first turn at something, where what it was taken for came to nothing."""
    session.exec(
        delete(DeliveryRow).where(
            col(DeliveryRow.kind) == TURN,
            col(DeliveryRow.audience) == whose,
            col(DeliveryRow.period) == f"{_short(what)}:0",
        )
    )


def _change(session: Session, person_id: int, key: str, **values: str | datetime) -> None:
    statement = update(DeliveryRow).where(*_is(person_id, key)).values(**values)
    session.exec(statement.execution_options(synchronize_session=False))


def _is(person_id: int, key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(DeliveryRow.kind) == REQUEST,
        col(DeliveryRow.audience) == _audience(person_id),
        col(DeliveryRow.period) == _short(key),
    )


def _audience(person_id: int) -> str:
    return f"person:{person_id}"


def _short(key: str) -> str:
    return key[:LONGEST_KEY]
