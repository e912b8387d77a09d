"""The one clock of the program. Everything inward gets `now` as an argument."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time, shifted by a fixed offset when a demo or a test starts it elsewhere."""

    offset: timedelta = timedelta()

    @classmethod
    def starting_at(cls, start: datetime | None) -> Self:
        """A clock that reads `start` (aware) now and runs on from there; real time for None."""
        return cls() if start is None else cls(start - datetime.now(UTC))

    def now(self) -> datetime:
        """The moment, aware and in UTC."""
        return datetime.fromtimestamp(time.time(), UTC) + self.offset

    def elsewhere(self, moment: datetime) -> datetime:
        """What clocks that nobody shifted showed at a moment of this one: Slack's, for example."""
        return moment - self.offset
