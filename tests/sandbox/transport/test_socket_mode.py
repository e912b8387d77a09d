"""Unmodified Bolt apps over Socket Mode: acks, refusals, drops, concurrency, events."""

import asyncio
import threading
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from sandbox.transport import delivery
from tests.sandbox.running import BotFactory, Running, bots, manifest_with, running


async def echo(ack: Any, command: dict[str, Any]) -> None:  # noqa: ANN401
    await ack(command["text"])


def with_echo(app: AsyncApp) -> None:
    app.command("/outcome")(echo)
    app.command("/raw")(echo)


async def test_a_command_is_acknowledged_privately(here: Running, connect: BotFactory) -> None:
    await connect(with_echo)
    outcome = await here.post("command", user="ana", channel="#team", text="/raw a < b")
    assert (outcome["ok"], outcome["message"]["text"]) == (True, "a < b")
    assert outcome["ack_ms"] < 3000
    assert len((await here.get("messages", user="ana", channel="#team"))["messages"]) == 1
    assert (await here.get("messages", user="ben.o", channel="#team"))["messages"] == []


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("/outcome by @ben.o in #team", "by <@U0BEN|ben.o> in <#C0TEAM|team>"),
        ("/outcome done O-12 https://example.com/p/1", "done O-12 <https://example.com/p/1>"),
        ("/outcome a < b & c", "a &lt; b &amp; c"),
        ("/outcome @nobody #nowhere", "@nobody #nowhere"),
        ("/outcome mail ana@example.com", "mail <mailto:ana@example.com|ana@example.com>"),
        ("/outcome @here", "<!here>"),
        ("/raw @ana https://example.com", "@ana https://example.com"),
    ],
)
async def test_mentions_are_escaped_when_the_manifest_says_so(
    here: Running, connect: BotFactory, typed: str, arrives: str
) -> None:
    await connect(with_echo)
    outcome = await here.post("command", user="ana", channel="#team", text=typed)
    assert outcome["message"]["text"] == arrives


async def test_the_payload_is_slacks(here: Running, connect: BotFactory) -> None:
    seen: dict[str, Any] = {}

    async def keep(ack: Any, command: dict[str, Any]) -> None:  # noqa: ANN401
        seen.update(command)
        await ack({"response_type": "in_channel", "text": "For all"})

    await connect(lambda app: app.command("/outcome")(keep))
    await here.post("command", user="ana", channel="#team", text="/outcome  two  words ")
    fixed = {k: v for k, v in seen.items() if k not in ("token", "trigger_id", "response_url")}
    assert fixed == {
        "team_id": "T0TEAM",
        "team_domain": "example",
        "channel_id": "C0TEAM",
        "channel_name": "team",
        "user_id": "U0ANA",
        "user_name": "ana",
        "command": "/outcome",
        "text": "two  words",
        "api_app_id": "A0SANDBOX",
        "is_enterprise_install": "false",
    }
    assert (await here.get("messages", user="ben.o", channel="#team"))["messages"][0][
        "text"
    ] == "For all"


async def test_nobody_connected_is_dispatch_failed(here: Running) -> None:
    outcome = await here.post("command", user="ana", channel="#team", text="/outcome x")
    assert outcome["error"] == "dispatch_failed"
    assert outcome["messages"][0]["text"] == '/outcome failed with the error "dispatch_failed".'
    assert outcome["messages"][0]["user"] == "USLACKBOT"


async def test_an_ack_that_never_comes_is_operation_timeout(
    here: Running, connect: BotFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.05)
    await connect(lambda _: None)  # no listener: Bolt answers nothing
    outcome = await here.post("command", user="ana", channel="#team", text="/outcome x")
    assert outcome["error"] == "operation_timeout"
    assert "operation_timeout" in outcome["messages"][0]["text"]


@pytest.mark.parametrize(
    ("who", "where", "text", "error"),
    [
        ("ana", "#team", "/unknown x", "invalid_command"),
        ("chi", "#team", "/outcome x", "not_in_channel"),
        ("guest", "#team", "/outcome x", "channel_not_found"),
        ("ben.o", "#leads", "/outcome x", "channel_not_found"),
        ("ana", "#old", "/outcome x", "is_archived"),
    ],
)
async def test_a_command_that_cannot_be_run_never_reaches_the_app(
    here: Running, connect: BotFactory, who: str, where: str, text: str, error: str
) -> None:
    await connect(with_echo)
    assert (await here.post("command", user=who, channel=where, text=text))["error"] == error


async def test_invalid_blocks_in_an_ack_are_a_failure(here: Running, connect: BotFactory) -> None:
    async def wrong(ack: Any) -> None:  # noqa: ANN401
        await ack(text="x", blocks=[{"type": "marquee"}])

    await connect(lambda app: app.command("/outcome")(wrong))
    outcome = await here.post("command", user="ana", channel="#team", text="/outcome x")
    assert outcome["error"] == "invalid_blocks"


async def test_forty_commands_run_at_once(here: Running, connect: BotFactory) -> None:
    arrived = 0
    everybody = asyncio.Event()

    async def meet(ack: Any) -> None:  # noqa: ANN401
        nonlocal arrived
        arrived += 1
        if arrived == 40:
            everybody.set()
        await everybody.wait()
        await ack()

    await connect(lambda app: app.command("/outcome")(meet))
    act = here.sandbox.interactions.run_command
    outcomes = await asyncio.gather(*(act("U0ANA", "C0TEAM", "/outcome x") for _ in range(40)))
    assert all(outcome.ok for outcome in outcomes)


async def test_each_payload_goes_to_exactly_one_connection(
    here: Running, connect: BotFactory
) -> None:
    handled: list[str] = []

    def named(name: str) -> Any:  # noqa: ANN401
        async def listener(ack: Any) -> None:  # noqa: ANN401
            handled.append(name)
            await ack()

        return lambda app: app.command("/outcome")(listener)

    await connect(named("a"))
    await connect(named("b"))
    for _ in range(6):
        await here.post("command", user="ana", channel="#team", text="/outcome x")
    assert sorted(handled) == ["a", "a", "a", "b", "b", "b"]


async def test_a_ticket_opens_one_connection(here: Running) -> None:
    client = SocketModeClient("xapp-sandbox", web_client=here.client, auto_reconnect_enabled=False)
    try:
        url = await client.issue_new_wss_url()
        async with client.aiohttp_client_session.ws_connect(url) as first:
            hello = await first.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            with pytest.raises(Exception, match="403"):
                await client.aiohttp_client_session.ws_connect(url)
    finally:
        await client.close()


async def test_a_dropped_bot_comes_back(here: Running, connect: BotFactory) -> None:
    await connect(with_echo)
    assert (await here.post("sockets/drop"))["dropped"] == 1
    assert (await here.get("sockets", at_least=1))["connections"] == 1
    assert (await here.post("command", user="ana", channel="#team", text="/raw on"))["ok"]


async def test_a_refresh_moves_the_bot_to_a_new_connection(
    here: Running, connect: BotFactory
) -> None:
    await connect(with_echo)
    before = here.sandbox.hub.opened
    assert (await here.post("sockets/refresh"))["asked"] == 1
    await here.sandbox.hub.wait_until(lambda: here.sandbox.hub.opened > before)
    await here.sandbox.hub.wait_for(1)
    assert (await here.post("command", user="ana", channel="#team", text="/raw on"))["ok"]


async def test_a_drop_while_an_ack_is_owed_is_dispatch_failed(
    here: Running, connect: BotFactory
) -> None:
    arrived = asyncio.Event()

    async def hang(ack: Any) -> None:  # noqa: ANN401
        arrived.set()
        await asyncio.Event().wait()

    await connect(lambda app: app.command("/outcome")(hang))
    act = here.sandbox.interactions.run_command("U0ANA", "C0TEAM", "/outcome x")
    waiting = asyncio.create_task(act)
    await arrived.wait()
    await here.post("sockets/drop")
    assert (await waiting).error == "dispatch_failed"


async def test_events_reach_the_app_that_subscribed_and_is_inside(
    here: Running, connect: BotFactory
) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def listen(app: AsyncApp) -> None:
        for name in ("message", "app_mention", "member_joined_channel", "reaction_added"):

            async def keep(event: dict[str, Any]) -> None:
                await heard.put(event)

            app.event(name)(keep)

    await connect(listen)
    await here.post("message", user="chi", channel="#open", text="The app is not here")
    said = await here.post("message", user="ana", channel="#team", text="Hi @mileage")
    found = {one["type"]: one for one in (await heard.get(), await heard.get())}
    assert found["message"]["text"] == found["app_mention"]["text"] == "Hi <@U0BOT>"
    await here.post("join", user="chi", channel="#team")
    joined = await heard.get()
    assert (joined["type"], joined["user"]) == ("member_joined_channel", "U0CHI")
    await here.post("react", user="ana", channel="#team", ts=said["message"]["ts"], name="eyes")
    assert (await heard.get())["reaction"] == "eyes"
    assert heard.empty()


async def test_an_event_without_an_ack_is_repeated_with_its_number(
    here: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.05)
    requests: asyncio.Queue[Any] = asyncio.Queue()
    client = SocketModeClient("xapp-sandbox", web_client=here.client)

    async def keep_silent_once(client: SocketModeClient, request: Any) -> None:  # noqa: ANN401
        await requests.put(request)
        if request.retry_attempt:
            await client.send_socket_mode_response({"envelope_id": request.envelope_id})

    client.socket_mode_request_listeners.append(keep_silent_once)
    try:
        await client.connect()
        await here.sandbox.hub.wait_for(1)
        await here.post("message", user="ana", channel="#team", text="Hi")
        first, second = await requests.get(), await requests.get()
    finally:
        await client.close()
    assert (first.retry_attempt, second.retry_attempt) == (0, 1)
    assert second.retry_reason == "http_timeout"
    assert first.payload["event_id"] == second.payload["event_id"]


async def test_what_the_manifest_leaves_out_is_not_sent() -> None:
    manifest = manifest_with(interactivity={"is_enabled": False})
    async with running(manifest=manifest) as here, bots(here) as connect:
        await connect(with_echo)
        outcome = await here.sandbox.interactions.run_shortcut("U0ANA", "new")
        assert outcome.error == "not_interactive"
        assert (
            await here.sandbox.interactions.run_shortcut("U0ANA", "gone")
        ).error == "unknown_shortcut"


async def test_a_synchronous_app_works_as_well(here: Running) -> None:
    ready = threading.Event()

    def start() -> SocketModeHandler:
        app = App(client=WebClient(token="xoxb-sandbox", base_url=f"{here.url}/api/"))

        @app.command("/raw")
        def listener(ack: Any, command: dict[str, Any]) -> None:  # noqa: ANN401
            ack(f"sync {command['text']}")

        handler = SocketModeHandler(app, "xapp-sandbox")
        handler.connect()
        ready.set()
        return handler

    handler = await asyncio.to_thread(start)
    try:
        await here.sandbox.hub.wait_for(1)
        outcome = await here.post("command", user="ana", channel="#team", text="/raw x")
        assert outcome["message"]["text"] == "sync x"
    finally:
        await asyncio.to_thread(handler.close)
