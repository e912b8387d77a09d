from collections.abc import AsyncIterator

import pytest

from tests.sandbox.running import BotFactory, Clock, Running, bots, running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def here(clock: Clock) -> AsyncIterator[Running]:
    async with running(clock) as one:
        yield one


@pytest.fixture
async def connect(here: Running) -> AsyncIterator[BotFactory]:
    async with bots(here) as factory:
        yield factory
