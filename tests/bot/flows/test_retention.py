"""The nightly purge: what is too old goes in whole batches, once a night, and nothing else does."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import func, select

from bot.flows import budgets, digest
from bot.flows.retention import LEASE, Purge, night_of
from policies.amounts import BudgetUnit
from policies.budgets import GrantKind
from policies.people import Team
from policies.periods import IsoWeek
from policies.usage import microseconds
from storage import budgets as stored
from storage import people, retention
from storage.budgets import GrantDraft
from storage.database import Database
from storage.retention import AGEING, Cutoff
from storage.tables import (
    EngineerDayRow,
    OutcomeRow,
    Stored,
    TeamWeekRow,
)
from storage.usage import store_usage
from storage.usage_ranges import TOKEN_CLASSES
from tests.bot.budgeted import M, with_terms
from tests.bot.facts import DIGEST_TERMS
from tests.bot.purge_killed import DAYS_OLD, PEOPLE, old_usage
from tests.bot.seeded import (
    LAST_WEEK,
    MONDAY,
    introduce,
    payments,
    twelve_weeks_of_usage,
    verified_outcome,
)
from tests.storage.everything import fill
from tests.storage.records import usage_record

ROOT = Path(__file__).parents[3]
DAY = timedelta(days=1)
HUNDRED = Purge(100)


@pytest.fixture
def team(database: Database) -> Team:
    """Payments with twelve weeks of usage of six people."""
    found = payments(database)
    twelve_weeks_of_usage(database)
    return found


def sums(database: Database) -> tuple[int, int, int, int]:
    """Records, and tokens of records, days and shares: the last three are always the same."""
    tokens = "+".join(f"coalesce({name}, 0)" for name in TOKEN_CLASSES)
    with database.reading() as session:
        connection = session.connection()
        return (
            connection.scalar(text("SELECT count(*) FROM usage")) or 0,
            connection.scalar(text(f"SELECT coalesce(sum({tokens}),0) FROM usage")) or 0,  # noqa: S608
            connection.scalar(text("SELECT coalesce(sum(tokens),0) FROM engineer_day")) or 0,
            connection.scalar(text("SELECT coalesce(sum(tokens),0) FROM usage_share")) or 0,
        )


def test_without_a_period_nothing_goes(database: Database, team: Team) -> None:
    before = sums(database)
    assert Purge(None)(database, MONDAY + 4_000 * DAY) == 0
    assert sums(database) == before


def test_what_is_too_old_goes_with_its_sums_and_the_rest_stays(
    database: Database, team: Team
) -> None:
    now = (
        LAST_WEEK + 7 * DAY * 10 + 30 * DAY
    )  # the two oldest weeks of twelve are 100 days old by then
    records, *_ = sums(database)
    assert records == 72
    assert HUNDRED(database, now) > 0
    left, *same = sums(database)
    oldest = now - 100 * DAY
    expected = sum(6 for back in range(12) if LAST_WEEK - timedelta(weeks=back) >= oldest)
    assert 0 < left == expected < 72
    assert len(set(same)) == 1


def test_it_runs_once_a_night_in_one_replica(database: Database, team: Team) -> None:
    now = MONDAY + 400 * DAY
    assert HUNDRED(database, now) > 0
    with database.writing() as session:
        ben = people.ensure_person_by_email(session, "ben@example.com").id
        store_usage(session, [usage_record(ben, "old", microseconds(LAST_WEEK))])
    assert HUNDRED(database, now + timedelta(hours=3)) == 0
    assert HUNDRED(database, now + DAY) > 0


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 18, 2, 0, tzinfo=UTC), datetime(2026, 11, 18, 2, tzinfo=UTC)),
        (datetime(2026, 11, 18, 1, 59, tzinfo=UTC), datetime(2026, 11, 17, 2, tzinfo=UTC)),
        (datetime(2026, 11, 18, 23, 0, tzinfo=UTC), datetime(2026, 11, 18, 2, tzinfo=UTC)),
    ],
)
def test_a_night_begins_at_two(now: datetime, night: datetime) -> None:
    assert night_of(now) == night


def test_closed_weeks_outcomes_and_the_audit_trail_stay(database: Database, team: Team) -> None:
    verified_outcome(database, "Cut p95")
    week = IsoWeek.containing(LAST_WEEK, team.zone)
    before = digest.shown_digest_of(
        database, MONDAY, team, week, DIGEST_TERMS
    ).digest.this_week.figures
    assert before.shown is not None
    HUNDRED(database, MONDAY + 400 * DAY)
    assert sums(database) == (0, 0, 0, 0)
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(TeamWeekRow)).one() == 12
        assert session.exec(select(func.count()).select_from(OutcomeRow)).one() == 1
    later = MONDAY + 401 * DAY
    after = digest.shown_digest_of(
        database, later, team, week, DIGEST_TERMS
    ).digest.this_week.figures
    assert after.shown == before.shown


def test_every_table_that_ages_is_emptied_in_time(database: Database) -> None:
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org").id
        ben = people.ensure_person_by_email(session, "ben@example.org").id
        fill(session, ben, ann)
        limits, deliveries = (Stored.metadata.tables[one] for one in ("limit_push", "delivery"))
        session.connection().execute(limits.update().values(state="sent"))
        session.connection().execute(deliveries.update().values(state="posted"))
    HUNDRED(database, MONDAY + 400 * DAY)
    with database.reading() as session:
        left = {
            table.name
            for table in (*(one for one, _ in AGEING), Stored.metadata.tables["finding"])
            if session.connection().scalar(select(func.count()).select_from(table))
        }
        exceptions = Stored.metadata.tables["rule_exception"]
        about_people = select(func.count()).where(exceptions.c.person_id.is_not(None))
        assert session.connection().scalar(about_people) == 0
    assert left <= {"rule_exception"}


def test_what_is_posted_still_or_looked_at_lately_stays(database: Database) -> None:
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org").id
        ben = people.ensure_person_by_email(session, "ben@example.org").id
        fill(session, ben, ann)
        everything = {
            name: session.connection().scalar(select(func.count()).select_from(table))
            for name, table in Stored.metadata.tables.items()
            if name != "rule_pass"
        }
    Purge(500)(database, MONDAY + 50 * DAY)
    with database.reading() as session:
        for name, count in everything.items():
            table = Stored.metadata.tables[name]
            assert session.connection().scalar(select(func.count()).select_from(table)) == count, (
                name
            )


def test_usage_that_a_running_grant_reckons_with_stays_until_it_ends(database: Database) -> None:
    with_terms(database, base=40)
    ben = introduce(database, "ben")
    began, now = LAST_WEEK, LAST_WEEK + 150 * DAY
    with database.writing() as session:
        store_usage(session, [usage_record(ben.person.id, "old", microseconds(began))])
        draft = GrantDraft(
            team_id=ben.team.id,
            person_id=ben.person.id,
            kind=GrantKind.EXTRA,
            amount=50 * M,
            unit=BudgetUnit.TOKENS,
            first_day=began.date() - DAY,
            last_day=now.date() + 30 * DAY,
        )
        stored.add_grant(session, draft, began)
    before = budgets.own_budget(database, now, ben).balance.left
    HUNDRED(database, now)
    assert sums(database)[0] == 1
    assert budgets.own_budget(database, now, ben).balance.left == before
    HUNDRED(database, now + 140 * DAY)
    assert sums(database)[0] == 0


@pytest.mark.parametrize("batches_before_the_kill", [0, 2])
def test_a_killed_purge_leaves_no_day_half_and_is_completed(
    database: Database, database_url: str, batches_before_the_kill: int
) -> None:
    old_usage(database)
    now = MONDAY + DAYS_OLD * DAY
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.purge_killed", database_url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for _ in range(batches_before_the_kill + 1):
        assert process.stdout.readline() == "batch\n"
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    assert process.wait(timeout=30) == -signal.SIGKILL
    records, *same = sums(database)
    assert records > 0
    assert len(set(same)) == 1
    assert HUNDRED(database, now) == 0  # the lease of the one that was killed has not run out
    assert HUNDRED(database, now + LEASE) > 0
    assert sums(database) == (0, 0, 0, 0)


def test_a_batch_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    old_usage(database)
    monkeypatch.setattr(retention, "DAYS_AT_ONCE", 7)
    cutoff = Cutoff(MONDAY + DAYS_OLD * DAY, 100)
    with database.writing() as session:
        done = retention.purge_days(session, cutoff, 0)
    assert done.days == 7
    with database.reading() as session:
        left = session.exec(
            select(func.count(func.distinct(EngineerDayRow.person_id))).select_from(EngineerDayRow)
        ).one()
    assert left == PEOPLE
