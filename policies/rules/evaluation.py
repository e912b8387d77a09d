"""What one rule says of one subject at one moment, before time and people come into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from policies.rules.facts import FactValue
from policies.rules.model import Rule
from policies.rules.subjects import SubjectFacts


class Verdict(StrEnum):
    """What an evaluation came to. An error is a fault of the rule, never a match.

    `between` neither matches nor clears: what stands goes on (hysteresis). `too_little` is too little
    data to judge: nothing opens, and nothing is resolved.
    """

    MATCHES = "matches"
    CLEAR = "clear"
    BETWEEN = "between"
    TOO_LITTLE = "too little data"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The verdict, money at stake where the rule reckons any, and what went wrong or is missing."""

    subject: SubjectFacts
    verdict: Verdict
    impact_usd: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a condition that must hold: its text, whether it does, and why, in words of numbers.

    `named` are the facts and params in it, with their values. `clears` says what would make it false,
    "" where that cannot be put simply.
    """

    text: str
    holds: bool
    named: Mapping[str, FactValue]
    clears: str = ""


class Judge(Protocol):
    """A compiled rule. Thread-safe; built by `policies.rules.compiled.compile_rule`."""

    @property
    def rule(self) -> Rule:
        """The rule as data."""

    def evaluate(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> Evaluation:
        """Judge one subject; `params` hold every parameter of the rule."""

    def clauses(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> tuple[Clause, ...]:
        """`when`, clause by clause, for "why?"."""
