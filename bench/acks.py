"""How soon does the real bot acknowledge a slash command, and does slow work ever delay an ack?

Peer: a bare Bolt AsyncApp that acknowledges with an echo, on the same sandbox, in the same run. Times
are the sandbox's own, from sending the envelope to its ack. The bot also looks the person up, reads
the database and answers through the response URL, which competes with the acks for its one thread.

`python -m bench.acks` is the peer itself.
"""

import asyncio
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import httpx
import psutil

from bench.table import Row, peak_memory
from storage.database import Database
from tests.bot.live import ROOT, Live, sandbox_process
from tests.bot.seeded import payments

COMMANDS = int(os.environ.get("ACK_COMMANDS", "400"))
SLOW, HELD_SECONDS, LATEST_MS = 20, 4.0, 1000.0
PEOPLE = ("ana", "ben", "chi", "dee", "eli", "fay")


def measure() -> list[Row]:
    """Acks at 1 and 32 in flight against the echo, then the latest ack beside slow commands."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, two_workspaces(Path(folder)) as (live, echo_url):
        bot_url = str(live.http.base_url)
        for url in (bot_url, echo_url):
            asyncio.run(acks(url, 100, in_flight=8))  # both warm: caches filled, code loaded
        assert live.bot is not None
        until_idle(live.bot.pid)
        with peak_memory(live.bot.pid) as peak:
            for in_flight in (1, 32):
                ours, peers = both(bot_url, echo_url, in_flight, live.bot.pid)
                rows += rows_of(f"slash command ack, {in_flight} in flight", ours, peers)
            latest = asyncio.run(latest_ack_beside_slow_commands(bot_url, live))
        rows.append(
            Row(
                f"latest ack while {SLOW} commands wait for the database",
                latest,
                LATEST_MS,
                unit="ms",
                aim=1.0,
                peak_mb=peak.mb,
                note=f"the write lock is held for {HELD_SECONDS:g} s",
            )
        )
    return rows


def both(
    bot_url: str, echo_url: str, in_flight: int, bot_pid: int
) -> tuple[list[float], list[float]]:
    """Ack times of both in turns, so that a noisy moment of the machine meets both.

    The bot finishes its answers before the peer has its turn, since the two share the processors.
    """
    ours: list[float] = []
    peers: list[float] = []
    for _ in range(4):
        peers += asyncio.run(acks(echo_url, COMMANDS // 4, in_flight))
        ours += asyncio.run(acks(bot_url, COMMANDS // 4, in_flight))
        until_idle(bot_pid)
    return ours, peers


def until_idle(pid: int) -> None:
    """Wait until a process has used next to no processor for a moment."""
    process = psutil.Process(pid)
    process.cpu_percent()
    while process.cpu_percent(interval=0.3) > 10:
        pass


def rows_of(
    what: str, ours: Sequence[float], peers: Sequence[float], aim: float = 1.3
) -> list[Row]:
    """The median and the 99th percentile as rows, in milliseconds."""
    return [
        Row(
            f"{what}, {name}",
            percentile(ours, percent),
            percentile(peers, percent),
            unit="ms",
            aim=aim,
            note=f"{len(ours)} commands each",
        )
        for name, percent in (("p50", 50), ("p99", 99))
    ]


def percentile(times: Sequence[float], percent: int) -> float:
    """The given percentile."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


async def acks(url: str, count: int, in_flight: int, text: str = "/mileage help") -> list[float]:
    """The ack times (ms) of that many commands, so many at once, by different people."""
    gate = asyncio.Semaphore(in_flight)
    connector = aiohttp.TCPConnector(limit=in_flight + 4)
    async with aiohttp.ClientSession(url, connector=connector) as session:

        async def one(number: int) -> float:
            async with gate:
                return await ack_of(session, PEOPLE[number % len(PEOPLE)], text)

        return list(await asyncio.gather(*(one(number) for number in range(count))))


async def ack_of(session: aiohttp.ClientSession, user: str, text: str) -> float:
    """One command's ack time in ms, as the sandbox measured it."""
    body = {"user": user, "channel": "#payments", "text": text}
    async with session.post("/sandbox/command", json=body) as response:
        answer = await response.json()
    assert answer["ok"], answer
    return float(answer["ack_ms"])


async def latest_ack_beside_slow_commands(url: str, live: Live) -> float:
    """The latest ack (ms) of anything while twenty declarations wait for the write lock."""
    path = live.database_url.removeprefix("sqlite:///")
    with closing_lock(path):
        slow = await acks(url, SLOW, SLOW, "/outcome Wait for the lock")
        end = time.monotonic() + HELD_SECONDS
        beside: list[float] = []
        while time.monotonic() < end:
            beside += await acks(url, 16, 8)
    return max([*slow, *beside])


@contextmanager
def closing_lock(path: str) -> Iterator[None]:
    """Hold SQLite's write lock, as an import would."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def two_workspaces(
    folder: Path, seed: Callable[[Database], object] = payments
) -> Iterator[tuple[Live, str]]:
    """The bot on one sandbox, with what `seed` stores, and the echo on another of the same kind."""
    (folder / "bot").mkdir()
    (folder / "echo").mkdir()
    database = Database.open(f"sqlite:///{folder / 'bot' / 'live.db'}")
    database.migrate()
    seed(database)
    database.dispose()
    with Live.started(folder / "bot") as live, sandbox_process(folder / "echo") as (_, url):
        environment = {**live.environment(), "MILEAGE_SLACK_API_URL": f"{url}/api/"}
        echo = subprocess.Popen([sys.executable, "-m", "bench.acks"], cwd=ROOT, env=environment)
        try:
            httpx.get(
                f"{url}/sandbox/sockets",
                params={"at_least": 1, "timeout": 20},
                timeout=30,
                trust_env=False,
            )
            yield live, url
        finally:
            echo.terminate()
            echo.wait(timeout=10)


async def run_echo() -> None:
    """The least that a Bolt app can do."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    from slack_bolt.async_app import AsyncAck, AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(
        os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["MILEAGE_SLACK_API_URL"]
    )
    app = AsyncApp(client=client, signing_secret="unused")  # noqa: S106 - Socket Mode signs nothing

    @app.command(re.compile("/"))
    async def echo(ack: AsyncAck, command: dict[str, str]) -> None:
        await ack(f"You said {command['text']}")

    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()


if __name__ == "__main__":
    asyncio.run(run_echo())
