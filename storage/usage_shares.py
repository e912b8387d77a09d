"""Which outcome each part of a person's day counts for. Rebuilt with the day, in the same transaction.

The rows of `usage_share` for a day add up to its rows of `engineer_day`. A row holds the usage that
is alike in its keys and in the focus window it lies in, so that what it counts for can be found anew
without the raw records.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Row,
    bindparam,
    delete,
    func,
    or_,
    update,
)
from sqlmodel import Session, col, select

from policies.attribution import UsageKeys, attribute
from policies.periods import IsoWeek, weeks_by_day
from policies.usage import from_microseconds, microseconds
from storage import outcome_indexes
from storage.outcome_indexes import OutcomeIndexes
from storage.tables import FocusWindowRow, UsageShareRow, table_of
from storage.usage_ranges import IN_RANGE, SUMS, range_of, slices, usage_table

KEYS: Final = UsageKeys._fields
CARRIED: Final = KEYS[:-1]  # the focus is not in the record

share_table = table_of(UsageShareRow)
_share = share_table.c


class Window(NamedTuple):
    """A focus window in microseconds; the end is exclusive, and None while it is open."""

    first_us: int
    end_us: int | None
    outcome_id: int


def rebuild(session: Session, ranges: Sequence[Mapping[str, Any]]) -> None:
    """Recompute the shares of days from the raw records; `ranges` are those of `usage_ranges`."""
    person_ids = {one["of_person"] for one in ranges}
    windows = _windows_of(session, person_ids, ranges)
    indexes = outcome_indexes.indexes_for(session, person_ids)
    connection = session.connection()
    connection.execute(DELETE_DAY, ranges)
    rows = [
        row
        for one in ranges
        for row in _rows_of_day(connection, one, windows.get(one["of_person"], ()), indexes)
    ]
    if rows:
        connection.execute(share_table.insert(), rows)


def forget(session: Session, person_id: int) -> None:
    """Delete all shares of a person, whose days are rebuilt next or who is no more."""
    session.connection().execute(delete(share_table).where(_share.person_id == person_id))


def resolve(
    session: Session, person_ids: Collection[int], among: Sequence[ColumnElement[bool]] = ()
) -> None:
    """Find anew what stored shares of these people count for; `among` narrows to those that may differ.

    The caller holds these people.
    """
    indexes = outcome_indexes.indexes_for(session, person_ids)
    connection = session.connection()
    for ids in slices(sorted(person_ids)):
        query = select(*_share).where(_share.person_id.in_(ids))
        query = query.where(or_(*among)) if among else query
        found = connection.execute(query).all()
        changed = [new for row in found if (new := _change_of(row, indexes)) is not None]
        if changed:
            connection.execute(ATTRIBUTE_ANEW, changed)


def unattributed_by_week(
    session: Session, person_ids: Collection[int], weeks: Collection[IsoWeek]
) -> dict[tuple[IsoWeek, int], int]:
    """The tokens that count for no outcome, by week and person in the span of the weeks.

    For sums over a team, as `person_weeks` are.
    """
    found: dict[tuple[IsoWeek, int], int] = {}
    week_of = weeks_by_day(weeks)
    for ids in slices(sorted(person_ids)):
        query = (
            select(_share.person_id, _share.day, func.sum(_share.tokens))
            .where(_share.person_id.in_(ids), _share.outcome_id.is_(None))
            .where(_share.day.between(min(weeks).monday, max(weeks).sunday))
            .group_by(_share.person_id, _share.day)
        )
        for person_id, day, tokens in session.connection().execute(query):
            if week := week_of.get(day):
                found[week, person_id] = found.get((week, person_id), 0) + int(tokens)
    return found


def _rows_of_day(
    connection: Connection,
    day: Mapping[str, Any],
    windows: Sequence[Window],
    indexes: OutcomeIndexes,
) -> Iterator[dict[str, Any]]:
    index = indexes.of(day["of_person"], day["of_day"])
    found = _sums_by_keys(connection, day, windows)
    for place, keys in enumerate(sorted(found, key=_in_order)):
        share = attribute(keys, day["of_day"], index)
        yield {
            "person_id": day["of_person"],
            "day": day["of_day"],
            "place": place,
            **keys._asdict(),
            **share._asdict(),
            **dict(zip(SUMS, found[keys], strict=True)),
        }


def _sums_by_keys(
    connection: Connection, day: Mapping[str, Any], windows: Sequence[Window]
) -> dict[UsageKeys, list[int]]:
    """The sums of `SUMS`, in their order, of what is alike."""
    found: dict[UsageKeys, list[int]] = {}
    for stretch, focus_id in _stretches(day, windows):
        for row in connection.execute(SUM_UP_BY_KEYS, stretch):
            keys = UsageKeys(*row[: len(CARRIED)])._replace(focus_id=focus_id)
            added = map(int, row[len(CARRIED) :])
            before = found.get(keys, [0] * len(SUMS))
            found[keys] = [one + more for one, more in zip(before, added, strict=True)]
    return found


def _stretches(
    day: Mapping[str, Any], windows: Sequence[Window]
) -> Iterator[tuple[Mapping[str, Any], int | None]]:
    """The day in parts, each with the outcome in focus; in one part where no window touches it."""
    first, end = day["first_us"], day["end_us"]
    touching = [one for one in windows if one.first_us < end and (one.end_us or end) > first]
    if not touching:
        yield day, None
        return
    for window in touching:
        opens, closes = max(window.first_us, first), min(window.end_us or end, end)
        if first < opens:
            yield _part(day, first, opens), None
        if opens < closes:
            yield _part(day, opens, closes), window.outcome_id
        first = max(first, closes)
    if first < end:
        yield _part(day, first, end), None


def _part(day: Mapping[str, Any], first_us: int, end_us: int) -> dict[str, Any]:
    return range_of(day["of_person"], day["of_day"], first_us, end_us)


def _windows_of(
    session: Session, person_ids: Collection[int], ranges: Sequence[Mapping[str, Any]]
) -> dict[int, list[Window]]:
    """The focus windows that can touch the ranges, in order of time."""
    first = from_microseconds(min((one["first_us"] for one in ranges), default=0))
    last = from_microseconds(max((one["end_us"] for one in ranges), default=0))
    ended_at = col(FocusWindowRow.ended_at)
    windows: dict[int, list[Window]] = {}
    for ids in slices(sorted(person_ids)):
        query = (
            select(FocusWindowRow)
            .where(col(FocusWindowRow.person_id).in_(ids), FocusWindowRow.started_at < last)
            .where(ended_at.is_(None) | (ended_at > first))
            .order_by(col(FocusWindowRow.started_at), col(FocusWindowRow.id))
            .execution_options(populate_existing=True)
        )
        for row in session.exec(query):
            end = microseconds(row.ended_at) if row.ended_at else None
            window = Window(microseconds(row.started_at), end, row.outcome_id)
            windows.setdefault(row.person_id, []).append(window)
    return windows


def _change_of(row: Row[Any], indexes: OutcomeIndexes) -> dict[str, Any] | None:
    """The parameters of `ATTRIBUTE_ANEW`, or None where the share is right as it is."""
    keys = UsageKeys(*(getattr(row, name) for name in KEYS))
    share = attribute(keys, row.day, indexes.of(row.person_id, row.day))
    if share == (row.outcome_id, row.method, row.confidence):
        return None
    return {
        "of_person": row.person_id,
        "of_day": row.day,
        "at_place": row.place,
        **share._asdict(),
    }


def _in_order(keys: UsageKeys) -> tuple[str, ...]:
    """Any order that is the same for the same keys."""
    return tuple("" if one is None else f"={one}" for one in keys)


_of_day: Final = (
    _share.person_id == bindparam("of_person", type_=Integer),
    _share.day == bindparam("of_day", type_=Date),
)
DELETE_DAY: Final = delete(share_table).where(*_of_day)
ATTRIBUTE_ANEW: Final = (
    update(share_table)
    .where(*_of_day, _share.place == bindparam("at_place", type_=Integer))
    .values({name: bindparam(name) for name in ("outcome_id", "method", "confidence")})
)
_carried: Final = [usage_table.c[name] for name in CARRIED]
SUM_UP_BY_KEYS: Final = (
    select(*_carried).add_columns(*SUMS.values()).where(*IN_RANGE).group_by(*_carried)
)
