"""The four skills of working with models, each with a measurable signal: how much of the work shows it.

scope-first     Of the tokens that count for outcomes, those used once the outcome was declared.
curate-context  Of the tokens sent to models, those of requests that sent less than LARGE_CONTEXT.
match-model     Of the cost that counts for outcomes, what no frontier model took of a trivial one.
restart-clean   Of the cost of sessions, what was spent while they did not drag on.

Explorations are never scored, so what counts for them is in the work of neither scope-first nor
match-model. Work counts for the outcome, its complexity and its declaration as they stand when the
skill is measured; for whoever did it, whosever the outcome is. Cost is at list price, and usage
without one is no part of a share of cost. A model that nobody has reviewed has no class, so it is no part
of match-model; neither is a bucket of many requests part of curate-context or restart-clean, since it
tells the size and the course of none. Sub-agents have contexts of their own, and are no part of
restart-clean; their requests are part of curate-context, as anybody's.

A session drags on at a request when all of this is so:
- it began DRAGS_AFTER its first request or later, and it is its DRAGS_FROM_REQUEST-th or a later one;
- its latest COMPARED requests sent at least DRAGS_GROWTH times as much as its first COMPARED;
- what they yielded, as tokens written for each token sent, is at most YIELD_LEFT of what those did.
A compaction ends it, since the next requests send less. What came more than LOOKED_BACK before the
days that are looked at is not seen, and a session from before begins there.

The numbers are the defaults of the library's rules that teach the skill (a test holds that they are), and
do not follow an organisation's own rules: a share is told beside those of other weeks.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

LARGE_CONTEXT: Final = 150_000
"""A request that sends so many tokens, or more, has a large context (rule oversized-context)."""
DRAGS_AFTER: Final = timedelta(hours=4)
DRAGS_FROM_REQUEST: Final = 30
DRAGS_GROWTH: Final = 3
YIELD_LEFT: Final = Fraction(1, 2)
"""These four are those of the rule degraded-session."""
DRAGS_AFTER_US: Final = DRAGS_AFTER // timedelta(microseconds=1)
COMPARED: Final = 10
LOOKED_BACK: Final = timedelta(days=14)


class Skill(StrEnum):
    """One of the four; rules name it as the skill that they teach."""

    SCOPE_FIRST = "scope-first"
    CURATE_CONTEXT = "curate-context"
    MATCH_MODEL = "match-model"
    RESTART_CLEAN = "restart-clean"

    @property
    def share_of(self) -> str:
        """What its share is a share of, for people to read."""
        return _SHARE_OF[self]


_SHARE_OF: Final = {
    Skill.SCOPE_FIRST: "tokens linked to outcomes",
    Skill.CURATE_CONTEXT: "tokens sent to models",
    Skill.MATCH_MODEL: "cost of outcomes",
    Skill.RESTART_CLEAN: "cost of sessions",
}


class SkillWork(NamedTuple):
    """Work that could show a skill (`base`) and what of it does (`good`): tokens or nano-dollars."""

    good: int
    base: int

    @property
    def share(self) -> float | None:
        """The part that shows it, 0 to 1; None without such work."""
        return self.good / self.base if self.base else None


class Reach(IntEnum):
    """In the work of how many of the people a skill shows, in thirds: never a count.

    FEW is fewer than a third, MOST two thirds or more.
    """

    FEW = 0
    ABOUT_HALF = 1
    MOST = 2


SHOWS_FROM: Final = 0.8
"""A person's work shows a skill where so much of it does, or more."""


@dataclass(frozen=True, slots=True)
class SkillShare:
    """How much of a group's work shows a skill (0 to 1), and how far it has spread among people.

    `reach` is None where it is not told. A rough share is in tenths, 1 for over nine of them and 0 for
    under one. Fit to be shown only inside a Published figure.
    """

    skill: Skill
    share: float
    reach: Reach | None = None
    is_rough: bool = False


class SessionRequest(NamedTuple):
    """One request of a session's main thread: when, tokens sent and written, and cost in nano-dollars."""

    start_us: int
    sent: int
    written: int
    cost_nusd: int


def cost_of_dragging_on(requests: Iterable[SessionRequest], since_us: int) -> int:
    """What a session cost from `since_us` on while it dragged on; its requests come in order of time."""
    latest: deque[SessionRequest] = deque(maxlen=COMPARED)
    first_us = 0
    first = now = _Stretch(0, 0)
    cost = 0
    for nth, request in enumerate(requests, 1):
        now = now.after(request, latest[0] if len(latest) == COMPARED else None)
        latest.append(request)
        if nth == 1:
            first_us = request.start_us
        if nth == COMPARED:
            first = now
        is_late = nth >= DRAGS_FROM_REQUEST and request.start_us - first_us >= DRAGS_AFTER_US
        if is_late and request.start_us >= since_us and now.drags_beside(first):
            cost += request.cost_nusd
    return cost


class _Stretch(NamedTuple):
    """What some requests in a row sent and wrote."""

    sent: int
    written: int

    def after(self, come: SessionRequest, gone: SessionRequest | None) -> "_Stretch":
        """The stretch one request on."""
        sent, written = (gone.sent, gone.written) if gone else (0, 0)
        return _Stretch(self.sent + come.sent - sent, self.written + come.written - written)

    def drags_beside(self, first: "_Stretch") -> bool:
        """Whether so much more is sent than at first, for so much less; in whole numbers."""
        return (
            first.sent > 0
            and first.written > 0
            and self.sent >= DRAGS_GROWTH * first.sent
            and self.written * first.sent * YIELD_LEFT.denominator
            <= first.written * self.sent * YIELD_LEFT.numerator
        )


def added_up(works: Iterable[SkillWork]) -> SkillWork:
    """The work of several people or days together."""
    good = base = 0
    for one in works:
        good, base = good + one.good, base + one.base
    return SkillWork(good, base)


def reach(works: Iterable[SkillWork]) -> Reach | None:
    """Of the people whose work could show a skill, how many do; None where nobody's could.

    `works` is each person's. Says nothing of whether it may be told, which depends on how many they are.
    """
    shares = [share for one in works if (share := one.share) is not None]
    if not shares:
        return None
    showing = sum(share >= SHOWS_FROM for share in shares)
    return Reach(min(3 * showing // len(shares), Reach.MOST))
