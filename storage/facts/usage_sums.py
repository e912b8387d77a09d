"""The sums behind the `usage.…` facts, the same for every subject: one set of SQL expressions, grouped anew.

`usage_sums` gives the columns over `usage`, to be selected under `known_as_of` with whatever a subject
is grouped by; `UsageSums.read` takes a row's columns in that order, and `facts` names them.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import ColumnElement, case, func

from policies.rules.facts import FactValue
from policies.usage import NANOS_PER_USD
from storage.usage_ranges import TOKEN_CLASSES, usage_table

_raw = usage_table.c


def _added(names: Iterable[str]) -> ColumnElement[int]:
    first, *others = (func.coalesce(_raw[name], 0) for name in names)
    return sum(others, first)


TOKENS: Final = _added(TOKEN_CLASSES)
"""Tokens of all classes of a row."""
SENT: Final = _added(TOKEN_CLASSES[:-1])
"""Tokens sent to a model, cached or not."""
REQUESTS: Final = func.coalesce(_raw.requests, 1)
"""Requests of a row; what a source does not count is at least one."""


class UsageSums(NamedTuple):
    """What some rows of `usage` add up to; costs are nano-dollars.

    `unpriced` and `cache_unknown` count the rows without a list price, and without a count of cached
    tokens; `unreviewed` those of models whose class nobody has reviewed.
    """

    records: int
    tokens: int
    cost_nusd: int
    unpriced: int
    requests: int
    input_tokens: int
    output_tokens: int
    cache_read: int
    cache_unknown: int
    frontier_nusd: int
    unreviewed: int

    @classmethod
    def read(cls, columns: Iterable[Any]) -> Self:
        """The sums from the columns of `usage_sums`; PostgreSQL sums whole numbers to decimals."""
        records, cost, priced, requests, sent, output, cached, counted, frontier, unreviewed = map(
            int, columns
        )
        return cls(
            *(records, sent + output, cost, records - priced, requests, sent, output),
            *(cached, records - counted, frontier, unreviewed),
        )

    @classmethod
    def total(cls, parts: Iterable[Self]) -> Self:
        """The sum of some sums; of none, nothing of everything."""
        nothing = cls(*(0,) * len(cls._fields))
        return cls(*map(sum, zip(nothing, *parts, strict=True)))

    def facts(self) -> dict[str, FactValue]:
        """Every `usage.…` fact of the catalogue, but for those of a team's week."""
        cost, sent = self.cost_nusd, self.input_tokens
        knows_cache = sent > 0 and not self.cache_unknown
        return {
            "usage.tokens": self.tokens,
            "usage.cost_usd": cost / NANOS_PER_USD,
            "usage.cost_known": self.records > 0 and not self.unpriced,
            "usage.requests": self.requests,
            "usage.input_tokens": sent,
            "usage.output_tokens": self.output_tokens,
            "usage.cache_read_share": self.cache_read / sent if knows_cache else 0.0,
            "usage.cache_known": knows_cache,
            "usage.frontier_cost_usd": self.frontier_nusd / NANOS_PER_USD,
            "usage.frontier_share": self.frontier_nusd / cost if cost else 0.0,
            "usage.classes_reviewed": self.records > 0 and not self.unreviewed,
        }


NO_USAGE: Final = UsageSums(*(0,) * len(UsageSums._fields))


def usage_sums(
    frontier_ids: Collection[str], reviewed_ids: Collection[str]
) -> tuple[ColumnElement[Any], ...]:
    """The columns that `UsageSums.read` takes, over the rows of a group: as few and plain as will do.

    `frontier_ids` are the models reviewed as frontier, `reviewed_ids` those with any reviewed class.
    """
    cost = func.coalesce(_raw.cost_list_nusd, 0)
    return (
        func.count(),
        _sum_of(_raw.cost_list_nusd),
        func.count(_raw.cost_list_nusd),
        func.sum(REQUESTS),
        func.sum(SENT),
        _sum_of(_raw.output_total),
        _sum_of(_raw.cache_read),
        func.count(_raw.cache_read),
        sum_where(_raw.model_id.in_(sorted(frontier_ids)), cost),
        rows_where(_raw.model_id.not_in(sorted(reviewed_ids))),
    )


def _sum_of(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of an amount; nothing where no row of the group has any."""
    return func.coalesce(func.sum(amount), 0)


def sum_where(condition: ColumnElement[bool], amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of an amount over the rows of a group that meet a condition."""
    return func.sum(case((condition, amount), else_=0))


def rows_where(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows of a group meet a condition."""
    return func.sum(case((condition, 1), else_=0))
