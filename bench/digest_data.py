"""Twelve weeks of a company in a database: teams of seventeen, their usage, outcomes and closed weeks.

Written by SQLite itself, since five million rows are to be there and not to be made one by one.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from policies.periods import IsoWeek
from policies.usage import usage_key_of

IN_A_TEAM: Final = 17
VERIFIED: Final = 5
WEEKS: Final = 12
NOW: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WEEK: Final = IsoWeek(2026, 47)
FIRST: Final = WEEK.plus(1 - WEEKS).monday

NUMBERS: Final = """
CREATE TEMP TABLE number (value INTEGER PRIMARY KEY);
WITH RECURSIVE up(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM up WHERE value < :people)
INSERT INTO number SELECT value FROM up;
CREATE TEMP TABLE week AS SELECT value FROM number WHERE value < :weeks;
CREATE TEMP TABLE weekday AS SELECT value FROM number WHERE value < 5;
CREATE TEMP TABLE nth AS SELECT value FROM number WHERE value < :verified;
"""
PEOPLE: Final = """
INSERT INTO team (id, name, name_key, workspace_id, channel_id, time_zone, digest_day, digest_hour, digest_minute)
SELECT value, printf('Team %05d', value), printf('team %05d', value), 'T0BENCH', printf('C%05d', value),
       'UTC', 'monday', 9, 30 FROM number WHERE value BETWEEN 1 AND :teams;
INSERT INTO person (id, name, time_zone, home_team_id)
SELECT value, 'Person ' || value, 'UTC', 1 + (value - 1) / :size FROM number WHERE value > 0;
INSERT INTO membership (team_id, person_id) SELECT home_team_id, id FROM person;
"""
DAYS: Final = """
INSERT INTO engineer_day (person_id, day, source, model_id, model_class, cost_basis, trust, input_uncached,
    cache_read, cache_write_5m, output_total, requests, records, tokens, tokens_unpriced, cost_list_nusd, data_as_of_us)
SELECT person, day, 'claude-code', 'claude-sonnet-4-5', 'workhorse', 'list', 0, used / 10,
    used / 10 * 7, used / 10, used / 10, 20, 20, used / 10 * 10, 0, used * 3000, 1795500000000000
FROM (SELECT p.id AS person, date(:first, '+' || (w.value * 7 + d.value) || ' days') AS day,
             400000 + (p.id * 7919 + w.value * 104729 + d.value * 1299709) % 1600000 AS used
      FROM person p, week w, weekday d)
ORDER BY person, day;
INSERT INTO usage_share (person_id, day, place, outcome_id, method, confidence, records, tokens,
                         tokens_unpriced, cost_list_nusd)
SELECT person_id, day, place,
       CASE place WHEN 1 THEN 1 + ((person_id - 1) / :size) * :weeks * :verified + person_id % :verified END,
       CASE place WHEN 1 THEN 'branch' ELSE 'none' END, CASE place WHEN 1 THEN 'medium' ELSE 'none' END,
       10, CASE place WHEN 1 THEN tokens - tokens / 4 ELSE tokens / 4 END, 0, cost_list_nusd / 2
FROM engineer_day, (SELECT 1 AS place UNION ALL SELECT 2) ORDER BY person_id, day, place;
"""
LAST_WEEK: Final = """
INSERT INTO usage (person_id, usage_key, source, granularity, start_us, end_us, provider, model_raw, model_id,
    model_class, actor_kind, actor_ref, session_id, input_uncached, cache_read, cache_write_5m, output_total,
    requests, cost_list_nusd, cost_basis, price_version, trust, revision, is_final, data_as_of_us, ingested_at_us)
SELECT person_id, key_at(at, person_id), source, 'request', at, at + 1000000, 'anthropic', model_id, model_id,
    model_class, 'person', '', 'S' || person_id || day, input_uncached / 2, cache_read / 2, cache_write_5m / 2,
    output_total / 2, 1, cost_list_nusd / 2, 'list', '1', 0, 1, 1, at + 1000000, at + 1000000
FROM (SELECT engineer_day.*, (strftime('%s', day) + 32400 + n.value * 7200) * 1000000 AS at
      FROM engineer_day, (SELECT 0 AS value UNION ALL SELECT 1) n WHERE day >= :monday)
ORDER BY person_id, at;
"""
OUTCOMES: Final = """
INSERT INTO outcome (id, team_id, owner_id, title, kind, size, complexity, exploration, state, evidence_url,
                     declared_at, claimed_at, verified_at, verified_by)
SELECT 1 + ((t.id - 1) * :weeks + w.value) * :verified + n.value, t.id, (t.id - 1) * :size + 1 + n.value,
       'Make part ' || n.value || ' of the service answer sooner', 'feature', 'M', 'standard', 0, 'verified',
       'https://git.example.com/shop/pull/' || (((t.id - 1) * :weeks + w.value) * :verified + n.value),
       datetime(:first, '+' || (w.value * 7) || ' days', '+9 hours') || '.000000',
       datetime(:first, '+' || (w.value * 7 + 2) || ' days', '+9 hours') || '.000000',
       datetime(:first, '+' || (w.value * 7 + 3) || ' days', '+9 hours') || '.000000',
       (t.id - 1) * :size + 2 + n.value
FROM team t, week w, nth n
ORDER BY 1;
INSERT INTO outcome_event (outcome_id, actor_id, at, before, after, reason)
SELECT id, owner_id, declared_at, NULL, 'declared', '' FROM outcome
UNION ALL SELECT id, owner_id, claimed_at, 'declared', 'claimed', '' FROM outcome
UNION ALL SELECT id, verified_by, verified_at, 'claimed', 'verified', '' FROM outcome;
"""
SHOWN: Final = """
INSERT INTO team_week_person (team_id, week, person_id, tokens, cost_list_nusd, tokens_unpriced, tokens_unattributed)
SELECT m.team_id, date(:first, '+' || (7 * w.value) || ' days'), m.person_id, sum(e.tokens), sum(e.cost_list_nusd), 0,
       sum(e.tokens / 4)
FROM membership m, week w, engineer_day e
WHERE w.value < :weeks - 1 AND e.person_id = m.person_id AND e.day BETWEEN date(:first, '+' || (7 * w.value) || ' days')
                                              AND date(:first, '+' || (7 * w.value + 6) || ' days')
GROUP BY 1, 2, 3;
INSERT INTO team_week (team_id, week, version, contributors, tokens, cost_list_nusd, tokens_unpriced,
                       tokens_unattributed, parts, closed_at)
SELECT team_id, week, 1, count(*), sum(tokens), sum(cost_list_nusd), 0, sum(tokens_unattributed),
       json_object('input', sum(tokens) / 10, 'cache_read', sum(tokens) - 3 * (sum(tokens) / 10),
                   'cache_write', sum(tokens) / 10, 'output', sum(tokens) / 10),
       datetime(week, '+7 days', '+9 hours') || '.000000'
FROM team_week_person GROUP BY team_id, week;
"""


def fill(path: Path, people: int) -> int:
    """Fill a migrated SQLite database; returns how many teams there are."""
    teams = -(-people // IN_A_TEAM)
    values = {
        "people": people,
        "teams": teams,
        "size": IN_A_TEAM,
        "weeks": WEEKS,
        "verified": VERIFIED,
        "first": FIRST.isoformat(),
        "monday": WEEK.monday.isoformat(),
    }
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = OFF")  # nothing else reads it yet
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA cache_size = -500000")
        connection.create_function("key_at", 2, key_at, deterministic=True)
        for script in (NUMBERS, PEOPLE, DAYS, LAST_WEEK, OUTCOMES, SHOWN):
            for statement in filter(str.strip, script.split(";\n")):
                connection.execute(statement, values)
        connection.execute("ANALYZE")
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return teams


def key_at(start_us: int, person_id: int) -> bytes:
    """The key of a record, as the program makes it."""
    return usage_key_of("claude-code", f"{person_id}-{start_us}", start_us)
