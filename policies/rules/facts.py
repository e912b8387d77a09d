"""What a fact is: a named, typed value about one subject, with its unit and its value without data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

FactValue: TypeAlias = bool | int | float | str
"""A bool is no int here: a fact's value is exactly of its type."""


class FactType(StrEnum):
    """How a value is written in an expression: `true`, `5`, `5.0`, `"text"`."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"

    def holds(self, value: object) -> bool:
        """Whether a value is exactly of this type."""
        return type(value) is {"bool": bool, "int": int, "double": float, "string": str}[self]


class Unit(StrEnum):
    """What a number counts. Two numbers of different units are never compared."""

    NONE = ""
    TOKENS = "tokens"
    USD = "USD"
    SHARE = "share"
    CHANGE = "change"
    TIMES = "times"
    HOURS = "hours"
    DAYS = "days"
    REQUESTS = "requests"
    TURNS = "turns"
    RUNS = "runs"
    PEOPLE = "people"
    OUTCOMES = "outcomes"
    SESSIONS = "sessions"
    KEYS = "keys"
    PER_DOUBLING = "log2 per doubling"


class SubjectKind(StrEnum):
    """What a rule looks at, one at a time."""

    ENGINEER_DAY = "engineer_day"
    ENGINEER_WEEK = "engineer_week"
    OUTCOME = "outcome"
    SESSION = "session"
    WORKFLOW = "workflow"
    TEAM_WEEK = "team_week"
    SOURCE = "source"

    @property
    def is_personal(self) -> bool:
        """Whether a finding about it concerns one person, who is told first."""
        return self not in (SubjectKind.TEAM_WEEK, SubjectKind.SOURCE)


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the catalogue.

    `without_data` is what an expression sees where nothing is known; `known_by` names the fact that
    says whether this one is known, "" where it always is. `for_leads` is whether a message to a lead
    may tell it: nothing that a person used is.
    """

    name: str
    type: FactType
    unit: Unit
    meaning: str
    without_data: FactValue
    known_by: str = ""
    for_leads: bool = False


def boolean(name: str, meaning: str, *, for_leads: bool = False) -> Fact:
    """A fact that is true or false; false without data."""
    return Fact(name, FactType.BOOL, Unit.NONE, meaning, without_data=False, for_leads=for_leads)


def whole(
    name: str, unit: Unit, meaning: str, *, known_by: str = "", for_leads: bool = False
) -> Fact:
    """A whole number; 0 without data."""
    return Fact(name, FactType.INT, unit, meaning, 0, known_by, for_leads)


def decimal(
    name: str, unit: Unit, meaning: str, *, known_by: str = "", for_leads: bool = False
) -> Fact:
    """A number with a decimal point; 0.0 without data."""
    return Fact(name, FactType.DOUBLE, unit, meaning, 0.0, known_by, for_leads)


def word(name: str, meaning: str, *, for_leads: bool = False) -> Fact:
    """A text; empty without data."""
    return Fact(name, FactType.STRING, Unit.NONE, meaning, "", for_leads=for_leads)
