"""The weekly digest: what a team achieved for its tokens, composed when it is shown or posted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.due import digest_due, next_digest_for
from bot.flows.me import freshness_of, price_basis_of
from bot.flows.people import Speaker
from bot.flows.posts import Post
from bot.flows.refusals import Refusal
from bot.flows.teams import TEAM_CREATED
from messages.pages.digest import Digest, DigestPreview
from policies.metrics import TeamDigest, TeamWeek, team_week
from policies.outcomes import Outcome, OutcomeState
from policies.people import Person, Team
from policies.periods import IsoWeek
from policies.privacy import GroupRule
from storage import audit, deliveries, outcomes, people, rollups
from storage.database import Database
from storage.deliveries import Claim

DIGEST: Final = "digest"
WEEKS_BEFORE = 11


def audience_of(team: Team) -> str:
    """The audience of a team's deliveries."""
    return f"team:{team.id}"


def digest_of(database: Database, team: Team, week: IsoWeek, rule: GroupRule) -> Digest:
    """A team's week against its own past, as a page. Figures in it are Published."""
    with database.reading() as session:
        digest = _team_digest(session, team, week, rule)
        named = (*digest.verified, *digest.claimed, *digest.declared)
        return Digest(digest, _people_named(session, named))


def preview(
    database: Database,
    now: datetime,
    speaker: Speaker,
    week: IsoWeek | None,
    rule: GroupRule,
) -> DigestPreview:
    """The digest as it would be posted, for a lead: of the last full week where none is named."""
    roster = speaker.required_roster
    if not speaker.may_lead(roster):
        raise Refusal(
            f"Only leads of {roster.team.name} see its digest before it is posted.",
            "Everybody reads it in the channel once it is.",
        )
    team = roster.team
    this_week = IsoWeek.containing(now, team.zone)
    shown = week or this_week.plus(-1)
    if shown > this_week:
        raise Refusal(f"{shown} has not begun.", f"The latest full week is {this_week.plus(-1)}.")
    page = digest_of(database, team, shown, rule)
    posts_at = next_digest_for(team, shown)
    return DigestPreview(
        page.digest,
        page.people,
        posts_at=posts_at if posts_at > now else None,
        channel_id=team.channel_id,
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


def compose_digest(database: Database, claim: Claim, rule: GroupRule) -> Post | None:
    """The digest to post; None when the team is gone."""
    with database.reading() as session:
        team = people.team_of(session, int(claim.audience.removeprefix("team:")))
    if team is None:
        return None
    return Post(team.channel_id, digest_of(database, team, IsoWeek.parse(claim.subject), rule))


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


def _team_digest(session: Session, team: Team, week: IsoWeek, rule: GroupRule) -> TeamDigest:
    weeks = [_team_week(session, team, one, rule) for one in week.last(WEEKS_BEFORE + 1)]
    start, end = week.bounds(team.zone)
    reached = {
        state: outcomes.outcomes_reaching(session, team.id, state, start, end)
        for state in (OutcomeState.VERIFIED, OutcomeState.CLAIMED, OutcomeState.DECLARED)
    }
    verified = reached[OutcomeState.VERIFIED]
    claimed = _without(reached[OutcomeState.CLAIMED], verified)
    declared = _without(reached[OutcomeState.DECLARED], [*verified, *claimed])
    roster = people.roster_of(session, team.id)
    member_ids = [one.person.id for one in roster.members] if roster else []
    sources = rollups.usage_sources(session, member_ids)
    return TeamDigest(
        team_name=team.name,
        this_week=weeks[-1],
        history=_since_first_activity(weeks[:-1]),
        verified=tuple(verified),
        claimed=tuple(claimed),
        declared=tuple(declared),
        sources=freshness_of(sources),
        price_basis=price_basis_of(sources),
    )


def _team_week(session: Session, team: Team, week: IsoWeek, rule: GroupRule) -> TeamWeek:
    start, end = week.bounds(team.zone)
    counts = outcomes.counts_between(session, team.id, start, end)
    return team_week(week, counts, rollups.person_weeks(session, team.id, week), rule)


def _since_first_activity(weeks: Sequence[TeamWeek]) -> tuple[TeamWeek, ...]:
    for place, week in enumerate(weeks):
        counts = week.outcomes
        if week.contributors or counts.declared or counts.claimed or counts.verified:
            return tuple(weeks[place:])
    return ()


def _without(found: Sequence[Outcome], others: Sequence[Outcome]) -> list[Outcome]:
    taken = {one.id for one in others}
    return [one for one in found if one.id not in taken]


def _people_named(session: Session, named: Sequence[Outcome]) -> tuple[Person, ...]:
    ids = {one.owner_id for one in named} | {one.verified_by for one in named if one.verified_by}
    return tuple(people.persons_of(session, ids).values())
