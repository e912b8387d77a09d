"""The made-up teams' Claude Code logs, in the tool's own format, for the real importer to read."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from bot.demo.organisation import DemoMember, DemoTeam, Organisation
from bot.demo.plan import WEEKS, PlannedOutcome, first_day, week_of
from policies.outcomes import Complexity
from policies.skills import Skill

REQUESTS_A_DAY = 30
REQUESTS_A_SESSION = (6, 18)
FIRST_CONTEXT_TOKENS = 24_000
LOOSE = 0.06
"""How many of the usual sessions are on no branch of an outcome."""
ANSWER_TOKENS = (120, 950)
VERSION = "2.1.310"


def write_logs(
    organisation: Organisation,
    plan: Sequence[PlannedOutcome],
    now: datetime,
    folder: Path,
    seed: int = 11,
) -> list[tuple[str, Path]]:
    """Write everybody's session files below `folder`; returns (email, folder) a person."""
    homes = []
    for number, (team, member) in enumerate(organisation.people()):
        home = folder / member.handle
        own = [outcome for outcome in plan if outcome.owner is member]
        _write_person(home, organisation, team, member, own, now, Random(seed + number))
        homes.append((organisation.email_of(member), home))
    return homes


def _write_person(
    home: Path,
    organisation: Organisation,
    team: DemoTeam,
    member: DemoMember,
    own: Sequence[PlannedOutcome],
    now: datetime,
    random: Random,
) -> None:
    start, today = first_day(team, now), now.astimezone(team.zone).date()
    for day in _days_until(start, today):
        drags_on = member.drags_on and day == _workday_before(today)
        if not _is_at_work(day, random) and not drags_on:
            continue
        progress = min((day - start).days / (7 * WEEKS), 1)
        effort = member.pace * (1 + (team.learns - 1) * progress) * random.lognormvariate(0, 0.2)
        work = next((outcome for outcome in own if outcome.is_worked_on(day)), None)
        week = week_of(team, now, day)
        course = LONG if drags_on else _course_of(member, week, random)
        left = round(REQUESTS_A_DAY * effort)
        if work is not None and work.habit is not None and not drags_on:
            left, course = work.habit.requests, USUAL
        began = datetime.combine(day, time(9, random.randint(0, 45)), team.zone).astimezone(UTC)
        while left > 0 and began < now:
            count = course.requests or min(left, random.randint(*REQUESTS_A_SESSION))
            mix = _mix_for(organisation, member, work, week)
            session = _Session(team, work, began, mix, random, course)
            began = session.write(home, count, now) + timedelta(minutes=random.randint(10, 70))
            left -= round(count * course.effort)


def _course_of(member: DemoMember, week: int, random: Random) -> "_Course":
    """How the sessions of a day go with somebody who does or does not show the skills yet."""
    chance = random.random()
    if chance < 0.12 and not member.shows(Skill.RESTART_CLEAN, week):
        return LONG
    if chance > 0.55 and not member.shows(Skill.CURATE_CONTEXT, week):
        return LARGE
    return USUAL


def _mix_for(
    organisation: Organisation, member: DemoMember, work: PlannedOutcome | None, week: int
) -> Mapping[str, float]:
    """The models that may answer, with their weights."""
    if work is not None and work.habit is not None:
        return {work.habit.model: 1.0}
    if work is None or work.draft.complexity is not Complexity.TRIVIAL:
        return organisation.models[member.taste]
    return organisation.models["light" if member.shows(Skill.MATCH_MODEL, week) else "heavy"]


def _days_until(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=offset) for offset in range((end - start).days + 1))


def _workday_before(day: date) -> date:
    before = day - timedelta(days=1)
    return before if before.weekday() < 5 else _workday_before(before)


def _is_at_work(day: date, random: Random) -> bool:
    return random.random() < (0.94 if day.weekday() < 5 else 0.05)


@dataclass(frozen=True, slots=True)
class _Course:
    """How a session goes: seconds between its requests, tokens that each adds to the context.

    `requests` is how many there are, None as it comes; `fades` whether answers grow shorter. A request is
    worth `effort` of a usual one.
    """

    seconds: tuple[int, int] = (25, 240)
    adds: tuple[int, int] = (900, 4_200)
    requests: int | None = None
    fades: bool = False
    effort: float = 1.0


USUAL = _Course()
LONG = _Course(seconds=(220, 480), requests=60, fades=True, effort=2.0)
LARGE = _Course(adds=(9_000, 22_000), effort=2.5)


class _Session:
    """One session: its context grows with every request until the person starts afresh."""

    def __init__(
        self,
        team: DemoTeam,
        work: PlannedOutcome | None,
        began: datetime,
        mix: Mapping[str, float],
        random: Random,
        course: _Course,
    ) -> None:
        self.random = random
        self.course = course
        self.id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        self.mix = mix
        habit = work.habit if work else None
        self.answers = habit.answers if habit else ANSWER_TOKENS
        self.repository = work.repository if work else team.repositories[0]
        is_loose = random.random() < LOOSE and course is USUAL
        self.branch = work.branch if work and not is_loose else "main"
        self.context = FIRST_CONTEXT_TOKENS + random.randint(0, 6_000)
        self.at = began

    def write(self, home: Path, requests: int, now: datetime) -> datetime:
        """Write the session's file, up to `now`; returns when it ended."""
        project = home / "projects" / f"-src-{self.repository}"
        project.mkdir(parents=True, exist_ok=True)
        model = self.random.choices(list(self.mix), weights=list(self.mix.values()))[0]
        with (project / f"{self.id}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(requests):
                if self.at >= now:
                    break
                left = 1 - number / requests if self.course.fades else 1
                for line in self._exchange(model, left, is_first=number == 0):
                    file.write(json.dumps(line, separators=(",", ":")) + "\n")
                self.at += timedelta(seconds=self.random.randint(*self.course.seconds))
        return self.at

    def _exchange(self, model: str, left: float, is_first: bool) -> Iterator[dict[str, object]]:
        added = self.random.randint(*self.course.adds)
        read = 0 if is_first else self.context
        written = self.context if is_first else added
        self.context += 0 if is_first else added
        for_an_hour = written if self.random.random() < 0.15 else 0
        usage = {
            "input_tokens": self.random.randint(3, 40),
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written - for_an_hour,
                "ephemeral_1h_input_tokens": for_an_hour,
            },
            "output_tokens": max(40, round(left * self.random.randint(*self.answers))),
        }
        yield self._line("user", {"role": "user", "content": "(not kept in the demo)"})
        yield self._line(
            "assistant",
            {
                "id": f"msg_{self.random.getrandbits(80):020x}",
                "type": "message",
                "role": "assistant",
                "model": model,
                "content": [{"type": "text", "text": "(not kept in the demo)"}],
                "usage": usage,
            },
        ) | {"requestId": f"req_{self.random.getrandbits(80):020x}"}

    def _line(self, kind: str, message: dict[str, object]) -> dict[str, object]:
        return {
            "type": kind,
            "uuid": str(uuid.UUID(int=self.random.getrandbits(128), version=4)),
            "sessionId": self.id,
            "timestamp": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "cwd": f"/src/{self.repository}",
            "gitBranch": self.branch,
            "version": VERSION,
            "isSidechain": False,
            "userType": "external",
            "message": message,
        }
