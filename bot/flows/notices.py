"""Telling the leads, each privately, that a digest could not be posted, or may not have been."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.posts import Post
from messages.pages.help import Refused
from policies.people import Team
from storage import deliveries, people
from storage.database import Database
from storage.deliveries import Claim

LEAD_NOTICE: Final = "lead_notice"
"""A direct message to a lead about a delivery; audience is the lead, subject says which delivery."""

IN_WORDS = {
    "channel_not_found": "the app does not see the channel any more",
    "not_in_channel": "the app is not in the channel",
    "is_archived": "the channel is archived",
    "is_shared": "the channel is shared with another organisation",
    "not_found_in_channel": "Slack failed again and again",
    "answer_lost": "Slack failed again and again",
    "ratelimited": "Slack put it off again and again",
    "slack_unreachable": "Slack could not be reached",
    "fault": "the program failed, and its log says where",
    "unsure": "its posting was cut short, and it may stand in the channel or not",
}


def enqueue_notices(session: Session, claim: Claim, now: datetime) -> int:
    """Note that every lead of the delivery's team is to be told; returns how many are."""
    roster = people.roster_of(session, int(claim.audience.removeprefix("team:")))
    return sum(
        deliveries.enqueue(
            session,
            LEAD_NOTICE,
            f"person:{lead.id}",
            f"{claim.kind}/{claim.audience}/{claim.period}",
            f"{claim.kind}/{claim.audience}/{claim.period}",
            now,
        )
        for lead in (roster.leads if roster else ())
        if lead.slack is not None
    )


def compose_notice(database: Database, claim: Claim) -> Post | None:
    """What a lead reads; None when the lead is not in Slack or the team is gone."""
    kind, audience, period = claim.subject.split("/", 2)
    with database.reading() as session:
        lead = people.person_of(session, int(claim.audience.removeprefix("person:")))
        team = people.team_of(session, int(audience.removeprefix("team:")))
        about = deliveries.delivery_of(session, kind, audience, period)
    if lead is None or lead.slack is None or team is None or about is None:
        return None
    return Post(lead.slack.user_id, _notice(team, period, about.error or ""))


def _notice(team: Team, period: str, error: str) -> Refused:
    if error == "unsure":
        return Refused(
            f"The digest of {team.name} for {period} may be missing: {IN_WORDS[error]}.",
            f"Look in the channel. If it is not there, “/mileage digest {period}” shows it to you.",
        )
    reason = IN_WORDS.get(error, f"Slack answered “{error}”")
    return Refused(
        f"The digest of {team.name} for {period} was not posted: {reason}.",
        "Invite the app to the channel, or move the team: “/mileage setup” in another one. "
        f"“/mileage digest {period}” shows the digest to you.",
    )
