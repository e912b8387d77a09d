"""Tables of outcomes: what was declared, each step, reviews, merges and focus windows."""

from datetime import date, datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from storage.tables.base import Stored
from storage.types import UtcDateTime


class OutcomeRow(Stored, table=True):
    """A declared outcome. A link is evidence for one outcome only, unless that one was dropped."""

    __tablename__ = "outcome"
    __table_args__ = (
        Index(
            "uq_outcome_evidence_url",
            "evidence_url",
            unique=True,
            sqlite_where=text("state != 'dropped'"),
            postgresql_where=text("state != 'dropped'"),
        ),
        Index(None, "team_id", "state"),
        Index(None, "owner_id", "state"),
        Index(None, "state", "verified_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    owner_id: int = Field(foreign_key="person.id")
    title: str
    kind: str
    size: str
    complexity: str
    exploration: bool
    state: str
    deadline: date | None = None
    evidence_url: str | None = None
    declared_at: datetime = Field(sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_by: int | None = Field(default=None, foreign_key="person.id")


class OutcomeKeyRow(Stored, table=True):
    """A key by which usage finds its outcome, in the order in which the owner gave them."""

    __tablename__ = "outcome_key"
    __table_args__ = (Index(None, "kind", "value"),)
    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    place: int = Field(primary_key=True)
    kind: str
    value: str


class OutcomeEventRow(Stored, table=True):
    """A step in an outcome's life; rows are added and never changed.

    `change` is "" for a transition, else what was changed while the state stayed: size, keys, …
    """

    __tablename__ = "outcome_event"
    __table_args__ = (
        Index(None, "outcome_id", "after", "at"),
        Index(None, "after", "at"),
        Index(None, "actor_id", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    outcome_id: int = Field(foreign_key="outcome.id")
    actor_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    before: str | None = None
    after: str
    reason: str = Field(default="", sa_type=Text)
    change: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


class OutcomeReviewRow(Stored, table=True):
    """What the verifier wrote down: minutes spent on the review, and what the outcome changed."""

    __tablename__ = "outcome_review"
    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    review_minutes: int | None = None
    impact_amount: str | None = None
    impact_unit: str | None = None


class OutcomeMergeRow(Stored, table=True):
    """An outcome that became part of another, which its keys and usage count for from then on."""

    __tablename__ = "outcome_merge"
    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    into_id: int = Field(foreign_key="outcome.id", index=True)


class FocusWindowRow(Stored, table=True):
    """While it is open, usage of the person that carries no key counts for the outcome.

    Nobody's windows overlap; null is open still.
    """

    __tablename__ = "focus_window"
    __table_args__ = (Index(None, "person_id", "started_at"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    outcome_id: int = Field(foreign_key="outcome.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EvidenceCheckRow(Stored, table=True):
    """What an outside witness said about the link of an outcome's last claim, and when to ask again.

    `finding` is "" before the first answer; `due_at` is null where there is nothing to ask; `failures`
    are those since the last answer. A lead who keeps an outcome in spite of a finding does so once.
    """

    __tablename__ = "evidence_check"
    __table_args__ = (Index(None, "due_at"),)
    outcome_id: int = Field(primary_key=True, foreign_key="outcome.id")
    url: str
    claimed_at: datetime = Field(sa_type=UtcDateTime)
    finding: str = ""
    detail: str = Field(default="", sa_type=Text)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempt: int = 0
    failures: int = 0
    kept_by: int | None = Field(default=None, foreign_key="person.id")
    kept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
