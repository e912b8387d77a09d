"""The tables, one class each. Only this package sees them; callers get the core's dataclasses.

Money is whole nano-dollars (BIGINT), so that sums are exact. Moments of state are `UtcDateTime`;
moments of usage are microseconds since the epoch, as the record has them.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Index, MetaData, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import UsageKey, UtcDateTime


class Stored(SQLModel):
    """Base of every table: one metadata, and names of constraints that migrations can rely on."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class TeamRow(Stored, table=True):
    """A team and when its digest is due, in its own zone.

    `created_week` is the Monday of the week in which it was set up; null where that was not noted.
    """

    __tablename__ = "team"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        UniqueConstraint("workspace_id", "channel_id"),
        Index("uq_team_workspace_id_name_key", "workspace_id", "name_key", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    name: str
    name_key: str = Field(sa_column_kwargs={"server_default": text("''")})
    workspace_id: str
    channel_id: str
    time_zone: str
    digest_day: str
    digest_hour: int
    digest_minute: int
    created_week: date | None = None


class PersonRow(Stored, table=True):
    """A person; the Slack ids are all set or all null, and the e-mail address is in lower case."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_user_id", "enterprise_id"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str
    email: str | None = Field(default=None, unique=True)
    enterprise_id: str | None = None
    workspace_id: str | None = None
    slack_user_id: str | None = None
    time_zone: str = "UTC"
    home_team_id: int | None = Field(default=None, foreign_key="team.id", index=True)


class TeamLeadRow(Stored, table=True):
    """Who leads a team; a lead may be at home elsewhere."""

    __tablename__ = "team_lead"
    team_id: int = Field(primary_key=True, foreign_key="team.id")
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)


class MembershipRow(Stored, table=True):
    """In which weeks a person's usage counts in a team: from one Monday up to, not including, another.

    Null is since ever, and until further notice. Nobody's rows overlap.
    """

    __tablename__ = "membership"
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    from_week: date | None = None
    until_week: date | None = None


class TeamWeekRow(Stored, table=True):
    """A team's week whose figures were shown: they stand from then on. `week` is its Monday.

    `version` counts how often they were stated; `tokens_unpriced` is null where it is not told.
    """

    __tablename__ = "team_week"
    team_id: int = Field(primary_key=True, foreign_key="team.id")
    week: date = Field(primary_key=True)
    version: int
    contributors: int
    tokens: int = Field(sa_type=BigInteger)
    cost_list_nusd: int = Field(sa_type=BigInteger)
    tokens_unpriced: int | None = Field(default=None, sa_type=BigInteger)
    closed_at: datetime = Field(sa_type=UtcDateTime)


class TeamWeekPersonRow(Stored, table=True):
    """What each person added to a closed week: kept to judge late usage by, and shown to nobody."""

    __tablename__ = "team_week_person"
    team_id: int = Field(primary_key=True, foreign_key="team.id")
    week: date = Field(primary_key=True)
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    tokens: int = Field(sa_type=BigInteger)
    cost_list_nusd: int = Field(sa_type=BigInteger)
    tokens_unpriced: int = Field(sa_type=BigInteger)


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
    """A transition of an outcome; rows are added and never changed."""

    __tablename__ = "outcome_event"
    __table_args__ = (Index(None, "outcome_id", "after", "at"), Index(None, "actor_id", "at"))
    id: int | None = Field(default=None, primary_key=True)
    outcome_id: int = Field(foreign_key="outcome.id")
    actor_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=UtcDateTime)
    before: str | None = None
    after: str
    reason: str = Field(default="", sa_type=Text)


class UsageRow(Stored, table=True):
    """A usage record: the columns are the fields of `UsageRecord`, in their order.

    The key begins with the person and goes on with the hour, so that this one index keeps records
    unique and serves every scan by person and time.
    """

    __tablename__ = "usage"
    __table_args__ = ({"sqlite_with_rowid": False},)
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    usage_key: bytes = Field(primary_key=True, sa_type=UsageKey)
    source: str
    granularity: str
    start_us: int = Field(sa_type=BigInteger)
    end_us: int = Field(sa_type=BigInteger)
    provider: str
    model_raw: str
    model_id: str
    model_class: str
    actor_kind: str
    actor_ref: str
    api_key_ref: str | None = None
    workspace_ref: str | None = None
    session_id: str | None = None
    request_id: str | None = None
    prompt_id: str | None = None
    workflow_id: str | None = None
    tool: str | None = None
    agent_name: str | None = None
    query_source: str | None = None
    repo: str | None = None
    branch: str | None = None
    commit_sha: str | None = None
    pull_request: str | None = None
    ticket: str | None = None
    outcome_tag: str | None = None
    input_uncached: int | None = Field(default=None, sa_type=BigInteger)
    cache_read: int | None = Field(default=None, sa_type=BigInteger)
    cache_write_5m: int | None = Field(default=None, sa_type=BigInteger)
    cache_write_1h: int | None = Field(default=None, sa_type=BigInteger)
    cache_write_other: int | None = Field(default=None, sa_type=BigInteger)
    output_total: int | None = Field(default=None, sa_type=BigInteger)
    output_reasoning: int | None = Field(default=None, sa_type=BigInteger)
    requests: int | None = Field(default=None, sa_type=BigInteger)
    cost_reported_nusd: int | None = Field(default=None, sa_type=BigInteger)
    cost_list_nusd: int | None = Field(default=None, sa_type=BigInteger)
    cost_basis: str
    price_version: str
    trust: int
    revision: int = Field(sa_type=BigInteger)
    is_final: bool
    data_as_of_us: int = Field(sa_type=BigInteger)
    ingested_at_us: int = Field(sa_type=BigInteger)


class EngineerDayRow(Stored, table=True):
    """Usage of one person on one local day of their home team's zone (UTC without a team).

    A token class is null where it is unknown in every record of the group. `tokens` is the sum of
    all known classes; `tokens_unpriced` those of records without a list price.
    """

    __tablename__ = "engineer_day"
    __table_args__ = ({"sqlite_with_rowid": False},)
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    day: date = Field(primary_key=True)
    source: str = Field(primary_key=True)
    model_id: str = Field(primary_key=True)
    model_class: str = Field(primary_key=True)
    cost_basis: str = Field(primary_key=True)
    trust: int
    input_uncached: int | None = Field(default=None, sa_type=BigInteger)
    cache_read: int | None = Field(default=None, sa_type=BigInteger)
    cache_write_5m: int | None = Field(default=None, sa_type=BigInteger)
    cache_write_1h: int | None = Field(default=None, sa_type=BigInteger)
    cache_write_other: int | None = Field(default=None, sa_type=BigInteger)
    output_total: int | None = Field(default=None, sa_type=BigInteger)
    output_reasoning: int | None = Field(default=None, sa_type=BigInteger)
    requests: int | None = Field(default=None, sa_type=BigInteger)
    records: int = Field(sa_type=BigInteger)
    tokens: int = Field(sa_type=BigInteger)
    tokens_unpriced: int = Field(sa_type=BigInteger)
    cost_reported_nusd: int | None = Field(default=None, sa_type=BigInteger)
    cost_list_nusd: int = Field(sa_type=BigInteger)
    data_as_of_us: int = Field(sa_type=BigInteger)


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


def table_of(model: type[Stored]) -> Table:
    """The Core table behind a class, for bulk statements."""
    return Stored.metadata.tables[str(model.__tablename__)]
