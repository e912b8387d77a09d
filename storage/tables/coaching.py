"""Tables of coaching: which tips were told and when, which were held out, and what people muted."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Stored
from storage.types import UtcDateTime


class CoachingSlotRow(Stored, table=True):
    """One tip told to a person: at most one a local day, and a few a week; the keys settle races.

    It is a finding's advice, or, without a finding, the practice card `practice_id`, with what the person
    answered to it.
    """

    __tablename__ = "coaching_slot"
    __table_args__ = (UniqueConstraint("person_id", "week", "place"),)

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    day: date = Field(primary_key=True)
    week: date
    place: int
    finding_id: int | None = Field(default=None, foreign_key="finding.id", index=True)
    practice_id: str | None = None
    answer: str | None = None
    taken_at: datetime = Field(sa_type=UtcDateTime)


class CoachingTrialRow(Stored, table=True):
    """Somebody's first time with a tip of one version: told, or held out so that its effect can be measured.

    `tip` is the rule's id or `card:` and the practice's; `good` of `base` is the person's signal of the skill in the
    two weeks before and after, null until it is measured. They are the person's own.
    """

    __tablename__ = "coaching_trial"
    __table_args__ = (
        UniqueConstraint("person_id", "tip", "tip_version"),
        Index(None, "measured_at", "decided_on"),
        Index(None, "tip", "skill"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    tip: str
    tip_version: int
    skill: str
    finding_id: int | None = Field(default=None, foreign_key="finding.id")
    is_held: bool
    decided_on: date
    decided_at: datetime = Field(sa_type=UtcDateTime)
    before_good: int | None = Field(default=None, sa_type=BigInteger)
    before_base: int | None = Field(default=None, sa_type=BigInteger)
    after_good: int | None = Field(default=None, sa_type=BigInteger)
    after_base: int | None = Field(default=None, sa_type=BigInteger)
    measured_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CoachingMuteRow(Stored, table=True):
    """What somebody does not want to be told, as `policies.mutes` names it: a rule's id, a skill, "cards", "all"."""

    __tablename__ = "coaching_mute"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    kind: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)


class CoachingRetirementRow(Stored, table=True):
    """A tip of a version that had no effect over enough trials, and is told no more."""

    __tablename__ = "coaching_retirement"

    tip: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    reason: str = Field(sa_type=Text)
    retired_at: datetime = Field(sa_type=UtcDateTime)
