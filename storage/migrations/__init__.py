"""Schema migrations, run from the installed package: no alembic.ini, no path to configure.

Files in versions/ begin with their revision, `0001`, counted up without branches; so which schema
this program needs is known without loading alembic, which every start of the program would pay for.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply what is missing, inside the caller's transaction."""
    from alembic import command

    command.upgrade(alembic_config(connection), revision)


def downgrade(connection: Connection, revision: str = "-1") -> None:
    """Undo the last migration, or go back to `revision`, inside the caller's transaction."""
    from alembic import command

    command.downgrade(alembic_config(connection), revision)


def revision_of(connection: Connection) -> str | None:
    """The revision a database stands at; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def newest() -> str:
    """The revision this program needs."""
    return revisions()[-1]


def is_known(revision: str | None) -> bool:
    """Whether this program has the revision among its migrations; an empty database has none."""
    return revision is None or revision in revisions()


@cache
def revisions() -> tuple[str, ...]:
    """Every revision, oldest first."""
    return tuple(sorted(path.name[:4] for path in HERE.glob("versions/[0-9]*.py")))


def alembic_config(connection: Connection | None = None) -> "Config":
    """What alembic needs to know, in place of an alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
