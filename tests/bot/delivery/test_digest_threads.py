"""What follows a digest stands in its thread, once, whatever happens in between."""

from datetime import timedelta

import httpx
import pytest

from bot import posting
from storage.database import Database
from storage.deliveries import DeliveryState
from tests.bot.delivery.scene import (
    Running,
    delivery_of,
    fault,
    posted,
    replies_to,
    said,
    told_in_private,
)
from tests.bot.live import BOT_TOKEN, text_of
from tests.bot.seeded import MONDAY, payments, twelve_weeks_of_usage, verified_outcome

DETAILS = "digest_details"
LATER = MONDAY + timedelta(minutes=5)


async def test_the_details_follow_in_the_thread_once(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    twelve_weeks_of_usage(stored)
    verified_outcome(stored, "Retire the old ledger")
    for minutes in (0, 1, 30):
        await at.tick(MONDAY + timedelta(minutes=minutes))
    digest = next(m for m in posted(slack, channel) if "November" in m["text"])
    [details] = replies_to(slack, digest, channel)
    assert "Retire the old ledger" in text_of(details)
    assert delivery_of(stored, team.id, DETAILS).state is DeliveryState.POSTED
    assert delivery_of(stored, team.id, "digest_workflows").error == "nothing_to_say"


async def test_a_reply_whose_answer_was_lost_is_found_in_the_thread(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    await _posted_without_replies(at)
    fault(slack, "chat.postMessage", "drop_connection", applied=True)
    await at.tick(LATER)
    assert delivery_of(stored, team.id, DETAILS).state is DeliveryState.POSTED
    await at.tick(LATER + timedelta(minutes=10))
    [digest] = posted(slack, channel)
    assert len(replies_to(slack, digest, channel)) == 1


async def test_a_reply_that_cannot_be_looked_up_is_not_repeated_and_the_lead_asked(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    await _posted_without_replies(at)
    fault(slack, "chat.postMessage", "drop_connection", applied=True)
    fault(slack, "conversations.replies", "error", error="missing_scope")
    await at.tick(LATER)
    await at.tick(LATER + timedelta(minutes=1))
    [digest] = posted(slack, channel)
    assert len(replies_to(slack, digest, channel)) == 1
    assert delivery_of(stored, team.id, DETAILS).state is DeliveryState.ABANDONED
    asked = told_in_private(slack, "ana")[-1]["text"]
    assert "The reply with the details below the digest of Payments for 2026-W46 may be" in asked


async def test_below_a_digest_that_somebody_deleted_nothing_follows_and_nobody_is_told(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    await _posted_without_replies(at)
    [digest] = posted(slack, channel)
    async with at(LATER) as program:
        await program.app.client.chat_delete(channel=channel, ts=digest["ts"], token=BOT_TOKEN)
        await program.delivery.deliver_due()
        await program.delivery.deliver_due()
    given_up = delivery_of(stored, team.id, DETAILS)
    assert (given_up.state, given_up.error) == (DeliveryState.ABANDONED, "thread_not_found")
    assert posted(slack, channel) == []


async def test_the_channel_is_read_back_to_when_the_digest_was_due(
    at: Running,
    slack: httpx.Client,
    stored: Database,
    channel: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "A_PAGE", 2)
    payments(stored, channel)
    fault(slack, "chat.postMessage", "drop_connection", applied=True)
    fault(slack, "conversations.history", "server_error")
    await at.tick(MONDAY)
    for number in range(9):
        said(slack, "ben", channel, f"Word {number}")
    await at.tick(LATER)
    from_the_bot = [m for m in posted(slack, channel) if m.get("bot_id")]
    assert len(from_the_bot) == 1


async def test_a_channel_too_long_to_read_leaves_it_to_the_lead(
    at: Running,
    slack: httpx.Client,
    stored: Database,
    channel: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(posting, "A_PAGE", 2)
    monkeypatch.setattr(posting, "MOST_PAGES", 1)
    team = payments(stored, channel)
    for number in range(5):
        said(slack, "ben", channel, f"Word {number}")
    fault(slack, "chat.postMessage", "server_error")
    await at.tick(MONDAY)
    await at.tick(LATER)
    assert delivery_of(stored, team.id).error == "unsure"
    assert "may be missing" in told_in_private(slack, "ana")[-1]["text"]


async def _posted_without_replies(at: Running) -> None:
    """The digest is posted, and the process ends before what follows it."""
    async with at(MONDAY) as program:
        await program.schedule.tick()
        claim = program.delivery._claim_one()
        assert claim is not None
        await program.delivery._deliver(claim)
