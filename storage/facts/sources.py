"""Each source's silence, and how long it is usually silent, as they could be known at a moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from policies.usage import microseconds
from storage import source_hours
from storage.source_hours import HOUR_US, SourceHour

LOOKED_BACK: Final = timedelta(weeks=4)
DAYS_NEEDED: Final = 5
HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a source has told of nothing new, and the longest that it took to before; in hours.

    Both run from the end of the hour of its latest record. `usual` is None where it delivered on too
    few days to tell.
    """

    source: str
    trust: int
    latest_hour: int
    hours: float
    usual: float | None


def silences(session: Session, as_of: datetime) -> Iterator[Silence]:
    """Every source that had delivered by the moment, by name."""
    now_us = microseconds(as_of)
    first_hour = microseconds(as_of - 2 * LOOKED_BACK) // HOUR_US
    recent = source_hours.hours_since(session, first_hour)
    for source, first_us in sorted(source_hours.first_ingestions(session).items()):
        arrivals = _arrivals(recent.get(source, ()), first_us, now_us)
        if arrivals:
            yield _silence(source, arrivals, now_us)


def _arrivals(
    hours: Sequence[SourceHour], first_us: int, now_us: int
) -> list[tuple[int, SourceHour]]:
    """When each hour became known, as far as it had by now, in that order.

    What was imported when the source was connected became known as it happened.
    """
    found = []
    for one in hours:
        begins_us = one.hour * HOUR_US
        is_history = begins_us < first_us
        arrived = begins_us if is_history else one.first_ingested_at_us
        if begins_us < now_us and arrived <= now_us:
            found.append((arrived, one))
    return sorted(found)


def _silence(source: str, arrivals: Sequence[tuple[int, SourceHour]], now_us: int) -> Silence:
    newest = max((one for _, one in arrivals), key=lambda one: one.hour)
    since_us = now_us - LOOKED_BACK // timedelta(microseconds=1)
    days = {one.hour // HOURS_A_DAY for _, one in arrivals if one.hour * HOUR_US >= since_us}
    usual = max(_gaps(arrivals, since_us), default=0.0) if len(days) >= DAYS_NEEDED else None
    return Silence(source, newest.trust, newest.hour, _hours_after(newest.hour, now_us), usual)


def _gaps(arrivals: Sequence[tuple[int, SourceHour]], since_us: int) -> Iterator[float]:
    """How long the latest record lay back, each time just before something newer arrived."""
    latest: int | None = None
    for arrived, one in arrivals:
        if latest is None or one.hour > latest:
            if latest is not None and arrived >= since_us:
                yield _hours_after(latest, arrived)
            latest = one.hour


def _hours_after(hour: int, moment_us: int) -> float:
    return max(0, moment_us - (hour + 1) * HOUR_US) / HOUR_US
