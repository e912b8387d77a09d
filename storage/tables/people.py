"""Tables of people and teams, and of who counts where in which weeks."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Stored
from storage.types import UtcDateTime


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
    """A person; the Slack ids are all set or all null, and the e-mail address is in lower case.

    `forgotten_at` is when they had what is kept about them deleted, and their name taken off the rest.
    """

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
    forgotten_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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
