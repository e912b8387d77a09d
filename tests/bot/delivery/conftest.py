"""A sandbox with a channel for each test, and the program on it."""

from collections.abc import Iterator

import httpx
import pytest

from storage.database import Database
from tests.bot.delivery.scene import CHANNELS, MANY_CHANNELS, Running
from tests.bot.live import APP_TOKEN, BOT_TOKEN, sandbox_process

UNUSED = iter(CHANNELS)


@pytest.fixture(scope="session")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A sandbox with one channel for each test."""
    with (
        sandbox_process(tmp_path_factory.mktemp("slack"), MANY_CHANNELS) as (_, url),
        httpx.Client(base_url=url, trust_env=False, timeout=30) as http,
    ):
        yield http


@pytest.fixture
def stored(sqlite_database: Database) -> Database:
    """The database of a test."""
    return sqlite_database


@pytest.fixture
def channel(slack: httpx.Client) -> str:
    """A channel that nothing was posted in, of a sandbox that gets nothing wrong."""
    slack.delete("/sandbox/faults")
    return next(UNUSED)


@pytest.fixture
def at(slack: httpx.Client, stored: Database, monkeypatch: pytest.MonkeyPatch) -> Running:
    """`async with at(moment) as program`: the whole program, its clock at that moment."""
    slack.delete("/sandbox/faults")
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.setenv("MILEAGE_SLACK_API_URL", f"{slack.base_url}/api/")
    return Running(stored, monkeypatch)
