"""What follows a digest in its thread: the details first, then the workflows where there are any."""

from typing import Final

from bot.flows.digest import DIGEST, shown_digest_of
from bot.flows.digest_terms import DigestTermsNow
from bot.flows.posts import NotYet, Post
from bot.flows.redraws import UNDER_WAY
from messages.pages.digest import DigestDetails, DigestPage, DigestWorkflows
from policies.periods import IsoWeek
from storage import deliveries, people
from storage.database import Database
from storage.deliveries import Claim, Delivery

DETAILS: Final = "digest_details"
WORKFLOWS: Final = "digest_workflows"
"""Audience, period and subject of both are the digest's."""


def compose_details(database: Database, claim: Claim, terms_now: DigestTermsNow) -> Post | None:
    """The lists, the weeks and where the figures come from; None when the team is gone."""
    return _reply(database, claim, terms_now, DigestDetails)


def compose_workflows(database: Database, claim: Claim, terms_now: DigestTermsNow) -> Post | None:
    """The workflows, below the details; None where there is none to tell of."""
    details = _delivery(database, DETAILS, claim)
    if details is not None and details.state in UNDER_WAY:
        raise NotYet
    return _reply(database, claim, terms_now, DigestWorkflows)


def _reply(
    database: Database, claim: Claim, terms_now: DigestTermsNow, kind: type[DigestPage]
) -> Post | None:
    """A page of the week, for the thread of its digest wherever that was posted."""
    with database.reading() as session:
        team = people.team_of(session, int(claim.audience.removeprefix("team:")))
    posted = _delivery(database, DIGEST, claim)
    if team is None or posted is None or not posted.channel_id or not posted.message_ts:
        return None
    week = IsoWeek.parse(claim.subject)
    shown = shown_digest_of(database, claim.due_at, team, week, terms_now())
    page = kind(shown.digest, shown.people)
    return None if page.is_empty else Post(posted.channel_id, page, thread_ts=posted.message_ts)


def _delivery(database: Database, kind: str, claim: Claim) -> Delivery | None:
    with database.reading() as session:
        return deliveries.delivery_of(session, kind, claim.audience, claim.period)
