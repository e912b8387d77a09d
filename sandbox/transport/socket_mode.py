"""Socket Mode: one-use tickets, up to ten connections, each payload to exactly one of them."""

import asyncio
import secrets
from collections.abc import Callable
from uuid import uuid4

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from sandbox.errors import SlackError
from sandbox.model import Json, is_object
from sandbox.transport.delivery import Ack, DeliveryError, Kind, Retry, within_ack_time

MAX_CONNECTIONS = 10
CONNECTION_SECONDS = 18_060

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class SocketHub:
    """The app's open connections, and the acknowledgements they owe."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._connections: list[WebSocket] = []
        self._turn = 0
        self._waiting: dict[str, tuple[WebSocket, asyncio.Future[Json | None]]] = {}
        self._changed = asyncio.Condition()
        self.opened = 0
        """How many connections there ever were."""

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def issue_ticket(self) -> str:
        """Return a ticket that opens one connection, once."""
        if self.count >= MAX_CONNECTIONS:
            raise SlackError("too_many_websockets")
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def wait_for(self, at_least: int) -> None:
        """Return as soon as this many connections are open."""
        await self.wait_until(lambda: self.count >= at_least)

    async def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Return as soon as a condition on the connections holds."""
        async with self._changed:
            await self._changed.wait_for(is_so)

    async def serve(self, socket: WebSocket) -> None:
        """Hold one connection until either side ends it."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        self._connections.append(socket)
        try:
            await socket.send_text(_encode(self._hello()).decode())
            self.opened += 1
            await self._tell()
            await self._listen(socket)
        except WebSocketDisconnect:
            pass
        finally:
            self._forget(socket)
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Ack:
        """Send one envelope to the next connection and wait for its ack."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        if not self._connections:
            raise DeliveryError("dispatch_failed")
        self._turn = (self._turn + 1) % len(self._connections)
        socket = self._connections[self._turn]
        envelope_id = str(uuid4())
        answer: asyncio.Future[Json | None] = loop.create_future()
        self._waiting[envelope_id] = (socket, answer)
        try:
            await socket.send_text(_encode(_envelope(envelope_id, kind, payload, retry)).decode())
            return await within_ack_time(answer, started)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise DeliveryError("dispatch_failed") from error
        finally:
            self._waiting.pop(envelope_id, None)

    async def refresh(self, reason: str = "refresh_requested") -> int:
        """Ask every connection to reconnect, as Slack does every few hours; returns how many."""
        message = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        connections = list(self._connections)
        for socket in connections:
            await socket.send_text(_encode(message).decode())
        return len(connections)

    async def drop(self) -> int:
        """Cut every connection without a word; returns how many there were."""
        connections = list(self._connections)
        for socket in connections:
            self._forget(socket)
            if socket.application_state is WebSocketState.CONNECTED:
                await socket.close(code=1011)
        return len(connections)

    async def close(self) -> None:
        """Close every connection and fail what still waits."""
        await self.drop()

    async def _listen(self, socket: WebSocket) -> None:
        while True:
            text = await socket.receive_text()
            try:
                message = _decode(text)
            except msgspec.DecodeError:
                continue
            if is_object(message):
                self._acknowledge(message)

    def _acknowledge(self, message: Json) -> None:
        _, answer = self._waiting.get(str(message.get("envelope_id")), (None, None))
        if answer is not None and not answer.done():
            payload = message.get("payload")
            answer.set_result(payload if is_object(payload) and payload else None)

    def _forget(self, socket: WebSocket) -> None:
        if socket in self._connections:
            self._connections.remove(socket)
        for owner, answer in list(self._waiting.values()):
            if owner is socket and not answer.done():
                answer.set_exception(DeliveryError("dispatch_failed"))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.count,
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": CONNECTION_SECONDS,
            },
            "connection_info": {"app_id": self._app_id},
        }


def _envelope(envelope_id: str, kind: Kind, payload: Json, retry: Retry | None) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope["retry_attempt"] = retry.attempt if retry else 0
        envelope["retry_reason"] = retry.reason if retry else ""
    return envelope
