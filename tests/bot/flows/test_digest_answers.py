"""Useful or not: the word of the team's people, counted once the week after has ended everywhere."""

from datetime import datetime, timedelta

import pytest

from bot.flows import digest
from bot.flows.digest_answers import answer
from bot.flows.refusals import NotYours, Refusal
from policies.digest_answers import DigestOpinion
from policies.people import Team
from policies.periods import IsoWeek
from policies.privacy import Published
from policies.skills import Reach
from storage import audit
from storage.database import Database
from tests.bot.facts import DIGEST_TERMS
from tests.bot.live import PEOPLE
from tests.bot.seeded import MONDAY, introduce, payments

WEEK = IsoWeek(2026, 46)
DAY, NEXT = MONDAY + timedelta(days=1), MONDAY + timedelta(days=7, hours=4)


@pytest.fixture
def team(database: Database) -> Team:
    return payments(database)


def say(
    database: Database, team: Team, name: str, *, useful: bool = True, now: datetime = DAY
) -> None:
    answer(database, now, introduce(database, name), f"T-{team.id} {WEEK}", is_useful=useful)


def told(database: Database, now: datetime) -> Published[DigestOpinion] | None:
    return digest.preview(database, now, introduce(database, "ana"), None, DIGEST_TERMS).answers


def test_leads_read_the_counts_once_no_more_answers_come(database: Database, team: Team) -> None:
    for place, name in enumerate(PEOPLE):
        say(database, team, name, useful=place > 1)
        assert told(database, DAY) is None
    counts = told(database, NEXT)
    assert counts is not None
    assert counts.shown == DigestOpinion(WEEK, Reach.MOST, 6)


def test_the_latest_word_of_each_counts(database: Database, team: Team) -> None:
    for name in PEOPLE[:5]:
        say(database, team, name)
        say(database, team, name)
    say(database, team, "ben", useful=False)
    counts = told(database, NEXT)
    assert counts is not None
    assert counts.shown == DigestOpinion(WEEK, Reach.MOST, 5)


@pytest.mark.parametrize("useful", [0, 1], ids=["nobody", "one"])
def test_all_of_one_mind_do_not_show(database: Database, team: Team, useful: int) -> None:
    for place, name in enumerate(PEOPLE[:5]):
        say(database, team, name, useful=place < useful)
    counts = told(database, NEXT)
    assert counts is not None
    assert counts.shown == DigestOpinion(WEEK, Reach.FEW, 5)


def test_the_answers_of_few_stay_private(database: Database, team: Team) -> None:
    for name in PEOPLE[:4]:
        say(database, team, name)
    counts = told(database, NEXT)
    assert counts is not None
    assert counts.shown is None
    assert counts.withheld is not None
    assert "fewer than 5 people answered" in counts.withheld.reason


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (NEXT, "counted already"),
        (MONDAY - timedelta(minutes=1), "no longer works"),
    ],
    ids=["after the next digest", "before anybody can have read it"],
)
def test_only_the_latest_digest_takes_answers(
    database: Database, team: Team, when: datetime, words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        say(database, team, "ben", now=when)


def test_only_the_team_s_own_people_answer_and_attempts_are_noted(
    database: Database, team: Team
) -> None:
    with pytest.raises(NotYours):
        say(database, team, "una")
    with database.reading() as session:
        [entry] = audit.entries_about(session, f"team:{team.id}")[-1:]
    assert entry.action == "digest.refused"


def test_the_audit_says_that_somebody_answered_and_not_what(database: Database, team: Team) -> None:
    say(database, team, "ben", useful=False)
    with database.reading() as session:
        entries = [
            one
            for one in audit.entries_about(session, f"team:{team.id}")
            if one.action == "digest.answered"
        ]
    assert [dict(one.details) for one in entries] == [{"week": "2026-W46"}]


@pytest.mark.parametrize(
    "value",
    ["", "T-1", "T-0 2026-W46", "T-1 2026-W60", "T-99999999999999999999 2026-W46", "x" * 1900],
)
def test_a_forged_value_is_refused(database: Database, team: Team, value: str) -> None:
    assert team.id
    with pytest.raises(Refusal, match="no longer works"):
        answer(database, DAY, introduce(database, "ben"), value, is_useful=True)
