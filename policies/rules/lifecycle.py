"""How loudly a rule speaks, and why: it proves itself first, and falls silent when people say it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt
from typing import Final

from policies.rules.findings import Answer
from policies.rules.model import Rule, Stage

Z_95: Final = 1.959963984540054
WRONG_AT_MOST: Final = 0.25
LEAST_VERDICTS: Final = 20
"""Fewer answers than this say nothing of a rule."""
LEAST_PEOPLE: Final = 5
"""Fewer people than this do not speak for all."""
HELD: Final = "It is held: it went over its limit in one pass."
"""Why a held rule is in shadow, for everybody; how far over is for those who may release it."""


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """How a rule is set here, over its file. `stage` is None where the file's holds.

    `verdicts_since` is when somebody last promoted it after it was taken down by itself: what people
    said before that was answered by it.
    """

    rule_id: str
    stage: Stage | None = None
    held_reason: str = ""
    held_at: datetime | None = None
    changed_by: int | None = None
    changed_at: datetime | None = None
    reason: str = ""
    verdicts_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a rule has shown of itself: its own tests, and a backtest of exactly this text.

    `shortfall` is why a backtest that there is does not count, as a sentence.
    """

    has_tests: bool
    passes_tests: bool
    is_backtested: bool
    shortfall: str = ""

    @property
    def lacks(self) -> str:
        """What keeps it in shadow, as a sentence; "" where nothing does."""
        if not self.has_tests:
            return "It has no tests. Add some to its file."
        if not self.passes_tests:
            return "Its tests do not pass. “mileage rules test” shows why."
        if not self.is_backtested:
            return self.shortfall or "This version has no backtest. Run “mileage rules backtest”."
        return ""


@dataclass(frozen=True, slots=True)
class StageNow:
    """The stage in effect and, as a sentence, why it is that one. `wanted` is what was asked for."""

    stage: Stage
    reason: str
    wanted: Stage

    @property
    def speaks_to_people(self) -> bool:
        """Whether the person concerned is told."""
        return self.stage >= Stage.COACH


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What people said of one version of a rule: the latest word of each person, on whatever finding.

    `answers` counts all that were given, on different findings.
    """

    by_answer: Mapping[Answer, int] = field(default_factory=dict)
    answers: int = 0

    @property
    def total(self) -> int:
        """How many people said something."""
        return sum(self.by_answer.values())

    @property
    def wrong(self) -> int:
        """How many people say that the rule is wrong. “Not relevant” does not."""
        return self.by_answer.get(Answer.WRONG, 0)

    @property
    def precision(self) -> float | None:
        """The share of them that does not call it wrong; None without any."""
        return 1 - self.wrong / self.total if self.total else None

    @property
    def demand_demotion(self) -> bool:
        """Whether so many people call it wrong that it is no accident; one alone never does."""
        enough = self.answers >= LEAST_VERDICTS and self.total >= LEAST_PEOPLE
        return enough and wilson_lower_bound(self.wrong, self.total) > WRONG_AT_MOST


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody who wants to change how a rule is set."""

    is_admin: bool
    is_owner: bool

    @property
    def may_move_stages(self) -> bool:
        """Whether they may promote, demote and release a rule, and set what holds for everybody."""
        return self.is_admin or self.is_owner


def effective_stage(rule: Rule, setting: RuleSetting | None, proof: Proof) -> StageNow:
    """The stage in effect: what an admin set, else the file's; shadow while held or unproven."""
    is_set = setting is not None and setting.stage is not None
    wanted = setting.stage if setting and setting.stage else rule.stage
    if setting is not None and setting.held_reason:
        return StageNow(Stage.SHADOW, HELD, wanted)
    if wanted is Stage.SHADOW:
        said = setting.reason if setting and is_set else ""
        return StageNow(wanted, said or "It only watches.", wanted)
    if proof.lacks:
        return StageNow(Stage.SHADOW, proof.lacks, wanted)
    where = "It was set here." if is_set else "Its file says so."
    return StageNow(wanted, where, wanted)


def why_not_to(now: StageNow, wanted: Stage, proof: Proof) -> str:
    """Why a rule cannot go to a stage, as a sentence; "" where it can.

    Up one step at a time, so that each is watched before the next; down to any.
    """
    if wanted <= now.stage:
        return ""
    if now.reason == HELD:
        return f"{now.reason} Release it first."
    if proof.lacks:
        return proof.lacks
    if wanted.rank > now.stage.rank + 1:
        following = list(Stage)[now.stage.rank + 1]
        return f"A rule goes up one step at a time: the next is {following}."
    return ""


def wilson_lower_bound(hits: int, of: int) -> float:
    """The least share that so many hits speak for, at 95 % (Wilson 1927; score interval)."""
    if of == 0:
        return 0.0
    share, square = hits / of, Z_95 * Z_95
    middle = share + square / (2 * of)
    width = Z_95 * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, (middle - width) / (1 + square / of))
