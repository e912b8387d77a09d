"""The weekly digest: what a team achieved for its tokens, composed when it is shown or posted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.due import digest_due, next_digest_for
from bot.flows.digest_findings import found_in
from bot.flows.digest_terms import DigestTerms, DigestTermsNow
from bot.flows.me import price_basis_of
from bot.flows.people import Speaker
from bot.flows.posts import NotYet, Post
from bot.flows.refusals import Refusal
from bot.flows.teams import TEAM_CREATED
from messages.pages.digest import Digest, DigestPreview
from messages.wording import short_day
from policies.digest import TeamDigest, TeamSource
from policies.metrics import (
    TeamWeek,
    closed_team_week,
    sums_to_close,
    sums_to_close_anew,
    team_week,
)
from policies.outcomes import Outcome, OutcomeState, local_day_of
from policies.people import Person, Team
from policies.periods import IsoWeek
from policies.privacy import GroupRule, kept_back
from policies.usage import Trust
from storage import (
    audit,
    company_weeks,
    deliveries,
    memberships,
    outcomes,
    people,
    rollups,
    team_weeks,
)
from storage.database import Database
from storage.deliveries import Claim
from storage.team_weeks import ClosedWeek

DIGEST: Final = "digest"
WEEKS_BEFORE = 11
COUNTED_TOGETHER: Final = (
    "this week counts in what was told of teams with private figures together, so it stays private"
)
SHOWN_STATES: Final = (
    OutcomeState.VERIFIED,
    OutcomeState.CLAIMED,
    OutcomeState.DECLARED,
    OutcomeState.REVERTED,
)
GIVEN_BACK: Final = (OutcomeState.REJECTED, OutcomeState.DROPPED, OutcomeState.REVERTED)
"""Nobody waits for a colleague in these states any more."""


def audience_of(team: Team) -> str:
    """The audience of a team's deliveries."""
    return f"team:{team.id}"


def digest_of(database: Database, team: Team, week: IsoWeek, terms: DigestTerms) -> Digest:
    """A team's ended week against its own past, as a page. Figures in it are Published.

    For the operator, who has the database in hand: weeks that nobody was shown stay open.
    """
    with database.reading() as session:
        return _page(session, team, week, terms.rule)


def shown_digest_of(
    database: Database, now: datetime, team: Team, week: IsoWeek, terms: DigestTerms
) -> Digest:
    """The same for readers in Slack: whatever figures it shows are fixed in the same transaction.

    With it goes what the rules found, as far as that may be told.
    """
    with database.writing() as session:
        company_weeks.hold_open(session)
        for one in week.last(WEEKS_BEFORE + 1):
            _close(session, now, team, one, terms.rule)
        page = _page(session, team, week, terms.rule)
        found = found_in(session, team, week, terms)
        return replace(page, digest=replace(page.digest, findings=found))


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


def _page(session: Session, team: Team, week: IsoWeek, rule: GroupRule) -> Digest:
    digest = _team_digest(session, team, week, rule)
    named = (*digest.verified, *digest.claimed, *digest.declared, *digest.reverted)
    return Digest(digest, _people_named(session, named))


def _close(session: Session, now: datetime, team: Team, week: IsoWeek, rule: GroupRule) -> None:
    """Fix the figures of a week that can be shown, or add what arrived late to those that stand."""
    usage = rollups.person_weeks(session, team.id, week)
    closed = team_weeks.closed_weeks(session, team.id, [week]).get(week)
    if closed is None:
        sums = sums_to_close(usage, rule)
        if sums is not None and not _is_held_back(session, team, week):
            team_weeks.close(session, team.id, week, sums, usage, now)
        return
    before = team_weeks.usage_at_closing(session, team.id, week)
    sums = sums_to_close_anew(closed.sums, before, usage, rule)
    if sums is not None:
        team_weeks.close_anew(session, team.id, closed, sums, usage, now)


def _team_digest(session: Session, team: Team, week: IsoWeek, rule: GroupRule) -> TeamDigest:
    shown = list(week.last(WEEKS_BEFORE + 1))
    closed = team_weeks.closed_weeks(session, team.id, shown)
    weeks = [_team_week(session, team, one, closed.get(one), rule) for one in shown]
    start, end = week.bounds(team.zone)
    known_at = closed[week].closed_at if week in closed else None
    reached = {
        state: outcomes.outcomes_reaching(session, team.id, state, start, end, known_at)
        for state in SHOWN_STATES
    }
    verified = reached[OutcomeState.VERIFIED]
    claimed = _without(reached[OutcomeState.CLAIMED], verified)
    declared = _without(reached[OutcomeState.DECLARED], [*verified, *claimed])
    digest = TeamDigest(
        team_id=team.id,
        team_name=team.name,
        this_week=weeks[-1],
        history=_since_first_activity(weeks[:-1]),
        verified=tuple(verified),
        claimed=tuple(one for one in claimed if one.state not in GIVEN_BACK),
        declared=tuple(declared),
        reverted=tuple(reached[OutcomeState.REVERTED]),
    )
    return digest if weeks[-1].figures.shown is None else _with_sources(session, team, digest, rule)


def _with_sources(session: Session, team: Team, digest: TeamDigest, rule: GroupRule) -> TeamDigest:
    """Name the sources that enough people of the week use; the others are counted."""
    week = digest.this_week.week
    cohort = memberships.cohort_of(session, team.id, week)
    sources = rollups.usage_sources(session, cohort, week)
    common = [one for one in sources if one.people >= rule.minimum]
    return replace(
        digest,
        sources=tuple(
            TeamSource(one.source, Trust(one.trust), one.data_as_of.date()) for one in common
        ),
        other_sources=len(sources) - len(common),
        price_basis=price_basis_of(common),
    )


def _team_week(
    session: Session, team: Team, week: IsoWeek, closed: ClosedWeek | None, rule: GroupRule
) -> TeamWeek:
    start, end = week.bounds(team.zone)
    known_at = closed.closed_at if closed else None
    counts = outcomes.counts_between(session, team.id, start, end, known_at)
    if closed is not None:
        fixed_on = local_day_of(closed.closed_at, team.zone)
        return closed_team_week(week, counts, closed.sums, fixed_on, rule)
    found = team_week(week, counts, rollups.person_weeks(session, team.id, week), rule)
    if found.contributors and _is_held_back(session, team, week):
        return replace(found, figures=kept_back(COUNTED_TOGETHER))
    return found


def _is_held_back(session: Session, team: Team, week: IsoWeek) -> bool:
    """Whether something was told of withheld teams together, and this one is among them.

    Shown by itself, it would tell what the others used.
    """
    return week in company_weeks.held_back(session, team.id, [week])


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
