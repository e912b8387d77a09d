"""Something that answers in Slack's place: a gateway, a proxy, a captive portal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True)
class Said:
    """What every request gets."""

    status: int
    content_type: str
    body: str


FOREIGN = [
    Said(502, "text/html", "<html>Bad gateway</html>"),
    Said(503, "text/html", ""),
    Said(500, "text/plain", "Internal Server Error"),
    Said(200, "text/html", "<html>Sign in to the wifi</html>"),
    Said(200, "text/plain", "OK"),
    Said(200, "application/json", "not json"),
    Said(200, "application/json", "[]"),
    Said(200, "application/json", "[1]"),
    Said(200, "application/json", '"ok"'),
    Said(502, "application/json", '{"message": "Bad gateway"}'),
]


@asynccontextmanager
async def gateway(said: Said) -> AsyncIterator[str]:
    """The API address of a server that says this to every request."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=said.status, content_type=said.content_type, text=said.body)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()
