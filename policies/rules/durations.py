"""Durations as rule files write them: `30m`, `1h`, `2d`."""

import re
from datetime import timedelta
from typing import Final

DURATION: Final = r"^(0|[1-9][0-9]{0,3})(m|h|d)$"
LONGEST: Final = timedelta(days=366)
_SIZES: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def duration_of(text: str) -> timedelta:
    """A duration; ValueError for a text that is none, or longer than a year."""
    found = re.fullmatch(DURATION, text, re.ASCII)
    if found is None or text.endswith("\n"):
        raise ValueError(text)
    duration = int(found[1]) * _SIZES[found[2]]
    if duration > LONGEST:
        raise ValueError(text)
    return duration


def duration_text(duration: timedelta) -> str:
    """A duration in its largest whole unit: `1d`, `90m`."""
    for unit, size in reversed(_SIZES.items()):
        if duration % size == timedelta(0):
            return f"{duration // size}{unit}"
    raise ValueError(duration)
