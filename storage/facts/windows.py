"""Stretches of local time up to a moment, and the condition that finds a stretch's records by their key."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_

from policies.periods import IsoWeek, day_bounds
from policies.usage import first_key_of_hour, microseconds
from storage.usage_ranges import usage_table

NIGHT_ENDS: Final = time(6)

_raw = usage_table.c


@dataclass(frozen=True, slots=True)
class RunningDay:
    """The local day of a moment, up to the moment. `starts`, `night_ends` and `ends` are its own."""

    day: date
    starts: datetime
    night_ends: datetime
    ends: datetime
    as_of: datetime

    @classmethod
    def of(cls, as_of: datetime, zone: ZoneInfo) -> Self:
        """The day in which a moment lies."""
        day = as_of.astimezone(zone).date()
        return cls(
            day, day_bounds(day, zone)[0], datetime.combine(day, NIGHT_ENDS, zone),
            day_bounds(day, zone)[1], as_of,
        )  # fmt: skip

    @property
    def days(self) -> list[tuple[date, datetime]]:
        """The day with its end."""
        return [(self.day, self.ends)]


@dataclass(frozen=True, slots=True)
class RunningWeek:
    """The local week of a moment, from its Monday up to the moment; `days` are those begun, with their ends."""

    week: IsoWeek
    today: date
    starts: datetime
    days: list[tuple[date, datetime]]
    as_of: datetime

    @classmethod
    def of(cls, as_of: datetime, zone: ZoneInfo) -> Self:
        """The week in which a moment lies."""
        today = as_of.astimezone(zone).date()
        monday = today - timedelta(days=today.weekday())
        begun = [monday + timedelta(days=n) for n in range(today.weekday() + 1)]
        days = [(day, day_bounds(day, zone)[1]) for day in begun]
        return cls(IsoWeek.of(today), today, day_bounds(monday, zone)[0], days, as_of)


def between(first: datetime, end: datetime) -> ColumnElement[bool]:
    """The condition on records to begin in [first, end)."""
    last = end - timedelta(microseconds=1)
    return and_(
        _raw.usage_key >= first_key_of_hour(first),
        _raw.usage_key < first_key_of_hour(last + timedelta(hours=1)),
        _raw.start_us >= microseconds(first),
        _raw.start_us < microseconds(end),
    )
