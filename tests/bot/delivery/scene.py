"""The whole program on the sandbox, its clock wherever a test wants it, and what people then see."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
import pytest

from bot.settings import load_settings
from bot.wiring import Program, built
from storage import deliveries
from storage.database import Database
from storage.deliveries import Delivery
from tests.bot.live import PEOPLE, WORKSPACE, Json

CHANNELS = tuple(f"C0D{number:02d}" for number in range(60))
MEMBERS = [*(f"U0{name.upper()}" for name in PEOPLE), "U0BOT"]
MANY_CHANNELS: Json = {
    **WORKSPACE,
    "channels": [
        *({"id": one, "name": one.lower(), "members": MEMBERS} for one in CHANNELS),
        {"id": "C0EXT", "name": "ext", "members": MEMBERS, "is_ext_shared": True},
        {"id": "C0OLD", "name": "old", "members": MEMBERS, "is_archived": True},
        {"id": "C0ALONE", "name": "alone", "members": MEMBERS[:-1]},
    ],
}
"""A channel for each test, and one for each reason not to post in it."""


class Running:
    """`async with at(moment) as program`: the whole program, its clock at that moment."""

    def __init__(self, database: Database, environment: pytest.MonkeyPatch) -> None:
        self.database = database
        self.environment = environment

    @asynccontextmanager
    async def __call__(self, moment: datetime) -> AsyncIterator[Program]:
        self.environment.setenv("MILEAGE_CLOCK_START", moment.isoformat())
        async with built(load_settings(), self.database) as program:
            yield program

    async def tick(self, moment: datetime) -> Program:
        """One tick of a process whose clock stands there, and one pass of its delivery."""
        async with self(moment) as program:
            await program.schedule.tick()
            await program.delivery.deliver_due()
            return program


def posted(slack: httpx.Client, channel: str, viewer: str = "ana") -> list[Json]:
    """What somebody sees in a channel, without the threads."""
    return _messages(slack, {"user": viewer, "channel": channel})


def replies_to(slack: httpx.Client, message: Json, channel: str) -> list[Json]:
    """What stands in a message's thread, without the message itself."""
    query = {"user": "ana", "channel": channel, "thread_ts": message["ts"]}
    return [one for one in _messages(slack, query) if one["ts"] != message["ts"]]


def told_in_private(slack: httpx.Client, user: str) -> list[Json]:
    """What the bot told somebody by direct message."""
    channels = slack.get("/sandbox/workspace").json()["channels"]
    mine = [c["id"] for c in channels if c["is_im"] and f"U0{user.upper()}" in c["members"]]
    assert mine, json.dumps(channels)
    return posted(slack, mine[0], user)


def fault(slack: httpx.Client, method: str, kind: str, **details: object) -> None:
    """Let the sandbox get a method wrong."""
    answer = slack.post("/sandbox/faults", json={"method": method, "fault": kind, **details})
    assert answer.json()["ok"], answer.text


def all_is_well(slack: httpx.Client) -> None:
    """Let the sandbox get nothing wrong any more."""
    slack.delete("/sandbox/faults")


def said(slack: httpx.Client, user: str, channel: str, text: str) -> None:
    """Let somebody say something."""
    words = {"user": user, "channel": channel, "text": text}
    assert slack.post("/sandbox/message", json=words).json()["ok"]


def delivery_of(
    database: Database, team_id: int, kind: str = "digest", week: str = "2026-W46"
) -> Delivery:
    """How a team's delivery stands."""
    with database.reading() as session:
        found = deliveries.delivery_of(session, kind, f"team:{team_id}", week)
    assert found is not None
    return found


def _messages(slack: httpx.Client, query: Mapping[str, str]) -> list[Json]:
    messages: list[Json] = slack.get("/sandbox/messages", params=query).json()["messages"]
    return messages
