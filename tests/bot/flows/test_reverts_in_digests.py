"""What a revert does to the weeks of a team: those that stand stay, and all others leave it out."""

from datetime import timedelta

import pytest

from bot.flows import digest, merges, outcomes, reviews
from messages.digest_text import digest_text
from messages.render import render
from policies.digest import TeamDigest
from policies.outcomes import OutcomeDraft
from policies.people import Team
from policies.periods import IsoWeek
from storage.database import Database
from tests.bot.facts import DIGEST_TERMS
from tests.bot.seeded import (
    LAST_WEEK,
    MONDAY,
    introduce,
    payments,
    twelve_weeks_of_usage,
    verified_outcome,
)

WEEK = IsoWeek(2026, 46)
A_WEEK = timedelta(weeks=1)


@pytest.fixture
def team(database: Database) -> Team:
    """Payments with usage, so that its figures are shown and stand."""
    made = payments(database)
    twelve_weeks_of_usage(database)
    return made


def shown(database: Database, team: Team, week: IsoWeek = WEEK, weeks_later: int = 0) -> TeamDigest:
    now = MONDAY + weeks_later * A_WEEK
    return digest.shown_digest_of(database, now, team, week, DIGEST_TERMS).digest


def revert(database: Database, outcome_id: int, at_minutes: int) -> None:
    at = MONDAY + timedelta(minutes=at_minutes)
    outcomes.revert(database, at, introduce(database, "ben"), outcome_id, "it broke")


def test_a_revert_before_the_digest_leaves_the_outcome_out(database: Database, team: Team) -> None:
    kept, gone = (verified_outcome(database, title) for title in ("Kept", "Gone"))
    revert(database, gone, at_minutes=-1)
    told = shown(database, team)
    assert told.this_week.outcomes.verified == 1
    assert [one.id for one in told.verified] == [kept]
    assert [one.id for one in told.claimed] == []
    figures = told.this_week.figures.shown
    assert figures is not None
    assert figures.cost_per_verified_outcome_usd == figures.cost_list_usd


def test_a_revert_after_the_digest_counts_in_its_own_week(database: Database, team: Team) -> None:
    kept, gone = (verified_outcome(database, title) for title in ("Kept", "Gone"))
    before = shown(database, team)
    revert(database, gone, at_minutes=1)
    after = shown(database, team, weeks_later=1)
    assert after.this_week == before.this_week
    assert {one.id for one in after.verified} == {kept, gone}
    week_of_revert = shown(database, team, WEEK.plus(1), weeks_later=1)
    assert week_of_revert.this_week.outcomes.verified == 0
    assert week_of_revert.this_week.outcomes.reverted == 1
    assert [one.id for one in week_of_revert.reverted] == [gone]
    page = digest.digest_of(database, MONDAY, team, WEEK.plus(1), DIGEST_TERMS)
    assert "*Reverted* (1)" in str(render(page))
    assert "Reverted (1)" in digest_text(page.digest)


def test_exploration_is_scored_neither_before_nor_after_its_revert(
    database: Database, team: Team
) -> None:
    ben, chi = introduce(database, "ben"), introduce(database, "chi")
    draft = OutcomeDraft("Try it", exploration=True)
    tried = outcomes.declare(database, LAST_WEEK, ben, draft).outcome.id
    outcomes.claim(database, LAST_WEEK, ben, tried, "https://git.example.com/shop/pull/1")
    reviews.verify(database, LAST_WEEK, chi, tried)
    counts = digest.digest_of(database, MONDAY, team, WEEK, DIGEST_TERMS).digest.this_week.outcomes
    assert (counts.verified, counts.explored, counts.scored) == (1, 1, 0)
    revert(database, tried, at_minutes=-1)
    counts = shown(database, team).this_week.outcomes
    assert (counts.verified, counts.explored, counts.scored) == (0, 0, 0)


def test_what_was_split_and_merged_counts_once(database: Database, team: Team) -> None:
    ben = introduce(database, "ben")
    whole = verified_outcome(database, "Whole")
    for title in ("Half", "Other half"):
        part = outcomes.declare(database, LAST_WEEK, ben, OutcomeDraft(title)).outcome.id
        merges.merge(database, LAST_WEEK, ben, part, whole)
    assert shown(database, team).this_week.outcomes.verified == 1


def test_nobody_waits_for_a_claim_that_was_given_back(database: Database, team: Team) -> None:
    ben, chi = introduce(database, "ben"), introduce(database, "chi")
    ids = []
    for title in ("Waits", "Sent back", "Dropped"):
        one = outcomes.declare(database, LAST_WEEK, ben, OutcomeDraft(title)).outcome.id
        outcomes.claim(database, LAST_WEEK, ben, one, f"https://git.example.com/shop/pull/{one}")
        ids.append(one)
    reviews.reject(database, LAST_WEEK, chi, ids[1], "A draft")
    outcomes.drop(database, LAST_WEEK, ben, ids[2], "not needed")
    assert [one.id for one in shown(database, team).claimed] == ids[:1]
