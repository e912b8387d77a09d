"""People, teams and who may do what."""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo


class Role(StrEnum):
    """What a person is to a team."""

    MEMBER = "member"
    LEAD = "lead"


class Weekday(StrEnum):
    """Days a digest can be posted on; `iso` is 1 for Monday to 7 for Sunday."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def iso(self) -> int:
        """1 for Monday to 7 for Sunday."""
        return list(Weekday).index(self) + 1


@dataclass(frozen=True, slots=True)
class SlackIdentity:
    """Who somebody is in Slack. Names differ per workspace, so ids alone are keys."""

    enterprise_id: str
    workspace_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who logs outcomes or whose usage is counted. `slack` is None until they are seen there."""

    id: int
    name: str
    email: str | None
    slack: SlackIdentity | None
    time_zone: str = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The person's own time zone."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Team:
    """A team: one channel, one reset time zone, one digest a week. A person has one home team."""

    id: int
    name: str
    workspace_id: str
    channel_id: str
    time_zone: str = "UTC"
    digest_day: Weekday = Weekday.MONDAY
    digest_hour: int = 9
    digest_minute: int = 30

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the team's days and weeks begin."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a team, in the role they hold there."""

    person: Person
    team_id: int
    role: Role


@dataclass(frozen=True, slots=True)
class Roster:
    """A team and its people, in name order."""

    team: Team
    members: tuple[Membership, ...]

    @property
    def leads(self) -> tuple[Person, ...]:
        """The leads, in name order."""
        return tuple(m.person for m in self.members if m.role is Role.LEAD)

    def is_member(self, person_id: int) -> bool:
        """Whether the person belongs to the team, in any role."""
        return any(m.person.id == person_id for m in self.members)

    def is_led_by(self, person_id: int) -> bool:
        """Whether the person leads the team."""
        return any(lead.id == person_id for lead in self.leads)
