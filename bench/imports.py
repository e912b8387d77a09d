"""What does importing Claude Code's logs cost, beside reading them plainly and beside ccusage?

200,000 generated lines (`IMPORT_LINES` sets the number). Ours: the whole process `mileage import
claude-code` into an empty, migrated SQLite database. Peers, each a process of its own on the same
files: a plain orjson parse-and-de-duplicate, and ccusage 20.0.24 where it is installed
(`make peer`). Five rounds, interleaved; medians of wall time and of processor time; one round more for the
highest resident memory over all processes of an arm. Totals of tokens must be equal.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.table import Row
from storage.database import Database
from tests.connectors.ccusage import find_ccusage
from tests.generators.claude_code import ClaudeCodeLogs

LINES = int(os.environ.get("IMPORT_LINES", "200_000"))
ROUNDS = int(os.environ.get("IMPORT_ROUNDS", "5"))
ROOT = Path(__file__).parents[1]
PLAIN = """
import sys
from pathlib import Path
import orjson

best = {}
for path in sorted(Path(sys.argv[1]).rglob("*.jsonl")):
    with path.open("rb") as file:
        for line in file:
            row = orjson.loads(line)
            message = row.get("message")
            usage = message and message.get("usage")
            if not usage:
                continue
            split = usage.get("cache_creation")
            written = sum(split.values()) if split else usage.get("cache_creation_input_tokens", 0)
            tokens = (usage["input_tokens"], usage["output_tokens"], written,
                      usage.get("cache_read_input_tokens", 0))
            key = (message.get("id"), row.get("requestId"))
            rank = (not row.get("isSidechain"), sum(tokens))
            known = best.get(key)
            if known is None or rank > known[0]:
                best[key] = (rank, tokens)
print(sum(sum(tokens) for _, tokens in best.values()))
"""
OURS = "import sys; from bot.cli.main import app; sys.argv[0] = 'mileage'; app()"


@dataclass(slots=True)
class Arm:
    """One way to read the logs: its command for a round, and what was measured of it."""

    command: Callable[[int], list[str]]
    environment: Callable[[int], Mapping[str, str]]
    tokens: Callable[[str], int]
    walls: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    counted: int = 0

    def run(self, number: int) -> None:
        """One round, timed; nothing watches it, which would take a good part of a processor."""
        before, began = os.times(), time.perf_counter()
        with self.running(number) as process:
            process.wait()
            self.walls.append(time.perf_counter() - began)
        after = os.times()
        self.processor.append(
            after.children_user
            - before.children_user
            + after.children_system
            - before.children_system
        )

    def weigh(self, number: int) -> None:
        """One round more, for its memory."""
        with self.running(number) as process:
            watched = psutil.Process(process.pid)
            while process.poll() is None:
                self.peak_mb = max(self.peak_mb, memory_of(watched))
                time.sleep(0.01)

    @contextmanager
    def running(self, number: int) -> Iterator[subprocess.Popen[bytes]]:
        """The program while it runs; once it has ended well, its count is read."""
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(
                self.command(number), env=dict(self.environment(number)), stdout=out, cwd=ROOT
            )
            yield process
            assert process.returncode == 0
            out.seek(0)
            self.counted = self.tokens(out.read())

    @property
    def wall(self) -> float:
        """Median seconds."""
        return statistics.median(self.walls)

    @property
    def processor_seconds(self) -> float:
        """Median seconds of processor time, of children as well."""
        return statistics.median(self.processor)


def measure() -> list[Row]:
    """Every arm, and how ours compares."""
    with tempfile.TemporaryDirectory() as folder:
        files = ClaudeCodeLogs(7).write(Path(folder), LINES)
        megabytes = sum(path.stat().st_size for path in files) / 1e6
        arms = _arms(Path(folder))
        for number in range(ROUNDS):
            for arm in arms.values():
                arm.run(number)
        for arm in arms.values():
            arm.weigh(ROUNDS)
        return _rows(arms, f"{LINES:,} lines, {megabytes:.0f} MB")


def memory_of(process: psutil.Process) -> float:
    """Resident MB of a process and those below it; 0 when it has just ended."""
    try:
        family = [process, *process.children(recursive=True)]
        return sum(one.memory_info().rss for one in family) / 1e6
    except psutil.Error:
        return 0.0


def _arms(folder: Path) -> dict[str, Arm]:
    projects = str(folder / "projects")
    here = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    arms = {
        "ours": Arm(
            lambda _: [
                *(sys.executable, "-c", OURS, "import", "claude-code", projects),
                *("--person", "ana@example.com", "--json"),
            ],
            lambda number: here | {"MILEAGE_DATABASE_URL": _fresh_database(folder, number)},
            lambda out: sum(json.loads(out)["tokens"].values()),
        ),
        "plain": Arm(lambda _: [sys.executable, "-c", PLAIN, projects], lambda _: here, int),
    }
    if program := find_ccusage():
        arms["ccusage"] = Arm(
            lambda _: [program, "claude", "daily", "--json", "--offline"],
            lambda _: {"HOME": "/nonexistent", "CLAUDE_CONFIG_DIR": str(folder)},
            lambda out: int(json.loads(out)["totals"]["totalTokens"]),
        )
    return arms


def _fresh_database(folder: Path, number: int) -> str:
    url = f"sqlite:///{folder}/{number}.db"
    database = Database.open(url)
    database.migrate()
    database.dispose()
    return url


def _rows(arms: dict[str, Arm], size: str) -> list[Row]:
    ours, plain = arms["ours"], arms["plain"]
    rows = [
        Row(
            "import: wall, against plain orjson",
            ours.wall,
            plain.wall,
            "s",
            1.5,
            ours.peak_mb,
            note=size,
        ),
        Row(
            "import: processor time, against plain orjson",
            ours.processor_seconds,
            plain.processor_seconds,
            note=f"plain peaks at {plain.peak_mb:.0f} MB and does not count replays once",
        ),
    ]
    if (peer := arms.get("ccusage")) is None:
        return rows
    assert ours.counted == peer.counted, (ours.counted, peer.counted)
    note = f"{ours.counted:,} tokens in both; ccusage peaks at {peer.peak_mb:.0f} MB"
    return [
        *rows,
        Row(
            "import: wall, against ccusage", ours.wall, peer.wall, "s", 1.0, ours.peak_mb, note=note
        ),
        Row(
            "import: processor time, against ccusage",
            ours.processor_seconds,
            peer.processor_seconds,
        ),
    ]
