"""The minute tick: note every digest that has become due. Nothing is stored in the scheduler."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock
from bot.delivery import Delivery
from bot.flows.digest import enqueue_due
from bot.logs import places_of
from bot.slack import Installation
from bot.workers import Workers
from storage.database import Database

log = structlog.get_logger()


@dataclass(slots=True)
class Schedule:
    """Sweeps once a minute in every replica; the unique delivery row decides who posts."""

    clock: Clock
    database: Database
    workers: Workers
    installation: Installation
    delivery: Delivery
    grace: timedelta

    async def tick(self) -> None:
        """Note what is due now, and let it be posted."""
        if self.installation.is_revoked:
            return
        try:
            noted = await self.workers.run(enqueue_due, self.database, self.clock.now(), self.grace)
        except Exception as error:  # noqa: BLE001 - the next minute tries again
            log.error("tick_fault", fault=type(error).__name__, at=places_of(error))
            return
        if noted:
            log.info("digests_due", count=noted)
            self.delivery.wake()

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
