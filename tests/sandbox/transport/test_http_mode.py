"""HTTP mode: a real Bolt app behind an HTTP server; every request carries a valid signature."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.model import Json
from sandbox.server import listen, url_of
from sandbox.transport.http_mode import HttpDelivery
from sandbox.wiring import DEFAULT_SIGNING_SECRET
from tests.sandbox.running import Clock, Running, running


class HttpBot:
    """A Bolt app served over HTTP, and every raw request it got."""

    def __init__(self, signing_secret: str) -> None:
        self.client = AsyncWebClient(token="xoxb-sandbox")
        self.app = AsyncApp(client=self.client, signing_secret=signing_secret)
        self.requests: list[tuple[bytes, dict[str, str]]] = []
        self.heard: asyncio.Queue[Json] = asyncio.Queue()
        self.app.command("/raw")(self.echo)
        self.app.event("app_mention")(self.hear)
        self.app.action("press")(self.press)

    async def echo(self, ack: Any, command: Json) -> None:  # noqa: ANN401
        await ack(f"http {command['text']}")

    async def hear(self, event: Json) -> None:
        await self.heard.put(event)

    async def press(self, ack: Any, body: Json) -> None:  # noqa: ANN401
        await ack()
        await self.heard.put(body)


@asynccontextmanager
async def served(bot: HttpBot) -> AsyncIterator[str]:
    handler = AsyncSlackRequestHandler(bot.app)

    async def events(request: Request) -> Response:
        bot.requests.append((await request.body(), dict(request.headers)))
        return await handler.handle(request)

    bound = listen(0)
    routes = [Route("/slack/events", events, methods=["POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes), lifespan="off", log_level="critical", log_config=None
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([bound]))
    try:
        yield f"{url_of(bound)}/slack/events"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def both(
    signing_secret: str = DEFAULT_SIGNING_SECRET,
) -> AsyncIterator[tuple[Running, HttpBot]]:
    bot = HttpBot(signing_secret)
    async with served(bot) as url, running(http_url=url) as here:
        bot.client.base_url = f"{here.url}/api/"
        yield here, bot


async def test_commands_actions_and_events_arrive_signed() -> None:
    async with both() as (here, bot):
        outcome = await here.post("command", user="ana", channel="#team", text="/raw é&=")
        assert outcome["message"]["text"] == "http é&="
        await here.post("message", user="ana", channel="#team", text="Hi @mileage")
        assert (await bot.heard.get())["text"] == "Hi <@U0BOT>"
        button = {
            "type": "button",
            "action_id": "press",
            "text": {"type": "plain_text", "text": "P"},
        }
        sent = await here.client.chat_postMessage(
            channel="C0TEAM", text="x", blocks=[{"type": "actions", "elements": [button]}]
        )
        await here.post("action", user="ana", channel="#team", ts=sent["ts"], action_id="press")
        assert (await bot.heard.get())["type"] == "block_actions"
    verifier = SignatureVerifier(DEFAULT_SIGNING_SECRET)
    kinds = {headers["content-type"] for _, headers in bot.requests}
    assert kinds == {"application/json", "application/x-www-form-urlencoded"}
    assert all(verifier.is_valid_request(body, headers) for body, headers in bot.requests)


async def test_an_app_with_another_secret_refuses_and_the_person_sees_it() -> None:
    async with both("another secret") as (here, _):
        outcome = await here.post("command", user="ana", channel="#team", text="/raw x")
    assert outcome["error"] == "dispatch_failed"


async def test_nobody_at_the_url_is_dispatch_failed() -> None:
    bound = listen(0)
    url = url_of(bound)
    bound.close()
    async with running(http_url=url) as here:
        outcome = await here.post("command", user="ana", channel="#team", text="/raw x")
    assert outcome["error"] == "dispatch_failed"


@pytest.mark.parametrize(("secret", "is_good"), [(DEFAULT_SIGNING_SECRET, True), ("no", False)])
async def test_a_request_url_is_verified_by_its_challenge(secret: str, *, is_good: bool) -> None:
    async with served(HttpBot(DEFAULT_SIGNING_SECRET)) as url:
        delivery = HttpDelivery(url, secret, Clock())
        assert await delivery.verify_url("token", "challenge-1") is is_good
        await delivery.close()
