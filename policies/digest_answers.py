"""Whether a team finds its digests useful: counts that are told once no more answers can come."""

import re
from dataclasses import dataclass

from policies.periods import IsoWeek, NotAPeriod
from policies.skills import Reach

_VALUE = re.compile(r"T-([1-9]\d{0,8}) (\d{4}-W\d{2})")


@dataclass(frozen=True, slots=True)
class DigestAnswers:
    """How many people answered about the digest of a week, and how many of them found it useful."""

    week: IsoWeek
    useful: int
    answered: int


@dataclass(frozen=True, slots=True)
class DigestOpinion:
    """What may be told of answers: how many there were, and how many found it useful in thirds.

    Never a count of these: all of one mind would tell everybody's word, and two counts one person's.
    """

    week: IsoWeek
    useful: Reach
    answered: int


def opinion_of(answers: DigestAnswers) -> DigestOpinion:
    """What may be told of at least one answer."""
    third = min(3 * answers.useful // answers.answered, Reach.MOST)
    return DigestOpinion(answers.week, Reach(third), answers.answered)


def digest_meant(value: str) -> tuple[int, IsoWeek] | None:
    """(team id, week) of a button's value, `T-1 2026-W47`; None for what no button of ours carries."""
    match = _VALUE.fullmatch(value)
    if match is None:
        return None
    try:
        return int(match[1]), IsoWeek.parse(match[2])
    except NotAPeriod:
        return None
