"""What the made-up teams do again and again with an agent: runs of three workflows, as a CSV tells them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

from bot.demo.organisation import DemoMember, DemoTeam, Organisation
from bot.demo.plan import WEEKS, first_day

MODEL: Final = "claude-sonnet-4-5"
TOKENS: Final = {
    "input_tokens": 6_000,
    "cache_read_tokens": 90_000,
    "cache_write_5m_tokens": 9_000,
    "output_tokens": 4_500,
}
"""Of a request of a first run."""
REQUESTS: Final = 4
NOISE: Final = 0.22
COLUMNS: Final = (
    *("timestamp", "person", "model", "session_id", "tool", "repo", "workflow"),
    *TOKENS,
)


@dataclass(frozen=True, slots=True)
class DemoWorkflow:
    """A workflow that everybody runs once a week from a week of the story on.

    `slope` is how its cost changes each time somebody's runs double, in log2; -0.32 is a fifth cheaper.
    """

    name: str
    slope: float
    from_week: int = 0


WORKFLOWS: Final = (
    DemoWorkflow("release-notes", slope=-0.38),
    DemoWorkflow("dependency-update", slope=0.0, from_week=1),
    DemoWorkflow("incident-review", slope=-0.2, from_week=WEEKS - 1),
)


def write_runs(organisation: Organisation, now: datetime, path: Path, seed: int = 27) -> int:
    """Write the runs of all teams up to `now` as one CSV; returns how many there are."""
    rows = [
        row
        for number, (team, member) in enumerate(organisation.people())
        for row in _rows_of(organisation, team, member, now, Random(seed + number))
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows) // REQUESTS


def _rows_of(
    organisation: Organisation, team: DemoTeam, member: DemoMember, now: datetime, random: Random
) -> Iterator[dict[str, object]]:
    start = first_day(team, now)
    for workflow in WORKFLOWS:
        weeks = range(workflow.from_week, WEEKS)
        days = (start + timedelta(weeks=week, days=random.randint(0, 4)) for week in weeks)
        for number, day in enumerate(days, start=1):
            scale = number**workflow.slope * random.lognormvariate(0, NOISE)
            began = datetime.combine(day, _clock(random), team.zone).astimezone(UTC)
            if began + timedelta(hours=1) < now:
                yield from _run(organisation, team, member, workflow, day, began, scale)


def _run(
    organisation: Organisation,
    team: DemoTeam,
    member: DemoMember,
    workflow: DemoWorkflow,
    day: date,
    began: datetime,
    scale: float,
) -> Iterator[dict[str, object]]:
    for request in range(REQUESTS):
        yield {
            "timestamp": (began + timedelta(minutes=2 * request)).isoformat(),
            "person": organisation.email_of(member),
            "model": MODEL,
            "session_id": f"{workflow.name}-{member.handle}-{day}",
            "tool": "workflow-runner",
            "repo": team.repositories[0],
            "workflow": workflow.name,
            **{name: round(count * scale) for name, count in TOKENS.items()},
        }


def _clock(random: Random) -> time:
    return time(random.randint(13, 15), random.randint(0, 59))
