"""`mileage run` and `mileage migrate`."""

import asyncio
from typing import Annotated

import typer

from bot.cli.problems import Unusable, explained
from bot.settings import Settings, load_settings


def run(
    http: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:]PORT",
            help="Listen for Slack's signed requests instead of using Socket Mode.",
        ),
    ] = None,
) -> None:
    """Run the bot until it is told to stop (Ctrl-C or SIGTERM).

    An empty database is created; one of another version is refused.
    """
    with explained():
        settings = load_settings()
        _require_tokens(settings, is_http=http is not None)
        _serve(settings, http)


def migrate() -> None:
    """Bring the database to this program's version."""
    with explained():
        from storage.database import Database

        database = Database.open(load_settings().database_url.get_secret_value())
        try:
            database.migrate()
        finally:
            database.dispose()
    typer.echo("The database is up to date.")


def _require_tokens(settings: Settings, *, is_http: bool) -> None:
    settings.required("slack_bot_token")
    settings.required("slack_signing_secret" if is_http else "slack_app_token")


def _serve(settings: Settings, http: str | None) -> None:
    from bot.logs import LogFileUnusable, configure_logs
    from bot.serve import HttpAddress, serve
    from bot.slack_api import SlackUnreachable
    from storage.database import Database

    address = HttpAddress(*_host_and_port(http)) if http is not None else None
    try:
        configure_logs(settings.log_level, settings.log_file)
    except LogFileUnusable as unusable:
        raise Unusable(str(unusable)) from None
    database = Database.open(settings.database_url.get_secret_value(), connections=settings.workers)
    try:
        if database.is_empty():
            database.migrate()
        database.require_current()
        asyncio.run(serve(settings, database, address))
    except SlackUnreachable as unreachable:
        raise Unusable(str(unreachable)) from None
    finally:
        database.dispose()


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Unusable(f"--http takes a port or HOST:PORT, such as 127.0.0.1:3000, not “{text}”.")
    return host or "127.0.0.1", int(port)
