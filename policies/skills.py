"""The four skills of working with models, each with a measurable signal: how much of the work shows it.

scope-first     of the tokens linked to an outcome, those used after it was declared
curate-context  of the tokens sent to models, those in requests with a context of a sound size
match-model     of the cost that counts for outcomes, what no frontier model took of a trivial one
restart-clean   of the cost of sessions, what was spent before a session dragged on
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple


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
    """In the work of how many of the people a skill shows, in thirds: never a count."""

    FEW = 0
    ABOUT_HALF = 1
    MOST = 2


SHOWS_FROM: Final = 0.8
"""A person's work shows a skill where so much of it does."""


@dataclass(frozen=True, slots=True)
class SkillShare:
    """How much of a group's work shows a skill (0 to 1), and how far it has spread among people.

    `reach` is None where it is not told. Fit to be shown only inside a Published figure.
    """

    skill: Skill
    share: float
    reach: Reach | None = None


def added_up(works: Iterable[SkillWork]) -> SkillWork:
    """The work of several people or days together."""
    good = base = 0
    for one in works:
        good, base = good + one.good, base + one.base
    return SkillWork(good, base)
