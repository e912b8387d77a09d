"""Serving a sandbox on the loopback interface: in its own process, or inside a test's event loop."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from sandbox.api.endpoints import Endpoints
from sandbox.control import Control
from sandbox.page.routes import page_routes
from sandbox.wiring import Sandbox

HOST = "127.0.0.1"
LOCAL_HOSTS = ["127.0.0.1", "localhost"]


class PortInUse(Exception):
    """Somebody else listens there; the text is one sentence for a person."""


class SandboxServer(uvicorn.Server):
    """A uvicorn server whose end is an orderly one: feeds first, and no signal raised again."""

    def __init__(self, config: uvicorn.Config, sandbox: Sandbox) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.owns_process = False
        self._sandbox = sandbox
        sandbox.connections = self.server_state.connections  # type: ignore[assignment]  # live set

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting, and say so."""
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End live feeds and sockets before waiting for open requests, so that Ctrl-C is quick."""
        await self._sandbox.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM (when we own the process), and end with exit code 0."""
        if not self.owns_process:
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def listen(port: int) -> socket.socket:
    """Return a bound loopback socket; port 0 picks a free one. Raises PortInUse."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise PortInUse(f"Port {port} cannot be used ({error.strerror}); try --port 0.") from None
    bound.settimeout(0)
    return bound


def url_of(bound: socket.socket) -> str:
    """Return the address of a bound socket, without a slash at the end."""
    return f"http://{HOST}:{bound.getsockname()[1]}"


def build_app(sandbox: Sandbox) -> Starlette:
    """Return the ASGI app; it answers local host names only, so that no website can reach it."""
    routes = [
        *Endpoints(sandbox).routes(),
        *Control(sandbox).routes(),
        *page_routes(sandbox.workspace, sandbox.interactions),
    ]
    guard = Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_HOSTS, www_redirect=False)
    return Starlette(routes=routes, middleware=[guard])


def server_for(sandbox: Sandbox, bound: socket.socket) -> SandboxServer:
    """Return a server for this sandbox on this socket."""
    sandbox.listen_at(url_of(bound))
    config = uvicorn.Config(
        build_app(sandbox),
        ws="websockets-sansio",
        ws_ping_interval=20.0,
        ws_per_message_deflate=False,
        lifespan="off",
        proxy_headers=False,
        log_level=logging.WARNING,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=75,
    )
    return SandboxServer(config, sandbox)


@asynccontextmanager
async def serving(sandbox: Sandbox, port: int = 0) -> AsyncIterator[str]:
    """Serve inside the running event loop; yields the address without a slash at the end."""
    bound = listen(port)
    server = server_for(sandbox, bound)
    task = asyncio.create_task(server.serve([bound]))
    try:
        await server.ready.wait()
        yield sandbox.base_url
    finally:
        server.should_exit = True
        await task
        bound.close()
