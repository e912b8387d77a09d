"""An import that is killed at any point, and run again, loses nothing and doubles nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.generators.claude_code import ClaudeCodeLogs

PROGRAM = """
import sys
from pathlib import Path
import bot.flows.usage as flow
from bot.clock import Clock
from connectors.owners import everything_is
from connectors.sources import SOURCES
from storage.database import Database

flow.ROWS_A_TRANSACTION = 100
database = Database.open(sys.argv[1])
database.migrate()
print("begun", flush=True)
flow.import_usage(database, SOURCES["claude-code"], Path(sys.argv[2]),
                  everything_is("ana@example.com"), Clock().now())
print("done", flush=True)
"""
ROOT = Path(__file__).parents[3]
PATIENCE = 60.0


def start(database: Path, logs: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, f"sqlite:///{database}", str(logs)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def run_through(database: Path, logs: Path) -> None:
    with start(database, logs) as running:
        assert running.communicate(timeout=PATIENCE) == ("begun\ndone\n", None)
        assert running.returncode == 0


def rows(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return int(connection.execute("SELECT count(*) FROM usage").fetchone()[0])


def figures(database: Path) -> tuple[object, ...]:
    """Everything stored but the time of storing, and the rollups beside the raw sums."""
    with closing(sqlite3.connect(database)) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(usage)")]
        kept = ", ".join(name for name in names if name != "ingested_at_us")
        raw = connection.execute(f"SELECT {kept} FROM usage ORDER BY usage_key").fetchall()  # noqa: S608
        days = connection.execute(
            "SELECT sum(records), sum(tokens), sum(cost_list_nusd) FROM engineer_day"
        ).fetchone()
        tokens = "input_uncached + cache_read + cache_write_5m + cache_write_1h"
        sums = connection.execute(
            f"SELECT count(*), sum({tokens} + cache_write_other + output_total),"  # noqa: S608
            " sum(cost_list_nusd) FROM usage"
        ).fetchone()
        assert days == sums
        return (*raw, days)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    ClaudeCodeLogs(8).write(folder, 4_000)
    return folder / "projects"


@pytest.fixture(scope="module")
def undisturbed(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    database = tmp_path_factory.mktemp("whole") / "mileage.db"
    run_through(database, logs)
    return figures(database)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_killing_an_import_at_several_points_and_running_it_again(
    tmp_path: Path, logs: Path, undisturbed: tuple[object, ...]
) -> None:
    database = tmp_path / "mileage.db"
    whole = len(undisturbed) - 1
    seen = []
    for wanted in (0, 1, whole // 4, whole // 2):
        with start(database, logs) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "begun\n"
            deadline = time.monotonic() + PATIENCE
            while rows(database) < wanted and running.poll() is None:
                assert time.monotonic() < deadline
            running.send_signal(signal.SIGKILL)
        seen.append(rows(database))
    assert seen == sorted(seen)
    assert seen[0] < whole
    run_through(database, logs)
    assert figures(database) == undisturbed
