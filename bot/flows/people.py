"""Who is speaking, and which team they mean."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flows.refusals import NoTeamYet
from policies.people import Person, Roster, SlackIdentity, Team
from storage import people
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Introduction:
    """What Slack says about somebody. `is_admin` is whether they administer the workspace."""

    identity: SlackIdentity
    name: str
    email: str | None
    time_zone: str
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who asks for something, and the team that they mean.

    That is the team of the channel where they ask, if they belong to it, else their home team.
    """

    person: Person
    roster: Roster | None
    is_admin: bool = False

    @property
    def team(self) -> Team:
        """The team they mean; NoTeamYet when there is none."""
        return self.required_roster.team

    @property
    def required_roster(self) -> Roster:
        """The same, with its people."""
        if self.roster is None:
            raise NoTeamYet
        return self.roster

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which their words about days are read: the team's, else their own."""
        return self.roster.team.zone if self.roster else self.person.zone

    def may_lead(self, roster: Roster) -> bool:
        """Whether they may act as a lead of a team: its leads, and admins of its own workspace."""
        return roster.is_led_by(self.person.id) or self.administers(roster.team)

    def administers(self, team: Team) -> bool:
        """Whether they administer the workspace of the team."""
        slack = self.person.slack
        return self.is_admin and slack is not None and slack.workspace_id == team.workspace_id


def recognise(database: Database, introduction: Introduction, channel_id: str | None) -> Speaker:
    """Who is speaking. Stored on first sight and whenever Slack says something new of them."""
    with database.reading() as session:
        person = people.find_person_by_slack(session, introduction.identity)
        if person is not None and _is_as_introduced(person, introduction):
            return _speaker(session, person, introduction, channel_id)
    with database.writing() as session:
        person = remember(session, introduction)
        return _speaker(session, person, introduction, channel_id)


def remember(session: Session, introduction: Introduction) -> Person:
    """Store what Slack says of somebody, within a transaction of the caller's."""
    return people.remember_person(
        session,
        introduction.identity,
        introduction.name,
        introduction.email,
        introduction.time_zone,
    )


def person_of(session: Session, person_id: int) -> Person:
    """Somebody who is known to be there."""
    person = people.person_of(session, person_id)
    if person is None:
        raise LookupError(f"There is no person {person_id}.")
    return person


def _is_as_introduced(person: Person, introduction: Introduction) -> bool:
    email = introduction.email.strip().lower() if introduction.email else None
    return (
        person.name == introduction.name
        and person.time_zone == introduction.time_zone
        and (email is None or person.email == email)
    )


def _speaker(
    session: Session, person: Person, introduction: Introduction, channel_id: str | None
) -> Speaker:
    roster = _roster_here(session, person, channel_id) or _roster_at_home(session, person)
    return Speaker(person, roster, introduction.is_admin)


def _roster_here(session: Session, person: Person, channel_id: str | None) -> Roster | None:
    if channel_id is None or person.slack is None:
        return None
    team = people.team_of_channel(session, person.slack.workspace_id, channel_id)
    roster = people.roster_of(session, team.id) if team else None
    return roster if roster and roster.is_member(person.id) else None


def _roster_at_home(session: Session, person: Person) -> Roster | None:
    home = people.home_team_of(session, person.id)
    if home is None:
        # Who leads one team and is at home in none can only mean that one.
        led = people.teams_led_by(session, person.id)
        home = led[0] if len(led) == 1 else None
    return people.roster_of(session, home.id) if home else None
