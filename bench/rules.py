"""What do 20 rules cost over everybody's day, beside the same conditions written as plain SQL?

Ours: facts of each person's day in one pass over the records, the screen, and CEL for what it lets
through, as the pass of every hour does it, for 85,000 people (`RULE_PEOPLE`) with ten requests a day each
(`RULE_REQUESTS`). Peers: SQLite summing the same records by person and answering 20 SELECTs, which knows
no time zone, arrival, budget, shared key, params or explanation; and every rule asked of CEL row by row
over facts in hand. The running week is judged by the rules that fit it, over the same records. Medians of interleaved rounds (`RULE_ROUNDS`).
"""

import os
import re
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median

from sqlmodel import insert

from bench.table import Row, peak_memory
from bot.flows.gathering import Gathering
from bot.flows.rule_facts import facts_of
from bot.model_classes import load_model_classes
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from policies.rules.compiled import CompiledRule
from policies.rules.evaluation import Verdict
from policies.rules.facts import SubjectKind
from policies.rules.passes import PassTerms
from policies.rules.pipeline import run_pass
from policies.rules.ruleset import RuleSet
from policies.rules.screening import Screening
from policies.rules.subjects import SubjectFacts
from policies.usage import UsageRecord, microseconds, usage_key_of
from storage.database import Database
from storage.tables import PersonRow
from storage.usage import upsert_usage
from tests.storage.records import usage_record

PEOPLE = int(os.environ.get("RULE_PEOPLE", "85_000"))
REQUESTS = int(os.environ.get("RULE_REQUESTS", "10"))
ROUNDS = int(os.environ.get("RULE_ROUNDS", "3"))
SAMPLE = 5_000
SLICE = 100_000
NOW = datetime(2026, 11, 24, 22, tzinfo=UTC)
MIDNIGHT = NOW.replace(hour=0)
HOUR_US = 3_600_000_000
DAY, WEEK = SubjectKind.ENGINEER_DAY, SubjectKind.ENGINEER_WEEK

CONDITIONS = {
    "usage.cost_usd >= 2.0": "cost >= 2e9",
    "usage.cost_usd >= 1.9 && usage.requests < 10": "cost >= 19e8 AND requests < 10",
    "usage.tokens > 740000": "tokens > 740000",
    "usage.tokens > 700000 && usage.output_tokens < 3000": "tokens > 700000 AND output < 3000",
    "usage.input_tokens > 735000": "sent > 735000",
    "usage.output_tokens > 8800": "output > 8800",
    "usage.requests > 12": "requests > 12",
    "day.hours_active >= 11": "hours >= 11",
    "day.hours_active <= 1 && usage.requests >= 9": "hours <= 1 AND requests >= 9",
    "night.requests >= 8": "night >= 8",
    "night.cost_usd >= 1.5": "night_cost >= 15e8",
    "night.requests >= 6 && usage.cost_usd >= 1.8": "night >= 6 AND cost >= 18e8",
    "calls.peak_hour >= 5": "peak >= 5",
    "calls.peak_hour >= 4 && usage.tokens > 600000": "peak >= 4 AND tokens > 600000",
    "usage.cost_usd > 1.0 && usage.output_tokens == 0": "cost > 1e9 AND output = 0",
    "usage.requests == 10 && usage.cost_usd > 1.95": "requests = 10 AND cost > 195e7",
    "usage.tokens < 1000": "tokens < 1000",
    "usage.input_tokens > 650000 && night.requests >= 7": "sent > 650000 AND night >= 7",
    "usage.cost_usd >= 1.8 && calls.peak_hour >= 4": "cost >= 18e8 AND peak >= 4",
    "usage.output_tokens > 8700 && day.hours_active >= 10": "output > 8700 AND hours >= 10",
}
WEEK_CONDITIONS = {
    name: sql for name, sql in CONDITIONS.items() if not re.search(r"(day|night|calls)\.", name)
} | {
    "week.days_active >= 2": "days >= 2",
    "sessions.count >= 1 && usage.cost_usd >= 2.1": "sessions >= 1 AND cost >= 21e8",
}
WEEK_SUMS = """
CREATE TEMP TABLE person_day AS
SELECT person_id, sum(coalesce(requests, 1)) AS requests, sum(coalesce(cost_list_nusd, 0)) AS cost,
       sum(coalesce(output_total, 0)) AS output, sum(sent) AS sent,
       sum(sent + coalesce(output_total, 0)) AS tokens,
       count(DISTINCT session_id) AS sessions, count(DISTINCT start_us / 86400000000) AS days
FROM (SELECT *, coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
                + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) AS sent
      FROM usage WHERE start_us >= :first AND start_us < :now)
GROUP BY person_id
"""
SUMS = """
CREATE TEMP TABLE person_day AS
SELECT person_id, sum(requests) AS requests, sum(cost) AS cost, sum(sent + output) AS tokens,
       sum(sent) AS sent, sum(output) AS output, count(*) AS hours, max(requests) AS peak,
       sum(CASE WHEN hour < :six THEN requests ELSE 0 END) AS night,
       sum(CASE WHEN hour < :six THEN cost ELSE 0 END) AS night_cost
FROM (SELECT person_id, start_us / 3600000000 AS hour, sum(coalesce(requests, 1)) AS requests,
             sum(coalesce(cost_list_nusd, 0)) AS cost, sum(coalesce(output_total, 0)) AS output,
             sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
                 + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0)) AS sent
      FROM usage WHERE start_us >= :first AND start_us < :now GROUP BY person_id, hour)
GROUP BY person_id
"""


def measure() -> list[Row]:
    """Everybody against all rules, by day and by week, rules over facts in hand, and one event."""
    judges = judges_of(DAY, CONDITIONS)
    of_week = judges_of(WEEK, WEEK_CONDITIONS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "day.db")
        database = Database.open(f"sqlite:///{path}")
        database.migrate()
        a_day_of_usage(database)
        with peak_memory() as peak:
            found, facts = passed(database, judges), sample(database)
        assert found == (expected := in_sql(path)), (found, expected)
        ours, plain = interleaved(lambda: passed(database, judges), lambda: in_sql(path))
        week = week_row(database, path, of_week)
        database.dispose()
    note = f"{sum(found.values()):,} matches; both find the same"
    by_id, screening = {one.rule.id: one for one in judges}, Screening(judges, PassTerms())
    assert screened(facts, by_id, screening) == row_by_row(facts, judges)
    in_hand, by_row = interleaved(
        lambda: screened(facts, by_id, screening), lambda: row_by_row(facts, judges)
    )
    one = [facts[0]]
    event, event_by_row = interleaved(
        lambda: many(lambda: screened(one, by_id, screening)),
        lambda: many(lambda: row_by_row(one, judges)),
    )
    return [
        Row(
            f"{len(judges)} rules over the day of {PEOPLE:,} people, beside plain SQL",
            ours,
            plain,
            aim=3.0,
            peak_mb=peak.mb,
            note=note,
        ),
        week,
        Row(
            f"{len(judges)} rules over facts in hand of {len(facts):,} people, beside CEL row by row",
            in_hand,
            by_row,
            aim=1.0,
        ),
        Row(
            f"one event against {len(judges)} rules, beside CEL rule by rule",
            event * 1e6 / EVENTS,
            event_by_row * 1e6 / EVENTS,
            unit="µs",
            aim=1.0,
        ),
    ]


EVENTS = 500


def week_row(database: Database, path: Path, judges: tuple[CompiledRule, ...]) -> Row:
    """The rules of the running week, over the same records."""
    with peak_memory() as peak:
        found = passed(database, judges)
    assert found == (expected := in_sql(path, is_week=True)), (found, expected)
    ours, plain = interleaved(lambda: passed(database, judges), lambda: in_sql(path, is_week=True))
    return Row(
        f"{len(judges)} rules over the running week of {PEOPLE:,} people, beside plain SQL",
        ours,
        plain,
        aim=3.0,
        peak_mb=peak.mb,
        note=f"{sum(found.values()):,} matches; both find the same",
    )


def many(ask: Callable[[], object]) -> None:
    """The same, often enough to be measured."""
    for _ in range(EVENTS):
        ask()


def interleaved(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """(median seconds of ours, of the peer), in turn, so that a busy machine slows both alike."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for arm, kept in zip((ours, peer), seconds, strict=True):
            began = time.perf_counter()
            arm()
            kept.append(time.perf_counter() - began)
    return median(seconds[0]), median(seconds[1])


def passed(database: Database, judges: tuple[CompiledRule, ...]) -> Counter[str]:
    """A pass over everybody's day or week; how many match each rule."""
    with database.reading() as session:
        facts = facts_of(session, judges[0].rule.subject, NOW, gathering())
        return judged(facts, judges)


def judged(facts: Iterable[SubjectFacts], judges: tuple[CompiledRule, ...]) -> Counter[str]:
    """Screen, confirm and decide, as a pass does."""
    terms = PassTerms()
    found = run_pass(judges, facts, [], terms, NOW, Screening(judges, terms))
    return Counter({rule: one.matched for rule, one in found.counts.items() if one.matched})


def screened(
    facts: list[SubjectFacts], by_id: dict[str, CompiledRule], screening: Screening
) -> int:
    """CEL asked of what the screen lets through."""
    return sum(
        by_id[rule_id].evaluate(one, {}).verdict is Verdict.MATCHES
        for one in facts
        for rule_id in screening(one)
    )


def row_by_row(facts: list[SubjectFacts], judges: tuple[CompiledRule, ...]) -> int:
    """Every rule asked of CEL for every subject."""
    return sum(
        judge.evaluate(one, {}).verdict is Verdict.MATCHES for one in facts for judge in judges
    )


def in_sql(path: Path, *, is_week: bool = False) -> Counter[str]:
    """The same sums and conditions, by SQLite alone."""
    connection = sqlite3.connect(path)
    bounds = {
        "first": microseconds(MIDNIGHT - timedelta(days=MIDNIGHT.weekday() if is_week else 0)),
        "now": microseconds(NOW),
        "six": microseconds(MIDNIGHT) // HOUR_US + 6,
    }
    connection.execute(WEEK_SUMS if is_week else SUMS, bounds)
    found: Counter[str] = Counter()
    conditions = WEEK_CONDITIONS if is_week else CONDITIONS
    for number, condition in enumerate(conditions.values(), start=1):
        query = f"SELECT person_id FROM person_day WHERE {condition}"  # noqa: S608
        found[f"rule-{number}"] = len(connection.execute(query).fetchall())
    connection.close()
    return +found


def judges_of(kind: SubjectKind, conditions: Mapping[str, str]) -> tuple[CompiledRule, ...]:
    """The conditions as rules."""
    rules = "".join(
        f"  - id: rule-{number}\n    version: 1\n    title: Rule {number}\n"
        f"    subject: {kind}\n    limit: {{findings: 1000000, share: 1.0}}\n"
        f"    when: '{condition}'\n"
        for number, condition in enumerate(conditions, start=1)
    )
    found = RuleSet.of_texts([("bench.yaml", f"apiVersion: mileage/v1\nrules:\n{rules}")])
    assert not found.problems, found.problems
    return tuple(found.judges.values())


def gathering() -> Gathering:
    """By the terms of nobody in particular."""
    return Gathering(GroupRule(), PriceBook(), load_model_classes(None).classes)


def sample(database: Database) -> list[SubjectFacts]:
    """Some people's facts, in hand."""
    with database.reading() as session:
        facts = facts_of(session, SubjectKind.ENGINEER_DAY, NOW, gathering())
        return list(islice(facts, SAMPLE))


def a_day_of_usage(database: Database) -> None:
    """Requests of everybody over the day, different for each."""
    with database.writing() as session:
        people = [{"id": n, "name": f"Person {n}"} for n in range(1, PEOPLE + 1)]
        session.connection().execute(insert(PersonRow), people)
    records = requests_of_a_day()
    while part := list(islice(records, SLICE)):
        with database.writing() as session:
            upsert_usage(session, part)


def requests_of_a_day() -> Iterator[UsageRecord]:
    """By person and hour; a quarter of the people work at night."""
    plain = usage_record(1, "r", microseconds(MIDNIGHT))
    for person in range(1, PEOPLE + 1):
        first, apart = (0, 0.5) if person % 100 == 0 else (8, 1.0 + person % 3 * 0.25)
        for number in range(REQUESTS):
            at = (
                microseconds(MIDNIGHT)
                + int((first + number * apart) % 21.5 * HOUR_US)
                + person % 997
            )
            key = f"{person}-{number}"
            yield plain._replace(
                person_id=person,
                usage_key=usage_key_of("claude-code", key, at),
                request_id=key,
                start_us=at,
                end_us=at,
                data_as_of_us=at,
                ingested_at_us=at,
                input_uncached=(person * 7919 + number * 104729) % 30_000,
                output_total=(person * 31 + number * 977) % 1_000,
                cost_list_nusd=(person * 15_485_863 + number * 32_452_843) % 250_000_000,
            )
