"""The control API: what a test, a bench or the demo may do to the sandbox over plain HTTP.

Acting as a person (by id or name; channels by id or #name), looking at what a person sees, waiting
for it, and putting faults in force. JSON in (`Content-Type: application/json`), JSON out;
{"ok": false, "error": sentence} with status 400 when a request makes no sense.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.block_kit.element_state import BadChoice, holder_of
from sandbox.errors import SlackError
from sandbox.faults import fault_from
from sandbox.model import Json, Message, View, is_object
from sandbox.people.acts import Container, Result
from sandbox.state.api_shapes import message_to_api, view_to_api
from sandbox.transport.http_mode import HttpDelivery
from sandbox.wiring import Sandbox

Act: TypeAlias = Callable[[Json], Awaitable[Json]]
_encode = msgspec.json.Encoder().encode
_MAX_WAIT = 60.0


class BadRequest(ValueError):
    """A request that makes no sense; the text says why."""


class Control:
    """The control API of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.workspace = sandbox.workspace
        self.interactions = sandbox.interactions

    def routes(self) -> list[BaseRoute]:
        """Return the routes under /sandbox/."""
        posts: dict[str, Act] = {
            "command": self.command,
            "message": self.message,
            "action": self.action,
            "options": self.options,
            "view/submit": self.submit_view,
            "view/close": self.close_view,
            "home/open": self.open_home,
            "shortcut": self.shortcut,
            "join": self.join,
            "leave": self.leave,
            "react": self.react,
            "event": self.event,
            "faults": self.add_fault,
            "sockets/drop": self.drop_sockets,
            "sockets/refresh": self.refresh_sockets,
            "http/verify": self.verify_url,
        }
        gets: dict[str, Act] = {
            "messages": self.messages,
            "views": self.views,
            "home": self.home,
            "faults": self.faults,
            "sockets": self.sockets,
            "workspace": self.overview,
        }
        return [
            *(
                Route(f"/sandbox/{path}", _posted(act), methods=["POST"])
                for path, act in posts.items()
            ),
            *(Route(f"/sandbox/{path}", _read(act), methods=["GET"]) for path, act in gets.items()),
            Route("/sandbox/faults", _read(self.clear_faults), methods=["DELETE"]),
        ]

    # ---- acting as a person --------------------------------------------------------------------

    async def command(self, body: Json) -> Json:
        """{user, channel, text, wait_messages=0, timeout=5} -> result and the messages since.

        With wait_messages=n it returns once the person sees n new messages (or time is up).
        """
        user, channel = self._user(body), self._channel(body)
        before = self.workspace.next_ts()
        result = await self.interactions.run_command(user, channel, _text(body, "text"))
        wanted = int(body.get("wait_messages") or 0)

        def since() -> list[Message]:
            return self.workspace.news(channel, user, before)

        if wanted:
            await self._until(user, lambda: len(since()) >= wanted, body)
        return {**self._result(result), "messages": [self._shown(one) for one in since()]}

    async def message(self, body: Json) -> Json:
        """{user, channel, text, thread_ts?} -> result with the message."""
        thread_ts = body.get("thread_ts")
        return self._result(
            await self.interactions.post_message(
                self._user(body), self._channel(body), _text(body, "text"), thread_ts
            )
        )

    async def action(self, body: Json) -> Json:
        """{user, view_id | channel+ts, action_id, block_id?, value?, state?} -> result."""
        user, container = self._user(body), self._container(body)
        action_id = _text(body, "action_id")
        block_id = body.get("block_id") or self._block_of(user, container, action_id)
        return self._result(
            await self.interactions.click(
                user, container, block_id, action_id, body.get("value"), body.get("state")
            )
        )

    async def options(self, body: Json) -> Json:
        """{user, view_id | channel+ts, action_id, block_id?, query} -> options."""
        user, container = self._user(body), self._container(body)
        action_id = _text(body, "action_id")
        block_id = body.get("block_id") or self._block_of(user, container, action_id)
        found = await self.interactions.options(
            user, container, block_id, action_id, str(body.get("query", ""))
        )
        return {"ok": True, "options": found}

    async def submit_view(self, body: Json) -> Json:
        """{user, view_id? (the top one), state? {block_id: {action_id: choice}}} -> result."""
        user = self._user(body)
        view_id = self._view_id(user, body)
        return self._result(await self.interactions.submit_view(user, view_id, body.get("state")))

    async def close_view(self, body: Json) -> Json:
        """{user, view_id?, clear?} -> result."""
        user = self._user(body)
        clear = bool(body.get("clear"))
        return self._result(
            await self.interactions.close_view(user, self._view_id(user, body), clear)
        )

    async def open_home(self, body: Json) -> Json:
        """{user, tab?} -> result."""
        tab = str(body.get("tab") or "home")
        return self._result(await self.interactions.open_home(self._user(body), tab))

    async def shortcut(self, body: Json) -> Json:
        """{user, callback_id, channel?, ts?} -> result."""
        channel = self._channel(body) if body.get("channel") else None
        return self._result(
            await self.interactions.run_shortcut(
                self._user(body), _text(body, "callback_id"), channel, body.get("ts")
            )
        )

    async def join(self, body: Json) -> Json:
        """{user, channel} -> result."""
        return self._result(await self.interactions.join(self._user(body), self._channel(body)))

    async def leave(self, body: Json) -> Json:
        """{user, channel} -> result."""
        return self._result(await self.interactions.leave(self._user(body), self._channel(body)))

    async def react(self, body: Json) -> Json:
        """{user, channel, ts, name} -> result."""
        return self._result(
            await self.interactions.react(
                self._user(body), self._channel(body), _text(body, "ts"), _text(body, "name")
            )
        )

    async def event(self, body: Json) -> Json:
        """{event, channel?} -> sends any event the manifest subscribes to, e.g. app_uninstalled."""
        event = body.get("event")
        if not is_object(event) or not isinstance(event.get("type"), str):
            raise BadRequest("An event is an object with a type.")
        channel = self.workspace.channels[self._channel(body)] if body.get("channel") else None
        self.workspace.emit(event, channel)
        return {"ok": True}

    # ---- what a person sees --------------------------------------------------------------------

    async def messages(self, query: Json) -> Json:
        """?channel=&user=[&thread_ts=][&after=ts][&at_least=n&timeout=5] -> messages, oldest first."""
        user, channel = self._user(query), self._channel(query)
        after, thread_ts = query.get("after", ""), query.get("thread_ts")

        def seen() -> list[Message]:
            if not thread_ts:
                return self.workspace.news(channel, user, after)
            thread = self.workspace.replies(channel, thread_ts, user)
            return [one for one in thread if one.ts > after]

        at_least = int(query.get("at_least") or 0)
        await self._until(user, lambda: len(seen()) >= at_least, query)
        return {"ok": True, "messages": [self._shown(one) for one in seen()]}

    async def views(self, query: Json) -> Json:
        """?user=[&at_least=n&timeout=5] -> the person's modals, the bottom one first."""
        user = self._user(query)
        at_least = int(query.get("at_least") or 0)
        await self._until(user, lambda: len(self.workspace.view_stack(user)) >= at_least, query)
        return {"ok": True, "views": [self._view(v) for v in self.workspace.view_stack(user)]}

    async def home(self, query: Json) -> Json:
        """?user=[&not_hash=h&timeout=5] -> the person's Home, or null; waits for another hash."""
        user = self._user(query)

        def is_new() -> bool:
            view = self.workspace.home_view(user)
            return "not_hash" not in query or (view is not None and view.hash != query["not_hash"])

        await self._until(user, is_new, query)
        view = self.workspace.home_view(user)
        return {"ok": True, "view": self._view(view) if view else None}

    async def overview(self, _: Json) -> Json:
        """-> team, users, channels."""
        workspace = self.workspace
        people = [
            {"id": u.id, "name": u.name, "real_name": u.real_name} for u in workspace.people()
        ]
        channels = [
            {"id": c.id, "name": c.name, "members": c.members, "is_im": c.is_im}
            for c in workspace.channels.values()
        ]
        return {"ok": True, "team": workspace.team.name, "users": people, "channels": channels}

    # ---- faults and sockets --------------------------------------------------------------------

    async def add_fault(self, body: Json) -> Json:
        """A Fault's fields (see sandbox.faults.Fault) -> the faults in force."""
        try:
            self.sandbox.faults.add(fault_from(body))
        except ValueError as error:
            raise BadRequest(str(error)) from None
        return await self.faults(body)

    async def faults(self, _: Json) -> Json:
        """-> the faults in force."""
        return {"ok": True, "faults": [one.to_json() for one in self.sandbox.faults.all()]}

    async def clear_faults(self, body: Json) -> Json:
        """-> puts everything right."""
        self.sandbox.faults.clear()
        return await self.faults(body)

    async def drop_sockets(self, _: Json) -> Json:
        """-> cuts every Socket Mode connection."""
        return {"ok": True, "dropped": await self.sandbox.hub.drop()}

    async def refresh_sockets(self, body: Json) -> Json:
        """{reason?} -> asks every connection to reconnect (refresh_requested, warning, ...)."""
        reason = str(body.get("reason") or "refresh_requested")
        return {"ok": True, "asked": await self.sandbox.hub.refresh(reason)}

    async def sockets(self, query: Json) -> Json:
        """?[at_least=n&timeout=5] -> how many connections are open; waits for that many."""
        at_least = int(query.get("at_least") or 0)
        try:
            async with asyncio.timeout(_seconds(query)):
                await self.sandbox.hub.wait_for(at_least)
        except TimeoutError:
            pass
        return {"ok": True, "connections": self.sandbox.hub.count}

    async def verify_url(self, _: Json) -> Json:
        """-> whether the app answers url_verification at --http-url, as saving the URL asks."""
        transport = self.sandbox.transport
        if not isinstance(transport, HttpDelivery):
            raise BadRequest("This sandbox uses Socket Mode; start it with --http-url.")
        token = self.workspace.app.verification_token
        return {"ok": await transport.verify_url(token, self.workspace.new_id("challenge"))}

    # ---- how -----------------------------------------------------------------------------------

    def _user(self, body: Json) -> str:
        wanted = _text(body, "user")
        found = self.workspace.users.get(wanted) or self.workspace.user_named(wanted.lstrip("@"))
        if found is None:
            raise BadRequest(f"There is no user {wanted!r}.")
        return found.id

    def _channel(self, body: Json) -> str:
        wanted = _text(body, "channel")
        found = self.workspace.channels.get(wanted)
        found = found or self.workspace.channel_named(wanted.lstrip("#"))
        if found is None:
            raise BadRequest(f"There is no channel {wanted!r}.")
        return found.id

    def _container(self, body: Json) -> Container:
        if body.get("view_id"):
            return Container.of_view(_text(body, "view_id"))
        return Container.of_message(self._channel(body), _text(body, "ts"))

    def _block_of(self, user: str, container: Container, action_id: str) -> str:
        _, surface = self.interactions.surfaces.find(user, container)
        return holder_of(surface.blocks, action_id)

    def _view_id(self, user: str, body: Json) -> str:
        stack = self.workspace.view_stack(user)
        if body.get("view_id"):
            return _text(body, "view_id")
        if not stack:
            raise BadRequest("This person has no modal open.")
        return stack[-1].id

    def _result(self, result: Result) -> Json:
        return {
            "ok": result.ok,
            "ack_ms": result.ack_ms,
            "error": result.error,
            "notice": result.notice,
            "errors": result.errors,
            "message": self._shown(result.message) if result.message else None,
            "view": self._view(result.view) if result.view else None,
        }

    def _shown(self, message: Message) -> Json:
        shown = message_to_api(message, self.workspace.team, self.sandbox.base_url)
        shown["is_ephemeral"] = message.ephemeral_to is not None
        return shown

    def _view(self, view: View) -> Json:
        return {**view_to_api(self.workspace, view), "errors": view.errors}

    async def _until(self, user: str, is_so: Callable[[], bool], body: Json) -> None:
        if is_so():
            return
        with self.workspace.subscribe(user) as feed:
            try:
                async with asyncio.timeout(_seconds(body)):
                    while not is_so():
                        await feed.next()
            except TimeoutError:
                return


def _seconds(body: Json) -> float:
    return min(float(body.get("timeout") or 5.0), _MAX_WAIT)


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{name} is missing.")
    return value


def _posted(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        raw = await request.body()
        if kind != "application/json":
            return _answered({"ok": False, "error": "Send application/json."}, 400)
        try:
            body = msgspec.json.decode(raw or b"{}")
        except msgspec.DecodeError as error:
            return _answered({"ok": False, "error": f"This is not JSON: {error}."}, 400)
        if not is_object(body):
            return _answered({"ok": False, "error": "Send a JSON object."}, 400)
        return await _run(act, body)

    return endpoint


def _read(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await _run(act, dict(request.query_params))

    return endpoint


async def _run(act: Act, body: Json) -> Response:
    try:
        return _answered(await act(body))
    except SlackError as error:
        return _answered({"ok": False, "error": error.code}, 400)
    except (BadRequest, BadChoice) as error:
        return _answered({"ok": False, "error": str(error)}, 400)


def _answered(body: Json, status: int = 200) -> Response:
    return Response(_encode(body), status, media_type="application/json")
