"""Turns: few at work at once, given back by whoever waits, and counted to the last."""

import asyncio

from bot.under_way import UnderWay


async def test_so_many_work_at_once() -> None:
    under_way, working, most = UnderWay(turns=2), 0, 0

    async def work() -> None:
        nonlocal working, most
        async with under_way.turn():
            working += 1
            most = max(most, working)
            await asyncio.sleep(0)
            working -= 1

    await asyncio.gather(*(work() for _ in range(10)))
    assert most == 2


async def test_who_waits_for_something_slow_holds_up_nobody() -> None:
    under_way, slow = UnderWay(turns=1), asyncio.Event()

    async def wait() -> None:
        async with under_way.turn():
            await slow.wait()

    waiting = [asyncio.create_task(wait()) for _ in range(3)]
    async with asyncio.timeout(10), under_way.turn():
        slow.set()
    await asyncio.gather(*waiting)
    async with asyncio.timeout(10), under_way.turn():
        pass


async def test_stopping_waits_for_the_last_answer() -> None:
    under_way, done = UnderWay(), asyncio.Event()

    async def answer() -> None:
        with under_way.one():
            await done.wait()

    answering = asyncio.create_task(answer())
    await asyncio.sleep(0)
    assert not await under_way.wait_until_empty(0.01)
    done.set()
    assert await under_way.wait_until_empty(10)
    await answering
