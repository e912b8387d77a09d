"""The made-up organisation: who works where, on what, and with which models."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from policies.skills import Skill

BOT_USER = "U0BOT"
SOURCE = Path(__file__).parent / "organisation.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoHabit(_Strict):
    """A small piece of work that somebody has in hand as the story ends, and how they go about it.

    `model` answers everything of it, `requests` times a day, with a number of tokens in `answers`.
    """

    title: str
    model: str
    requests: int
    answers: tuple[int, int]


class DemoLearning(_Strict):
    """The week of the story, from 0 on, since which somebody's work shows each skill."""

    scope_first: int = 0
    curate_context: int = 0
    match_model: int = 0
    restart_clean: int = 0


class DemoMember(_Strict):
    """Somebody in a demo team; `pace` scales their usage, `taste` names a mix of models.

    `habit` is what a rule finds with them, and `drags_on` that they had one long session lately.
    """

    name: str
    lead: bool = False
    admin: bool = False
    pace: float = 1.0
    taste: str = "mixed"
    learns: DemoLearning = DemoLearning()
    habit: DemoHabit | None = None
    drags_on: bool = False

    @property
    def handle(self) -> str:
        """The Slack name: the first name in lower case."""
        return self.name.split()[0].lower()

    @property
    def user_id(self) -> str:
        """The Slack id."""
        return f"U0{self.handle.upper()}"

    def shows(self, skill: Skill, week: int) -> bool:
        """Whether their work shows the skill in that week of the story."""
        since: int = getattr(self.learns, skill.name.lower())
        return week >= since


class DemoTeam(_Strict):
    """A team, its channel, and the outcomes it works through in order, `trivial` of which are so."""

    name: str
    channel: str
    topic: str
    time_zone: str
    prefix: str
    repositories: tuple[str, ...]
    learns: float = Field(gt=0, le=1)
    trivial: float = Field(ge=0, le=1)
    members: tuple[DemoMember, ...]
    outcomes: tuple[str, ...]

    @property
    def channel_id(self) -> str:
        """The Slack id of the channel."""
        return f"C0{self.channel.upper()}"

    @property
    def zone(self) -> ZoneInfo:
        """The team's zone."""
        return ZoneInfo(self.time_zone)


class DemoWorkspace(_Strict):
    """The Slack workspace's names."""

    id: str
    domain: str
    name: str


class Organisation(_Strict):
    """The whole made-up company."""

    workspace: DemoWorkspace
    domain: str
    teams: tuple[DemoTeam, ...]
    models: Mapping[str, Mapping[str, float]]

    def people(self) -> Iterator[tuple[DemoTeam, DemoMember]]:
        """Everybody with their team."""
        return ((team, member) for team in self.teams for member in team.members)

    def email_of(self, member: DemoMember) -> str:
        """The member's address."""
        return f"{member.handle}@{self.domain}"


def load_organisation(source: Path = SOURCE) -> Organisation:
    """Read the organisation's file."""
    return Organisation.model_validate(YAML(typ="safe").load(source.read_text("utf-8")))


def with_visitor(organisation: Organisation) -> Organisation:
    """The organisation with the person at the keyboard in its first team, for their own logs."""
    first, *others = organisation.teams
    visitor = DemoMember(name="You Yourself")
    joined = first.model_copy(update={"members": (visitor, *first.members)})
    return organisation.model_copy(update={"teams": (joined, *others)})


def workspace_file(organisation: Organisation) -> dict[str, object]:
    """The organisation as the sandbox's workspace file."""
    return {
        "team": organisation.workspace.model_dump(),
        "users": [_user(organisation, team, member) for team, member in organisation.people()],
        "channels": [
            *(
                _channel(team.channel_id, team.channel, team.topic, team.members)
                for team in organisation.teams
            ),
            _channel("C0GENERAL", "general", "Everybody", [m for _, m in organisation.people()]),
        ],
    }


def _user(organisation: Organisation, team: DemoTeam, member: DemoMember) -> dict[str, object]:
    return {
        "id": member.user_id,
        "name": member.handle,
        "real_name": member.name,
        "email": organisation.email_of(member),
        "tz": team.time_zone,
        "is_admin": member.admin,
    }


def _channel(
    channel_id: str, name: str, topic: str, members: Iterable[DemoMember]
) -> dict[str, object]:
    return {
        "id": channel_id,
        "name": name,
        "topic": topic,
        "members": [BOT_USER, *(m.user_id for m in members)],
    }
