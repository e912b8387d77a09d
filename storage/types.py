"""Column types that behave alike on SQLite and PostgreSQL."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, in UTC on the way out. A naive datetime is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, without the zone where the engine cannot hold one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; storage takes aware datetimes only.")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The moment, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class UsageKey(TypeDecorator[bytes]):
    """The 16-byte idempotency key: a blob on SQLite, a uuid on PostgreSQL; bytes in Python."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the engine at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | uuid.UUID | None:
        """Bytes, or the uuid of the same bits."""
        if value is None or dialect.name != "postgresql":
            return value
        return uuid.UUID(bytes=value)

    def process_result_value(self, value: object, _dialect: Dialect) -> bytes | None:
        """The 16 bytes."""
        if isinstance(value, uuid.UUID):
            return value.bytes
        return bytes(value) if isinstance(value, bytes | memoryview) else None
