"""Sweeps beside each other: a pass that takes long holds nothing up that is due every minute."""

import asyncio
from datetime import datetime
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import cast

import pytest

from bot import schedule
from bot.clock import Clock
from bot.delivery import Delivery
from bot.outside import Systems
from bot.rulebook import Rulebook
from bot.schedule import Schedule, Sweep
from bot.settings import load_settings
from bot.slack import Installation
from bot.wiring import rule_passes, sweeps
from bot.workers import Workers
from storage.database import Database


@pytest.fixture
def workers() -> Workers:
    return Workers(2)


def scheduled(path: Path, workers: Workers, is_revoked: bool = False, **sweeps: Sweep) -> Schedule:
    return Schedule(
        Clock(),
        Database.open(f"sqlite:///{path / 'unused.db'}"),
        workers,
        cast(Installation, SimpleNamespace(is_revoked=is_revoked)),
        cast(Delivery, SimpleNamespace(wake=lambda: None)),
        sweeps,
    )


async def test_the_tick_goes_on_while_a_pass_takes_long(tmp_path: Path, workers: Workers) -> None:
    over, begun, stopping = Event(), asyncio.Event(), asyncio.Event()
    loop, seen = asyncio.get_running_loop(), list[str]()

    def long_pass(_database: Database, _now: datetime) -> int:
        loop.call_soon_threadsafe(begun.set)
        return int(over.wait(10))

    def digests(_database: Database, _now: datetime) -> int:
        seen.append("digests")
        return 1

    passing = asyncio.create_task(scheduled(tmp_path, workers, rules=long_pass).run(stopping))
    await asyncio.wait_for(begun.wait(), 10)
    await asyncio.wait_for(scheduled(tmp_path, workers, digests=digests).tick(), 10)
    assert (seen, passing.done()) == (["digests"], False)
    over.set()
    stopping.set()
    await asyncio.wait_for(passing, 10)
    workers.close()


async def test_passes_run_minute_by_minute_and_none_begins_after_the_end(
    tmp_path: Path, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "EVERY_SECONDS", 0.01)
    loop, stopping, seen = asyncio.get_running_loop(), asyncio.Event(), list[str]()

    async def stop() -> None:
        stopping.set()

    def first(_database: Database, _now: datetime) -> int:
        seen.append("first")
        if seen.count("first") == 3:
            asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        return 0

    def second(_database: Database, _now: datetime) -> int:
        seen.append("second")
        raise ValueError

    running = scheduled(tmp_path, workers, first=first, second=second).run(stopping)
    await asyncio.wait_for(running, 10)
    assert seen == ["first", "second", "first", "second", "first"]
    workers.close()


async def test_an_app_that_was_removed_looks_at_nobody(tmp_path: Path, workers: Workers) -> None:
    def sweep(_database: Database, _now: datetime) -> int:
        raise AssertionError

    await scheduled(tmp_path, workers, is_revoked=True, sweep=sweep).tick()
    workers.close()


def test_no_pass_over_the_rules_is_among_what_the_minute_tick_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings, rulebook = load_settings(), Rulebook()
    apart = rule_passes(settings, rulebook)
    tips = ["coaching", "practice_cards", "trials"]
    assert list(apart) == ["alarms", "alarms_told", "rule_pass", *tips]
    assert not apart.keys() & sweeps(settings, Systems(), rulebook).keys()
