"""A fleet of replicas on one database and one Slack, and the one who moves their clocks."""

import multiprocessing
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

from tests.bot.delivery.replica import serve

PATIENCE = 120.0
"""Real seconds that a replica may take for one order; then it hangs, and that is a failure."""
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.bot.delivery.replica"])


@dataclass
class Replica:
    """A process and the pipe to it. `owes` is how many answers are still to come."""

    process: BaseProcess
    orders: Connection
    owes: int = 1

    @property
    def is_alive(self) -> bool:
        """Whether nobody ended it."""
        return self.process.is_alive()


@dataclass
class Fleet:
    """Replicas that live at the same moments. Who is ended is replaced, and joins when it is ready."""

    size: int
    environment: Mapping[str, str]
    ends: Path
    replicas: list[Replica] = field(default_factory=list)
    ended: int = 0

    def __enter__(self) -> Self:
        self.ends.mkdir()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Bring it to its size, and wait until all are ready."""
        self._replace_ended()
        self._wait_for_answers()

    def stop(self) -> None:
        """End every replica, whatever it is doing."""
        for one in self.replicas:
            one.process.kill()
        self._bury_ended()

    def live_at(self, moment: datetime) -> None:
        """Let every replica that is ready tick and deliver at a moment, all at once, and wait for them.

        Where all of them end over it, it is lived anew by those that replace them.
        """
        while True:
            self._replace_ended()
            ready = self._ready()
            _order(ready, moment)
            self._wait_for_answers(ready)
            if any(one.is_alive for one in ready):
                return

    def kill(self, place: int, after_seconds: float, moment: datetime) -> None:
        """Let a moment be lived, and kill one replica in the midst of it, wherever it is just then."""
        ready = self._ready()
        _order(ready, moment)
        time.sleep(after_seconds)
        ready[place % len(ready)].process.kill()
        self._wait_for_answers(ready)

    def _ready(self) -> list[Replica]:
        """Those who owe no answer; waits until there is one."""
        for one in self.replicas:
            self._take_answers(one)
        if not any(one.owes == 0 and one.is_alive for one in self.replicas):
            self._wait_for_answers()
        return [one for one in self.replicas if one.owes == 0 and one.is_alive]

    def _replace_ended(self) -> None:
        self._bury_ended()
        while len(self.replicas) < self.size:
            ours, theirs = FORKS.Pipe()
            process = FORKS.Process(
                target=serve, args=(dict(self.environment), str(self.ends), theirs), daemon=True
            )
            process.start()
            theirs.close()
            self.replicas.append(Replica(process, ours))

    def _bury_ended(self) -> None:
        for one in [one for one in self.replicas if not one.is_alive]:
            one.process.join()
            one.process.close()
            one.orders.close()
            self.replicas.remove(one)
            self.ended += 1

    def _wait_for_answers(self, whose: list[Replica] | None = None) -> None:
        """Until each of them answered all it owes, or is ended."""
        until = time.monotonic() + PATIENCE
        while waits := [one for one in whose or self.replicas if one.owes and one.is_alive]:
            assert time.monotonic() < until, "A replica hangs."
            wait([one.orders for one in waits] + [one.process.sentinel for one in waits], 1.0)
            for one in waits:
                self._take_answers(one)

    def _take_answers(self, one: Replica) -> None:
        try:
            while one.owes and one.orders.poll():
                one.orders.recv()
                one.owes -= 1
        except (EOFError, OSError):  # it ended in the midst of it
            one.process.join(PATIENCE)


def _order(replicas: list[Replica], moment: datetime) -> None:
    for one in replicas:
        with suppress(BrokenPipeError):  # it ended since it last answered
            one.orders.send(moment)
        one.owes += 1
