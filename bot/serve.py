"""Running until told to stop: Socket Mode or HTTP, the delivery loop and the minute tick."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass

import structlog

from bot.settings import Settings
from bot.slack_api import SlackUnreachable, start_explained
from bot.socket_mode import Receiver
from bot.wiring import Program, built
from storage.database import Database

log = structlog.get_logger()

LAST_ANSWERS_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """Where the HTTP mode listens."""

    host: str
    port: int


async def serve(settings: Settings, database: Database, http: HttpAddress | None) -> None:
    """Run the bot until SIGTERM or SIGINT; answers under way are finished first."""
    # The event loop gets the interpreter back from a worker within half a millisecond, not five.
    sys.setswitchinterval(0.0005)
    stopping = asyncio.Event()
    with _signals_set(stopping):
        async with built(settings, database) as program, _listening(program, http):
            delivering = asyncio.create_task(program.delivery.run(stopping))
            scheduler = program.schedule.start()
            await program.schedule.tick()
            passing = asyncio.create_task(program.passes.run(stopping))
            purging = asyncio.create_task(program.upkeep.run(stopping))
            calling = asyncio.create_task(program.outside.run(stopping))
            log.info("ready", mode="http" if http else "socket", commands=_commands(program))
            await stopping.wait()
            log.info("stopping")
            scheduler.shutdown(wait=False)
            program.delivery.wake()
            await passing
            await purging
            await calling
            await delivering
    log.info("stopped")


@asynccontextmanager
async def _listening(program: Program, http: HttpAddress | None) -> AsyncIterator[None]:
    """Receive requests; on leaving, receive no more and wait for the answers under way."""
    mode = _by_http(program, http) if http else _by_socket(program)
    async with mode:
        yield
    await program.edge.under_way.wait_until_empty(LAST_ANSWERS_SECONDS)


@asynccontextmanager
async def _by_socket(program: Program) -> AsyncIterator[None]:
    token = program.settings.required("slack_app_token")
    # Asked for here, because the client would try a refused token for ever.
    receiver = Receiver(program.app, token, await _socket_url(program, token))
    await receiver.start()
    try:
        yield
    finally:
        await receiver.stop()


async def _socket_url(program: Program, token: str) -> str:
    client = program.app.client
    with start_explained("SLACK_APP_TOKEN", client.base_url):
        answer = await client.apps_connections_open(app_token=token)
    return str(answer["url"])


@asynccontextmanager
async def _by_http(program: Program, http: HttpAddress) -> AsyncIterator[None]:
    import uvicorn

    from bot.web import http_app

    class Server(uvicorn.Server):
        """Leaves signals to `serve`."""

        def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]  # a narrower one
            return nullcontext()

    config = uvicorn.Config(
        http_app(program.app), http.host, http.port, log_config=None, access_log=False
    )
    server = Server(config)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if task.done():
                raise SlackUnreachable(f"Nothing can listen on {http.host}:{http.port}.")
            await asyncio.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        await task


@contextmanager
def _signals_set(stopping: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _commands(program: Program) -> list[str]:
    names = program.edge.commands
    return [names.outcome, names.mileage, names.budget]
