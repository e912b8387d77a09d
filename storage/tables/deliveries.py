"""Tables of what is posted once, of what was asked for already, and of who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Stored
from storage.types import UtcDateTime


class DeliveryRow(Stored, table=True):
    """Something to be posted once. The unique key decides which replica posts it."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("kind", "audience", "period"),
        Index(None, "state", "due_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    audience: str
    period: str
    subject: str
    state: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempt: int = 0
    channel_id: str | None = None
    message_ts: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None


class AuditRow(Stored, table=True):
    """Who did what to which subject; written in the transaction of the change itself."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    action: str
    subject: str
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
