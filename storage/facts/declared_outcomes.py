"""The outcomes that people declared in a stretch of time, as far as rules look at how they were declared."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session

from policies.outcome_splits import Declared, most_alike
from policies.outcomes import Complexity, KeyKind, OutcomeKey, OutcomeState
from storage.facts.homes import Homes
from storage.tables import OutcomeEventRow, OutcomeKeyRow, OutcomeRow, table_of

RETRO_WITHIN: Final = timedelta(hours=1)
"""Who claims so soon had done the work before it was declared."""

_outcome, _event = table_of(OutcomeRow), table_of(OutcomeEventRow)
_key = table_of(OutcomeKeyRow).c


class DeclaredOutcomes(NamedTuple):
    """How many one person declared: all, trivial, claimed at once, and the most that are alike."""

    all: int
    trivial: int
    retro: int
    split: int


NONE_DECLARED: Final = DeclaredOutcomes(0, 0, 0, 0)


def declared_outcomes(
    session: Session, homes: Homes, starts: datetime, as_of: datetime
) -> dict[int, DeclaredOutcomes]:
    """What everybody of these homes declared from `starts` to the moment; by person.

    What was dropped by then, as what is merged into another is, splits nothing.
    """
    keys = _keys_of(session, homes, starts, as_of)
    found = {}
    for owner_id, rows in groupby(_rows(session, homes, starts, as_of), key=itemgetter(0)):
        declared = list(rows)
        found[owner_id] = DeclaredOutcomes(
            all=len(declared),
            trivial=sum(row.complexity == Complexity.TRIVIAL for row in declared),
            retro=sum(_is_retro(row.declared_at, row.claimed_at) for row in declared),
            split=most_alike(
                Declared(row.title, tuple(keys.get(row.id, ())))
                for row in declared
                if row.dropped_at is None
            ),
        )
    return found


def _rows(session: Session, homes: Homes, starts: datetime, as_of: datetime) -> Iterator[Any]:
    one = _outcome.c
    query = (
        select(
            one.owner_id,
            one.id,
            one.title,
            one.complexity,
            one.declared_at,
            _first(OutcomeState.CLAIMED).label("claimed_at"),
            _first(OutcomeState.DROPPED).label("dropped_at"),
        )
        .outerjoin(_event, and_(_event.c.outcome_id == one.id, _event.c.at <= as_of))
        .where(one.owner_id.in_(homes.ids), one.declared_at >= starts, one.declared_at < as_of)
        .group_by(one.id)
        .order_by(one.owner_id, one.id)
    )
    return iter(session.connection().execute(query))


def _first(state: OutcomeState) -> ColumnElement[datetime | None]:
    """When an outcome first came to a state; a change that left the state is no step."""
    is_step = (_event.c.after == state.value) & (_event.c.change == "")
    return func.min(_event.c.at).filter(is_step)


def _keys_of(
    session: Session, homes: Homes, starts: datetime, as_of: datetime
) -> dict[int, list[OutcomeKey]]:
    one = _outcome.c
    query = (
        select(_key.outcome_id, _key.kind, _key.value)
        .join(_outcome, one.id == _key.outcome_id)
        .where(one.owner_id.in_(homes.ids), one.declared_at >= starts, one.declared_at < as_of)
    )
    found: defaultdict[int, list[OutcomeKey]] = defaultdict(list)
    for outcome_id, kind, value in session.connection().execute(query):
        found[outcome_id].append(OutcomeKey(KeyKind(kind), value))
    return found


def _is_retro(declared_at: datetime, claimed_at: datetime | None) -> bool:
    return claimed_at is not None and claimed_at - declared_at <= RETRO_WITHIN
