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
from policies.people import Person, Roster
from storage import audit, outcomes, people
from storage.database import Database
from storage.outcomes import OPEN_STATES
from storage.people import TeamDraft

TEAM_CREATED: Final = "team.created"
TEAM_CHANGED: Final = "team.changed"


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


def setup_form(
    database: Database,
    speaker: Speaker,
    channel: TeamChannel,
    colleagues: Sequence[Introduction],
) -> SetupForm:
    """The form, filled with the channel's people, or with what holds when the team exists.

    Anybody in the channel may set a team up; afterwards its leads and workspace admins alone.
    """
    with database.reading() as session:
        roster = _roster_of(session, channel)
    if roster is None:
        return SetupForm(
            context=FormContext(channel_id=channel.channel_id),
            team_name=channel.name.replace("-", " ").replace("_", " ").strip().capitalize(),
            leads=_slack_ids([speaker.person]),
            members=tuple(one.identity.user_id for one in colleagues),
            time_zone=speaker.person.time_zone,
        )
    _require_lead(speaker, roster)
    team = roster.team
    return SetupForm(
        context=FormContext(channel_id=channel.channel_id, team_id=team.id),
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
) -> SetupDone:
    """Create or change the channel's team. Only people who were introduced can be in it.

    Raises Refusal for who may not, and storage's Conflict where a name or a person is taken.
    """
    known = {one.identity.user_id for one in introductions}
    _require_known(wanted.lead_ids, known)
    with database.writing() as session:
        roster = _roster_of(session, channel)
        if roster is not None:
            _require_lead(speaker, roster)
        ids = {one.identity.user_id: remember(session, one).id for one in introductions}
        member_ids = [ids[one] for one in wanted.member_ids if one in ids]
        team = people.save_team(
            session,
            _draft(channel, wanted),
            [ids[one] for one in wanted.lead_ids],
            member_ids,
        )
        audit.record(
            session,
            speaker.person.id,
            TEAM_CHANGED if roster else TEAM_CREATED,
            f"team:{team.id}",
            {"members": len(member_ids), "leads": len(wanted.lead_ids)},
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


def _slack_ids(persons: Sequence[Person]) -> tuple[str, ...]:
    return tuple(person.slack.user_id for person in persons if person.slack)
