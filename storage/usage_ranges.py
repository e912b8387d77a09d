"""A stretch of one person's time in the raw records: the parameters and conditions of every scan."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, case, func

from policies.periods import day_bounds
from policies.usage import TokenCounts, first_key_of_hour, from_microseconds, microseconds
from storage.tables import UsageRow, table_of
from storage.types import UsageKey

Id = TypeVar("Id")

TOKEN_CLASSES: Final = TokenCounts._fields

usage_table = table_of(UsageRow)
_raw = usage_table.c

IN_RANGE: Final = (
    _raw.person_id == bindparam("of_person", type_=Integer),
    _raw.usage_key >= bindparam("first_key", type_=UsageKey),
    _raw.usage_key < bindparam("end_key", type_=UsageKey),
    _raw.start_us >= bindparam("first_us", type_=BigInteger),
    _raw.start_us < bindparam("end_us", type_=BigInteger),
)
_tokens: Final[ColumnElement[int]] = sum(
    (func.coalesce(_raw[name], 0) for name in TOKEN_CLASSES[1:]),
    func.coalesce(_raw[TOKEN_CLASSES[0]], 0),
)
SUMS: Final = {
    "records": func.count(),
    "tokens": func.sum(_tokens),
    "tokens_unpriced": func.sum(case((_raw.cost_list_nusd.is_(None), _tokens), else_=0)),
    "cost_list_nusd": func.coalesce(func.sum(_raw.cost_list_nusd), 0),
}


def day_range(person_id: int, day: date, zone: ZoneInfo) -> dict[str, Any]:
    """The parameters of `IN_RANGE` for a local day, with `of_day`."""
    start, end = day_bounds(day, zone)
    return range_of(person_id, day, microseconds(start), microseconds(end))


def range_of(person_id: int, day: date, first_us: int, end_us: int) -> dict[str, Any]:
    """The parameters of `IN_RANGE` for the moments in [first_us, end_us) of a day, with `of_day`."""
    last = from_microseconds(end_us - 1)
    return {
        "of_person": person_id,
        "of_day": day,
        "first_key": first_key_of_hour(from_microseconds(first_us)),
        "end_key": first_key_of_hour(last + timedelta(hours=1)),
        "first_us": first_us,
        "end_us": end_us,
    }


def slices(ids: Sequence[Id], most: int = 10_000) -> list[Sequence[Id]]:
    """The ids in parts that one statement takes."""
    return [ids[start : start + most] for start in range(0, len(ids), most)]
