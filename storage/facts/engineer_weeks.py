"""What each person used of their local week up to a moment, in one pass over the week's records a zone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, distinct, func, select
from sqlmodel import Session

from policies.amounts import BudgetUnit
from policies.budgets import Spend
from storage.facts.attributed import IS_AFTER_DECLARATION, OUTCOME, day_of_record, with_outcomes
from storage.facts.homes import Homes
from storage.facts.passes import of_people, stream
from storage.facts.usage_sums import TOKENS, UsageSums, sum_where
from storage.facts.windows import RunningDay, RunningWeek
from storage.usage_ranges import usage_table

_raw = usage_table.c
_AMOUNTS: Final = {
    BudgetUnit.TOKENS: TOKENS,
    BudgetUnit.USD: func.coalesce(_raw.cost_list_nusd, 0),
}


class WeekTokens(NamedTuple):
    """What one person's week comes to beside its `UsageSums`.

    `loose` are the tokens that count for no outcome, `declared_first` those that were used when their
    outcome had been declared.
    """

    days: int
    sessions: int
    loose: int
    declared_first: int


NO_WEEK: Final = WeekTokens(0, 0, 0, 0)


def week_sums(
    session: Session,
    homes: Homes,
    week: RunningWeek,
    known: ColumnElement[bool],
    usage: Sequence[ColumnElement[Any]],
) -> Iterator[tuple[int, UsageSums, WeekTokens]]:
    """Everybody of these homes who used anything in the week, by id, with what it adds up to.

    `usage` are the columns of `usage_sums`.
    """
    query = (
        select(
            _raw.person_id,
            *usage,
            func.count(distinct(day_of_record(week.days))),
            func.count(distinct(_raw.session_id)),
            sum_where(OUTCOME.is_(None), TOKENS),
            sum_where(IS_AFTER_DECLARATION, TOKENS),
        )
        .select_from(with_outcomes(week.days, week.as_of))
        .where(*of_people(homes, week.starts, week.as_of), known)
        .group_by(_raw.person_id)
    )
    first = 1 + len(usage)
    for row in stream(session, query):
        yield row[0], UsageSums.read(row[1:first]), WeekTokens._make(map(int, row[first:]))


def spends_today(
    session: Session, homes: Homes, as_of: datetime, known: ColumnElement[bool], unit: BudgetUnit
) -> dict[int, list[Spend]]:
    """What everybody used of the running day by the moment, by outcome, as budgets reckon it; by person."""
    day = RunningDay.of(as_of, homes.zone)
    query = (
        select(_raw.person_id, OUTCOME, func.sum(_AMOUNTS[unit]))
        .select_from(with_outcomes(day.days, as_of))
        .where(*of_people(homes, day.starts, as_of), known)
        .group_by(_raw.person_id, OUTCOME)
    )
    found: defaultdict[int, list[Spend]] = defaultdict(list)
    for person_id, outcome_id, amount in stream(session, query):
        if amount:
            found[person_id].append(Spend(day.day, outcome_id, int(amount)))
    return dict(found)
