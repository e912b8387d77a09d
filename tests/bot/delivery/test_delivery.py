"""Posting exactly once, through real requests to the sandbox: faults, lost answers, refused charts."""

from datetime import timedelta

import httpx
import pytest

from bot.clock import Clock
from bot.delivery import MOST_ATTEMPTS
from storage import deliveries
from storage.database import Database
from storage.deliveries import DeliveryState
from tests.bot.delivery.scene import Running, delivery_of, fault, posted, told_in_private
from tests.bot.gateway import FOREIGN, Said, gateway
from tests.bot.live import BOT_TOKEN, PEOPLE, text_of
from tests.bot.seeded import MONDAY, payments, twelve_weeks_of_usage, verified_outcome


async def test_the_tick_posts_the_week_that_ended_once(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    twelve_weeks_of_usage(stored)
    verified_outcome(stored, "Retire the old ledger")
    await at.tick(MONDAY - timedelta(minutes=1))
    assert [m for m in posted(slack, channel) if "November" in m["text"]] == []
    for minutes in (0, 1, 30):
        await at.tick(MONDAY + timedelta(minutes=minutes))
    digests = [m for m in posted(slack, channel) if "9 to 15 November" in text_of(m)]
    assert len(digests) == 1
    assert "data_visualization" in text_of(digests[0])
    assert "Retire the old ledger" in text_of(digests[0])
    assert delivery_of(stored, team.id).state is DeliveryState.POSTED


async def test_a_message_carries_the_delivery_and_no_figure_in_its_metadata(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    payments(stored, channel)
    async with at(MONDAY) as program:
        await program.schedule.tick()
        await program.delivery.deliver_due()
        history = await program.app.client.conversations_history(
            channel=channel, include_all_metadata=True, token=BOT_TOKEN
        )
    metadata = history["messages"][0]["metadata"]
    assert metadata["event_type"] == "mileage_delivery"
    assert list(metadata["event_payload"]) == ["delivery"]


async def test_a_late_start_within_the_grace_posts_and_later_does_not(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    payments(stored, channel)
    await at.tick(MONDAY + timedelta(hours=49))
    assert posted(slack, channel) == []
    await at.tick(MONDAY + timedelta(hours=47))
    assert len(posted(slack, channel)) == 1


async def test_retry_after_is_honoured(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    fault(slack, "chat.postMessage", "rate_limited", retry_after=30)
    await at.tick(MONDAY)
    held = delivery_of(stored, team.id)
    assert (held.state, held.error) == (DeliveryState.DUE, "ratelimited")
    await at.tick(MONDAY + timedelta(seconds=25))
    assert posted(slack, channel) == []
    await at.tick(MONDAY + timedelta(seconds=35))
    assert len(posted(slack, channel)) == 1


async def test_a_server_error_is_looked_up_and_tried_again(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    payments(stored, channel)
    fault(slack, "chat.postMessage", "server_error")
    await at.tick(MONDAY)
    assert posted(slack, channel) == []
    await at.tick(MONDAY + timedelta(seconds=10))
    assert len(posted(slack, channel)) == 1


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    fault(slack, "chat.postMessage", "drop_connection", applied=True)
    await at.tick(MONDAY)
    assert delivery_of(stored, team.id).state is DeliveryState.POSTED
    await at.tick(MONDAY + timedelta(minutes=10))
    assert len(posted(slack, channel)) == 1


async def test_a_holder_that_died_after_posting_is_reconciled(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    fault(slack, "chat.postMessage", "drop_connection", applied=True)
    fault(slack, "conversations.history", "server_error")
    await at.tick(MONDAY)
    assert delivery_of(stored, team.id).state is DeliveryState.CLAIMED
    await at.tick(MONDAY + timedelta(minutes=1))
    assert delivery_of(stored, team.id).state is DeliveryState.CLAIMED
    await at.tick(MONDAY + timedelta(minutes=5))
    assert delivery_of(stored, team.id).state is DeliveryState.POSTED
    assert len(posted(slack, channel)) == 1


async def test_without_the_history_the_lead_is_asked_and_nothing_is_posted_again(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    fault(slack, "chat.postMessage", "drop_connection")
    fault(slack, "conversations.history", "error", error="missing_scope")
    await at.tick(MONDAY)
    await at.tick(MONDAY + timedelta(minutes=1))
    assert delivery_of(stored, team.id).state is DeliveryState.ABANDONED
    assert posted(slack, channel) == []
    assert "may be missing" in told_in_private(slack, "ana")[-1]["text"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("C0EXT", "the channel is shared with another organisation. Move the team"),
        ("C0OLD", "the channel is archived. Move the team"),
        ("C0ALONE", "the app is not in the channel. Invite the app"),
        ("C0GONE", "the app does not see the channel any more. Invite the app"),
        ("", "the team has no channel. “/mileage setup” in a channel gives it one"),
    ],
)
async def test_a_channel_that_cannot_take_it_is_given_up_and_the_lead_told(
    at: Running, slack: httpx.Client, stored: Database, place: str, words: str
) -> None:
    team = payments(stored, place)
    await at.tick(MONDAY)
    await at.tick(MONDAY + timedelta(minutes=1))
    assert delivery_of(stored, team.id).state is DeliveryState.ABANDONED
    assert words in told_in_private(slack, "ana")[-1]["text"]
    assert place in ("", "C0GONE") or posted(slack, place) == []


async def test_a_refused_chart_becomes_a_picture(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    payments(stored, channel)
    twelve_weeks_of_usage(stored)
    verified_outcome(stored, "Retire the old ledger")
    refused = {"block_type": "data_visualization", "times": None}
    fault(slack, "chat.postMessage", "refuse_block_type", **refused)
    await at.tick(MONDAY)
    digest = next(m for m in posted(slack, channel) if "November" in text_of(m))
    assert '"type": "image"' in text_of(digest)


async def test_a_refused_picture_becomes_words(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    payments(stored, channel)
    twelve_weeks_of_usage(stored)
    verified_outcome(stored, "Retire the old ledger")
    for block_type in ("data_visualization", "image"):
        refused = {"block_type": block_type, "times": None}
        fault(slack, "chat.postMessage", "refuse_block_type", **refused)
    await at.tick(MONDAY)
    digest = next(m for m in posted(slack, channel) if "November" in text_of(m))
    assert '"type": "image"' not in text_of(digest)
    assert "data_visualization" not in text_of(digest)


async def test_a_small_team_reads_outcomes_and_no_consumption(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    few = PEOPLE[:3]
    payments(stored, channel, people=few)
    twelve_weeks_of_usage(stored, few)
    verified_outcome(stored, "Retire the old ledger")
    await at.tick(MONDAY)
    digest = text_of(next(m for m in posted(slack, channel) if "November" in text_of(m)))
    assert "fewer than 5 people" in digest
    assert "$" not in digest


async def test_a_revoked_app_posts_nothing(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    payments(stored, channel)
    async with at(MONDAY) as program:
        program.edge.installation.forget()
        await program.schedule.tick()
        await program.delivery.deliver_due()
    assert posted(slack, channel) == []


async def test_two_replicas_post_once(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    payments(stored, channel)
    async with at(MONDAY) as one, at(MONDAY) as two:
        for program in (one, two):
            await program.schedule.tick()
        for program in (one, two, one):
            program.delivery.clock = Clock.starting_at(MONDAY)
            await program.delivery.deliver_due()
    assert len(posted(slack, channel)) == 1


@pytest.mark.parametrize("said", FOREIGN, ids=lambda said: f"{said.status} {said.body[:12]}")
async def test_what_is_no_answer_of_slacks_gives_nothing_up(
    at: Running, slack: httpx.Client, stored: Database, channel: str, said: Said
) -> None:
    team = payments(stored, channel)
    async with gateway(said) as url, at(MONDAY) as program:
        program.delivery.poster.client.base_url = url
        await program.schedule.tick()
        await program.delivery.deliver_due()
    assert delivery_of(stored, team.id).state in (DeliveryState.DUE, DeliveryState.CLAIMED)
    await at.tick(MONDAY + timedelta(minutes=5))
    await at.tick(MONDAY + timedelta(minutes=6))
    assert delivery_of(stored, team.id).state is DeliveryState.POSTED
    assert len(posted(slack, channel)) == 1


async def test_a_fault_that_stays_is_given_up_at_last_and_the_lead_told(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    async with gateway(Said(200, "application/json", '{"ok": true}')) as url, at(MONDAY) as program:
        sound = program.delivery.poster.client.base_url
        program.delivery.poster.client.base_url = url
        await program.schedule.tick()
        for attempt in range(MOST_ATTEMPTS):
            program.delivery.clock = Clock.starting_at(MONDAY + attempt * timedelta(hours=1))
            await program.delivery.deliver_due()
        given_up = delivery_of(stored, team.id)
        program.delivery.poster.client.base_url = sound
        program.delivery.clock = Clock.starting_at(MONDAY + timedelta(days=3))
        await program.delivery.deliver_due()
    assert (given_up.state, given_up.error) == (DeliveryState.ABANDONED, "unsure")
    assert "may be missing" in told_in_private(slack, "ana")[-1]["text"]


async def test_what_cannot_be_composed_holds_up_nothing_else(
    at: Running, slack: httpx.Client, stored: Database, channel: str
) -> None:
    team = payments(stored, channel)
    with stored.writing() as session:
        deliveries.enqueue(session, "verification", "team:1", "broken", "O-x", MONDAY)
    async with at(MONDAY) as program:
        await program.schedule.tick()
        await program.delivery.deliver_due()
        with stored.reading() as session:
            broken = deliveries.delivery_of(session, "verification", "team:1", "broken")
        assert broken is not None
        assert (broken.state, broken.error) == (DeliveryState.DUE, "fault")
    assert delivery_of(stored, team.id).state is DeliveryState.POSTED
