"""What is kept about a person, and who was shown something of it."""

from dataclasses import dataclass
from datetime import datetime
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
