"""What the course of one session shows: its context, its repetitions, what went into checking, its end.

A session is folded over once, request by request in order of time. A *human turn* is a prompt that a
person typed; its requests carry the prompt's id, of which the source has to tell. Sub-agents have
threads of their own: a repetition repeats the request before it in the same thread, and the context is
that of the main thread, whose beginning and end a person sees.
"""

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median_low
from typing import Final, NamedTuple

from policies.rules.facts import FactValue
from policies.usage import NANOS_PER_USD

US_PER_HOUR: Final = 3_600_000_000
OVER_AFTER_US: Final = US_PER_HOUR
"""A session without a request for so long is over."""
RETRY_WITHIN_US: Final = 120_000_000
NEXT_TO_NOTHING: Final = 20
"""An answer of at most so many tokens is next to none."""
ALIKE: Final = 100
"""Requests whose sizes differ by at most a hundredth can be the same one again."""
MOST_REMEMBERED: Final = 100_000
"""So many different requests of a session are remembered to find the same again."""
SIDECHAIN: Final = "sidechain"
"""What Claude Code calls a sub-agent's requests, of which it does not name the sub-agent."""

CHECKS: Final = frozenset(
    {"verify", "verifier", "verification", "test", "tests", "tester", "testing", "lint", "linter"}
    | {"linting", "review", "reviewer", "reviews", "check", "checker", "checks", "checking"}
)
WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Request(NamedTuple):
    """One request of a session. `sent` are the token classes of its input, in the order of `TokenCounts`."""

    start_us: int
    model_id: str
    sent: tuple[int, ...]
    written: int
    cost_nusd: int
    prompt_id: str | None = None
    agent_name: str | None = None
    query_source: str | None = None
    tool: str | None = None


class Origin(NamedTuple):
    """Which thread of its session a request is of, "" for the main one, and whether it is for checking."""

    thread: str
    is_check: bool


@dataclass(slots=True)
class Sum:
    """How many requests, and what they cost."""

    requests: int = 0
    tokens: int = 0
    cost_nusd: int = 0

    def add(self, tokens: int, cost_nusd: int) -> None:
        """Count one more request."""
        self.requests += 1
        self.tokens += tokens
        self.cost_nusd += cost_nusd

    @property
    def cost_usd(self) -> float:
        """The cost in USD."""
        return self.cost_nusd / NANOS_PER_USD


@dataclass(slots=True)
class Course:
    """The requests of the main thread, or of all sub-agents, one after the other: three numbers each."""

    sent: "array[int]" = field(default_factory=lambda: array("q"))
    written: "array[int]" = field(default_factory=lambda: array("q"))
    cost_nusd: "array[int]" = field(default_factory=lambda: array("q"))

    def facts(self) -> dict[str, FactValue]:
        """How its context, its yield and its cost went."""
        first, last = _middle_of(self.sent, first=True), _middle_of(self.sent, first=False)
        third = len(self.sent) // 3
        late_nusd = sum(self.cost_nusd[len(self.sent) - third :])
        return {
            "session.context_first": first,
            "session.context_last": last,
            "session.context_peak": max(self.sent, default=0),
            "session.context_growth": last / first if first else 0.0,
            "session.output_share_first": _ratio(self.written[:third], self.sent[:third]),
            "session.output_share_last": _ratio(
                self.written[len(self.sent) - third :], self.sent[len(self.sent) - third :]
            ),
            "session.late_cost_usd": late_nusd / NANOS_PER_USD,
        }


@dataclass(slots=True)
class SessionFold:
    """A session as far as its requests have been taken, in order of time."""

    first_us: int = 0
    last_us: int = 0
    turn_us: int = 0
    all: Sum = field(default_factory=Sum)
    retries: Sum = field(default_factory=Sum)
    redundant: Sum = field(default_factory=Sum)
    checks: Sum = field(default_factory=Sum)
    longest_run: int = 0
    main: Course = field(default_factory=Course)
    others: Course = field(default_factory=Course)
    prompts: set[str] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    before: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    run: dict[str, int] = field(default_factory=dict)

    def take(self, request: Request) -> None:
        """Go on with the next request."""
        sent, cost = sum(request.sent), request.cost_nusd
        tokens = sent + request.written
        thread, is_check = origin_of(request.agent_name, request.query_source, request.tool)
        if not self.all.requests:
            self.first_us = request.start_us
        self.last_us = request.start_us
        self.all.add(tokens, cost)
        if request.prompt_id is not None and request.prompt_id not in self.prompts:
            self.prompts.add(request.prompt_id)
            self.turn_us = request.start_us
        if is_check:
            self.checks.add(tokens, cost)
        self._compare(request, thread, sent)
        course = self.others if thread else self.main
        course.sent.append(sent)
        course.written.append(request.written)
        course.cost_nusd.append(cost)

    def facts(self, as_of_us: int) -> dict[str, FactValue]:
        """Every fact of the catalogue that the course of a session tells."""
        course = self.main if self.main.sent else self.others
        turns = len(self.prompts)
        return {
            "session.hours": (self.last_us - self.first_us) / US_PER_HOUR,
            "session.is_over": as_of_us - self.last_us >= OVER_AFTER_US,
            "session.human_turns": turns,
            "session.turns_known": turns > 0,
            "session.hours_without_human": (
                (self.last_us - self.turn_us) / US_PER_HOUR if turns else 0.0
            ),
            **course.facts(),
            "retries.requests": self.retries.requests,
            "retries.longest_run": self.longest_run,
            "retries.cost_usd": self.retries.cost_usd,
            "redundant.requests": self.redundant.requests,
            "redundant.share": _share(self.redundant.requests, self.all.requests),
            "redundant.cost_usd": self.redundant.cost_usd,
            "verification.requests": self.checks.requests,
            "verification.share": _share(self.checks.tokens, self.all.tokens),
            "verification.cost_usd": self.checks.cost_usd,
        }

    def _compare(self, request: Request, thread: str, sent: int) -> None:
        """Find out whether it is a retry of the one before, or else the same as one further back."""
        if self._is_retry(request, self.before.get(thread), sent):
            self.retries.add(sent + request.written, request.cost_nusd)
            self.run[thread] = self.run.get(thread, 0) + 1
            self.longest_run = max(self.longest_run, self.run[thread])
        else:
            self.run[thread] = 0
            if hash((request.model_id, request.sent)) in self.seen:
                self.redundant.add(sent + request.written, request.cost_nusd)
        if len(self.seen) < MOST_REMEMBERED:
            self.seen.add(hash((request.model_id, request.sent)))
        self.before[thread] = (request.start_us, request.model_id, sent)

    @staticmethod
    def _is_retry(request: Request, before: tuple[int, str, int] | None, sent: int) -> bool:
        if before is None or request.written > NEXT_TO_NOTHING:
            return False
        at_us, model_id, size = before
        return (
            model_id == request.model_id
            and request.start_us - at_us <= RETRY_WITHIN_US
            and abs(sent - size) * ALIKE <= size
        )


def session_facts(requests: Iterable[Request], as_of_us: int) -> dict[str, FactValue]:
    """The facts that follow from a session's requests, which come in order of time."""
    fold = SessionFold()
    for request in requests:
        fold.take(request)
    return fold.facts(as_of_us)


@lru_cache(maxsize=4_096)
def origin_of(agent_name: str | None, query_source: str | None, tool: str | None) -> Origin:
    """What names tell: which thread it is, and whether one of them has a word for checking in it."""
    thread = agent_name or (SIDECHAIN if query_source == SIDECHAIN else "")
    names = (agent_name, query_source, tool)
    words = {word.lower() for name in names if name for word in WORD.findall(name)}
    return Origin(thread, not CHECKS.isdisjoint(words))


def _middle_of(sizes: Sequence[int], *, first: bool) -> int:
    """The median of the first tenth, or of the last, which is one request at least."""
    if not sizes:
        return 0
    tenth = max(len(sizes) // 10, 1)
    return median_low(sizes[:tenth] if first else sizes[-tenth:])


def _ratio(written: Iterable[int], sent: Iterable[int]) -> float:
    return _share(sum(written), sum(sent))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
