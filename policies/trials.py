"""Trials of tips: who is told at once and who two weeks later, so that one sees whether telling helps.

A trial is somebody's first time with a tip of one version. A share of these is held out: the tip waits
until the trial ends. Only what teaches a skill can be held out, because only that has a signal to measure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from policies.practices import Practice
from policies.rules.model import Rule, Severity
from policies.skills import Skill

HOLDOUT: Final = 0.2
LARGEST_HOLDOUT: Final = 0.5
DAYS: Final = 14
"""How long a trial runs, and how long before it the skill is measured for comparison."""
LATE_DAYS: Final = 2
"""So many days later it is measured: usage arrives late."""
CARD: Final = "card:"
"""How the tip of a practice card begins; no id of a rule has a colon."""
_ABOUT_BUDGETS: Final = re.compile(r"\b(?:budget|burn)\.")
_DRAWS: Final = 2**64


@dataclass(frozen=True, slots=True)
class Teaching:
    """A tip that can be on trial: `teaching_of` and `teaching_of_card` alone make one."""

    tip: str
    version: int
    skill: Skill


class Drawn(NamedTuple):
    """What was decided of somebody's trial, on which of their days."""

    is_held: bool
    on: date

    def is_running(self, today: date) -> bool:
        """Whether its days are not over."""
        return today <= self.on + timedelta(days=DAYS)


def teaching_of(rule: Rule) -> Teaching | None:
    """What a rule's tip teaches; None for what is always told: alarms, budgets, and what teaches no skill."""
    is_warning = rule.severity is Severity.ALARM or _ABOUT_BUDGETS.search(rule.when)
    if is_warning or not rule.skill:
        return None
    return Teaching(rule.id, rule.version, Skill(rule.skill))


def teaching_of_card(card: Practice) -> Teaching:
    """What a practice card teaches."""
    return Teaching(f"{CARD}{card.id}", card.version, card.skill)


def is_held_out(person_id: int, teaching: Teaching, share: float) -> bool:
    """Whether somebody's first time with a tip is held out: the same answer each time it is asked.

    A larger share holds out everything that a smaller one does.
    """
    drawn = sha256(f"{person_id}/{teaching.tip}/{teaching.version}".encode()).digest()[:8]
    return int.from_bytes(drawn, "big") < share * _DRAWS


@dataclass(frozen=True, slots=True)
class Trials:
    """One person's trials so far, by (tip, version), and the share of new ones that is held out."""

    person_id: int
    share: float = HOLDOUT
    drawn: Mapping[tuple[str, int], Drawn] = field(default_factory=dict)
    held_skills: frozenset[Skill] = frozenset()
    """Skills of which something is held back now: no card about them either, or nothing would be."""

    def is_decided(self, teaching: Teaching) -> bool:
        """Whether the person had their first time with this tip before."""
        return (teaching.tip, teaching.version) in self.drawn

    def hold_back(self, teaching: Teaching, today: date) -> bool:
        """Whether the tip is not told today."""
        drawn = self.drawn.get((teaching.tip, teaching.version))
        if drawn is not None:
            return drawn.is_held and drawn.is_running(today)
        return is_held_out(self.person_id, teaching, self.share)
