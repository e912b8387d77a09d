"""What the app talks to over HTTP: the Web API, response URLs, uploads, files and the socket."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from sandbox.api import files
from sandbox.api.call import Call
from sandbox.api.registry import METHODS, authorize, method_named, run
from sandbox.errors import RateLimited, SlackError
from sandbox.faults import RESPONSE_URL, Fault
from sandbox.model import Json, is_object
from sandbox.state import posting
from sandbox.wiring import Sandbox

_FORM = "application/x-www-form-urlencoded"
_encode = msgspec.json.Encoder().encode
_GONE = ("used_url", "expired_url", "no_response_url")


class Endpoints:
    """The HTTP side of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def routes(self) -> list[BaseRoute]:
        """Return the routes, the busiest first."""
        return [
            Route("/response/{key:path}", self.respond, methods=["POST"]),
            Route("/api/{method}", self.call, methods=["GET", "POST"]),
            WebSocketRoute("/link/", self.link),
            Route("/upload/v1/{file_id}", self.upload, methods=["POST"]),
            Route("/files-pri/{place}/{name:path}", self.download),
        ]

    async def link(self, socket: WebSocket) -> None:
        """Hold one Socket Mode connection."""
        await self.sandbox.hub.serve(socket)

    async def call(self, request: Request) -> Response:
        """Answer one Web API call, or fail it as a fault demands."""
        name: str = request.path_params["method"]
        fault = self.sandbox.faults.next_for(name)
        if fault is not None and not fault.applied:
            return await self._spoiled(request, fault)
        answer = await self._answer(request, name)
        return answer if fault is None else await self._spoiled(request, fault)

    async def respond(self, request: Request) -> Response:
        """Take a POST to a response URL; "ok", or the refusal as plain text."""
        fault = self.sandbox.faults.next_for(RESPONSE_URL)
        if fault is not None and not fault.applied:
            return await self._spoiled(request, fault)
        answer = self._responded(request.path_params["key"], await request.body())
        return answer if fault is None else await self._spoiled(request, fault)

    async def upload(self, request: Request) -> Response:
        """Take a file's raw bytes, whatever they are labelled as."""
        content = await request.body()
        if not files.receive(self.sandbox.workspace, request.path_params["file_id"], content):
            return PlainTextResponse("invalid upload", status_code=400)
        return PlainTextResponse(f"OK - {len(content)}")

    async def download(self, request: Request) -> Response:
        """Return a file's bytes to the app (with its token) or to the page (same origin)."""
        file_id = request.path_params["place"].rpartition("-")[2]
        file = self.sandbox.workspace.file(file_id)
        if file is None or file.content is None:
            return PlainTextResponse("not found", status_code=404)
        headers = {
            "Content-Security-Policy": "sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(file.content, media_type=file.mimetype, headers=headers)

    # ---- how ---------------------------------------------------------------------------------

    async def _answer(self, request: Request, name: str) -> Response:
        headers = {"x-slack-req-id": uuid4().hex}
        try:
            method = method_named(name)
            args = await _arguments(request)
            authorize(self.sandbox.workspace.app, method, _token(request, args))
            body = run(self._call(name, args), method)
        except SlackError as error:
            body = error.body()
        if name in METHODS and METHODS[name].bearer == "bot":
            granted = self.sandbox.workspace.app.manifest.scopes
            headers["x-oauth-scopes"] = ",".join(sorted(granted))
            headers["x-accepted-oauth-scopes"] = ",".join(METHODS[name].scopes)
        return _json(body, headers=headers)

    def _call(self, name: str, args: Json) -> Call:
        sandbox = self.sandbox
        return Call(
            workspace=sandbox.workspace,
            tickets=sandbox.tickets,
            hub=sandbox.hub,
            base_url=sandbox.base_url,
            args=args,
            refused_types=sandbox.faults.refused_types(name, args),
        )

    def _responded(self, key: str, body: bytes) -> Response:
        sandbox = self.sandbox
        try:
            content = _decoded(body)
            refused = sandbox.faults.refused_types(RESPONSE_URL, content)
            posting.respond(sandbox.workspace, sandbox.tickets, key, content, refused)
        except SlackError as error:
            status = 404 if error.code in _GONE else 400
            return PlainTextResponse(error.code, status_code=status)
        return PlainTextResponse("ok")

    async def _spoiled(self, request: Request, fault: Fault) -> Response:
        if fault.fault == "rate_limited":
            limited = RateLimited(fault.retry_after)
            headers = {"Retry-After": str(limited.retry_after)}
            return _json(limited.body(), 429, headers)
        if fault.fault == "error":
            return _json({"ok": False, "error": fault.error})
        if fault.fault == "timeout":
            await _silence(request, fault.seconds)
        if fault.fault in ("timeout", "drop_connection"):
            self._cut(request)
            await asyncio.sleep(0)
        return _json({"ok": False, "error": "internal_error"}, fault.status)

    def _cut(self, request: Request) -> None:
        client = tuple(request.client or ())
        for connection in list(self.sandbox.connections):
            if getattr(connection, "client", None) == client:
                connection.transport.abort()  # type: ignore[attr-defined]  # uvicorn's protocol


def _json(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(_encode(body), status, headers, media_type="application/json; charset=utf-8")


async def _silence(request: Request, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def _arguments(request: Request) -> Json:
    args: Json = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body:
        return args
    if kind == "application/json":
        args.update(_decoded(body))
    elif kind in (_FORM, ""):
        args.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == "multipart/form-data":
        form = await request.form()
        args.update({name: value for name, value in form.items() if isinstance(value, str)})
    else:
        raise SlackError("invalid_post_type")
    return args


def _decoded(body: bytes) -> Json:
    try:
        value: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise SlackError("invalid_json") from None
    if not is_object(value):
        raise SlackError("json_not_object")
    return value


def _token(request: Request, args: Json) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    given = args.get("token")
    return None if given is None else str(given)
