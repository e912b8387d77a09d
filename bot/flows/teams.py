"""Setting a team up, and what its members see of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.people import Introduction, Speaker, remember
from bot.flows.refusals import Refusal
from bot.intents.forms import SetUp
from messages.metadata import FormContext
from messages.pages.team import SetupDone, SetupForm, TeamView
from policies.outcomes import OPEN_STATES
from policies.people import Person, Roster, Team
from storage import audit, outcomes, people
from storage.database import Database
from storage.people import TeamDraft

TEAM_CREATED: Final = "team.created"
TEAM_CHANGED: Final = "team.changed"
TEAM_MOVED: Final = "team.moved"


@dataclass(frozen=True, slots=True)
class TeamChannel:
    """The channel that a team is set up in."""

    workspace_id: str
    channel_id: str
    name: str = ""


def team_view(database: Database, speaker: Speaker) -> TeamView:
    """The speaker's team: people by name, open outcomes, when the digest comes."""
    roster = speaker.required_roster
    with database.reading() as session:
        open_outcomes = outcomes.outcomes_of_team(session, roster.team.id, OPEN_STATES)
    return TeamView(roster, tuple(open_outcomes))


def movable_team(database: Database, speaker: Speaker, channel: TeamChannel) -> Team | None:
    """The team that the speaker could move to this channel: the one they lead, if they lead one.

    None where the channel has a team already. Without leading any, an admin can move their own.
    """
    with database.reading() as session:
        if _roster_of(session, channel) is not None:
            return None
        led = people.teams_led_by(session, speaker.person.id)
    if not led and speaker.is_admin and speaker.roster is not None:
        led = [speaker.roster.team]
    here = [team for team in led if team.workspace_id == channel.workspace_id]
    return here[0] if len(here) == 1 else None


def slack_members(database: Database, team_id: int | None) -> set[str]:
    """The Slack ids of who is at home in a team; not its leads, whom anybody can name."""
    with database.reading() as session:
        at_home = people.persons_of(session, people.home_members_of(session, team_id))
    return set(_slack_ids(list(at_home.values())))


def setup_form(
    database: Database,
    speaker: Speaker,
    channel: TeamChannel,
    colleagues: Sequence[Introduction],
    movable: Team | None = None,
    *,
    is_stranded: bool = False,
) -> SetupForm:
    """The form, filled with the channel's people, or with what holds when the team exists.

    Anybody in the channel may set a team up; afterwards its leads and workspace admins alone.
    `movable` is a team that may move here instead; one that is stranded in a channel that is
    archived or gone is what the form is about.
    """
    with database.reading() as session:
        roster = _roster_of(session, channel)
        if roster is None and movable is not None and is_stranded:
            roster = people.roster_of(session, movable.id)
    if roster is None:
        return SetupForm(
            context=FormContext(
                channel_id=channel.channel_id, team_id=movable.id if movable else None
            ),
            movable_name=movable.name if movable else "",
            team_name=channel.name.replace("-", " ").replace("_", " ").strip().capitalize(),
            leads=_slack_ids([speaker.person]),
            members=tuple(one.identity.user_id for one in colleagues),
            time_zone=speaker.person.time_zone,
        )
    _require_lead(speaker, roster)
    team = roster.team
    return SetupForm(
        context=FormContext(channel_id=channel.channel_id, team_id=team.id),
        movable_name=team.name if movable else "",
        moves=movable is not None,
        team_name=team.name,
        leads=_slack_ids(roster.leads),
        members=_slack_ids([one.person for one in roster.members]),
        time_zone=team.time_zone,
        digest_day=team.digest_day,
        digest_hour=team.digest_hour,
        digest_minute=team.digest_minute,
    )


def set_up(
    database: Database,
    now: datetime,
    speaker: Speaker,
    channel: TeamChannel,
    wanted: SetUp,
    introductions: Sequence[Introduction],
    moved_team_id: int | None = None,
) -> SetupDone:
    """Create or change the channel's team. Only people who were introduced can be in it: the caller
    introduces people of the channel alone, so that nobody is taken into a team they know nothing of.

    `moved_team_id` names a team of the speaker's that moves here from another channel.
    Raises Refusal for who may not, and storage's Conflict where a name or a person is taken.
    """
    known = {one.identity.user_id for one in introductions}
    _require_known(wanted.lead_ids, known)
    with database.writing() as session:
        roster = _roster_of(session, channel)
        if moved_team_id is not None:
            roster = _moved(session, now, speaker, channel, moved_team_id, roster)
        if roster is not None:
            _require_lead(speaker, roster)
        ids = {one.identity.user_id: remember(session, one).id for one in introductions}
        member_ids = [ids[one] for one in wanted.member_ids if one in ids]
        before = people.home_members_of(session, roster.team.id) if roster else set()
        team = people.save_team(
            session,
            _draft(channel, wanted),
            [ids[one] for one in wanted.lead_ids],
            member_ids,
            now,
        )
        audit.record(
            session,
            speaker.person.id,
            TEAM_CHANGED if roster else TEAM_CREATED,
            f"team:{team.id}",
            {
                "members": len(member_ids),
                "leads": len(wanted.lead_ids),
                "joined": _listed(set(member_ids) - before),
                "left": _listed(before - set(member_ids)),
            },
            now,
        )
    return SetupDone(team, len(member_ids))


def _draft(channel: TeamChannel, wanted: SetUp) -> TeamDraft:
    return TeamDraft(
        name=wanted.name,
        workspace_id=channel.workspace_id,
        channel_id=channel.channel_id,
        time_zone=wanted.time_zone,
        digest_day=wanted.digest_day,
        digest_hour=wanted.digest_hour,
        digest_minute=wanted.digest_minute,
    )


def _roster_of(session: Session, channel: TeamChannel) -> Roster | None:
    team = people.team_of_channel(session, channel.workspace_id, channel.channel_id)
    return people.roster_of(session, team.id) if team else None


def _moved(
    session: Session,
    now: datetime,
    speaker: Speaker,
    channel: TeamChannel,
    team_id: int,
    roster_here: Roster | None,
) -> Roster:
    """Move a team to the channel, if the speaker leads it. The id comes from a form: user input."""
    if roster_here is not None and roster_here.team.id == team_id:
        return roster_here  # the same form again
    if roster_here is not None:
        raise Refusal(f"This is the channel of {roster_here.team.name}.", "Choose another channel.")
    roster = people.roster_of(session, team_id)
    if (
        roster is None
        or roster.team.workspace_id != channel.workspace_id
        or not speaker.may_lead(roster)
    ):
        raise Refusal("Only a lead of a team moves it to another channel.")
    people.move_team(session, team_id, channel.channel_id)
    audit.record(
        session,
        speaker.person.id,
        TEAM_MOVED,
        f"team:{team_id}",
        {"from": roster.team.channel_id, "to": channel.channel_id},
        now,
    )
    return roster


def _require_lead(speaker: Speaker, roster: Roster) -> None:
    if not speaker.may_lead(roster):
        names = ", ".join(lead.name for lead in roster.leads)
        raise Refusal(
            f"{roster.team.name} is set up already; only its leads change it.",
            f"Ask {names}." if names else "Ask an admin of the workspace.",
        )


def _require_known(lead_ids: Sequence[str], known: set[str]) -> None:
    if not set(lead_ids) <= known:
        raise Refusal(
            "A lead has to be a member of this workspace; guests and apps cannot lead.",
            "Open the set-up again and choose somebody else.",
        )


def _listed(person_ids: set[int]) -> str:
    """Ids for the audit: `3 17`."""
    return " ".join(map(str, sorted(person_ids)))


def _slack_ids(persons: Sequence[Person]) -> tuple[str, ...]:
    return tuple(person.slack.user_id for person in persons if person.slack)
