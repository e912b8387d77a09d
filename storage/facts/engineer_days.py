"""What each person used of their local day up to a moment: passes over the day's records, a zone at a time.

The records of a person's day are found by the key of `usage`, and summed where they lie, in the order of
people: no statement sorts by person, and none is made a person.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, case, distinct, func, literal, select
from sqlmodel import Session

from policies.periods import day_bounds
from policies.usage import Trust, microseconds
from storage.facts.attributed import OUTCOME, outcome_table, with_outcomes
from storage.facts.homes import Homes
from storage.facts.passes import of_people, stream
from storage.facts.usage_sums import REQUESTS, TOKENS, UsageSums, sum_where
from storage.facts.windows import RunningDay
from storage.source_hours import HOUR_US
from storage.usage_ranges import usage_table

_raw = usage_table.c
_cost: Final = func.coalesce(_raw.cost_list_nusd, 0)


class DaySums(NamedTuple):
    """What one person's day adds up to beside its `UsageSums`; costs are nano-dollars.

    `prompted` counts the rows that name the prompt they belong to, `turns` the prompts. `attributed`
    are the tokens that count for an outcome, `of_colleagues` those that count for one of somebody else.
    The `bot_…` figures are those of transcription and meeting bots.
    """

    prompted: int
    turns: int
    night_requests: int
    night_nusd: int
    night_turns: int
    attributed: int
    of_colleagues: int
    bot_hours: int
    bot_requests: int
    bot_nusd: int


NO_SUMS: Final = DaySums(*(0,) * len(DaySums._fields))


class DayHours(NamedTuple):
    """In how many hours of the day and of its night there was any request, and the most in one."""

    active: int
    at_night: int
    peak: int


NO_HOURS: Final = DayHours(0, 0, 0)


class RecentUse(NamedTuple):
    """What was used in the last hour and in the last five minutes of it: tokens and nano-dollars."""

    hour_tokens: int
    hour_nusd: int
    minutes_tokens: int
    minutes_nusd: int


NO_USE: Final = RecentUse(0, 0, 0, 0)


class DayBefore(NamedTuple):
    """Requests of the local day before, and its tokens by who reports them: files and tools of the
    person, or gateways and providers.
    """

    requests: int
    by_client: int
    by_provider: int


NO_DAY_BEFORE: Final = DayBefore(0, 0, 0)


def day_sums(
    session: Session,
    homes: Homes,
    day: RunningDay,
    known: ColumnElement[bool],
    usage: Sequence[ColumnElement[Any]],
    is_bot: ColumnElement[bool] | None,
) -> Iterator[tuple[int, UsageSums, DaySums]]:
    """Everybody of these homes who used anything on the day, by id, with what it adds up to.

    `usage` are the columns of `usage_sums`, `is_bot` the condition of `bots`, where any record meets it.
    """
    query = (
        select(_raw.person_id, *usage, *_day_columns(day, is_bot))
        .select_from(with_outcomes(day.days, day.as_of))
        .where(*of_people(homes, day.starts, day.as_of), known)
        .group_by(_raw.person_id)
    )
    first = 1 + len(usage)
    for row in stream(session, query):
        yield row[0], UsageSums.read(row[1:first]), DaySums._make(map(int, row[first:]))


def day_hours(
    session: Session, homes: Homes, day: RunningDay, known: ColumnElement[bool]
) -> dict[int, DayHours]:
    """The hours of the day of everybody who used anything, by person."""
    of_hour = (
        select(_raw.person_id, _hour_of(day).label("hour"), func.sum(REQUESTS).label("asked"))
        .where(*of_people(homes, day.starts, day.as_of), known)
        .group_by(_raw.person_id, "hour")
        .subquery()
        .c
    )
    nights = -(-_us_between(day.starts, day.night_ends) // HOUR_US)
    at_night = func.sum(case((of_hour.hour < nights, 1), else_=0))
    query = select(of_hour.person_id, func.count(), at_night, func.max(of_hour.asked)).group_by(
        of_hour.person_id
    )
    return {row[0]: DayHours._make(map(int, row[1:])) for row in stream(session, query)}


def recent_use(
    session: Session, homes: Homes, as_of: datetime, known: ColumnElement[bool]
) -> dict[int, RecentUse]:
    """What everybody used in the hour before the moment, whichever day it began on; by person."""
    lately = _raw.start_us >= microseconds(as_of - timedelta(minutes=5))
    query = (
        select(
            _raw.person_id,
            func.sum(TOKENS),
            func.sum(_cost),
            sum_where(lately, TOKENS),
            sum_where(lately, _cost),
        )
        .where(*of_people(homes, as_of - timedelta(hours=1), as_of), known)
        .group_by(_raw.person_id)
    )
    return {one: RecentUse(*map(int, used)) for one, *used in stream(session, query)}


def day_before(
    session: Session, homes: Homes, day: RunningDay, known: ColumnElement[bool]
) -> dict[int, DayBefore]:
    """What everybody used on the local day before; by person."""
    by_client, by_provider = _raw.trust <= Trust.CLIENT_TELEMETRY, _raw.trust >= Trust.GATEWAY
    starts = day_bounds(day.day - timedelta(days=1), homes.zone)[0]
    query = (
        select(
            _raw.person_id,
            func.sum(REQUESTS),
            sum_where(by_client, TOKENS),
            sum_where(by_provider, TOKENS),
        )
        .where(*of_people(homes, starts, day.starts), known)
        .group_by(_raw.person_id)
    )
    return {one: DayBefore(*map(int, used)) for one, *used in stream(session, query)}


def _day_columns(
    day: RunningDay, is_bot: ColumnElement[bool] | None
) -> tuple[ColumnElement[Any], ...]:
    """The columns of `DaySums`, in their order."""
    at_night = _raw.start_us < microseconds(day.night_ends)
    return (
        func.count(_raw.prompt_id),
        func.count(distinct(_raw.prompt_id)),
        sum_where(at_night, REQUESTS),
        sum_where(at_night, _cost),
        func.count(distinct(case((at_night, _raw.prompt_id)))),
        sum_where(OUTCOME.is_not(None), TOKENS),
        sum_where(outcome_table.c.owner_id != _raw.person_id, TOKENS),
        *_bot_columns(day, is_bot),
    )


def _bot_columns(
    day: RunningDay, is_bot: ColumnElement[bool] | None
) -> tuple[ColumnElement[Any], ...]:
    if is_bot is None:
        return (literal(0), literal(0), literal(0))
    return (
        func.count(distinct(case((is_bot, _hour_of(day))))),
        sum_where(is_bot, REQUESTS),
        sum_where(is_bot, _cost),
    )


def _hour_of(day: RunningDay) -> ColumnElement[int]:
    """The place of a record's hour in its local day, from 0; a day of 25 hours has 24 too."""
    return (_raw.start_us - microseconds(day.starts)) // HOUR_US


def _us_between(first: datetime, end: datetime) -> int:
    return microseconds(end) - microseconds(first)
