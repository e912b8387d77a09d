"""What does the weekly digest of everybody cost, beside the bare SQL and the bare JSON?

A company of 85,000 people (`DIGEST_PEOPLE`) in teams of seventeen, with twelve weeks in a SQLite database: one team's digest
as it is shown first, which fixes its week, and shown again; all digests composed, rendered and held to Slack's limits; all teams
together for an admin; a chart; and posting at Slack's rate limit, simulated with the real delivery loop. Peers: the sums
of the same rows in plain SQL, which know no groups, outcomes or fixed weeks; json.loads of the finished
payloads; the smallest chart the same library draws; and the time that the rate limit alone takes.
"""

import asyncio
import json
import logging
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import structlog
import vl_convert
from sqlmodel import col, func, select

from bench.digest_data import FIRST, NOW, WEEK, fill
from bench.table import Row, peak_memory
from bot.clock import Clock
from bot.delivery import AT_ONCE, POLL_SECONDS, Delivery, Kind
from bot.flows.company_digest import company_digest
from bot.flows.digest import shown_digest_of
from bot.flows.digest_terms import DigestTerms
from bot.flows.gathering import Gathering
from bot.flows.posts import Post
from bot.model_classes import library_classes
from bot.posting import PostFailed, Trouble
from bot.slack import Installation, Workspace
from bot.workers import Workers
from messages.limits import require_fit
from messages.pages.company import Company
from messages.pages.digest import Digest
from messages.pictures import chart_png
from messages.render import render
from policies.people import Team
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from storage import deliveries, people
from storage.database import Database
from storage.deliveries import Claim
from storage.tables import DeliveryRow

PEOPLE = int(os.environ.get("DIGEST_PEOPLE", "85_000"))
ONE_BY_ONE = 20
CHARTS = 5
POSTS_A_MINUTE = 300
"""Slack takes “several hundred” a minute of one workspace; of one channel one a second."""
LATENCY = 0.25
RETRY_AFTER = timedelta(seconds=30)
TERMS = DigestTerms(Gathering(GroupRule(), PriceBook(), library_classes()))
SUMS = """
SELECT strftime('%W', e.day), sum(e.tokens), sum(e.cost_list_nusd), count(DISTINCT e.person_id)
FROM membership m JOIN engineer_day e ON e.person_id = m.person_id
WHERE m.team_id = ? AND e.day >= ? GROUP BY 1
"""
SUMS_OF_ALL = """
SELECT m.team_id, strftime('%W', e.day), sum(e.tokens), sum(e.cost_list_nusd), count(DISTINCT e.person_id)
FROM membership m JOIN engineer_day e ON e.person_id = m.person_id WHERE e.day >= ? GROUP BY 1, 2
"""
SUMS_OF_SHOWN = """
SELECT week, sum(tokens), sum(cost_list_nusd) FROM team_week WHERE week >= ? GROUP BY week
"""
SMALLEST = {
    "mark": "line",
    "data": {"values": [{"x": 0, "y": 1}, {"x": 1, "y": 2}]},
    "encoding": {"x": {"field": "x"}, "y": {"field": "y"}},
}


def measure() -> list[Row]:
    """One team, all teams, the company, a chart, and posting."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "company.db")
        database = Database.open(f"sqlite:///{path}")
        database.migrate()
        database.dispose()
        say(f"filling twelve weeks of {PEOPLE:,} people")
        fill(path, PEOPLE)
        database = Database.open(f"sqlite:///{path}")
        with database.reading() as session:
            teams = people.all_teams(session)
        rows = list(one_team(database, path, teams[:ONE_BY_ONE]))
        rows += all_teams(database, path, teams)
        rows += of_company(database, path, len(teams))
        page = composed(database, teams[0])
        database.dispose()
        return [*rows, chart(page), posted(Path(folder, "posting.db"), page, len(teams))]


def one_team(database: Database, path: Path, teams: Sequence[Team]) -> Iterator[Row]:
    """A team's digest when it is shown first and when it is shown again."""
    with sqlite3.connect(path) as plain:
        peer = median(seconds(lambda one=one: summed(plain, one)) for one in teams)
    plain.close()
    for what in ("shown first", "shown again"):
        ours = median(seconds(lambda one=one: composed(database, one)) for one in teams)
        yield Row(
            f"one team's digest of 12 weeks, {what}",
            1000 * ours,
            1000 * peer,
            unit="ms",
            note="the peer sums the same days by week, in SQL",
        )


def all_teams(database: Database, path: Path, teams: Sequence[Team]) -> list[Row]:
    """Every team's digest composed, rendered and held to Slack's limits."""
    composing = rendering = loading = 0.0
    with peak_memory() as peak:
        for number, team in enumerate(teams):
            began = time.perf_counter()
            page = composed(database, team)
            composing += time.perf_counter() - began
            began = time.perf_counter()
            payload = render(page)
            require_fit(payload)
            rendering += time.perf_counter() - began
            written = json.dumps(payload)
            loading += seconds(lambda text=written: json.loads(text))
            if number % 500 == 0:
                say(f"{number:,} of {len(teams):,} digests composed")
    with sqlite3.connect(path) as plain:
        peer = seconds(lambda: plain.execute(SUMS_OF_ALL, (FIRST.isoformat(),)).fetchall())
    plain.close()
    return [
        Row(f"{len(teams):,} digests composed", composing, peer, peak_mb=peak.mb),
        Row(
            f"{len(teams):,} digests rendered and checked",
            rendering,
            loading,
            note="the peer is json.loads of the payloads",
        ),
    ]


def of_company(database: Database, path: Path, teams: int) -> Iterator[Row]:
    """All teams together, as an admin asks for them."""
    rule = TERMS.rule

    def shown() -> None:
        render(Company(company_digest(database, NOW, "T0BENCH", WEEK, rule)))

    with sqlite3.connect(path) as plain:
        peer = seconds(lambda: plain.execute(SUMS_OF_SHOWN, (FIRST.isoformat(),)).fetchall())
    plain.close()
    with peak_memory() as peak:
        ours = median(seconds(shown) for _ in range(3))
    yield Row(
        f"all {teams:,} teams together",
        ours,
        peer,
        peak_mb=peak.mb,
        note="the peer sums the shown weeks, and knows no outcomes or people",
    )


def chart(page: Digest) -> Row:
    """A digest's chart as a PNG, light; the library is warm."""
    chart_png(page.digest)
    vl_convert.vegalite_to_png(SMALLEST)
    ours = median(seconds(lambda: chart_png(page.digest)) for _ in range(CHARTS))
    peer = median(seconds(lambda: vl_convert.vegalite_to_png(SMALLEST)) for _ in range(CHARTS))
    return Row(
        "a digest's chart as PNG",
        1000 * ours,
        1000 * peer,
        unit="ms",
        note="the peer is the smallest chart there is",
    )


@dataclass(frozen=True, slots=True)
class SimulatedClock(Clock):
    """A clock that a simulation moves on."""

    passed: list[float] = field(default_factory=lambda: [0.0])

    def now(self) -> datetime:
        """The simulated moment."""
        return NOW + timedelta(seconds=self.passed[0])


@dataclass(slots=True)
class RateLimited:
    """A Slack that takes so many messages a minute, and says when to come again."""

    clock: SimulatedClock
    refused: int = 0
    taken: list[float] = field(default_factory=list)

    async def post(self, claim: Claim, _post: Post) -> tuple[str, str]:
        """Take a message, or refuse it as Slack does."""
        await asyncio.sleep(0)
        self.clock.passed[0] += LATENCY / AT_ONCE
        now = self.clock.passed[0]
        while self.taken and self.taken[0] <= now - 60:
            self.taken.pop(0)
        if len(self.taken) >= POSTS_A_MINUTE:
            self.refused += 1
            raise PostFailed("ratelimited", Trouble.TEMPORARY, RETRY_AFTER)
        self.taken.append(now)
        return "C0BENCH", f"{claim.id}.0"


def posted(path: Path, page: Digest, teams: int) -> Row:
    """Every digest posted by the real loop of one replica, in simulated time."""
    database = Database.open(f"sqlite:///{path}")
    database.migrate()
    with database.writing() as session:
        for number in range(teams):
            deliveries.enqueue(session, "digest", f"team:{number}", str(WEEK), str(WEEK), NOW)
    clock = SimulatedClock()
    slack, began = RateLimited(clock), time.perf_counter()
    asyncio.run(deliver(database, clock, slack, page, teams))
    took = time.perf_counter() - began
    with database.reading() as session:
        states = {one.state for one in session.exec(select(DeliveryRow))}
    database.dispose()
    assert states == {"posted"}, states
    return Row(
        f"{teams:,} digests posted at {POSTS_A_MINUTE} a minute, simulated",
        clock.passed[0] / 60,
        teams / POSTS_A_MINUTE,
        unit="min",
        note=f"{slack.refused:,} refused and tried again; {1000 * took / teams:.1f} ms of ours a post",
    )


async def deliver(
    database: Database, clock: SimulatedClock, slack: RateLimited, page: Digest, teams: int
) -> None:
    """Run the loop until nothing is left, and say how far it is."""
    installation = Installation(
        Workspace("T0BENCH", "", "U0BOT", "B0BOT", frozenset()), "xoxb-none"
    )
    workers = Workers(AT_ONCE)
    kinds = {"digest": Kind(lambda _database, _claim: Post("C0BENCH", page))}
    delivery = Delivery(clock, database, workers, installation, slack, kinds)  # type: ignore[arg-type]
    left = teams
    while left:
        await delivery.deliver_due()
        clock.passed[0] += POLL_SECONDS
        with database.reading() as session:
            found = session.exec(
                select(func.count()).where(col(DeliveryRow.state).in_(("due", "claimed")))
            ).one()
        if left // 1000 != found // 1000:
            say(f"{teams - found:,} of {teams:,} posted after {clock.passed[0] / 60:.0f} minutes")
        left = found
    workers.close()


def composed(database: Database, team: Team) -> Digest:
    """A team's digest, as it is posted."""
    return shown_digest_of(database, NOW, team, WEEK, TERMS)


def summed(plain: sqlite3.Connection, team: Team) -> list[Any]:
    """The same weeks in bare SQL."""
    return plain.execute(SUMS, (team.id, FIRST.isoformat())).fetchall()


def seconds(what: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def say(progress: str) -> None:
    """How far it is, for who waits."""
    print(f"  {progress} …", file=sys.stderr)
