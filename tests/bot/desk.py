"""The real listeners on a real database, with what they answer written down instead of sent to Slack."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.clock import Clock
from bot.flows.digest_terms import DigestTerms
from bot.flows.gathering import Gathering
from bot.listeners.edge import Edge
from bot.listeners.replies import Address
from bot.model_classes import library_classes
from bot.practices import library_practices
from bot.rulebook import Rulebook
from bot.settings import Settings
from bot.slack import Directory, Installation, Place, Profile, Workspace
from bot.slack_api import slack_client
from bot.under_way import UnderWay
from bot.wiring import slack_app
from bot.workers import Workers
from messages.metadata import FormContext
from messages.pages.base import Commands, HomePage, MessagePage, ModalPage
from messages.render import render
from policies.people import SlackIdentity
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from storage.database import Database

Json = dict[str, Any]
WORKSPACE = Workspace("T0LIVE", "", "U0BOT", "B0BOT", frozenset())
FOREIGN = "Mileage is for members of this workspace; people of other organisations cannot use it."
GUEST = "Mileage is for members of this workspace; guests cannot use it."


@dataclass
class Written:
    """What would have been sent."""

    messages: list[MessagePage] = field(default_factory=list)
    forms: list[ModalPage] = field(default_factory=list)
    updates: list[ModalPage] = field(default_factory=list)
    homes: list[HomePage] = field(default_factory=list)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def send(self, _to: Address, page: MessagePage) -> None:
        render(page)
        self.messages.append(page)

    async def send_file(self, user_id: str, file_name: str, content: bytes) -> None:
        self.files.append((user_id, file_name, content))

    async def open_form(self, _trigger_id: str, page: ModalPage) -> None:
        render(page)
        self.forms.append(page)

    async def update_form(self, _view_id: str, page: ModalPage) -> None:
        render(page)
        self.updates.append(page)

    def view_of(self, page: ModalPage) -> Json:
        return dict(render(page))

    async def publish_home(self, _user_id: str, page: HomePage) -> None:
        render(page)
        self.homes.append(page)


@dataclass
class FrontDesk:
    """Where requests of Slack arrive, true and forged ones."""

    app: AsyncApp
    written: Written
    under_way: UnderWay
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def command(self, user_id: str, line: str, channel_id: str = "C0PAY") -> None:
        command, _, text = line.partition(" ")
        await self._send(
            command=command, text=text, user_id=user_id, channel_id=channel_id, team_id="T0LIVE"
        )

    async def press(self, user_id: str, action_id: str, value: str, *, home: bool = False) -> None:
        place: Json = {"view": {"type": "home"}} if home else {"channel": {"id": "D0DESK"}}
        action = {"type": "button", "block_id": "b", "action_id": action_id, "value": value}
        await self._send(**_from(user_id, "block_actions"), **place, actions=[action])

    async def submit(
        self, user_id: str, form: str, context: FormContext, view_id: str = "", **fields: str
    ) -> Json:
        """What Slack shows in the form's fields, if anything. A form sent twice has one view id."""
        return dict(
            (await self.send_form(user_id, form, context, view_id, **fields)).get("errors") or {}
        )

    async def tick(
        self, user_id: str, form: str, context: FormContext, field: str, value: str
    ) -> Json:
        """What Slack shows in a form of one box, ticked."""
        ticked = {field: {field: {"selected_options": [{"value": value}]}}}
        shown = await self._send(
            **_from(user_id, "view_submission"), view=self._view(form, context, ticked)
        )
        return dict(shown.get("errors") or {})

    async def send_form(
        self, user_id: str, form: str, context: FormContext, view_id: str = "", **fields: str
    ) -> Json:
        """The whole answer to a form: errors, or what is shown in its place."""
        values = {name: {name: _element(value)} for name, value in fields.items()}
        view = self._view(form, context, values, view_id)
        return await self._send(**_from(user_id, "view_submission"), view=view)

    def _view(self, form: str, context: FormContext, values: Json, view_id: str = "") -> Json:
        return {
            "id": view_id or f"V{next(self._numbers)}",
            "type": "modal",
            "callback_id": form,
            "private_metadata": context.encode(),
            "state": {"values": values},
        }

    async def _send(self, **body: object) -> Json:
        trigger = {"trigger_id": f"trigger-{next(self._numbers)}"}
        request = AsyncBoltRequest(mode="socket_mode", body={**body, **trigger})
        response = await self.app.async_dispatch(request)
        assert response.status == 200, body
        await asyncio.sleep(0)  # the listener that dispatch has just started counts itself
        assert await self.under_way.wait_until_empty(20)
        answer: Json = json.loads(response.body) if response.body.startswith("{") else {}
        return answer


def _from(user_id: str, kind: str) -> Json:
    return {"type": kind, "user": {"id": user_id, "team_id": "T0LIVE"}, "team": {"id": "T0LIVE"}}


def _element(value: str) -> Json:
    return {"value": value, "selected_option": {"value": value}, "selected_date": value}


@asynccontextmanager
async def front_desk(
    database: Database,
    now: datetime,
    profiles: list[Profile],
    rulebook: Rulebook | None = None,
) -> AsyncIterator[FrontDesk]:
    """The listeners, to whom Slack would say this of people; channels are C0PAY and C0OTHER."""
    clock, workers, written = Clock.starting_at(now), Workers(4), Written()
    places = {
        one: Place(one, one.lower(), is_shared=False, is_archived=False, is_member=True)
        for one in ("C0PAY", "C0OTHER")
    }
    rules = rulebook or Rulebook()
    gathering = Gathering(GroupRule(), PriceBook(), library_classes())
    async with aiohttp.ClientSession() as session:
        client = slack_client("xoxb-none", "http://127.0.0.1:9/api/", session)
        directory = Directory(
            client,
            WORKSPACE,
            clock,
            {one.identity.user_id: (clock.now(), one) for one in profiles},
            {name: (clock.now(), place) for name, place in places.items()},
        )
        edge = Edge(
            clock=clock,
            database=database,
            workers=workers,
            directory=directory,
            installation=Installation(WORKSPACE, "xoxb-none"),
            replies=written,  # type: ignore[arg-type]  # it writes down what Replies would send
            commands=Commands(),
            rule=GroupRule(),
            wake_delivery=lambda: None,
            under_way=UnderWay(),
            rulebook=rules,
            gathering=lambda: gathering,
            digest_terms=lambda: DigestTerms(
                gathering, tuple(rules.current.judges.values()), library_practices().practices
            ),
        )
        try:
            yield FrontDesk(slack_app(Settings(), client, edge), written, edge.under_way)
        finally:
            workers.close()


def profile(name: str, *, refusal: str | None = None, is_admin: bool = False) -> Profile:
    """What Slack says of somebody."""
    identity = SlackIdentity("", "T0LIVE", f"U0{name.upper()}")
    email = f"{name}@example.com"
    full = f"{name.capitalize()} Tester"
    return Profile(
        identity, full, email, "Europe/Berlin", is_admin=is_admin, is_bot=False, refusal=refusal
    )
