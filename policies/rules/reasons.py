"""Why a finding stands where it does, and why it is told or not: for "why?", traces and reports."""

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """What decided. Every decision has one; none is a mere yes or no."""

    CLOCK_BACK = "clock went back"
    TOO_LITTLE = "too little data"
    ERROR = "error in the rule"
    FORGOTTEN = "cleared before it was a finding"
    KEPT = "clear, not for long enough"
    RESOLVED = "clear for long enough"
    NO_LONGER_SEEN = "no longer seen"
    STAYS_RESOLVED = "stays resolved"
    BETWEEN = "neither matches nor clears"
    ANSWERED = "an answer holds"
    WAITS = "matches, not for long enough"
    EXEMPTED = "an exception covers it"
    INHIBITED = "another finding says more"
    OPENED = "matches for long enough"
    REGRESSED = "matches again"
    ANSWER_ENDED = "the answer has ended"
    EXCEPTION_ENDED = "the exception has ended"
    GOES_ON = "goes on"

    IN_SHADOW = "the rule only watches"
    IN_DIGEST = "the rule is counted only"
    HELD = "the rule is held"
    NOT_TELLABLE = "nothing new to tell"
    NOBODY = "nobody to tell"
    OUTSIDE_HOURS = "outside working hours"
    DAY_IS_TAKEN = "one tip a day"
    WEEK_IS_TAKEN = "three tips a week"
    TOLD_TODAY = "told within a day"
    WORTH_LESS = "another tip is worth more"
    MUTED = "the person muted it"
    RETIRED = "it did not help"
    HELD_OUT = "held back for a trial"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Reason:
    """What decided, and a sentence that a person can read."""

    why: Why
    sentence: str

    def __str__(self) -> str:
        return self.sentence
