"""Socket Mode on an event loop of its own, so that an ack never waits for an answer.

Slack waits three seconds for an ack. Bolt sends it when its dispatch returns, behind whatever else
the event loop has to do: with 32 commands in flight that took five times as long as an echo. Here a
thread does nothing but read envelopes, acknowledge them and pass them on to the program's loop.
Forms are the exception: their ack may carry what to change in which field, so the thread waits for it.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from threading import Thread
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.slack_api import SlackClient

PLAIN_ACKS = {"slash_commands", "events_api"}
ANSWERED_BY_ACK = {"view_submission", "block_suggestion"}
PING_SECONDS = 10.0


class Receiver:
    """One Socket Mode connection. Make it, start it and stop it on the program's loop."""

    def __init__(self, app: AsyncApp, app_token: str, url: str) -> None:
        """`url` is the first address to connect to; later ones are asked for with the token."""
        self._app = app
        self._app_token = app_token
        self._url = url
        self._program = asyncio.get_running_loop()
        self._connected: Future[asyncio.AbstractEventLoop] = Future()
        self._stop = asyncio.Event()
        self._thread = Thread(target=self._run, name="socket-mode", daemon=True)
        self._passed_on: set[asyncio.Task[BoltResponse]] = set()

    async def start(self) -> None:
        """Connect; returns once envelopes can arrive."""
        self._thread.start()
        await asyncio.wrap_future(self._connected)

    async def stop(self) -> None:
        """Disconnect, and let everything that was acknowledged reach its listener."""
        if self._connected.done() and not self._connected.exception():
            self._connected.result().call_soon_threadsafe(self._stop.set)
            await asyncio.to_thread(self._thread.join)
        await asyncio.gather(*self._passed_on)
        await asyncio.sleep(0)  # the listeners that dispatch has just started count themselves

    def _run(self) -> None:
        try:
            asyncio.run(self._receive())
        except BaseException as error:
            if self._connected.done():
                raise
            self._connected.set_exception(error)

    async def _receive(self) -> None:
        log = logging.getLogger("slack_sdk")
        client = SocketModeClient(
            self._app_token,
            logger=log,
            web_client=SlackClient(base_url=self._app.client.base_url, logger=log),
            ping_interval=PING_SECONDS,
        )
        client.wss_uri = self._url
        client.socket_mode_request_listeners.append(self._take)
        try:
            await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
            self._connected.set_result(asyncio.get_running_loop())
            await self._stop.wait()
        finally:
            await client.close()  # type: ignore[no-untyped-call]  # likewise

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Acknowledge one envelope and pass it on."""
        if has_plain_ack(request.type, request.payload):
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))
            self._program.call_soon_threadsafe(self._dispatch, request)
            return
        dispatched: Coroutine[Any, Any, BoltResponse] = run_async_bolt_app(self._app, request)
        response = asyncio.run_coroutine_threadsafe(dispatched, self._program)
        await send_async_response(client, request, await asyncio.wrap_future(response), 0.0)

    def _dispatch(self, request: SocketModeRequest) -> None:
        task = asyncio.ensure_future(run_async_bolt_app(self._app, request))
        self._passed_on.add(task)
        task.add_done_callback(self._passed_on.discard)


def has_plain_ack(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether the ack of such an envelope says nothing but that it arrived."""
    return kind in PLAIN_ACKS or payload.get("type") not in ANSWERED_BY_ACK
