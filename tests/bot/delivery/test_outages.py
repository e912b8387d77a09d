"""An outage delays a digest and loses none; what is no news any more is not posted."""

from datetime import timedelta

import httpx
import pytest

from bot.clock import Clock
from bot.wiring import Program
from storage.database import Database
from storage.deliveries import DeliveryState
from tests.bot.delivery.scene import (
    Running,
    all_is_well,
    delivery_of,
    fault,
    posted,
    told_in_private,
)
from tests.bot.seeded import MONDAY, payments

HOUR = timedelta(hours=1)
OUTAGES = {
    "an error": {"kind": "server_error", "status": 503},
    "a limit": {"kind": "rate_limited", "retry_after": 600},
    "silence": {"kind": "drop_connection"},
}


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
async def test_an_outage_of_thirty_hours_delays_the_digest(
    at: Running,
    slack: httpx.Client,
    stored: Database,
    channel: str,
    outage: dict[str, object],
) -> None:
    team = payments(stored, channel)
    async with at(MONDAY) as program:
        await program.schedule.tick()
        fault(slack, "*", times=None, **outage)  # type: ignore[arg-type]  # words and numbers
        for half_hours in range(60):
            await _pass_at(program, half_hours * HOUR / 2)
        assert posted(slack, channel) == []
        assert delivery_of(stored, team.id).attempt > 50
        all_is_well(slack)
        await _pass_at(program, 31 * HOUR)
        await _pass_at(program, 32 * HOUR)
    assert len(posted(slack, channel)) == 1


async def test_what_was_due_longer_ago_than_the_grace_is_not_posted_and_the_lead_told(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    async with at(MONDAY) as program:
        await program.schedule.tick()  # noted, and nothing could be posted for two days
        await _pass_at(program, 48.5 * HOUR)
        await _pass_at(program, 48.6 * HOUR)
    given_up = delivery_of(stored, team.id)
    assert (given_up.state, given_up.error) == (DeliveryState.ABANDONED, "too_late")
    assert posted(slack, channel) == []
    assert "could not be posted while it was news" in told_in_private(slack, "ana")[-1]["text"]


async def test_what_may_have_been_posted_is_looked_up_even_after_the_grace(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    fault(slack, "chat.postMessage", "drop_connection", applied=True)
    fault(slack, "conversations.history", "server_error")
    await at.tick(MONDAY)
    await at.tick(MONDAY + 60 * HOUR)
    assert delivery_of(stored, team.id).state is DeliveryState.POSTED
    assert len(posted(slack, channel)) == 1


async def _pass_at(program: Program, after: timedelta) -> None:
    program.delivery.clock = Clock.starting_at(MONDAY + after)
    await program.delivery.deliver_due()
