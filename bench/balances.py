"""What does it cost to rebuild everybody's balance from grants and usage, with nothing cached?

Ours: `bot.flows.ledgers.ledgers_of`, which every command, card and sweep calls, for 10,000 people
(`BUDGET_PEOPLE` sets the number), a team's worth at a time, over a year of usage shares and grants. Peer: SQLite alone, summing the same rows by person, which knows of no burn order, expiry
or outcome.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlmodel import insert

from bench.table import Row, peak_memory
from bot.flows.ledgers import ledgers_of
from policies.amounts import BudgetUnit
from policies.budgets import BudgetPeriod, BudgetTerms, GrantKind, PeriodDays
from policies.people import Weekday
from storage.database import Database
from storage.people import TeamDraft, save_team
from storage.tables import GrantRow, OutcomeRow, PersonRow

PEOPLE = int(os.environ.get("BUDGET_PEOPLE", "10_000"))
AT_A_TIME = 50
TODAY = date(2026, 11, 24)
YEAR_AGO = date(2025, 12, 1)
OUTCOMES = 40
BASE = 40_000_000

SHARES = """
WITH RECURSIVE workday(day) AS (
    SELECT :first UNION ALL SELECT date(day, '+1 day') FROM workday WHERE day < :last
)
INSERT INTO usage_share (person_id, day, place, outcome_id, method, confidence, records, tokens,
                         tokens_unpriced, cost_list_nusd)
SELECT person.id, day, place, CASE place WHEN 1 THEN 1 + (person.id + strftime('%W', day)) % :outcomes END,
       'branch', 'medium', 20, 400000 + (person.id * 7919 + strftime('%j', day) * 104729) % 1600000, 0, 5000000000
FROM person CROSS JOIN workday CROSS JOIN (SELECT 1 AS place UNION ALL SELECT 2)
WHERE strftime('%w', day) BETWEEN '1' AND '5' AND (place = 1 OR (person.id + strftime('%d', day)) % 2)
ORDER BY person.id, day, place
"""
SUMS = "SELECT person_id, sum(tokens) FROM usage_share GROUP BY person_id"


def measure() -> list[Row]:
    """One rebuild of all, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "year.db")
        database = Database.open(f"sqlite:///{path}")
        database.migrate()
        team_id = a_year_of_budgets(database)
        rows = a_year_of_usage(path)
        peer, used = summed(path)
        with peak_memory() as peak:
            began = time.perf_counter()
            assert rebuilt(database, team_id) == used
            ours = time.perf_counter() - began
        database.dispose()
    note = f"{rows:,} rows are stored, and those read that still matter; the peer knows no grants"
    return [
        Row(f"rebuild the balances of {PEOPLE:,} people", ours, peer, peak_mb=peak.mb, note=note)
    ]


def rebuilt(database: Database, team_id: int) -> int:
    """Rebuild every balance; returns what was used this month."""
    terms, used = BudgetTerms(team_id, BudgetUnit.TOKENS, BudgetPeriod.MONTH, BASE), 0
    for first in range(1, PEOPLE + 1, AT_A_TIME):
        people = range(first, min(first + AT_A_TIME, PEOPLE + 1))
        with database.reading() as session:
            ledgers = ledgers_of(session, terms, people, TODAY)
        used += sum(one.balance.used for one in ledgers.values())
    return used


def summed(path: Path) -> tuple[float, int]:
    """(seconds the peer takes, what was used this month)."""
    connection = sqlite3.connect(path)
    began = time.perf_counter()
    connection.execute(SUMS).fetchall()
    seconds = time.perf_counter() - began
    this_month = "SELECT sum(tokens) FROM usage_share WHERE day >= ?"
    (used,) = connection.execute(this_month, [TODAY.replace(day=1).isoformat()]).fetchone()
    connection.close()
    return seconds, int(used)


def a_year_of_budgets(database: Database) -> int:
    """People of one team with a year of grants each; returns the team's id."""
    now = datetime(2026, 11, 24, tzinfo=UTC)
    draft = TeamDraft("Everybody", "T0BENCH", "C0BENCH", "UTC", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        team = save_team(session, draft, [], [], now)
        people = [{"id": n, "name": f"Person {n}"} for n in range(1, PEOPLE + 1)]
        session.connection().execute(insert(PersonRow), people)
        outcomes = [
            {
                "id": n,
                "team_id": team.id,
                "owner_id": n,
                "title": f"Outcome {n}",
                "kind": "feature",
                "size": "M",
                "complexity": "standard",
                "state": "declared",
                "declared_at": now,
                "exploration": False,
            }
            for n in range(1, OUTCOMES + 1)
        ]
        session.connection().execute(insert(OutcomeRow), outcomes)
        session.connection().execute(
            insert(GrantRow), list(year_of_grants(team.id, range(1, PEOPLE + 1), TODAY))
        )
    return team.id


def a_year_of_usage(path: Path) -> int:
    """Usage of every working day, most days for an outcome and for none; returns how many rows."""
    days = {"first": YEAR_AGO.isoformat(), "last": TODAY.isoformat(), "outcomes": OUTCOMES}
    with sqlite3.connect(path) as connection:
        connection.execute(SHARES, days)
        rows = connection.total_changes
    connection.close()
    return rows


def year_of_grants(team_id: int, people: Iterable[int], today: date) -> Iterator[dict[str, object]]:
    """Each month a base for everybody, something set aside out of it, and every third month an extra."""
    ids = count(1)
    for person_id in people:
        for month in months_up_to(today):
            plain = {
                "team_id": team_id,
                "person_id": person_id,
                "unit": BudgetUnit.TOKENS.value,
                "first_day": month.first,
                "last_day": month.last,
                "created_at": datetime.combine(month.first, datetime.min.time(), UTC),
                "outcome_id": None,
                "source_id": None,
                "base_of": None,
            }
            base = next(ids)
            yield plain | {
                "id": base,
                "kind": GrantKind.BASE.value,
                "amount": BASE,
                "base_of": month.first,
            }
            yield plain | {
                "id": next(ids),
                "kind": GrantKind.EARMARK.value,
                "amount": BASE // 4,
                "first_day": month.first + timedelta(days=3),
                "outcome_id": 1 + person_id % OUTCOMES,
                "source_id": base,
            }
            if month.first.month % 3 == 0:
                yield plain | {"id": next(ids), "kind": GrantKind.EXTRA.value, "amount": BASE // 2}


def months_up_to(today: date) -> list[PeriodDays]:
    """The twelve months that end with today's."""
    months = [BudgetPeriod.MONTH.containing(today)]
    while len(months) < 12:
        months.append(BudgetPeriod.MONTH.containing(months[-1].first - timedelta(days=1)))
    return months[::-1]
