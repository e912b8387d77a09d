"""The weekly digest: what a team achieved for its tokens, composed when it is shown or posted."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.due import digest_due, next_digest_for
from bot.flows.digest_answers import latest_answers
from bot.flows.digest_terms import DigestTerms, DigestTermsNow
from bot.flows.people import Speaker
from bot.flows.posts import NotYet, Post
from bot.flows.refusals import Refusal
from bot.flows.team_digest import digest_page
from bot.flows.team_weeks import WEEKS_BEFORE, fix_weeks
from bot.flows.team_workflows import standing_curves, team_curves
from bot.flows.teams import TEAM_CREATED
from messages.pages.digest import Digest, DigestPreview
from messages.wording import short_day
from policies.people import Team
from policies.periods import IsoWeek
from storage import audit, company_weeks, deliveries, people
from storage.database import Database
from storage.deliveries import Claim

DIGEST: Final = "digest"


def audience_of(team: Team) -> str:
    """The audience of a team's deliveries."""
    return f"team:{team.id}"


def digest_of(
    database: Database, now: datetime, team: Team, week: IsoWeek, terms: DigestTerms
) -> Digest:
    """A team's ended week against its own past, as a page. Figures in it are Published.

    For the operator, who has the database in hand: weeks that nobody was shown stay open.
    """
    with database.reading() as session:
        curves = standing_curves(session, team, week, terms.rule)
        return digest_page(session, now, team, week, terms, curves)


def shown_digest_of(
    database: Database, now: datetime, team: Team, week: IsoWeek, terms: DigestTerms
) -> Digest:
    """The same for readers in Slack: whatever figures it shows are fixed in the same transaction."""
    with database.writing() as session:
        company_weeks.hold_open(session)
        fix_weeks(session, now, team, list(week.last(WEEKS_BEFORE + 1)), terms.gathering)
        curves = team_curves(session, now, team, week, terms)
        return digest_page(session, now, team, week, terms, curves)


def ended_week(now: datetime, team: Team, wanted: IsoWeek | None) -> IsoWeek:
    """The wanted week, the last full one where none is named; Refusal for one that has not ended.

    Two looks at a running week would show what was used in between.
    """
    this_week = IsoWeek.containing(now, team.zone)
    latest = this_week.plus(-1)
    if wanted is None or wanted <= latest:
        return wanted or latest
    when = f"ends on Sunday {short_day(wanted.sunday)}" if wanted == this_week else "has not begun"
    raise Refusal(f"{wanted} {when}.", f"The latest full week is {latest}.")


def preview(
    database: Database,
    now: datetime,
    speaker: Speaker,
    week: IsoWeek | None,
    terms: DigestTerms,
) -> DigestPreview:
    """The digest as it would be posted, for a lead: of the last full week where none is named."""
    roster = speaker.required_roster
    if not speaker.may_lead(roster):
        raise Refusal(
            f"Only leads of {roster.team.name} see its digest before it is posted.",
            "Everybody reads it in the channel once it is.",
        )
    team = roster.team
    shown = ended_week(now, team, week)
    page = shown_digest_of(database, now, team, shown, terms)
    posts_at = next_digest_for(team, shown)
    with database.reading() as session:
        answers = latest_answers(session, now, team, terms.rule)
    return DigestPreview(
        page.digest,
        page.people,
        posts_at=posts_at if posts_at > now else None,
        channel_id=team.channel_id,
        answers=answers,
    )


def enqueue_due(database: Database, now: datetime, grace: timedelta) -> int:
    """Note every team's digest that is due now; returns how many were not noted before.

    Nothing is written when nothing is new, so that the tick of a quiet minute takes no write lock.
    """
    with database.reading() as session:
        new = [
            due for team in people.all_teams(session) if (due := _due(session, team, now, grace))
        ]
    if not new:
        return 0
    with database.writing() as session:
        return sum(
            deliveries.enqueue(session, DIGEST, audience_of(team), str(week), str(week), due_at)
            for team, week, due_at in new
        )


def compose_digest(database: Database, claim: Claim, terms_now: DigestTermsNow) -> Post | None:
    """The digest to post; None when the team is gone, NotYet where its week ends later by now."""
    with database.reading() as session:
        team = people.team_of(session, int(claim.audience.removeprefix("team:")))
    if team is None:
        return None
    week = IsoWeek.parse(claim.subject)
    if week >= IsoWeek.containing(claim.due_at, team.zone):  # the team moved to the west
        raise NotYet
    return Post(team.channel_id, shown_digest_of(database, claim.due_at, team, week, terms_now()))


def _due(
    session: Session, team: Team, now: datetime, grace: timedelta
) -> tuple[Team, IsoWeek, datetime] | None:
    """The team's digest that is due and not noted yet.

    A team that was set up after its digest would have been due waits for the next one.
    """
    found = digest_due(team, now, grace)
    if found is None:
        return None
    week, due_at = found
    if deliveries.delivery_of(session, DIGEST, audience_of(team), str(week)) is not None:
        return None
    created = [
        e for e in audit.entries_about(session, audience_of(team)) if e.action == TEAM_CREATED
    ]
    if created and created[0].at > due_at:
        return None
    return team, week, due_at
