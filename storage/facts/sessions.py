"""Sessions with a request of late: what each adds up to, and its requests in order of time.

A session's records are looked at up to two weeks back; buckets of many requests are no part of any.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from policies.periods import day_bounds
from policies.sessions import Request
from policies.usage import Granularity, microseconds
from storage.facts.attributed import OUTCOME, with_outcomes
from storage.facts.usage_sums import TOKENS, UsageSums, sum_where, usage_sums
from storage.facts.windows import between
from storage.usage_ranges import TOKEN_CLASSES, usage_table

LOOKED_BACK: Final = timedelta(days=14)
ACTIVE_WITHIN: Final = timedelta(days=7)
ROWS_AT_ONCE: Final = 5_000

_raw = usage_table.c

SessionKey = tuple[int, str]
"""The person and the session's id: ids of two people's sessions may be the same."""


@dataclass(frozen=True, slots=True)
class SessionWindow:
    """The stretch that is looked at, from a local midnight up to a moment; `days` with their ends."""

    starts: datetime
    active_since: datetime
    as_of: datetime
    days: list[tuple[date, datetime]]

    @classmethod
    def of(cls, as_of: datetime, zone: ZoneInfo) -> Self:
        """The two weeks before a moment, for people whose days begin in the zone."""
        first = (as_of - LOOKED_BACK).astimezone(zone).date()
        last = as_of.astimezone(zone).date()
        begun = (first + timedelta(days=n) for n in range((last - first).days + 1))
        days = [(day, day_bounds(day, zone)[1]) for day in begun]
        return cls(day_bounds(first, zone)[0], as_of - ACTIVE_WITHIN, as_of, days)


class SessionSums(NamedTuple):
    """What a session adds up to, and its tokens that count for an outcome."""

    sums: UsageSums
    attributed: int


def session_sums(
    session: Session,
    person_ids: Collection[int],
    window: SessionWindow,
    known: ColumnElement[bool],
    reviewed: tuple[Collection[str], Collection[str]],
) -> dict[SessionKey, SessionSums]:
    """The sessions of these people that had a request of late.

    `reviewed` are the models reviewed as frontier, and all that are reviewed.
    """
    sums = usage_sums(*reviewed)
    query = (
        select(_raw.person_id, _raw.session_id, *sums)
        .add_columns(sum_where(OUTCOME.is_not(None), TOKENS))
        .select_from(with_outcomes(window.days, window.as_of))
        .where(*_of(person_ids, window), known)
        .group_by(_raw.person_id, _raw.session_id)
        .having(func.max(_raw.start_us) >= microseconds(window.active_since))
    )
    return {
        (person_id, session_id): SessionSums(UsageSums.read(columns[:-1]), int(columns[-1]))
        for person_id, session_id, *columns in session.connection().execute(query)
    }


def session_requests(
    session: Session,
    person_ids: Collection[int],
    window: SessionWindow,
    known: ColumnElement[bool],
) -> Iterator[tuple[SessionKey, Iterator[Request]]]:
    """The requests of each session of these people, in order of time; a session at a time."""
    columns = (
        *(_raw.person_id, _raw.session_id, _raw.start_us, _raw.model_id),
        *(func.coalesce(_raw[name], 0) for name in TOKEN_CLASSES),
        func.coalesce(_raw.cost_list_nusd, 0),
        *(_raw.prompt_id, _raw.agent_name, _raw.query_source, _raw.tool),
    )
    query = (
        select(*columns)
        .where(*_of(person_ids, window), known)
        .order_by(_raw.person_id, _raw.session_id, _raw.start_us, _raw.usage_key)
    )
    found = session.connection().execute(query.execution_options(yield_per=ROWS_AT_ONCE))
    for key, rows in groupby(found, itemgetter(0, 1)):
        yield key, map(_request_of, rows)


def _request_of(row: Any) -> Request:  # noqa: ANN401 - a row of the columns above
    return Request(row[2], row[3], tuple(row[4:9]), *row[9:])


def _of(person_ids: Collection[int], window: SessionWindow) -> tuple[ColumnElement[bool], ...]:
    return (
        _raw.person_id.in_(sorted(person_ids)),
        between(window.starts, window.as_of),
        _raw.session_id.is_not(None),
        _raw.granularity == Granularity.REQUEST.value,
    )
