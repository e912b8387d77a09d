"""Names of the parts of a week's usage that are kept beside its sums, and which of them belong together.

A split is told only where each of its parts is fit to be published by itself (policies/metrics.py).
"""

from typing import Final

from policies.skills import Skill

INPUT: Final = "input"
CACHE_READ: Final = "cache_read"
CACHE_WRITE: Final = "cache_write"
OUTPUT: Final = "output"

CLASSES: Final = (INPUT, CACHE_READ, CACHE_WRITE, OUTPUT)
"""Disjoint classes of tokens; they add up to the week's tokens."""


def good_of(skill: Skill) -> str:
    """The name of the part that shows a skill."""
    return f"{skill.value}.good"


def other_of(skill: Skill) -> str:
    """The name of the part of the skill's base that does not show it."""
    return f"{skill.value}.other"


def reach_of(skill: Skill) -> str:
    """The name under which the reach of a skill is kept; it is no part, and kept for the group alone."""
    return f"{skill.value}.reach"
