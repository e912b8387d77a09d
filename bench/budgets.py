"""How soon are `/budget` and `/budget team` acknowledged and answered, with a year of usage stored?

A team of 50 on SQLite: usage of every working day of a year, stored as an import stores it, and twelve
months of grants. Acks stand beside those of the bare echo of `bench.acks`, on the same kind of sandbox
and in turns with it; replies beside the limit for what feels immediate. A reply's time runs from sending
the command until the person sees the message. Each command waits for the answer to the one before.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
from sqlmodel import insert

from bench.acks import percentile, rows_of, two_workspaces
from bench.balances import BASE, OUTCOMES, year_of_grants
from bench.table import Row, peak_memory
from bot.flows import outcomes
from policies.amounts import BudgetUnit
from policies.budgets import BudgetPeriod, BudgetTerms
from policies.outcomes import KeyKind, OutcomeDraft, OutcomeKey
from policies.usage import UsageRecord, microseconds
from storage import budgets
from storage.database import Database
from storage.tables import GrantRow
from storage.usage import store_usage
from tests.bot.live import PEOPLE
from tests.bot.seeded import introduce, payments
from tests.storage.records import usage_record

COMMANDS = int(os.environ.get("BUDGET_COMMANDS", "200"))
TEAM = (*PEOPLE, *(f"member{n}" for n in range(50 - len(PEOPLE))))
LEAD = TEAM[0]
IMMEDIATE_MS = 300.0


@dataclass(frozen=True, slots=True)
class Line:
    """What is typed, by whom in turns, and how a right answer begins."""

    text: str
    people: tuple[str, ...]
    answer: str


LINES = (
    Line("/budget", PEOPLE, "You have "),
    Line("/budget team", (LEAD,), "Budgets of Payments"),
)


@dataclass(slots=True)
class Times:
    """What one program took, in milliseconds a command."""

    acks: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)


def measure() -> list[Row]:
    """Each command's acks against the echo's, and its replies against the limit."""
    with (
        tempfile.TemporaryDirectory() as folder,
        two_workspaces(Path(folder), a_year_of_fifty) as (live, echo_url),
        httpx.Client(base_url=echo_url, timeout=60, trust_env=False) as echo,
    ):
        assert live.bot is not None
        rows: list[Row] = []
        for line in LINES:
            with peak_memory(live.bot.pid) as peak:
                ours, peers = _measured(live.http, echo, line)
            rows += rows_of(f"{line.text} ack", ours.acks, peers.acks, aim=1.5)
            rows += [
                Row(
                    f"{line.text} reply, {name}",
                    percentile(ours.replies, percent),
                    IMMEDIATE_MS,
                    unit="ms",
                    aim=1.0,
                    peak_mb=peak.mb,
                    note="against the limit",
                )
                for name, percent in (("p50", 50), ("p99", 99))
            ]
    return rows


def _measured(bot: httpx.Client, echo: httpx.Client, line: Line) -> tuple[Times, Times]:
    """The bot's times and the echo's, in turns, each command sent when the last was answered."""
    ours, peers, warm = Times(), Times(), Times()
    for _ in range(8):
        _say(bot, line.text, LEAD, warm, line.answer)
        _say(echo, line.text, LEAD, warm, "You said")
    for number in range(COMMANDS):
        user = line.people[number % len(line.people)]
        _say(bot, line.text, user, ours, line.answer)
        _say(echo, line.text, user, peers, "You said")
    return ours, peers


def _say(sandbox: httpx.Client, text: str, user: str, times: Times, answer: str) -> None:
    """Type a command, and wait for the one message that answers it."""
    body = {"user": user, "channel": "#payments", "text": text, "wait_messages": 1, "timeout": 10}
    began = time.perf_counter()
    said = sandbox.post("/sandbox/command", json=body).json()
    times.replies.append((time.perf_counter() - began) * 1000)
    times.acks.append(float(said["ack_ms"]))
    assert said["messages"][0]["text"].startswith(answer), said


def a_year_of_fifty(database: Database) -> None:
    """The team, its outcomes, its grants and its usage, up to this very day."""
    now = datetime.now(UTC)
    team = payments(database, people=TEAM)
    ids = [introduce(database, name).person.id for name in TEAM]
    for number in range(OUTCOMES):
        draft = OutcomeDraft(
            f"Outcome {number}", keys=(OutcomeKey(KeyKind.TICKET, f"PAY-{number}"),)
        )
        outcomes.declare(database, now, introduce(database, TEAM[number % len(TEAM)]), draft)
    terms = BudgetTerms(team.id, BudgetUnit.TOKENS, BudgetPeriod.MONTH, BASE, pool=100 * BASE)
    with database.writing() as session:
        budgets.save_terms(session, terms)
        grants = list(year_of_grants(team.id, ids, now.date()))
        session.connection().execute(insert(GrantRow), grants)
    for person_id in ids:
        with database.writing() as session:
            store_usage(session, list(_year_of(person_id, now)))


def _year_of(person_id: int, now: datetime) -> Iterator[UsageRecord]:
    """Two requests each working day: one for an outcome, one for none."""
    for back in range(365):
        at = now - timedelta(days=back, minutes=5)
        if at.weekday() < 5:
            for number, ticket in enumerate((f"PAY-{_outcome_on(at.date(), person_id)}", None)):
                yield usage_record(
                    person_id,
                    f"{person_id}-{back}-{number}",
                    microseconds(at),
                    ticket=ticket,
                    input_uncached=300_000 + 17_000 * (back % 41),
                )


def _outcome_on(day: date, person_id: int) -> int:
    return (person_id + day.isocalendar().week) % OUTCOMES
