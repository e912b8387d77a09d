"""What a verifier writes down: the minutes a review took, and what the outcome changed."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MAX_REVIEW_MINUTES = 10_000
MAX_IMPACT = Decimal(10**12)
_AMOUNT = re.compile(r"\d{1,13}(?:\.\d{1,4})?", re.ASCII)


class Verdict(StrEnum):
    """What a verifier says about a claim."""

    VERIFY = "verify"
    REJECT = "reject"


class ImpactUnit(StrEnum):
    """What an outcome made better; its amount is by how much."""

    HOURS = "hours saved a week"
    ERROR_RATE = "points off the error rate"
    CYCLE_TIME = "days off the cycle time"
    REVENUE = "USD of revenue a year"


@dataclass(frozen=True, slots=True)
class Impact:
    """By how much something got better: `3.5` hours saved a week."""

    amount: Decimal
    unit: ImpactUnit


@dataclass(frozen=True, slots=True)
class Review:
    """What a review cost and found; None where the verifier did not say."""

    minutes: int | None = None
    impact: Impact | None = None


NO_REVIEW = Review()
"""Of a verifier who wrote nothing down."""


def parse_impact(text: str) -> Decimal | None:
    """3.5 for `3.5` or `1,200.5`; None where it is no amount above 0 and up to MAX_IMPACT."""
    word = text.strip()
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?", word, re.ASCII):
        word = word.replace(",", "")
    if not _AMOUNT.fullmatch(word):
        return None
    amount = Decimal(word)
    return amount if 0 < amount <= MAX_IMPACT else None


def parse_minutes(text: str) -> int | None:
    """15 for `15`; None where it is no whole number from 0 to MAX_REVIEW_MINUTES."""
    word = text.strip()
    if not re.fullmatch(r"\d{1,6}", word, re.ASCII):
        return None
    minutes = int(word)
    return minutes if minutes <= MAX_REVIEW_MINUTES else None
