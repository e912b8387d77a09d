"""How long does a backtest of 60 days over 10,000 people take?

Ours: `bot.flows.rule_backtests.backtest` of one rule about people's days: the facts of every day as its
end knew them, the state machine and the attention budget, with progress shown. `BACKTEST_PEOPLE` and
`BACKTEST_DAYS` set the size. Peer: SQLite alone, summing each day's cost by person and keeping who is
above the threshold, which knows of no arrival, zone, state or tip.
"""

import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlmodel import insert

from bench.rules import SLICE, gathering
from bench.table import Row, peak_memory
from bot.flows.rule_backtests import Question, backtest
from policies.rules.passes import PassTerms
from policies.rules.ruleset import RuleSet
from policies.usage import UsageRecord, microseconds, usage_key_of
from storage.database import Database
from storage.tables import PersonRow
from storage.usage import upsert_usage
from tests.storage.records import usage_record

PEOPLE = int(os.environ.get("BACKTEST_PEOPLE", "10_000"))
DAYS = int(os.environ.get("BACKTEST_DAYS", "60"))
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TODAY = NOW.replace(hour=0)
RULE = """
apiVersion: mileage/v1
rules:
  - id: costly-day
    version: 1
    title: A costly day
    subject: engineer_day
    when: usage.cost_usd >= 0.45
    impact_usd: usage.cost_usd
    limit: {findings: 1000000, share: 1.0}
    say: {coach: "It cost {usage.cost_usd}."}
"""
SUMS = """
SELECT count(*) FROM (SELECT person_id FROM usage WHERE start_us >= ? AND start_us < ?
                      GROUP BY person_id HAVING sum(coalesce(cost_list_nusd, 0)) >= 450000000)
"""


def measure() -> list[Row]:
    """One backtest, in this process."""
    question = Question(RuleSet.of_texts([("bench.yaml", RULE)]), ("costly-day",), DAYS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "days.db")
        database = Database.open(f"sqlite:///{path}")
        database.migrate()
        rows = days_of_usage(database)
        with peak_memory() as peak:
            began = time.perf_counter()
            (found,) = backtest(database, NOW, question, gathering(), PassTerms(), show_day)
            ours = time.perf_counter() - began
        print(file=sys.stderr)
        peer = in_sql(path)
        database.dispose()
    assert found.summary.opened > 0
    note = f"{rows:,} requests; {found.summary.opened:,} findings, {found.summary.told:,} tips"
    return [
        Row(f"backtest {DAYS} days of {PEOPLE:,} people", ours, peer, peak_mb=peak.mb, note=note)
    ]


def show_day(day: date) -> None:
    """The day that is replayed."""
    print(f"\r  {day:%a %d %b}", end="", file=sys.stderr, flush=True)


def in_sql(path: Path) -> float:
    """Seconds that the peer takes."""
    connection = sqlite3.connect(path)
    began = time.perf_counter()
    for back in range(DAYS, 0, -1):
        first = TODAY - timedelta(days=back)
        bounds = (microseconds(first), microseconds(first + timedelta(days=1)))
        connection.execute(SUMS, bounds).fetchone()
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def days_of_usage(database: Database) -> int:
    """Two requests of everybody on every day; returns how many."""
    with database.writing() as session:
        people = [{"id": n, "name": f"Person {n}"} for n in range(1, PEOPLE + 1)]
        session.connection().execute(insert(PersonRow), people)
    records, rows = requests(), 0
    while part := list(islice(records, SLICE)):
        with database.writing() as session:
            rows += upsert_usage(session, part).new
    return rows


def requests() -> Iterator[UsageRecord]:
    """By day and person, each arriving as it is made."""
    plain = usage_record(1, "r", microseconds(TODAY))
    for back in range(DAYS, 0, -1):
        for person in range(1, PEOPLE + 1):
            for hour in (9, 15):
                at = microseconds(TODAY - timedelta(days=back) + timedelta(hours=hour)) + person
                key = f"{person}-{back}-{hour}"
                yield plain._replace(
                    person_id=person,
                    usage_key=usage_key_of("claude-code", key, at),
                    request_id=key,
                    start_us=at,
                    end_us=at,
                    data_as_of_us=at,
                    ingested_at_us=at,
                    cost_list_nusd=(person * 15_485_863 + back * 32_452_843) % 250_000_000,
                )
