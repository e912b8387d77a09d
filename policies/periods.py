"""Weeks, days and deadlines, in a team's own time zone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK_FORM = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
YEARS = range(2000, 2200)
"""Far enough for any history or plan, and far from where the calendar itself ends."""


class NotAPeriod(ValueError):
    """What was typed names no week or deadline; the message says the nearest right form."""


@dataclass(frozen=True, slots=True, order=True)
class IsoWeek:
    """An ISO 8601 week: Monday to Sunday."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-W46`; NotAPeriod says what is wrong otherwise."""
        match = WEEK_FORM.fullmatch(text.strip().upper())
        if match is None:
            raise NotAPeriod(f"“{text}” is not a week. Write it as 2026-W46.")
        week = cls(int(match[1]), int(match[2]))
        if week.year not in YEARS:
            raise NotAPeriod(f"Nothing is known of the year {match[1]}.")
        try:
            date.fromisocalendar(week.year, week.number, 1)
        except ValueError:
            raise NotAPeriod(f"{week.year} has no week {week.number}.") from None
        return week

    @classmethod
    def of(cls, day: date) -> Self:
        """The week a day lies in."""
        calendar = day.isocalendar()
        return cls(calendar.year, calendar.week)

    @classmethod
    def containing(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """The week of an aware moment, as the zone's calendar has it."""
        return cls.of(moment.astimezone(zone).date())

    @property
    def monday(self) -> date:
        """The first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=6)

    def plus(self, weeks: int) -> "IsoWeek":
        """The week that many weeks later; earlier for a negative number."""
        return IsoWeek.of(self.monday + timedelta(weeks=weeks))

    def last(self, count: int) -> Iterator["IsoWeek"]:
        """The `count` weeks that end with this one, oldest first."""
        return (self.plus(offset) for offset in range(1 - count, 1))

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Start and end (exclusive) in UTC; 167 or 169 hours apart when the clocks change."""
        return day_bounds(self.monday, zone)[0], day_bounds(self.sunday, zone)[1]

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def weeks_by_day(weeks: Iterable[IsoWeek]) -> dict[date, IsoWeek]:
    """Each day of the weeks with its week."""
    return {week.monday + timedelta(days=n): week for week in weeks for n in range(7)}


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A local day's start and end (exclusive) in UTC."""
    start = datetime.combine(day, time.min, zone)
    end = datetime.combine(day + timedelta(days=1), time.min, zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def parse_deadline(text: str, now: datetime, zone: ZoneInfo) -> date:
    """Read `Fri`, `friday`, `today`, `tomorrow`, `2026-12-01`, `1 Dec` or `+3d` (also `+2w`) as a local day.

    A weekday is the next one, never today. NotAPeriod names the forms when none fits or the day is past.
    """
    word = text.strip().lower()
    today = now.astimezone(zone).date()
    day = _named_day(word, today) or _offset_day(word, today) or _calendar_day(word, today)
    if day is None:
        raise NotAPeriod(f"“{text}” is not a deadline. Write Fri, 2026-12-01, 1 Dec or +3d.")
    if day < today:
        raise NotAPeriod(f"{day:%Y-%m-%d} is past. Give a day from {today:%Y-%m-%d} on.")
    return day


def _named_day(word: str, today: date) -> date | None:
    if word in ("today", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    if len(word) < 3:
        return None
    for number, name in enumerate(WEEKDAYS):
        if name.startswith(word):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    return None


def _offset_day(word: str, today: date) -> date | None:
    match = re.fullmatch(r"\+(\d{1,3})([dw])", word, re.ASCII)
    if match is None:
        return None
    return today + timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1))


def _calendar_day(word: str, today: date) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        pass
    years = range(today.year, today.year + 9)  # the longest wait for a 29 February
    days = (_day_in_year(word, year) for year in years)
    return next((day for day in days if day is not None and day >= today), None)


def _day_in_year(word: str, year: int) -> date | None:
    for form in ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y"):
        try:
            return datetime.strptime(f"{word} {year}", form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    return None
