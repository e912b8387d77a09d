"""Calls to outside systems: which are on, how many a minute makes, and that no fault ends the asking."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot import outside
from bot.clock import Clock
from bot.delivery import Delivery
from bot.flows.calls import Called
from bot.outside import Call, Outside, Systems
from bot.settings import SettingsError, load_settings
from bot.slack import Installation
from bot.wiring import calls, outside_systems
from bot.workers import Workers
from connectors.services import Failure
from storage.database import Database

GENERAL = Failure("LiteLLM failed: 500", is_temporary=True, is_general=True)
OF_ONE = Failure("LiteLLM has no user with this e-mail address")


class Script:
    """Calls that end as told, one after the other, and then find nothing due."""

    def __init__(self, *ends: Failure | Exception | None) -> None:
        self.ends = list(ends)
        self.made = 0

    def __call__(self, _database: Database, _now: datetime) -> Called | None:
        if not self.ends:
            return None
        self.made += 1
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return Called("limit:1", end)


async def run_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, is_revoked: bool = False, **calls: Call
) -> int:
    """One minute of calls; how often the delivery loop was woken."""
    woken: list[None] = []
    stopping = asyncio.Event()
    workers = Workers(2)

    class Stops:
        """The end of the minute is the end of the test."""

        def __call__(self, _database: Database, _now: datetime) -> None:
            asyncio.run_coroutine_threadsafe(_set(stopping), loop)

    loop = asyncio.get_running_loop()
    running = Outside(
        Clock(),
        database,
        workers,
        cast(Installation, SimpleNamespace(is_revoked=is_revoked)),
        cast(Delivery, SimpleNamespace(wake=lambda: woken.append(None))),
        {**calls, "last": Stops()},
    )
    if is_revoked:
        monkeypatch.setattr(outside, "EVERY_SECONDS", 0.01)
        loop.call_later(0.1, stopping.set)
    await asyncio.wait_for(running.run(stopping), 10)
    workers.close()
    return len(woken)


async def _set(event: asyncio.Event) -> None:
    event.set()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database.open(f"sqlite:///{tmp_path / 'unused.db'}")


async def test_everything_that_is_due_is_called_and_what_it_enqueued_is_posted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(None, OF_ONE, None)
    assert await run_once(database, monkeypatch, one=script) == 3
    assert script.made == 3


async def test_a_system_that_fails_for_everybody_is_left_for_a_minute_and_the_others_are_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing, sound = Script(GENERAL, None), Script(None)
    await run_once(database, monkeypatch, one=failing, two=sound)
    assert (failing.made, sound.made) == (1, 1)


async def test_a_fault_of_the_program_ends_only_its_own_kind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = Script(ValueError("x"), None), Script(None)
    await run_once(database, monkeypatch, one=broken, two=sound)
    assert (broken.made, sound.made) == (1, 1)


async def test_a_minute_makes_so_many_calls_and_no_more(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(*[None] * 100)
    await run_once(database, monkeypatch, one=script)
    assert script.made == outside.MOST_AT_ONCE


async def test_an_app_that_was_removed_calls_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(None)
    await run_once(database, monkeypatch, is_revoked=True, one=script)
    assert script.made == 0


# Which systems are on


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Systems]:
    monkeypatch.chdir(tmp_path)

    def of(**variables: str) -> Systems:
        for name, value in variables.items():
            monkeypatch.setenv(f"MILEAGE_{name.upper()}", value)
        return outside_systems(load_settings())

    return of


def test_every_system_is_off_until_its_secret_is_set(configured: Callable[..., Systems]) -> None:
    assert configured() == Systems()
    assert calls(Systems()) == {}
    empty = configured(github_token="", litellm_key=" ", cursor_key="", litellm_url="http://x")
    assert empty == Systems()


def test_a_secret_switches_its_system_on_at_its_address(
    configured: Callable[..., Systems],
) -> None:
    systems = configured(
        github_token="ghp_x",
        github_api_url="https://git.example.com/api/v3",
        litellm_url="http://127.0.0.1:4000",
        litellm_key="sk-x",
        cursor_key="key_x",
    )
    assert systems.github is not None
    assert systems.github.web_host == "git.example.com"
    assert set(systems.targets) == {"litellm", "cursor"}
    systems.close()


def test_a_key_with_nowhere_to_go_is_one_sentence(configured: Callable[..., Systems]) -> None:
    with pytest.raises(
        SettingsError, match="MILEAGE_LITELLM_KEY is set, but not MILEAGE_LITELLM_URL"
    ):
        configured(litellm_key="sk-x")


@pytest.mark.parametrize("secret", ["two words", "sk-\u00fc", "sk\nX-Other: 1"])
def test_a_secret_that_no_header_can_carry_is_refused_unsaid(
    configured: Callable[..., Systems], secret: str
) -> None:
    with pytest.raises(SettingsError, match="MILEAGE_GITHUB_TOKEN has a character") as refused:
        configured(github_token=secret)
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "git.example.com",
        "ftp://git.example.com",
        "https://",
        "https://u:secret@git.example.com",
        "https://x:0",
    ],
)
def test_an_address_that_is_none_is_one_sentence(
    configured: Callable[..., Systems], address: str
) -> None:
    with pytest.raises(SettingsError, match="MILEAGE_GITHUB_API_URL: ") as refused:
        configured(github_api_url=address)
    assert "secret" not in str(refused.value)
