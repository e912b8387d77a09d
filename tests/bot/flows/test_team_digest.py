"""What a digest tells beside the figures: impact, the usual range, where figures come from, and a tip."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.flows import digest, outcomes, reviews
from bot.practices import library_practices
from policies.digest import TeamDigest, WeekImpact, digest_json
from policies.outcomes import OutcomeDraft
from policies.people import Team
from policies.periods import IsoWeek
from policies.reviews import Impact, ImpactUnit, Review
from storage.database import Database
from tests.bot.facts import DIGEST_TERMS, uses
from tests.bot.live import PEOPLE
from tests.bot.seeded import (
    LAST_WEEK,
    MONDAY,
    introduce,
    payments,
    twelve_weeks_of_usage,
    verified_outcome,
)

WEEK = IsoWeek(2026, 46)
TERMS = replace(DIGEST_TERMS, practices=library_practices().practices)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def team(database: Database) -> Team:
    return payments(database)


def shown(database: Database, team: Team, now: datetime = MONDAY) -> TeamDigest:
    return digest.shown_digest_of(database, now, team, WEEK, TERMS).digest


def reviewed(
    database: Database, title: str, review: Review, declared: datetime, verified: datetime
) -> int:
    """An outcome of Ben's that Chi verified, with what she wrote down."""
    ben, chi = introduce(database, "ben"), introduce(database, "chi")
    outcome_id = outcomes.declare(database, declared, ben, OutcomeDraft(title)).outcome.id
    link = f"https://git.example.com/shop/pull/{outcome_id}"
    outcomes.claim(database, verified - HOUR, ben, outcome_id, link)
    reviews.verify(database, verified, chi, outcome_id, review)
    return outcome_id


def test_the_impact_of_a_week_is_what_its_reviews_came_to(database: Database, team: Team) -> None:
    hours = Impact(Decimal("1.5"), ImpactUnit.HOURS)
    reviewed(database, "One", Review(20, hours), LAST_WEEK - 3 * DAY, LAST_WEEK)
    reviewed(database, "Two", Review(None, hours), LAST_WEEK - 2 * DAY, LAST_WEEK)
    reviewed(database, "Three", Review(5), LAST_WEEK - DAY, LAST_WEEK)
    reviewed(
        database, "The week before", Review(99, hours), LAST_WEEK - 9 * DAY, LAST_WEEK - 7 * DAY
    )
    assert shown(database, team).impact == WeekImpact(
        decided=3,
        days_to_verify=2.0,
        review_minutes=25,
        reviews_timed=2,
        impacts={ImpactUnit.HOURS: Decimal(3)},
    )


def test_a_claim_that_was_sent_back_counts_each_time_it_was(database: Database, team: Team) -> None:
    ben, chi = introduce(database, "ben"), introduce(database, "chi")
    outcome_id = outcomes.declare(database, LAST_WEEK, ben, OutcomeDraft("Twice")).outcome.id
    for hour in (1, 3):
        at = LAST_WEEK + hour * HOUR
        outcomes.claim(database, at, ben, outcome_id, "https://git.example.com/shop/pull/9")
        reviews.reject(database, at + HOUR, chi, outcome_id, "no test")
    outcomes.claim(
        database, LAST_WEEK + DAY, ben, outcome_id, "https://git.example.com/shop/pull/9"
    )
    reviews.verify(database, LAST_WEEK + DAY, chi, outcome_id)
    impact = shown(database, team).impact
    assert (impact.decided, impact.rejected, impact.days_to_verify) == (3, 2, 1.0)


def test_outcomes_that_endured_are_listed_in_the_week_they_did(
    database: Database, team: Team
) -> None:
    outcome_id = verified_outcome(database, "Endures", at=LAST_WEEK - 30 * DAY)
    outcomes.settle_durable(database, LAST_WEEK, days=30)
    found = digest.shown_digest_of(database, MONDAY, team, WEEK, TERMS)
    assert [one.id for one in found.digest.impact.durable] == [outcome_id]
    assert {one.name for one in found.people} == {"Ben Tester", "Chi Tester"}


def test_a_week_of_nothing_has_no_impact_and_still_a_tip(database: Database, team: Team) -> None:
    found = shown(database, team)
    assert found.impact == WeekImpact()
    assert (found.usual, found.sources, found.findings) == (None, (), None)
    assert found.tip in TERMS.practices


def test_what_follows_from_figures_is_withheld_with_them(database: Database) -> None:
    team = payments(database, people=PEOPLE[:4])
    twelve_weeks_of_usage(database, PEOPLE[:4])
    for back in range(12):
        verified_outcome(database, f"Week {back}", at=LAST_WEEK - back * 7 * DAY)
    found = shown(database, team)
    assert found.this_week.suppressed
    assert (found.usual, found.sources, found.other_sources) == (None, (), 0)
    assert found.impact.decided == 1, "what team mates know of each other is told"
    told = digest_json(found)
    assert (told["tokens_by_class"], told["cache_share"], told["skills"]) == (None, None, [])
    assert told["usual_range"] is None


def test_a_week_is_set_beside_the_teams_own_usual_range(database: Database, team: Team) -> None:
    twelve_weeks_of_usage(database)
    for back in range(12):
        verified_outcome(database, f"Week {back}", at=LAST_WEEK - back * 7 * DAY)
    usual = shown(database, team).usual
    assert usual is not None
    assert usual.shown is not None
    assert (usual.shown.weeks, usual.shown.position) == (11, "within")
    assert shown(database, team).usual == usual


# Sources


def work_days(database: Database, days: int) -> None:
    """Everybody's usage of two weeks and the third up to a day, from Monday to Friday."""
    first = LAST_WEEK - 16 * DAY
    for name in PEOPLE:
        person_id = introduce(database, name).person.id
        for day in range(days):
            if (first + day * DAY).weekday() < 5:
                uses(database, person_id, first + day * DAY)


@pytest.mark.parametrize(
    ("days", "is_stale"),
    [(19, False), (18, True), (16, True)],
    ids=["up to Friday", "up to Thursday", "up to Tuesday"],
)
def test_a_source_is_stale_that_was_silent_at_the_weeks_end_for_longer_than_it_usually_is(
    database: Database, team: Team, days: int, is_stale: bool
) -> None:
    work_days(database, days)
    [source] = shown(database, team).sources
    assert source.is_stale is is_stale


def test_a_source_that_went_on_since_is_not_stale(database: Database, team: Team) -> None:
    work_days(database, 16)
    uses(database, introduce(database, "ana").person.id, MONDAY - HOUR)
    [source] = shown(database, team).sources
    assert not source.is_stale


@pytest.mark.parametrize(("day", "is_stale"), [(0, True), (2, False)])
def test_a_new_source_may_be_silent_for_a_weekend(
    database: Database, team: Team, day: int, is_stale: bool
) -> None:
    for name in PEOPLE:
        uses(database, introduce(database, name).person.id, LAST_WEEK + day * DAY)
    [source] = shown(database, team).sources
    assert source.is_stale is is_stale


# JSON


def test_a_digest_as_json_has_all_of_it(database: Database, team: Team) -> None:
    twelve_weeks_of_usage(database)
    hours = Impact(Decimal("1.5"), ImpactUnit.HOURS)
    reviewed(database, "One", Review(20, hours), LAST_WEEK - 3 * DAY, LAST_WEEK)
    for back in range(1, 12):
        verified_outcome(database, f"Week {back}", at=LAST_WEEK - back * 7 * DAY)
    told = json.loads(json.dumps(digest_json(shown(database, team))))
    assert sum(told["tokens_by_class"].values()) == told["tokens"]
    assert told["cache_share"] == pytest.approx(0.5, abs=0.5)
    curated = {"skill": "curate-context", "share": 1.0, "is_rough": False, "reach": "most"}
    assert curated in told["skills"]
    assert told["usual_range"].keys() == {"low", "high", "weeks", "position"}
    assert told["impact"] == {
        "durable": 0,
        "decided": 1,
        "rejected": 0,
        "days_to_verify": 3.0,
        "review_minutes": 20,
        "reviews_timed": 1,
        "impacts": {"hours": 1.5},
    }
    assert told["sources"][0]["is_stale"] is True
    assert told["tip"].keys() == {"id", "skill", "title", "source"}
    assert (told["findings"], told["workflows"]) == (None, [])
    assert told["history"][0].keys() >= {"tokens_by_class", "cache_share", "skills"}
