"""Tables of what is posted once and how it was taken, of who did what, and of who read what of whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Stored
from storage.types import UtcDateTime


class DeliveryRow(Stored, table=True):
    """Something to be posted once. The unique key decides which replica posts it.

    `due_at` is when to try next, `first_due_at` when it was due to begin with.
    """

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
    first_due_at: datetime = Field(sa_type=UtcDateTime)
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


class PersonalReadRow(Stored, table=True):
    """Somebody was shown something personal of another: once a day for each kind and subject.

    `what` is one of policies.personal_data.ReadKind; `subject` as people write it, `O-12`, or "".
    """

    __tablename__ = "personal_read"
    __table_args__ = (
        UniqueConstraint("person_id", "reader_id", "what", "subject", "day"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    reader_id: int = Field(foreign_key="person.id", index=True)
    what: str
    subject: str = ""
    day: date
    at: datetime = Field(sa_type=UtcDateTime)


class DigestAnswerRow(Stored, table=True):
    """Whether somebody found a team's digest useful: their latest word on it."""

    __tablename__ = "digest_answer"

    team_id: int = Field(primary_key=True, foreign_key="team.id")
    week: date = Field(primary_key=True)
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    is_useful: bool
    at: datetime = Field(sa_type=UtcDateTime)
