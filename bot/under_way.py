"""Answers under way: counted, so that stopping can wait for them, and few at work at once.

Acks share the event loop and the interpreter with the answers. An answer therefore takes a turn to
do its work; acks take none, so they overtake. A turn is given back early by whoever waits for
something slow, such as a locked database or Slack itself, so that slow answers hold up nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

TURNS = 4
TURN_SECONDS = 0.03


class UnderWay:
    """The requests being answered in this process."""

    def __init__(self, turns: int = TURNS) -> None:
        self._turns = asyncio.Semaphore(turns)
        self._count = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one request for as long as it takes."""
        self._count += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._empty.set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and work; it passes on at the end, or after TURN_SECONDS."""
        await self._turns.acquire()
        held = True

        def pass_on() -> None:
            nonlocal held
            if held:
                held = False
                self._turns.release()

        timer = asyncio.get_running_loop().call_later(TURN_SECONDS, pass_on)
        try:
            yield
        finally:
            timer.cancel()
            pass_on()

    async def wait_until_empty(self, seconds: float) -> bool:
        """Wait for the last one; False when some are still under way after that time."""
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            return False
        return True
