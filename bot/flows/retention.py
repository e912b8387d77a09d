"""The nightly purge: one replica deletes what is older than the retention period, batch by batch."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from storage import retention, rule_passes
from storage.database import Database
from storage.retention import Cutoff
from storage.rule_passes import PassClaim

log = structlog.get_logger()

PURGE: Final = "purge"
"""The name of the purge among the passes that one replica runs."""

HOUR: Final = 2
"""The hour of the night in UTC."""

LEASE: Final = timedelta(minutes=5)
MOST_BATCHES: Final = 1_000
"""So many transactions at a time; what is left goes on when the lease has run out."""


@dataclass(frozen=True, slots=True)
class Purge:
    """A sweep. Without a period nothing is ever deleted by age."""

    days: int | None

    def __call__(self, database: Database, now: datetime) -> int:
        """Delete what is too old, once a night; how many batches deleted something."""
        claimed = None if self.days is None else _claimed(database, now)
        if claimed is None or self.days is None:
            return 0
        cutoff = Cutoff(now, self.days)
        batches, is_done = _purged(database, cutoff)
        if is_done:
            with database.writing() as session:
                rule_passes.finish(session, claimed, now)
        log.info("purged", batches=batches, finished=is_done)
        return batches


def night_of(now: datetime) -> datetime:
    """When the latest purge was due."""
    night = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return night if night <= now else night - timedelta(days=1)


def _claimed(database: Database, now: datetime) -> PassClaim | None:
    night = night_of(now)
    with database.reading() as session:
        if not rule_passes.is_due(session, PURGE, night, now):
            return None
    with database.writing() as session:
        return rule_passes.claim(session, PURGE, night, now, LEASE)


def _purged(database: Database, cutoff: Cutoff) -> tuple[int, bool]:
    """(batches that deleted something, whether nothing is left). Each batch is a transaction.

    A purge that is killed begins with the first person again, and finds their days gone.
    """
    batches, after_person = 0, 0
    while batches < MOST_BATCHES:
        with database.writing() as session:
            done = retention.purge_days(session, cutoff, after_person)
        batches += done.days > 0
        if done.go_on_after is None:
            break
        after_person = done.go_on_after
    while batches < MOST_BATCHES:
        with database.writing() as session:
            if not retention.purge_rows(session, cutoff):
                return batches, True
        batches += 1
    return batches, False
