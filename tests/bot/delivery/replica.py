"""One replica of a fleet: the real program in a process of its own, on a clock that moves when told to.

It obeys a pipe: a moment comes in, one tick and one pass of the delivery are run at that moment, and the
moment goes back. A file in the folder of ends, named like a point below, kills the first replica that
gets there, as SIGKILL would at that very place.
"""

import asyncio
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

from bot import wiring
from bot.flows.posts import Post
from bot.posting import Poster
from bot.settings import load_settings
from storage.database import Database
from storage.deliveries import Claim

NOTED, CLAIMED, POSTED, LOOKED_UP = "noted", "claimed", "posted", "looked_up"
POINTS = (NOTED, CLAIMED, POSTED, LOOKED_UP)
"""Where a replica can be ended: between noting and claiming, claiming and posting, posting and
confirming, and after a look at the channel.
"""


@dataclass
class SteppedClock:
    """Stands still at a moment until it is moved."""

    began: datetime
    moment: datetime

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.moment

    def elsewhere(self, _moment: datetime) -> datetime:
        """Slack's clock stands where it stood when all began: years pass here in its seconds."""
        return self.began


def serve(environment: Mapping[str, str], ends: str, orders: Connection) -> None:
    """Run until the pipe says None or closes."""
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_obey(Path(ends), orders))


async def _obey(ends: Path, orders: Connection) -> None:
    now = datetime.now(UTC)
    clock = SteppedClock(now, now)
    database = Database.open(os.environ["MILEAGE_DATABASE_URL"])
    wiring.Clock = SimpleNamespace(starting_at=lambda _start: clock)  # type: ignore[assignment, misc]
    wiring.Poster = _mortal(ends)  # type: ignore[misc]
    async with wiring.built(load_settings(), database) as program:
        orders.send(None)
        while (moment := await asyncio.to_thread(_next_order, orders)) is not None:
            clock.moment = moment
            await program.schedule.tick()
            _end_at(ends, NOTED)
            await program.delivery.deliver_due()
            orders.send(moment)
    database.dispose()


def _next_order(orders: Connection) -> datetime | None:
    try:
        moment: datetime | None = orders.recv()
    except EOFError:
        return None
    return moment


def _end_at(ends: Path, point: str) -> None:
    """End here and now where that is wished for; of several replicas one gets the wish."""
    try:
        (ends / point).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _mortal(ends: Path) -> type[Poster]:
    class MortalPoster(Poster):
        """Posts as ever, unless it is to end before or after."""

        async def post(self, claim: Claim, post: Post) -> tuple[str, str]:
            _end_at(ends, CLAIMED)
            posted = await Poster.post(self, claim, post)
            _end_at(ends, POSTED)
            return posted

        async def find(self, claim: Claim, post: Post) -> tuple[str, str] | None:
            found = await Poster.find(self, claim, post)
            _end_at(ends, LOOKED_UP)
            return found

    return MortalPoster
