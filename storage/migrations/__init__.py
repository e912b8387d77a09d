"""Schema migrations, run from the installed package: no alembic.ini, no path to configure."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

HERE = Path(__file__).parent
LOCK_NUMBER = 0x6D696C65


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply what is missing, inside the caller's transaction."""
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str = "-1") -> None:
    """Undo the last migration, or go back to `revision`, inside the caller's transaction."""
    command.downgrade(_config(connection), revision)


def hold_off_others(connection: Connection) -> None:
    """Let one replica migrate at a time; on SQLite the write transaction does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})")


def revision_of(connection: Connection) -> str | None:
    """The revision a database stands at; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this program needs."""
    return _scripts().get_current_head()


def is_known(revision: str | None) -> bool:
    """Whether this program has the revision among its migrations."""
    return revision is None or revision in {
        script.revision for script in _scripts().walk_revisions()
    }


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
