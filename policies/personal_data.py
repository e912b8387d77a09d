"""What is kept about a person, what becomes of it when they want it gone, and who was shown what of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ReadKind(StrEnum):
    """What of somebody was shown to another."""

    BUDGET_BAND = "budget_band"
    REQUEST = "request"
    REVIEW_TOKENS = "review_tokens"
    FINDING = "finding"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class PersonalRead:
    """One look: who read what of whom, and about which outcome or request ("" for none)."""

    reader_id: int
    what: ReadKind
    subject: str
    at: datetime


class DataKind(StrEnum):
    """What is kept about people, in the order in which they are told of it."""

    IDENTITY = "identity"
    MEMBERSHIPS = "memberships"
    USAGE = "usage"
    DAYS = "days"
    SHARES = "shares"
    CLOSED_WEEKS = "closed_weeks"
    LABELS = "labels"
    OUTCOMES = "outcomes"
    FOCUS = "focus"
    BUDGETS = "budgets"
    LIMITS = "limits"
    FINDINGS = "findings"
    TIPS = "tips"
    EXCEPTIONS = "exceptions"
    ANSWERS = "answers"
    MESSAGES = "messages"
    LOOKS = "looks"
    DEEDS = "deeds"


class Fate(StrEnum):
    """What becomes of rows about a person who wants to be forgotten.

    DELETED goes. NAMELESS stays with a number that leads to no name, address or Slack account.
    """

    DELETED = "deleted"
    NAMELESS = "nameless"


@dataclass(frozen=True, slots=True)
class Kept:
    """How many rows of a kind are kept about a person, since when, and what forgetting does to them.

    `oldest` is None where the rows bear no date.
    """

    kind: DataKind
    fate: Fate
    rows: int
    oldest: date | None = None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting somebody did: rows deleted, and rows that stay without a name, by kind."""

    deleted: dict[DataKind, int]
    nameless: dict[DataKind, int]


FORGOTTEN_NAME = "A former member"
"""The name of everybody who was forgotten."""

LEAST_RETENTION_DAYS = 100
"""Twelve weeks of digests, a month's budget and rules that look back sixty days fit into it."""
