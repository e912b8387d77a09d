"""Tables of budgets: terms, grants, requests, and limits pushed to other systems."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Stored
from storage.types import UtcDateTime


class BudgetTermsRow(Stored, table=True):
    """What holds for a team's budgets; amounts are in the smallest parts of the unit."""

    __tablename__ = "budget_terms"
    team_id: int = Field(primary_key=True, foreign_key="team.id")
    unit: str
    period: str
    base: int = Field(sa_type=BigInteger)
    pool: int | None = Field(default=None, sa_type=BigInteger)
    auto_approve: int = Field(sa_type=BigInteger)


class PersonAllowanceRow(Stored, table=True):
    """A person's own base allowance in a team, in place of the team's.

    `base_before` is what it replaced, for whoever undoes it; null for the team's.
    """

    __tablename__ = "person_allowance"
    team_id: int = Field(primary_key=True, foreign_key="team.id")
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    base: int = Field(sa_type=BigInteger)
    base_before: int | None = Field(default=None, sa_type=BigInteger)


class GrantRow(Stored, table=True):
    """A grant; rows are added, and voided once. `base_of` is the period's first day of a base grant
    that came by itself: unique for a person, so that it comes once.

    What one action granted shares `created_by` and `created_at`, what it voided `voided_by` and
    `voided_at` with the same moment: so it can be undone.
    """

    __tablename__ = "budget_grant"
    __table_args__ = (
        UniqueConstraint("team_id", "person_id", "base_of"),
        Index(None, "person_id", "team_id"),
        Index(None, "team_id", "first_day"),
        Index(None, "outcome_id"),
        Index(None, "last_day"),
        Index(None, "created_by", "created_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id")
    kind: str
    amount: int = Field(sa_type=BigInteger)
    unit: str
    first_day: date
    last_day: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(default="", sa_type=Text)
    outcome_id: int | None = Field(default=None, foreign_key="outcome.id")
    source_id: int | None = Field(default=None, foreign_key="budget_grant.id")
    replaces_id: int | None = Field(default=None, foreign_key="budget_grant.id")
    requester_id: int | None = Field(default=None, foreign_key="person.id")
    approver_id: int | None = Field(default=None, foreign_key="person.id")
    created_by: int | None = Field(default=None, foreign_key="person.id")
    base_of: date | None = None
    voided_on: date | None = None
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    voided_by: int | None = Field(default=None, foreign_key="person.id")
    void_reason: str = Field(default="", sa_type=Text)


class BudgetRequestRow(Stored, table=True):
    """Somebody asking for more; decided once. The offer is a lead's counter-proposal."""

    __tablename__ = "budget_request"
    __table_args__ = (
        Index(None, "team_id", "state"),
        Index(None, "person_id", "state"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id")
    amount: int = Field(sa_type=BigInteger)
    unit: str
    last_day: date | None = None
    outcome_id: int | None = Field(default=None, foreign_key="outcome.id")
    reason: str = Field(default="", sa_type=Text)
    state: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    offered_amount: int | None = Field(default=None, sa_type=BigInteger)
    offered_last_day: date | None = None
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision_reason: str = Field(default="", sa_type=Text)
    grant_id: int | None = Field(default=None, foreign_key="budget_grant.id")


class LimitPushRow(Stored, table=True):
    """A person's limit that has to be set anew in another system, and whether it got there.

    `limit_nusd` is what was sent, null before that.
    """

    __tablename__ = "limit_push"
    __table_args__ = (
        Index(None, "state", "due_at"),
        Index(None, "person_id", "target"),
        Index(None, "team_id", "target"),
    )
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int = Field(foreign_key="person.id")
    target: str
    limit_nusd: int | None = Field(default=None, sa_type=BigInteger)
    state: str
    noted_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    attempt: int = 0
    error: str = ""
    request_id: int | None = Field(default=None, foreign_key="budget_request.id")
