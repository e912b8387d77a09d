"""Locks that one transaction at a time holds, whichever replica it runs in.

On SQLite the write transaction is such a lock already.
"""

from enum import IntEnum

from sqlalchemy import Connection


class Lock(IntEnum):
    """What is held. The numbers are PostgreSQL's keys for advisory locks."""

    MIGRATIONS = 0x6D696C65
    PEOPLE = 0x6D696C66
    """Who is known. Taken before any person's row is: two unique keys of one person, found in two
    orders, would otherwise be stored twice or block each other."""
    WEEKS = 0x6D696C67
    """Which weeks are fixed. Whoever fixes teams' weeks shares it; whoever fixes what withheld teams
    used together holds it alone, so that no team counts there and is shown by itself."""


def hold(connection: Connection, lock: Lock) -> None:
    """Wait for the lock, and keep it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock.value})")


def share(connection: Connection, lock: Lock) -> None:
    """Wait for whoever holds the lock alone, and keep it, with others who share it, until the end."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({lock.value})")
