"""Tables of rules: what they found, what people said to it, and how each rule is set."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Text, text
from sqlmodel import Field

from storage.tables.base import Stored
from storage.types import UtcDateTime


class FindingRow(Stored, table=True):
    """What a rule found: one row a fingerprint, changed as it goes on; its events are kept beside it.

    `facts` and `params` are those of the latest match. They are the person's own.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("uq_finding_fingerprint", "fingerprint", unique=True),
        Index(None, "rule_id", "state"),
        Index(None, "person_id", "state"),
        Index(None, "team_id", "rule_id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    rule_id: str
    rule_version: int
    fingerprint: str
    subject_kind: str
    subject_key: str
    labels: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    outcome_id: int | None = Field(default=None, foreign_key="outcome.id", index=True)
    state: str
    since: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    coached_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    clear_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", sa_type=Text)
    impact_nusd: int | None = Field(default=None, sa_type=BigInteger)
    lead_announced: bool = False
    lead_may_know: bool = False
    lead_told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class FindingEventRow(Stored, table=True):
    """A step in a finding's life; rows are added and never changed. `before` is null at its start.

    Without an actor it was the pass over the facts that took it.
    """

    __tablename__ = "finding_event"
    __table_args__ = (Index(None, "finding_id", "id"), Index(None, "at"))
    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    rule_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    before: str | None = None
    after: str
    reason: str = Field(default="", sa_type=Text)


class FindingVerdictRow(Stored, table=True):
    """What a person said to a finding of a rule's version: the latest word of each on each.

    `answer` is one of policies.rules.findings.Answer.
    """

    __tablename__ = "finding_verdict"
    __table_args__ = (Index(None, "rule_id", "rule_version", "answer"),)
    finding_id: int = Field(primary_key=True, foreign_key="finding.id")
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    rule_id: str
    rule_version: int
    answer: str
    reason: str = Field(default="", sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)


class RuleSettingRow(Stored, table=True):
    """How a rule is set here, over what its file says. `held_reason` is "" where the breaker is closed.

    `stage` is null where nobody changed what the file says. `demoted_at` is when it was taken down by
    itself, until somebody promotes it; only what was said since `verdicts_since` counts then.
    """

    __tablename__ = "rule_setting"
    rule_id: str = Field(primary_key=True)
    stage: str | None = None
    held_reason: str = Field(default="", sa_type=Text)
    held_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_by: int | None = Field(default=None, foreign_key="person.id")
    changed_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(default="", sa_type=Text)
    demoted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verdicts_since: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RuleParamRow(Stored, table=True):
    """A parameter as a team has set it, or, with team 0, everybody. `value` is JSON of its type."""

    __tablename__ = "rule_param"
    rule_id: str = Field(primary_key=True)
    team_id: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str
    changed_by: int = Field(foreign_key="person.id")
    changed_at: datetime = Field(sa_type=UtcDateTime)


class RuleExceptionRow(Stored, table=True):
    """What a rule does not apply to, until a day; ended early, never deleted.

    One of person, outcome and team says what it covers. `last_day` counts in full.
    """

    __tablename__ = "rule_exception"
    __table_args__ = (Index(None, "rule_id", "last_day"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    rule_id: str
    person_id: int | None = Field(default=None, foreign_key="person.id")
    outcome_id: int | None = Field(default=None, foreign_key="outcome.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    reason: str = Field(sa_type=Text)
    last_day: date
    created_by: int = Field(foreign_key="person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_by: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RuleBacktestRow(Stored, table=True):
    """What a backtest of a rule's text and parameters came to. `digest` names both; counts alone."""

    __tablename__ = "rule_backtest"
    __table_args__ = (Index(None, "rule_id", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    rule_id: str
    digest: str
    days: int
    made_at: datetime = Field(sa_type=UtcDateTime)
    summary: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class RulePassRow(Stored, table=True):
    """A pass over the facts: one replica runs it. A lease that ran out unfinished is taken over."""

    __tablename__ = "rule_pass"
    cadence: str = Field(primary_key=True)
    slot: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    lease_until: datetime = Field(sa_type=UtcDateTime)
    attempt: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
