"""Calls to outside systems: once a minute, beside the tick, so that a slow one holds nothing else up.

Each system is off until its secret is set. A call is one flow in the worker pool: it claims something
due, asks with no transaction open, and notes what it heard. A system that wants a rest gets it.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

import structlog

from bot.clock import Clock
from bot.delivery import Delivery
from bot.flows.calls import Called
from bot.logs import places_of
from bot.slack import Installation
from bot.workers import Workers
from connectors.github import GitHub
from connectors.limits import TARGETS, LimitTarget
from storage.database import Database

log = structlog.get_logger()

EVERY_SECONDS: Final = 60.0
MOST_AT_ONCE: Final = 20
"""How many calls of a kind a minute makes; what is left over is due in the next."""


Call = Callable[[Database, datetime], Called | None]
"""Makes the call that is due longest; None when none is."""


@dataclass(frozen=True, slots=True)
class Systems:
    """The outside systems that are switched on."""

    github: GitHub | None = None
    targets: Mapping[str, LimitTarget] = field(default_factory=dict)

    @classmethod
    def connected(
        cls, github: tuple[str, str | None], targets: Mapping[str, tuple[str, str | None]]
    ) -> Self:
        """From addresses and secrets; a system whose secret is None stays off."""
        address, token = github
        return cls(
            GitHub.at(address, token) if token else None,
            {
                name: TARGETS[name].connect(url, key, None)
                for name, (url, key) in targets.items()
                if key
            },
        )

    def close(self) -> None:
        """Let go of the connections."""
        if self.github is not None:
            self.github.close()
        for target in self.targets.values():
            target.close()


@dataclass(slots=True)
class Outside:
    """Makes the calls that are due, of each kind in turn."""

    clock: Clock
    database: Database
    workers: Workers
    installation: Installation
    delivery: Delivery
    calls: Mapping[str, Call]

    async def run(self, stopping: asyncio.Event) -> None:
        """Look once a minute until told to stop; a call under way is finished first."""
        while not stopping.is_set():
            for name, call in self.calls.items():
                await self._make_all(name, call, stopping)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), EVERY_SECONDS)

    async def _make_all(self, name: str, call: Call, stopping: asyncio.Event) -> None:
        """Make the calls of one kind, as long as the system answers; a fault ends only this minute's."""
        try:
            for _ in range(MOST_AT_ONCE):
                if stopping.is_set() or self.installation.is_revoked:
                    return
                called = await self.workers.run(call, self.database, self.clock.now())
                if called is None:
                    return
                self._log(name, called)
                self.delivery.wake()
                if called.ends_the_minute:
                    return
        except Exception as error:  # noqa: BLE001 - the next minute tries again
            log.error("call_fault", kind=name, fault=type(error).__name__, at=places_of(error))

    def _log(self, name: str, called: Called) -> None:
        if called.failure is None:
            log.info("called", kind=name, subject=called.subject)
        else:
            why = called.failure.reason
            log.warning("call_failed", kind=name, subject=called.subject, why=why)
