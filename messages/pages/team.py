"""Pages about a team: what a member sees of it, and its setup. No figure per person."""

from dataclasses import dataclass
from typing import ClassVar

from messages.ids import SETUP_MEMBER_FIELDS
from messages.metadata import FormContext
from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage, ModalPage, TeamFacingPage
from policies.outcomes import Outcome
from policies.people import Person, Roster, Team, Weekday

IN_ONE_SELECT = 100
MOST_MEMBERS = IN_ONE_SELECT * len(SETUP_MEMBER_FIELDS)


@dataclass(frozen=True, slots=True)
class TeamView(TeamFacingPage):
    """A team as its members see it: people by name, open outcomes by title, when the digest comes."""

    template: ClassVar[str] = "team.json.j2"
    roster: Roster
    outcomes: tuple[Outcome, ...]
    commands: Commands = DEFAULT_COMMANDS

    @property
    def members_by_name(self) -> tuple[Person, ...]:
        """Everybody in the team, leads included, by name."""
        people = (one.person for one in self.roster.members)
        return tuple(sorted(people, key=lambda person: (person.name.casefold(), person.id)))

    @property
    def by_title(self) -> tuple[Outcome, ...]:
        """Open outcomes by title, so that the order says nothing about people."""
        return tuple(sorted(self.outcomes, key=lambda one: (one.title.casefold(), one.id)))


@dataclass(frozen=True, slots=True)
class NoTeam(MessagePage):
    """There is no team for this channel or person yet, and how to set one up."""

    template: ClassVar[str] = "no_team.json.j2"
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class SetupForm(ModalPage):
    """The form that sets a team up or changes it. User ids are Slack's.

    `movable_name` is a team that may move here from another channel; `moves` whether that is proposed.
    """

    template: ClassVar[str] = "setup_form.json.j2"
    context: FormContext
    team_name: str = ""
    leads: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    time_zone: str = "UTC"
    digest_day: Weekday = Weekday.MONDAY
    digest_hour: int = 9
    digest_minute: int = 30
    movable_name: str = ""
    moves: bool = False

    @property
    def digest_time(self) -> str:
        """`09:30`."""
        return f"{self.digest_hour:02d}:{self.digest_minute:02d}"

    @property
    def members_in_hundreds(self) -> tuple[tuple[str, ...], ...]:
        """The members as a select can hold them, with room for one more person in the last."""
        parts = range(0, min(len(self.members) + 1, MOST_MEMBERS), IN_ONE_SELECT)
        return tuple(self.members[start : start + IN_ONE_SELECT] for start in parts)

    @property
    def left_out(self) -> int:
        """How many people are more than the form can hold."""
        return max(0, len(self.members) - MOST_MEMBERS)


@dataclass(frozen=True, slots=True)
class SetupDone(MessagePage):
    """To the person who set the team up: what holds now, and who could not be in it."""

    template: ClassVar[str] = "setup_done.json.j2"
    team: Team
    members: int
    left_out: tuple[str, ...] = ()
    commands: Commands = DEFAULT_COMMANDS
