"""What the owner of each outcome used for it, by day, model and size of request, as of a moment.

`usage_share` says on which days something counts for the outcome, and by which keys and focus; the
records are those of these days with these keys and this focus. So the sums are exactly those of the
shares, of what was known at the moment.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Label,
    Select,
    and_,
    case,
    column,
    func,
    literal,
    select,
    values,
)
from sqlmodel import Session

from policies.usage import Granularity, TokenCounts
from storage.facts.attributed import IS_AFTER_DECLARATION, is_of_share, outcome_table
from storage.facts.usage_sums import SENT, TOKENS, UsageSums, sum_where, usage_sums
from storage.types import UsageKey
from storage.usage_ranges import TOKEN_CLASSES, day_range, usage_table
from storage.usage_shares import share_table

ROWS_AT_ONCE: Final = 2_000

_raw, _share = usage_table.c, share_table.c


class OutcomeUse(NamedTuple):
    """What one model took of a local day for an outcome, in requests that sent more than `above` tokens.

    `before_declared` are the tokens used before the outcome was declared, `last_us` the latest record.
    """

    outcome_id: int
    day: date
    model_id: str
    above: int
    sums: UsageSums
    classes: TokenCounts
    before_declared: int
    last_us: int


def usage_of_outcomes(
    session: Session,
    outcome_ids: Collection[int],
    zone: ZoneInfo,
    known: ColumnElement[bool],
    reviewed: tuple[Collection[str], Collection[str]],
    thresholds: Sequence[int],
) -> Iterator[OutcomeUse]:
    """What their owners, whose days begin in the zone, used for these outcomes; by outcome.

    `reviewed` are the models reviewed as frontier, and all that are reviewed. `thresholds` are the
    sizes of a request between which prices differ.
    """
    days = _days_of(session, outcome_ids)
    if not days:
        return
    sums = usage_sums(*reviewed)
    query = _query(_values_of(days, zone), outcome_ids, thresholds).add_columns(
        *sums,
        *(func.sum(_raw[name]) for name in TOKEN_CLASSES),
        sum_where(~IS_AFTER_DECLARATION, TOKENS),
        func.max(_raw.start_us),
    )
    few_at_once = query.where(known).execution_options(yield_per=ROWS_AT_ONCE)
    first = 4 + len(sums)
    for outcome_id, day, model_id, above, *columns in session.connection().execute(few_at_once):
        *classes, before, last_us = columns[len(sums) :]
        yield OutcomeUse(
            outcome_id=outcome_id,
            day=day,
            model_id=model_id,
            above=int(above),
            sums=UsageSums.read(columns[: first - 4]),
            classes=TokenCounts(*(None if count is None else int(count) for count in classes)),
            before_declared=int(before),
            last_us=int(last_us),
        )


def _query(days: CTE, outcome_ids: Collection[int], thresholds: Sequence[int]) -> Select[Any]:
    """The records of these outcomes' owners, day by day, grouped; without the sums."""
    of_day = days.c
    above = _above(thresholds)
    owned = and_(
        outcome_table.c.id == _share.outcome_id, outcome_table.c.owner_id == _share.person_id
    )
    records = and_(
        _raw.person_id == _share.person_id,
        _raw.usage_key >= of_day.first_key,
        _raw.usage_key < of_day.end_key,
        _raw.start_us >= of_day.first_us,
        _raw.start_us < of_day.end_us,
        is_of_share(),
    )
    by = (_share.outcome_id, _share.day, _raw.model_id, above)
    joined = (
        share_table.join(outcome_table, owned)
        .join(days, of_day.day == _share.day)
        .join(usage_table, records)
    )
    return (
        select(*by)
        .select_from(joined)
        .where(_share.outcome_id.in_(sorted(outcome_ids)))
        .group_by(*by[:-1], above.name)
        .order_by(_share.outcome_id)
    )


def _days_of(session: Session, outcome_ids: Collection[int]) -> list[date]:
    query = select(_share.day).where(_share.outcome_id.in_(sorted(outcome_ids))).distinct()
    return sorted(session.connection().scalars(query))


def _values_of(days: Sequence[date], zone: ZoneInfo) -> CTE:
    """The days as a table, with the stretch of keys and of time that each is in the zone."""
    columns = (
        column("day", Date),
        column("first_key", UsageKey),
        column("end_key", UsageKey),
        column("first_us", BigInteger),
        column("end_us", BigInteger),
    )
    ranges = (day_range(0, day, zone) for day in days)
    rows = [
        (one["of_day"], one["first_key"], one["end_key"], one["first_us"], one["end_us"])
        for one in ranges
    ]
    return values(*columns).data(rows).cte("local_day")


def _above(thresholds: Sequence[int]) -> Label[int]:
    """The threshold that a request's own size is beyond; a bucket's tells nothing."""
    beyond = [
        (SENT.op(">")(one), literal(one, Integer)) for one in sorted(thresholds, reverse=True)
    ]
    is_bucket = _raw.granularity != Granularity.REQUEST.value
    return case((is_bucket, literal(0, Integer)), *beyond, else_=literal(0, Integer)).label("above")
