"""Slack's date tokens, such as `{date_short_pretty} at {time}`, in the reader's own zone.

Source: docs.slack.dev, "Formatting message text", date formatting.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.page.reader import Reader

_TOKEN = re.compile(r"\{(\w+)\}")
_HALF_A_YEAR = timedelta(days=182)


def formatted_date(seconds: float, pattern: str, reader: Reader) -> str | None:
    """Return `pattern` with its tokens filled in, or None when a token is unknown."""
    try:
        then = reader.local(seconds)
    except (OverflowError, OSError, ValueError):
        return None
    unknown = [name for name in _TOKEN.findall(pattern) if name not in _TOKENS]
    if unknown:
        return None
    return _TOKEN.sub(lambda match: _token(match, then, reader.now), pattern)


def clock_time(then: datetime) -> str:
    """Return `9:05 AM`."""
    return f"{then.hour % 12 or 12}:{then:%M} {then:%p}"


def day_name(then: datetime, now: datetime) -> str:
    """Return the text of a day divider: Today, Yesterday, or `Monday, November 16th`."""
    return _nearby(then, now) or _long(then, now)


def _token(match: re.Match[str], then: datetime, now: datetime) -> str:
    words = _TOKENS[match[1]](then, now)
    return (
        words
        if match.start() == 0
        else words.replace("Today", "today")
        .replace("Yesterday", "yesterday")
        .replace("Tomorrow", "tomorrow")
    )


def _ordinal(day: int) -> str:
    if 10 <= day % 100 <= 20:
        return f"{day}th"
    return f"{day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th') }"


def _year(then: datetime, now: datetime) -> str:
    return "" if abs(then - now) < _HALF_A_YEAR else f", {then.year}"


def _medium(then: datetime, now: datetime) -> str:
    return f"{then:%B} {_ordinal(then.day)}{_year(then, now)}"


def _short(then: datetime, now: datetime) -> str:
    return f"{then:%b} {then.day}{_year(then, now)}"


def _long(then: datetime, now: datetime) -> str:
    return f"{then:%A}, {_medium(then, now)}"


def _nearby(then: datetime, now: datetime) -> str | None:
    days = (then.date() - now.astimezone(then.tzinfo).date()).days
    return {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get(days)


def _ago(then: datetime, now: datetime) -> str:
    seconds = (now - then).total_seconds()
    amount = abs(seconds)
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if amount >= size:
            count = int(amount // size)
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now"


_TOKENS: dict[str, Callable[[datetime, datetime], str]] = {
    "date_num": lambda then, _: f"{then:%Y-%m-%d}",
    "date_slash": lambda then, _: f"{then:%m/%d/%Y}",
    "date": _medium,
    "date_short": _short,
    "date_long": _long,
    "date_pretty": lambda then, now: _nearby(then, now) or _medium(then, now),
    "date_short_pretty": lambda then, now: _nearby(then, now) or _short(then, now),
    "date_long_pretty": lambda then, now: _nearby(then, now) or _long(then, now),
    "day_divider_pretty": day_name,
    "time": lambda then, _: clock_time(then),
    "time_secs": lambda then, _: f"{then.hour % 12 or 12}:{then:%M:%S} {then:%p}",
    "ago": _ago,
}
