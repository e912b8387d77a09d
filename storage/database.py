"""One database, opened from its address: read and write transactions, and whether its schema fits."""

import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from storage import migrations
from storage.address import normalised_url, shown, without_secrets
from storage.errors import (
    DatabaseLocked,
    DatabaseTooNew,
    DatabaseTooOld,
    DatabaseUnreachable,
    StorageError,
)
from storage.locks import Lock, hold

LOCK_WAIT_SECONDS: Final = 15.0
"""How long a writer waits for its turn; SQLite's lock is unfair, and waits of 3 s were measured."""

POSTGRESQL_LOCK_FAILURES: Final = {"55P03", "40P01", "40001"}
POSTGRESQL_SERVER_FAILURES: Final = {"08", "28", "3D", "53", "57"}
"""Classes of SQLSTATE: connection, authorisation, catalogue, resources, operator intervention."""
POSTGRESQL_READ_ONLY: Final = {"25006", "42501"}
"""A server or role that reads only, and a role without the right to a table."""
POSTGRESQL_TABLE_EXISTS: Final = "42P07"
WAL_RETRY_SECONDS: Final = 0.01
SQLITE_FILE_FAILURES: Final = ("unable to open", "not a database", "malformed", "disk")


class Database:
    """A pool of connections to SQLite or PostgreSQL. Safe to share between threads, not forks."""

    def __init__(self, engine: Engine) -> None:
        self._url, self._address = engine.url, shown(engine.url)
        self._writer = engine.execution_options(mileage_writes=True)
        self._reader = engine.execution_options(mileage_writes=False)
        if engine.dialect.name == "postgresql":
            self._reader = self._reader.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self.dispose = weakref.finalize(self, engine.dispose)
        """Close every pooled connection; happens at exit when nobody calls it."""

    @classmethod
    def open(
        cls, url: str, *, connections: int = 16, lock_wait_seconds: float = LOCK_WAIT_SECONDS
    ) -> Self:
        """Make the pool; nothing is connected yet. StorageError where the address is no database's."""
        address = normalised_url(url)
        if address.get_backend_name() == "sqlite":
            return cls(_sqlite_engine(address, connections, lock_wait_seconds))
        return cls(_postgresql_engine(address, connections, lock_wait_seconds))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent snapshot for any number of queries; writing in it is an error."""
        with self._explaining(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, committed at the end and rolled back on any exception.

        On SQLite it holds the only write lock from its beginning, so that nothing read in it can be
        stale when it is written back.
        """
        with (
            self._explaining(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # begins now: a locked database fails before any work is done
            yield session

    def migrate(self) -> None:
        """Bring the schema up to this program's; DatabaseTooNew where it is beyond it."""
        with self._explaining(), self._writer.begin() as connection:
            hold(connection, Lock.MIGRATIONS)
            self._refuse_newer(connection)
            migrations.upgrade(connection)

    def is_empty(self) -> bool:
        """Whether no migration was ever applied."""
        with self._explaining(), self._reader.connect() as connection:
            return migrations.revision_of(connection) is None

    def require_current(self) -> None:
        """Raise a StorageError of one sentence unless the schema is exactly this program's."""
        with self._explaining(), self._reader.connect() as connection:
            self._refuse_newer(connection)
            if migrations.revision_of(connection) != migrations.newest():
                raise self._too_old()

    def _refuse_newer(self, connection: Connection) -> None:
        if not migrations.is_known(migrations.revision_of(connection)):
            raise DatabaseTooNew(
                f"The database at {self._address} was made by a newer Mileage. "
                "Install that version, or point MILEAGE_DATABASE_URL at another database."
            )

    def _too_old(self) -> DatabaseTooOld:
        return DatabaseTooOld(
            f"The database at {self._address} is not up to date. Run “mileage migrate”."
        )

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            explained = self._explained(error)
            if explained is None:
                raise
            raise explained from error

    def _explained(self, error: Exception) -> StorageError | None:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        said = (str(cause).strip() or type(cause).__name__).splitlines()[0]
        said = without_secrets(said, self._url)
        if "no such table" in said or type(cause).__name__ == "UndefinedTable":
            return self._too_old()
        if _is_lock_failure(cause, said):
            return DatabaseLocked(
                f"The database at {self._address} is locked by another program. "
                "Wait for it to finish or stop it, and try again."
            )
        if _is_read_only(cause, said):
            return DatabaseUnreachable(
                f"The database at {self._address} does not let this program write: {said}. "
                "Give it the right to, or point MILEAGE_DATABASE_URL at another database."
            )
        if _is_taken_by_others(cause, said):
            return DatabaseUnreachable(
                f"The database at {self._address} holds tables that Mileage did not make: {said}. "
                "Point MILEAGE_DATABASE_URL at an empty database."
            )
        if _is_connection_failure(cause, said):
            return DatabaseUnreachable(
                f"The database at {self._address} cannot be used: {said}. "
                "Check MILEAGE_DATABASE_URL and that the database is there."
            )
        return None


def _is_lock_failure(cause: BaseException, said: str) -> bool:
    if isinstance(cause, sqlite3.Error):
        return "is locked" in said
    return getattr(cause, "sqlstate", None) in POSTGRESQL_LOCK_FAILURES


def _is_read_only(cause: BaseException, said: str) -> bool:
    if isinstance(cause, sqlite3.Error):
        return "readonly" in said
    return getattr(cause, "sqlstate", None) in POSTGRESQL_READ_ONLY


def _is_taken_by_others(cause: BaseException, said: str) -> bool:
    if isinstance(cause, sqlite3.Error):
        return "already exists" in said
    return getattr(cause, "sqlstate", None) == POSTGRESQL_TABLE_EXISTS


def _is_connection_failure(cause: BaseException, said: str) -> bool:
    if isinstance(cause, sqlite3.Error):
        return any(part in said for part in SQLITE_FILE_FAILURES)
    state = getattr(cause, "sqlstate", None)
    if state is None:  # psycopg could not even ask
        return type(cause).__name__ in ("OperationalError", "ConnectionTimeout")
    return str(state)[:2] in POSTGRESQL_SERVER_FAILURES


def _postgresql_engine(address: URL, connections: int, lock_wait_seconds: float) -> Engine:
    waits = f"-c lock_timeout={round(lock_wait_seconds * 1000)}"
    given = address.query.get("options")
    options = f"{given} {waits}" if isinstance(given, str) else waits
    return create_engine(
        address,
        pool_size=connections,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "options": options},
    )


def _sqlite_engine(address: URL, connections: int, lock_wait_seconds: float) -> Engine:
    engine = create_engine(
        address, pool_size=connections, connect_args={"timeout": lock_wait_seconds}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not in the driver
        _use_wal(connection, lock_wait_seconds)
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("mileage_writes", True)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        # Beginning as a writer avoids lost updates: a deferred reader that turns writer has read
        # what another has since changed.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _use_wal(connection: sqlite3.Connection, wait_seconds: float) -> None:
    """Switch a new file to write-ahead logging, which stays with the file.

    While another connection switches it, SQLite fails at once, whatever the busy timeout.
    """
    give_up_at = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "is locked" not in str(error) or time.monotonic() >= give_up_at:
                raise
            time.sleep(WAL_RETRY_SECONDS)
