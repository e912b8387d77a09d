"""The address of a database: read from a setting, checked before anything connects, shown without secrets."""

from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from storage.errors import DatabaseUnreachable

POSTGRESQL_DRIVER: Final = "postgresql+psycopg"
SECRET_OPTIONS: Final = ("password", "sslpassword")
SIGNS_OF_A_TORN_ADDRESS: Final = "@=;"


def normalised_url(url: str) -> URL:
    """Read an address, with `postgres://` and `postgresql://` taken as psycopg's.

    DatabaseUnreachable, in one sentence that repeats nothing secret, where it is no address, or has
    an option that its driver does not know.
    """
    address = _read(url)
    if address.get_backend_name() == "sqlite":
        _refuse_sqlite_options(address)
        return address.set(drivername="sqlite")
    address = address.set(drivername=POSTGRESQL_DRIVER)
    _refuse_postgresql_options(address)
    return address


def shown(address: URL) -> str:
    """The address as a sentence may name it: the host and the database, never who or with what."""
    if address.get_backend_name() == "sqlite":
        return f"sqlite:///{address.database}"
    host = address.host or _option(address, "host")
    port = f":{address.port}" if address.port else ""
    return f"postgresql://{host}{port}/{address.database or _option(address, 'dbname')}"


def without_secrets(text: str, address: URL) -> str:
    """What a driver said, with every secret of the address crossed out."""
    secrets = [address.password, *(_option(address, name) for name in SECRET_OPTIONS)]
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return text


def _read(url: str) -> URL:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):  # a port such as “abc” is a ValueError
        address, backend = URL.create("unknown"), ""
    is_sqlite = backend == "sqlite" and address.database not in (None, "", ":memory:")
    if not url.isprintable() or not (is_sqlite or backend in ("postgres", "postgresql")):
        raise DatabaseUnreachable(
            "MILEAGE_DATABASE_URL is no address of a database. "
            "Write sqlite:///mileage.db or postgresql://user@host/name."
        )
    return address


def _refuse_sqlite_options(address: URL) -> None:
    if address.host or address.username or address.port:
        raise DatabaseUnreachable(
            "MILEAGE_DATABASE_URL names a host, and SQLite has none. "
            "Write sqlite:///mileage.db, or sqlite:////srv/mileage.db from the root."
        )
    if address.query:
        raise DatabaseUnreachable(
            f"MILEAGE_DATABASE_URL has “{next(iter(address.query))}” after a question mark, and SQLite "
            "takes no options here. Write sqlite:///mileage.db."
        )


def _refuse_postgresql_options(address: URL) -> None:
    """Ask the driver, which alone knows every option, before it is given one to connect with."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    if any(sign in shown(address)[len("postgresql://") :] for sign in SIGNS_OF_A_TORN_ADDRESS):
        raise DatabaseUnreachable(
            "MILEAGE_DATABASE_URL cannot be told apart into user, password, host and name. "
            "Write the signs @ : / ? of a password as %40 %3A %2F %3F."
        )
    try:
        _, options = address.get_dialect()().create_connect_args(address)
        make_conninfo(**options)
    except (ArgumentError, ValueError, ProgrammingError) as error:
        said = without_secrets(str(error).splitlines()[0], address)
        raise DatabaseUnreachable(
            f"MILEAGE_DATABASE_URL cannot be used: {said}. Write postgresql://user@host/name."
        ) from None


def _option(address: URL, name: str) -> str:
    value = address.query.get(name, "")
    return value if isinstance(value, str) else ",".join(value)
