"""How payloads reach the app: one protocol, carried by Socket Mode or by signed HTTP posts."""

import asyncio
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from sandbox.model import Json

Kind: TypeAlias = Literal["slash_commands", "interactive", "events_api"]

ACK_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Ack:
    """The app's acknowledgement: what it answered (None: nothing) and after how long."""

    payload: Json | None
    ms: float


class DeliveryError(Exception):
    """The app did not acknowledge; `code` is what Slack tells the person.

    dispatch_failed (nobody connected, connection lost, refused) or operation_timeout (too late).
    """

    def __init__(self, code: str, ms: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.ms = ms


@dataclass(frozen=True, slots=True)
class Retry:
    """Which repetition of an event this is, and why."""

    attempt: int
    reason: str


class Transport(Protocol):
    """Delivers one payload and waits for its acknowledgement."""

    async def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Ack:
        """Return the ack, or raise DeliveryError."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


async def within_ack_time(answer: "asyncio.Future[Json | None]", started: float) -> Ack:
    """Wait for an answer as long as Slack would."""
    loop = asyncio.get_running_loop()
    try:
        payload = await asyncio.wait_for(answer, ACK_SECONDS - (loop.time() - started))
    except TimeoutError:
        raise DeliveryError("operation_timeout", (loop.time() - started) * 1000) from None
    return Ack(payload, (loop.time() - started) * 1000)
