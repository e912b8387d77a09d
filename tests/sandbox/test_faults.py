"""Faults on demand, as Slack's clients meet them."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.sandbox.running import Running

CHART = {
    "type": "data_visualization",
    "title": "Share",
    "chart": {"type": "pie", "segments": [{"label": "A", "value": 1}]},
}


async def say(here: Running, **more: Any) -> Any:  # noqa: ANN401
    return await here.client.chat_postMessage(channel="C0TEAM", text="Hi", **more)


def count(here: Running) -> int:
    return len(here.sandbox.workspace.timeline("C0TEAM", "U0ANA"))


async def test_a_rate_limit_carries_retry_after_and_ends(here: Running) -> None:
    await here.post(
        "faults", method="chat.postMessage", fault="rate_limited", times=2, retry_after=7
    )
    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            await say(here)
        response = refused.value.response
        assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
        assert response["error"] == "ratelimited"
    assert (await say(here))["ok"]
    assert (await here.get("faults"))["faults"] == []


async def test_slacks_own_retry_handler_gets_through(here: Running) -> None:
    await here.post("faults", method="chat.postMessage", fault="rate_limited", retry_after=0)
    client = here.client
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    assert (await client.chat_postMessage(channel="C0TEAM", text="Hi"))["ok"]


async def test_a_server_error_is_a_500_for_one_method_only(here: Running) -> None:
    await here.post("faults", method="chat.postMessage", fault="server_error")
    assert (await here.client.auth_test())["ok"]
    with pytest.raises(SlackApiError) as refused:
        await say(here)
    assert refused.value.response.status_code == 500


@pytest.mark.parametrize("applied", [False, True])
async def test_a_dropped_connection_may_or_may_not_have_posted(
    here: Running, *, applied: bool
) -> None:
    await here.post("faults", method="chat.postMessage", fault="drop_connection", applied=applied)
    client = here.client
    client.retry_handlers.clear()
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C0TEAM", text="Hi")
    assert count(here) == int(applied)


async def test_a_timeout_stays_silent_until_the_client_gives_up(here: Running) -> None:
    await here.post("faults", method="chat.postMessage", fault="timeout", times=None)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(say(here), 0.2)
    await here.http.delete("/sandbox/faults")
    assert (await say(here))["ok"]


async def test_a_block_type_that_is_not_rolled_out_is_invalid_blocks(here: Running) -> None:
    await here.post(
        "faults", method="*", fault="refuse_block_type", block_type=CHART["type"], times=1
    )
    assert (await say(here))["ok"]
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await say(here, blocks=[CHART])
    assert (await say(here, blocks=[CHART]))["ok"]


async def test_any_error_can_be_asked_for(here: Running) -> None:
    await here.post("faults", method="views.open", fault="error", error="internal_error")
    with pytest.raises(SlackApiError, match="internal_error"):
        await here.client.views_open(trigger_id="x", view={})


async def test_response_urls_have_faults_of_their_own(here: Running) -> None:
    url = here.sandbox.tickets.response_url("U0ANA", "C0TEAM", "commands")
    await here.post("faults", method="response_url", fault="rate_limited")
    hook = AsyncWebhookClient(url)
    assert (await hook.send(text="x")).status_code == 429
    assert (await hook.send(text="x")).status_code == 200


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"method": "chat.update"}, "needs a method and one of"),
        ({"method": "chat.update", "fault": "plague"}, "needs a method and one of"),
        ({"method": "*", "fault": "timeout", "colour": 1}, "no field 'colour'"),
        ({"method": "*", "fault": "refuse_block_type"}, "needs a block_type"),
    ],
)
async def test_a_fault_nobody_knows_is_refused(
    here: Running, fault: dict[str, Any], sentence: str
) -> None:
    answer = await here.post("faults", **fault)
    assert answer["ok"] is False
    assert sentence in answer["error"]
