"""The minute tick: note everything that has become due. Nothing is stored in the scheduler.

What may take longer than a minute is a schedule of its own and runs beside the tick, so that it holds
neither digests nor warnings up.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock
from bot.delivery import Delivery
from bot.logs import places_of
from bot.slack import Installation
from bot.workers import Workers
from storage.database import Database

log = structlog.get_logger()

EVERY_SECONDS: Final = 60.0

Sweep: TypeAlias = Callable[[Database, datetime], int]
"""Notes what is due at a moment; returns how much was not noted before, and writes only then."""


@dataclass(slots=True)
class Schedule:
    """Sweeps once a minute in every replica; the unique row behind each step decides who takes it."""

    clock: Clock
    database: Database
    workers: Workers
    installation: Installation
    delivery: Delivery
    sweeps: Mapping[str, Sweep]

    async def tick(self, stopping: asyncio.Event | None = None) -> None:
        """Run every sweep, one after the other, and let what they noted be posted."""
        for name, sweep in self.sweeps.items():
            if self.installation.is_revoked or (stopping is not None and stopping.is_set()):
                return
            await self._run(name, sweep)

    async def _run(self, name: str, sweep: Sweep) -> None:
        """Run one sweep; its fault is logged and stops no other, and the next minute tries again."""
        try:
            noted = await self.workers.run(sweep, self.database, self.clock.now())
        except Exception as error:  # noqa: BLE001 - see above
            log.error("sweep_fault", sweep=name, fault=type(error).__name__, at=places_of(error))
            return
        if noted:
            log.info("swept", sweep=name, count=noted)
            self.delivery.wake()

    async def run(self, stopping: asyncio.Event) -> None:
        """Tick, and again a minute later, until told to stop; a sweep under way is finished first."""
        while not stopping.is_set():
            await self.tick(stopping)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), EVERY_SECONDS)

    def start(self) -> AsyncIOScheduler:
        """Tick every minute until the scheduler is shut down."""
        scheduler = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, timezone="UTC")
        scheduler.add_job(
            self.tick,
            IntervalTrigger(minutes=1),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        scheduler.start()
        return scheduler
