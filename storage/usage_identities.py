"""What is known of stored records, for recognising a copy that carries another key."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from policies.usage import first_key_of_hour
from storage.usage import usage_table


class UsageIdentity(NamedTuple):
    """A stored record's key, start (microseconds), session, request and revision."""

    usage_key: bytes
    start_us: int
    session_id: str | None
    request_id: str | None
    revision: int


def usage_identities(
    session: Session, person_id: int, source: str, first: datetime, last: datetime
) -> Iterator[UsageIdentity]:
    """One person's records of a source in the hours from `first` to `last`, hour by hour."""
    raw = usage_table.c
    columns = (raw.usage_key, raw.start_us, raw.session_id, raw.request_id, raw.revision)
    rows = session.connection().execute(
        select(*columns)
        .where(
            raw.person_id == person_id,
            raw.usage_key >= first_key_of_hour(first),
            raw.usage_key < first_key_of_hour(last + timedelta(hours=1)),
            raw.source == source,
        )
        .order_by(raw.usage_key)
    )
    return (UsageIdentity(*row) for row in rows)


def has_usage(session: Session, person_id: int, source: str) -> bool:
    """Whether anything of the person from this source is stored."""
    raw = usage_table.c
    found = (raw.person_id == person_id) & (raw.source == source)
    return (
        session.connection().execute(select(raw.usage_key).where(found).limit(1)).first()
        is not None
    )
