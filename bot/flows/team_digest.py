"""What a digest tells of a team's week, put together from what stands in the database."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.digest_findings import found_in
from bot.flows.digest_terms import DigestTerms
from bot.flows.me import price_basis_of
from bot.flows.team_weeks import WEEKS_BEFORE, weeks_of
from messages.pages.digest import Digest
from policies.digest import TeamDigest, TeamSource, WeekImpact
from policies.impact import week_impact
from policies.metrics import TeamWeek
from policies.outcomes import Outcome, OutcomeState
from policies.people import Person, Team
from policies.periods import IsoWeek
from policies.practices import practice_of_week
from policies.privacy import Published
from policies.usage import Trust, microseconds
from policies.usual import usual_range
from policies.workflows import TeamCurve
from storage import memberships, outcomes, people, reviews, rollups, team_weeks
from storage.facts import sources
from storage.rollups import UsageSource
from storage.source_hours import HOUR_US

SHOWN_STATES: Final = (
    OutcomeState.VERIFIED,
    OutcomeState.CLAIMED,
    OutcomeState.DECLARED,
    OutcomeState.REVERTED,
    OutcomeState.DURABLE,
)
GIVEN_BACK: Final = (OutcomeState.REJECTED, OutcomeState.DROPPED, OutcomeState.REVERTED)
"""Nobody waits for a colleague in these states any more."""
SILENT_AT_MOST: Final = timedelta(days=3)
"""A source that is too new to have a usual silence may be silent for a long weekend."""


def digest_page(
    session: Session,
    now: datetime,
    team: Team,
    week: IsoWeek,
    terms: DigestTerms,
    workflows: tuple[Published[TeamCurve], ...] = (),
) -> Digest:
    """A team's ended week and its workflows as a page, with the people whom its outcomes name."""
    digest = replace(team_digest(session, now, team, week, terms), workflows=workflows)
    named = (
        *(*digest.verified, *digest.claimed, *digest.declared, *digest.reverted),
        *digest.impact.durable,
    )
    return Digest(digest, _people_named(session, named))


def team_digest(
    session: Session, now: datetime, team: Team, week: IsoWeek, terms: DigestTerms
) -> TeamDigest:
    """A team's ended week against its own past. Figures in it are Published."""
    weeks = weeks_of(session, team, list(week.last(WEEKS_BEFORE + 1)), terms.gathering)
    this_week, history = weeks[-1], _since_first_activity(weeks[:-1])
    reached = _outcomes_reaching(session, team, week)
    verified = reached[OutcomeState.VERIFIED]
    claimed = _without(reached[OutcomeState.CLAIMED], verified)
    declared = _without(reached[OutcomeState.DECLARED], [*verified, *claimed])
    digest = TeamDigest(
        team_id=team.id,
        team_name=team.name,
        this_week=this_week,
        history=history,
        verified=tuple(verified),
        claimed=tuple(one for one in claimed if one.state not in GIVEN_BACK),
        declared=tuple(declared),
        reverted=tuple(reached[OutcomeState.REVERTED]),
        findings=found_in(session, team, week, terms),
        impact=_impact(session, team, week, verified, reached[OutcomeState.DURABLE]),
    )
    return _with_figures(session, now, team, digest, terms)


def _with_figures(
    session: Session, now: datetime, team: Team, digest: TeamDigest, terms: DigestTerms
) -> TeamDigest:
    """What follows from the week's figures, and where they come from; a tip there is without them too."""
    week = digest.this_week.week
    figures = digest.this_week.figures.shown
    tip = practice_of_week(terms.practices, week, figures.skills if figures else ())
    if figures is None:
        return replace(digest, tip=tip)
    draws = random.Random(f"usual:{team.id}:{week}")
    usual = usual_range(digest.history, digest.this_week, draws)
    told = None if usual is None else digest.this_week.figures.then(lambda _: usual)
    return _with_sources(session, now, team, replace(digest, tip=tip, usual=told), terms)


def _with_sources(
    session: Session, now: datetime, team: Team, digest: TeamDigest, terms: DigestTerms
) -> TeamDigest:
    """Name the sources that enough people of the week use; the others are counted."""
    week = digest.this_week.week
    cohort = memberships.cohort_of(session, team.id, week)
    used = rollups.usage_sources(session, cohort, week)
    common = [one for one in used if one.people >= terms.rule.minimum]
    stale = _stale_sources(session, now, team, week)
    return replace(
        digest,
        sources=tuple(_team_source(one, is_stale=one.source in stale) for one in common),
        other_sources=len(used) - len(common),
        price_basis=price_basis_of(common),
    )


def _team_source(one: UsageSource, *, is_stale: bool) -> TeamSource:
    return TeamSource(one.source, Trust(one.trust), one.data_as_of.date(), is_stale)


def _stale_sources(session: Session, now: datetime, team: Team, week: IsoWeek) -> set[str]:
    """The sources that were silent at the week's end for longer than they usually are, for anybody."""
    end_us = microseconds(week.bounds(team.zone)[1])
    return {
        one.source
        for one in sources.silences(session, now)
        if end_us - (one.latest_hour + 1) * HOUR_US > _usual_silence_us(one.usual)
    }


def _usual_silence_us(hours: float | None) -> float:
    return SILENT_AT_MOST / timedelta(microseconds=1) if hours is None else hours * HOUR_US


def _outcomes_reaching(
    session: Session, team: Team, week: IsoWeek
) -> dict[OutcomeState, list[Outcome]]:
    """The team's outcomes of the week by the state that they reached, as known when it was fixed."""
    start, end = week.bounds(team.zone)
    closed = team_weeks.closed_weeks(session, team.id, [week]).get(week)
    known_at = closed.closed_at if closed else None
    return {
        state: outcomes.outcomes_reaching(session, team.id, state, start, end, known_at)
        for state in SHOWN_STATES
    }


def _impact(
    session: Session,
    team: Team,
    week: IsoWeek,
    verified: Sequence[Outcome],
    durable: Sequence[Outcome],
) -> WeekImpact:
    written = reviews.reviews_of(session, [one.id for one in verified])
    decisions = outcomes.decisions_between(session, team.id, *week.bounds(team.zone))
    return week_impact(verified, durable, written, *decisions)


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
