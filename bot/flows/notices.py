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

ANOTHER_CHANNEL: Final = "Move the team: “/mileage setup” in another channel."
INVITE: Final = "Invite the app to the channel. Or move the team: “/mileage setup” in another one."

REASONS: Final = {
    "no_channel": ("the team has no channel", "“/mileage setup” in a channel gives it one."),
    "channel_not_found": ("the app does not see the channel any more", INVITE),
    "not_in_channel": ("the app is not in the channel", INVITE),
    "is_archived": ("the channel is archived", ANOTHER_CHANNEL),
    "is_shared": ("the channel is shared with another organisation", ANOTHER_CHANNEL),
    "too_late": ("it could not be posted while it was news", ""),
    "not_found_in_channel": ("Slack failed again and again", ""),
    "answer_lost": ("Slack failed again and again", ""),
    "ratelimited": ("Slack put it off again and again", ""),
    "slack_unreachable": ("Slack could not be reached", ""),
    "fault": ("the program failed, and its log says where", ""),
}
"""By Slack's own word, or ours: why it was not posted, and what a lead can do about it."""

REPLIES: Final = {"digest_details": "details", "digest_workflows": "workflows"}
"""What the replies in a digest's thread tell of, by kind."""


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
    """What a lead reads.

    None when the lead is not in Slack, the team is gone, or somebody deleted the digest under which
    the rest was to stand.
    """
    kind, audience, period = claim.subject.split("/", 2)
    with database.reading() as session:
        lead = people.person_of(session, int(claim.audience.removeprefix("person:")))
        team = people.team_of(session, int(audience.removeprefix("team:")))
        about = deliveries.delivery_of(session, kind, audience, period)
    if lead is None or lead.slack is None or team is None or about is None:
        return None
    if about.error == "thread_not_found":
        return None
    return Post(lead.slack.user_id, _notice(team, kind, period, about.error or ""))


def _notice(team: Team, kind: str, period: str, error: str) -> Refused:
    told = REPLIES.get(kind)
    which = f"The reply with the {told} below the" if told else "The"
    what, shows = f"{which} digest of {team.name} for {period}", f"“/mileage digest {period}”"
    if error == "unsure":
        return Refused(
            f"{what} may be missing: its posting was cut short.",
            f"Look in the channel. If it is not there, {shows} shows the digest to you.",
        )
    reason, advice = REASONS.get(error, (f"Slack answered “{error}”", ""))
    return Refused(
        f"{what} was not posted: {reason}.", f"{advice} {shows} shows the digest to you.".strip()
    )
