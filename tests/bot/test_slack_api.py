"""Every failure has a word, whatever answers in Slack's place."""

from dataclasses import replace

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.listeners.edge import Edge, Request
from bot.listeners.middleware import tell_of_fault
from bot.listeners.replies import Replies
from bot.slack import recognise_workspace
from bot.slack_api import (
    NoSlackAnswer,
    SlackClient,
    SlackUnreachable,
    error_word,
    slack_client,
    start_explained,
)
from messages.pages.base import Commands
from tests.bot.gateway import FOREIGN, Said, gateway
from tests.bot.test_manifest import edge

IDS = [f"{said.status} {said.content_type} {said.body[:12]}" for said in FOREIGN]
REFUSED = Said(200, "application/json", '{"ok": false, "error": "invalid_auth"}')


@pytest.mark.parametrize("said", FOREIGN, ids=IDS)
async def test_an_answer_that_is_not_slacks_is_told_apart(said: Said) -> None:
    async with gateway(said) as url, aiohttp.ClientSession() as session:
        client = slack_client("xoxb-1", url, session)
        with pytest.raises(NoSlackAnswer) as caught:
            await client.chat_postMessage(channel="C1", text="x")
    assert error_word(caught.value) in (f"HTTP {said.status}", "an answer that is not Slack's")


@pytest.mark.parametrize("said", FOREIGN, ids=IDS)
async def test_at_the_start_it_is_not_reachable_rather_than_a_refused_token(said: Said) -> None:
    async with gateway(said) as url, aiohttp.ClientSession() as session:
        with pytest.raises(SlackUnreachable, match="is not reachable"):
            await recognise_workspace(slack_client("xoxb-1", url, session))


async def test_a_bad_gateway_is_named_by_its_status() -> None:
    async with gateway(FOREIGN[0]) as url, aiohttp.ClientSession() as session:
        with pytest.raises(SlackUnreachable, match=r"not reachable \(HTTP 502\)"):
            await recognise_workspace(slack_client("xoxb-1", url, session))


async def test_a_token_that_slack_refuses_is_said_to_be_refused() -> None:
    async with gateway(REFUSED) as url, aiohttp.ClientSession() as session:
        client = slack_client("xoxb-1", url, session)
        with (
            pytest.raises(SlackUnreachable, match="refused SLACK_APP_TOKEN: invalid_auth"),
            start_explained("SLACK_APP_TOKEN", url),
        ):
            await client.apps_connections_open(app_token="xapp-1")


@pytest.mark.parametrize("said", FOREIGN, ids=IDS)
async def test_the_last_resort_never_raises(said: Said) -> None:
    async with gateway(said) as url, aiohttp.ClientSession() as session:
        client = slack_client("xoxb-1", url, session)
        with pytest.raises(NoSlackAnswer) as caught:
            await client.views_open(trigger_id="1", view={})
        with capture_logs() as logged:
            asked = Request("U1", "C1", None, "", {})
            await tell_of_fault(_edge_of(client, session), caught.value, asked)
    assert [one["event"] for one in logged] == ["fault", "fault_not_told"]


def _edge_of(client: SlackClient, session: aiohttp.ClientSession) -> Edge:
    return replace(edge(), replies=Replies(client, session, Commands()))
