"""Usage summed by person, local day, source and model: what every report reads.

A row of `engineer_day` is always the sum over the raw records of that day; whoever changes records,
or the zone in which a person's days begin, rebuilds the days concerned in the same transaction. The
shares of outcomes (storage/usage_shares.py) are rebuilt with them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import repeat
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Delete,
    Insert,
    Integer,
    bindparam,
    delete,
    func,
    insert,
)
from sqlmodel import Session, col, select

from policies.metrics import PersonWeek
from policies.periods import IsoWeek, weeks_by_day
from policies.usage import TokenCounts, UsageRecord, from_microseconds, usd_from_nanos
from policies.week_parts import CACHE_READ, CACHE_WRITE, INPUT, OUTPUT
from storage import memberships, usage_shares
from storage.tables import EngineerDayRow, PersonRow, TeamRow, table_of
from storage.usage_ranges import IN_RANGE, SUMS, TOKEN_CLASSES, day_range, slices, usage_table

HOUR_US: Final = 3_600_000_000

day_table = table_of(EngineerDayRow)


def _known_sum(*names: str) -> ColumnElement[int]:
    """Of these token classes, what is known of them."""
    known = [func.coalesce(func.sum(day_table.c[name]), 0) for name in names]
    return sum(known[1:], known[0])


DAY_SUMS: Final = (
    func.sum(day_table.c.tokens),
    func.sum(day_table.c.tokens_unpriced),
    func.sum(day_table.c.cost_list_nusd),
    *(func.sum(day_table.c[name]) for name in TOKEN_CLASSES),
)

BY_CLASS: Final = {
    INPUT: _known_sum("input_uncached"),
    CACHE_READ: _known_sum("cache_read"),
    CACHE_WRITE: _known_sum("cache_write_5m", "cache_write_1h", "cache_write_other"),
    OUTPUT: _known_sum("output_total"),
}


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One person's local day. Costs are USD at list price; `tokens_unpriced` are without a price."""

    day: date
    tokens: TokenCounts
    tokens_total: int
    tokens_unpriced: int
    cost_list: Decimal


@dataclass(frozen=True, slots=True)
class ModelShare:
    """What one person used of one model."""

    model_id: str
    model_class: str
    tokens: int
    tokens_unpriced: int
    cost_list: Decimal


@dataclass(frozen=True, slots=True)
class UsageSource:
    """Where figures come from: the source, its trust (0-3, the lowest seen), how far it has delivered.

    `people` is how many of the people asked for have usage from it.
    """

    source: str
    trust: int
    cost_bases: tuple[str, ...]
    data_as_of: datetime
    people: int = 1


def hold_people(session: Session, person_ids: Collection[int]) -> None:
    """Let one transaction at a time change these people's usage, zone or rollups.

    Without it two writers would each sum up a day without the other's records. Always taken in the
    order of ids, before anything else; on SQLite the write transaction suffices.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for ids in slices(sorted(person_ids)):
        held = select(PersonRow.id).where(col(PersonRow.id).in_(ids)).order_by(col(PersonRow.id))
        session.exec(held.with_for_update(key_share=True)).all()


def zones_by_person(session: Session, person_ids: Collection[int]) -> dict[int, ZoneInfo]:
    """The zone in which each person's days begin: their home team's, UTC without a team."""
    zones: dict[int, ZoneInfo] = {}
    for ids in slices(sorted(person_ids)):
        query = (
            select(PersonRow.id, TeamRow.time_zone)
            .outerjoin(TeamRow, col(TeamRow.id) == col(PersonRow.home_team_id))
            .where(col(PersonRow.id).in_(ids))
        )
        zones |= {one: ZoneInfo(name or "UTC") for one, name in session.exec(query) if one}
    return zones


def days_touched(session: Session, records: Iterable[UsageRecord]) -> set[tuple[int, date]]:
    """The (person, local day) pairs that storing these records can change.

    Both ends of a record's hour count: a revision may move within its hour, and in a zone with a
    half-hour offset a day begins in the middle of one.
    """
    hours = {(record[0], record[4] // HOUR_US) for record in records}
    return _days_of_hours(session, hours)


def rebuild_days(session: Session, touched: Collection[tuple[int, date]]) -> None:
    """Recompute the given (person, local day) pairs from the raw records by range scans."""
    if not touched:
        return
    zones = zones_by_person(session, {person_id for person_id, _ in touched})
    ranges = [
        day_range(person_id, day, zones[person_id])
        for person_id, day in sorted(touched)
        if person_id in zones
    ]
    connection = session.connection()
    connection.execute(DELETE_DAY, ranges)
    connection.execute(SUM_UP_DAY, ranges)
    usage_shares.rebuild(session, ranges)


def rebuild_people(session: Session, person_ids: Collection[int]) -> None:
    """Recompute every day of these people, as after a change of their team or its zone."""
    hour = usage_table.c.start_us // HOUR_US
    for person_id in sorted(person_ids):
        connection = session.connection()
        connection.execute(delete(day_table).where(day_table.c.person_id == person_id))
        usage_shares.forget(session, person_id)
        hours = connection.scalars(
            select(hour).where(usage_table.c.person_id == person_id).distinct()
        )
        rebuild_days(session, _days_of_hours(session, {(person_id, one) for one in hours}))


def person_weeks(session: Session, team_id: int, week: IsoWeek) -> list[PersonWeek]:
    """What each person who counted in the team that week used in it; without usage they are left out.

    Of the parts, tokens by class.
    """
    return person_weeks_of(session, team_id, [week])[week]


def person_weeks_of(
    session: Session, team_id: int, weeks: Collection[IsoWeek]
) -> dict[IsoWeek, list[PersonWeek]]:
    """The same for each of some weeks: a digest of twelve asks once."""
    cohorts = memberships.cohorts_of(session, team_id, weeks)
    everybody = {person_id for cohort in cohorts.values() for person_id in cohort}
    used: dict[tuple[IsoWeek, int], list[int]] = {}
    week_of = weeks_by_day(weeks)
    for person_id, day, *sums in _days_of_people(session, everybody, weeks):
        week = week_of.get(day)
        if week is not None and person_id in cohorts[week]:
            before = used.get((week, person_id), repeat(0))
            used[week, person_id] = [one + int(more) for one, more in zip(before, sums)]  # noqa: B905
    loose = usage_shares.unattributed_by_week(session, everybody, weeks)
    return {
        week: [
            _person_week(person_id, used[week, person_id], loose.get((week, person_id), 0))
            for person_id in sorted(cohorts[week])
            if (week, person_id) in used
        ]
        for week in weeks
    }


def _days_of_people(
    session: Session, person_ids: Collection[int], weeks: Collection[IsoWeek]
) -> Iterator[tuple[Any, ...]]:
    """(person, day, tokens, cost, unpriced, *classes) of each of their days in the span of the weeks."""
    day = day_table.c.day
    sums = [func.sum(day_table.c[name]) for name in ("tokens", "cost_list_nusd", "tokens_unpriced")]
    for ids in slices(sorted(person_ids)):
        query = (
            select(day_table.c.person_id, day, *sums, *BY_CLASS.values())
            .where(day_table.c.person_id.in_(ids))
            .where(day >= min(weeks).monday, day <= max(weeks).sunday)
            .group_by(day_table.c.person_id, day)
        )
        yield from map(tuple, session.connection().execute(query))


def _person_week(person_id: int, sums: Sequence[int], loose: int) -> PersonWeek:
    tokens, cost, unpriced, *classes = sums
    parts = dict(zip(BY_CLASS, classes, strict=True))
    return PersonWeek(person_id, tokens, usd_from_nanos(cost), unpriced, loose, parts)


def person_days(session: Session, person_id: int, first: date, last: date) -> list[PersonDay]:
    """One person's days with usage from `first` to `last`, in order."""
    rows = session.connection().execute(
        select(day_table.c.day, *DAY_SUMS)
        .where(day_table.c.person_id == person_id, day_table.c.day.between(first, last))
        .group_by(day_table.c.day)
        .order_by(day_table.c.day)
    )
    return [
        PersonDay(day, _tokens(classes), int(tokens), int(unpriced), usd_from_nanos(int(cost)))
        for day, tokens, unpriced, cost, *classes in rows
    ]


def model_mix(session: Session, person_id: int, first: date, last: date) -> list[ModelShare]:
    """What one person used of each model from `first` to `last`, by the model's name."""
    model = (day_table.c.model_id, day_table.c.model_class)
    rows = session.connection().execute(
        select(*model, *DAY_SUMS[:3])
        .where(day_table.c.person_id == person_id, day_table.c.day.between(first, last))
        .group_by(*model)
        .order_by(*model)
    )
    return [
        ModelShare(model_id, model_class, int(tokens), int(unpriced), usd_from_nanos(int(cost)))
        for model_id, model_class, tokens, unpriced, cost in rows
    ]


def usage_sources(
    session: Session, person_ids: Collection[int], week: IsoWeek | None = None
) -> list[UsageSource]:
    """Provenance and freshness of these people's figures (of one week's), by the source's name."""
    found: dict[str, list[tuple[int, str, int]]] = {}
    users: dict[str, set[int]] = {}
    for ids in slices(sorted(person_ids)):
        by = (day_table.c.person_id, day_table.c.source, day_table.c.cost_basis)
        query = select(*by).add_columns(
            func.min(day_table.c.trust), func.max(day_table.c.data_as_of_us)
        )
        query = query.where(day_table.c.person_id.in_(ids))
        if week is not None:
            query = query.where(day_table.c.day.between(week.monday, week.sunday))
        for person_id, source, basis, trust, as_of in session.connection().execute(
            query.group_by(*by)
        ):
            found.setdefault(source, []).append((trust, basis, as_of))
            users.setdefault(source, set()).add(person_id)
    return [
        UsageSource(
            source=source,
            trust=min(trust for trust, _, _ in parts),
            cost_bases=tuple(sorted({basis for _, basis, _ in parts})),
            data_as_of=from_microseconds(max(as_of for _, _, as_of in parts)),
            people=len(users[source]),
        )
        for source, parts in sorted(found.items())
    ]


def _days_of_hours(session: Session, hours: set[tuple[int, int]]) -> set[tuple[int, date]]:
    zones = zones_by_person(session, {person_id for person_id, _ in hours})
    days = {
        (zone, hour): _days_in_hour(zone, hour)
        for zone, hour in {(zones[one], hour) for one, hour in hours if one in zones}
    }
    return {
        (person_id, day)
        for person_id, hour in hours
        if person_id in zones
        for day in days[zones[person_id], hour]
    }


def _days_in_hour(zone: ZoneInfo, hour: int) -> set[date]:
    ends = (hour * HOUR_US, (hour + 1) * HOUR_US - 1)
    return {from_microseconds(moment).astimezone(zone).date() for moment in ends}


def _tokens(classes: Sequence[Any]) -> TokenCounts:
    return TokenCounts(*(None if count is None else int(count) for count in classes))


def _delete_day() -> Delete:
    return delete(day_table).where(
        day_table.c.person_id == bindparam("of_person", type_=Integer),
        day_table.c.day == bindparam("of_day", type_=Date),
    )


def _sum_up_day() -> Insert:
    raw = usage_table.c
    group = (raw.person_id, raw.source, raw.model_id, raw.model_class, raw.cost_basis)
    summed = (*TOKEN_CLASSES, "output_reasoning", "requests", "cost_reported_nusd")
    columns = {
        **{column.name: column for column in group},
        "day": bindparam("of_day", type_=Date),
        "trust": func.min(raw.trust),
        **{name: func.sum(raw[name]) for name in summed},
        **SUMS,
        "data_as_of_us": func.max(raw.data_as_of_us),
    }
    scan = select(*columns.values()).where(*IN_RANGE).group_by(*group)
    return insert(day_table).from_select(list(columns), scan)


DELETE_DAY: Final = _delete_day()
SUM_UP_DAY: Final = _sum_up_day()
