"""The change feed: what the page listens to, so that screens follow the workspace live."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from sandbox.model import Change

_BACKLOG = 500


class Subscription:
    """An asynchronous iterator over the changes that concern one person."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.ended = False
        self._queue: asyncio.Queue[Change | None] = asyncio.Queue()

    def offer(self, change: Change) -> None:
        """Queue a change if it concerns this person; collapse a backlog into one resync."""
        if change.audience is not None and self.user_id not in change.audience:
            return
        if self._queue.qsize() >= _BACKLOG:
            while not self._queue.empty():
                self._queue.get_nowait()
            change = Change(kind="resync")
        self._queue.put_nowait(change)

    def end(self) -> None:
        """Let the reader finish after what is already queued."""
        self._queue.put_nowait(None)

    async def next(self, timeout: float | None = None) -> Change | None:  # noqa: ASYNC109
        """Return the next change, or None when the feed ended or nothing came within `timeout`."""
        try:
            change = await asyncio.wait_for(self._queue.get(), timeout)
        except TimeoutError:
            return None
        self.ended = self.ended or change is None
        return change

    async def __aiter__(self) -> AsyncIterator[Change]:
        while (change := await self._queue.get()) is not None:
            yield change


class Changes:
    """Publishes changes to every subscription; a feed nobody reads costs nothing."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    def publish(self, change: Change) -> None:
        """Offer one change to everybody who listens."""
        for subscription in self._subscriptions:
            subscription.offer(change)

    @contextmanager
    def subscribe(self, user_id: str) -> Iterator[Subscription]:
        """Listen as one person: `with changes.subscribe(u) as feed: async for change in feed`."""
        subscription = Subscription(user_id)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End every feed, so that a server can shut down."""
        for subscription in self._subscriptions:
            subscription.end()
