"""Finding out what one person said of a digest.

The attacker is a lead, who sets when the digest comes and reads the counts in its preview.
"""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from bot.flows import digest
from bot.flows.digest_answers import answer
from bot.flows.refusals import Refusal
from policies.digest_answers import DigestAnswers
from policies.people import Weekday
from policies.periods import IsoWeek
from storage.database import Database
from storage.people import TeamDraft, home_members_of, save_team
from tests.bot.facts import DIGEST_TERMS
from tests.bot.live import PEOPLE
from tests.bot.seeded import MONDAY, introduce, payments

WEEK = IsoWeek(2026, 46)
OPEN = MONDAY + timedelta(days=7, hours=1)
OVER = MONDAY + timedelta(days=7, hours=4)


def move(database: Database, team_id: int, now: datetime, day: Weekday, zone: str) -> None:
    draft = TeamDraft("Payments", "T0LIVE", "C0PAY", zone, day, 9, 30)
    with database.writing() as session:
        ids = home_members_of(session, team_id)
        save_team(session, draft, [min(ids)], ids, now)


def say(database: Database, team_id: int, now: datetime, name: str) -> None:
    with suppress(Refusal):  # too late, and nothing happens
        answer(database, now, introduce(database, name), f"T-{team_id} {WEEK}", is_useful=True)


def counts(database: Database, now: datetime) -> DigestAnswers | None:
    page = digest.preview(database, now, introduce(database, "ana"), None, DIGEST_TERMS)
    return page.answers.shown if page.answers else None


@pytest.mark.parametrize("now", [OPEN, OVER], ids=["while answers come", "once they are counted"])
@pytest.mark.parametrize(
    ("day", "zone"),
    [
        (Weekday.FRIDAY, "Europe/Berlin"),
        (Weekday.MONDAY, "Pacific/Honolulu"),
        (Weekday.MONDAY, "Pacific/Kiritimati"),
    ],
    ids=["another day", "to the west", "to the east"],
)
def test_moving_the_digest_does_not_show_one_more_answer(
    sqlite_database: Database, now: datetime, day: Weekday, zone: str
) -> None:
    """A digest that is due later took answers again, and one due sooner told them."""
    team = payments(sqlite_database)
    for name in PEOPLE[:5]:
        say(sqlite_database, team.id, MONDAY, name)
    told = []
    for name in PEOPLE[4:]:
        told.append(counts(sqlite_database, now))
        move(sqlite_database, team.id, now, day, zone)
        told.append(counts(sqlite_database, now))
        say(sqlite_database, team.id, now, name)
        move(sqlite_database, team.id, now, Weekday.MONDAY, "Europe/Berlin")
    told.append(counts(sqlite_database, now))
    assert len({(one.useful, one.answered) for one in told if one}) <= 1
    assert (now == OVER) is any(told)
