"""Tables of usage: the records, their sums, and closed weeks."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Stored
from storage.types import UsageKey, UtcDateTime


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


class UsageShareRow(Stored, table=True):
    """Usage of one person's local day that is alike in its keys and focus, and what it counts for.

    Without an outcome it is unattributed, and `method` and `confidence` are "none". `focus_id` is the
    outcome of the focus window that it lies in.
    """

    __tablename__ = "usage_share"
    __table_args__ = (Index(None, "outcome_id"), {"sqlite_with_rowid": False})
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    day: date = Field(primary_key=True)
    place: int = Field(primary_key=True)
    repo: str | None = None
    outcome_tag: str | None = None
    ticket: str | None = None
    pull_request: str | None = None
    branch: str | None = None
    focus_id: int | None = None
    outcome_id: int | None = Field(default=None, foreign_key="outcome.id")
    method: str
    confidence: str
    records: int = Field(sa_type=BigInteger)
    tokens: int = Field(sa_type=BigInteger)
    tokens_unpriced: int = Field(sa_type=BigInteger)
    cost_list_nusd: int = Field(sa_type=BigInteger)


class SourceHourRow(Stored, table=True):
    """An hour (since the epoch, UTC) of which a source has told anything, and when it first did.

    `trust` is that of its records. Nothing here is about a person.
    """

    __tablename__ = "source_hour"
    __table_args__ = ({"sqlite_with_rowid": False},)
    source: str = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    first_ingested_at_us: int = Field(sa_type=BigInteger)
    trust: int


class TeamWeekRow(Stored, table=True):
    """A team's week whose figures were shown: they stand from then on. `week` is its Monday.

    `version` counts how often they were stated; `tokens_unpriced` and `tokens_unattributed` (which
    count for no outcome) are null where they are not told. `parts` are further sums by the names of
    policies.week_parts, without those that are not told; null in weeks closed before there were any.
    """

    __tablename__ = "team_week"
    team_id: int = Field(primary_key=True, foreign_key="team.id")
    week: date = Field(primary_key=True)
    version: int
    contributors: int
    tokens: int = Field(sa_type=BigInteger)
    cost_list_nusd: int = Field(sa_type=BigInteger)
    tokens_unpriced: int | None = Field(default=None, sa_type=BigInteger)
    tokens_unattributed: int | None = Field(default=None, sa_type=BigInteger)
    parts: dict[str, int] | None = Field(default=None, sa_type=JSON)
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
    tokens_unattributed: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")}
    )
    parts: dict[str, int] | None = Field(default=None, sa_type=JSON)


class TeamWorkflowRow(Stored, table=True):
    """What a team's runs of a workflow came to when it was shown for a week: it stands from then on.

    `curve` is policies.workflows.TeamCurve as JSON: sums and a fit over many people's runs, no single run.
    A row without a name says that the team's workflows were looked at for the week.
    """

    __tablename__ = "team_workflow"

    team_id: int = Field(primary_key=True, foreign_key="team.id")
    name: str = Field(primary_key=True)
    week: date = Field(primary_key=True)
    contributors: int
    curve: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    runs_until: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime = Field(sa_type=UtcDateTime)


class TeamWorkflowPersonRow(Stored, table=True):
    """What each person's runs added to a workflow that was shown: kept to judge later runs by, and shown to nobody."""

    __tablename__ = "team_workflow_person"

    team_id: int = Field(primary_key=True, foreign_key="team.id")
    name: str = Field(primary_key=True)
    week: date = Field(primary_key=True)
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    runs: int
    cost_nusd: int = Field(sa_type=BigInteger)


class CompanyWeekRow(Stored, table=True):
    """What teams whose own week is withheld used together, once it was told: it stands from then on."""

    __tablename__ = "company_week"

    workspace_id: str = Field(primary_key=True)
    week: date = Field(primary_key=True)
    contributors: int
    tokens: int = Field(sa_type=BigInteger)
    cost_list_nusd: int = Field(sa_type=BigInteger)
    closed_at: datetime = Field(sa_type=UtcDateTime)


class CompanyWeekTeamRow(Stored, table=True):
    """A team that counts in what was told of withheld teams: its own week is never shown any more.

    The difference of the two would be what the other withheld teams used.
    """

    __tablename__ = "company_week_team"

    team_id: int = Field(primary_key=True, foreign_key="team.id")
    week: date = Field(primary_key=True)


class WorkflowLabelRow(Stored, table=True):
    """A name that a person gave to their sessions on a branch or in a repository: runs of a workflow."""

    __tablename__ = "workflow_label"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "value"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str
    value: str
    name: str
    created_at: datetime = Field(sa_type=UtcDateTime)
