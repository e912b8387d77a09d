"""One answered question as a row, and all of them as one table."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One question: what was measured, against which peer, and the aim for the ratio.

    `measured` and `peer` are in `unit`; the ratio is measured / peer, and is met when at most `aim`.
    For rates, where more is better, set `more_is_better`: the ratio is then peer / measured.
    """

    question: str
    measured: float
    peer: float
    unit: str = "s"
    aim: float | None = None
    peak_mb: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the peer's cost ours is."""
        over, under = (
            (self.peer, self.measured) if self.more_is_better else (self.measured, self.peer)
        )
        return over / under if under else float("inf")

    @property
    def met(self) -> bool:
        """Whether the aim is met, or there is none."""
        return self.aim is None or self.ratio <= self.aim


@dataclass(slots=True)
class Peak:
    """The highest resident memory seen while a block ran, in MB."""

    mb: float = 0.0

    def watch(self, process: psutil.Process, stop: threading.Event) -> None:
        """Sample every 20 ms until told to stop."""
        while True:
            self.mb = max(self.mb, process.memory_info().rss / 1e6)
            if stop.wait(0.02):
                return


@contextmanager
def peak_memory(pid: int | None = None) -> Iterator[Peak]:
    """Watch a process (this one by default) while the block runs; read `.mb` after it."""
    peak, stop = Peak(), threading.Event()
    process = psutil.Process(pid or os.getpid())
    watcher = threading.Thread(target=peak.watch, args=(process, stop), daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        stop.set()
        watcher.join()


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    table = Table("question", "measured", "peer", "ratio", "aim", "peak MB", "note")
    for row in rows:
        table.add_row(
            row.question,
            f"{row.measured:,.3g} {row.unit}"
            if row.measured < 1000
            else f"{row.measured:,.0f} {row.unit}",
            f"{row.peer:,.3g} {row.unit}" if row.peer < 1000 else f"{row.peer:,.0f} {row.unit}",
            f"{row.ratio:.2f}x",
            "" if row.aim is None else f"{row.aim:.2f}x {'met' if row.met else 'MISSED'}",
            "" if row.peak_mb is None else f"{row.peak_mb:,.0f}",
            row.note,
        )
    Console(width=None if Console().is_terminal else 160).print(table)
