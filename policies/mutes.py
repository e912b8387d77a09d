"""What somebody may stop hearing of: one rule's tips, all about one skill, practice cards, or all tips.

Alarms are never muted, and neither are warnings about a budget, which have a mute of their own.
"""

from collections.abc import Collection, Iterable
from typing import Final

from policies.rules.model import Rule
from policies.skills import Skill

ALL: Final = "all"
CARDS: Final = "cards"
"""Practice cards."""
SKILLS: Final = tuple(skill.value for skill in Skill)


def kinds_of(rule: Rule) -> tuple[str, ...]:
    """Everything that stops a rule's tips, the narrowest first."""
    return (rule.id, *((rule.skill,) if rule.skill else ()), ALL)


def kinds_of_card(skill: Skill) -> tuple[str, ...]:
    """Everything that stops a practice card about a skill."""
    return (CARDS, skill.value, ALL)


def is_muted(kinds: Iterable[str], muted: Collection[str]) -> bool:
    """Whether any of these was stopped."""
    return any(kind in muted for kind in kinds)


def named(kind: str) -> str:
    """What a kind is called in a sentence: `all tips`, `tips about match-model`."""
    if kind == ALL:
        return "all tips"
    if kind == CARDS:
        return "practice cards"
    return f"tips about {kind}" if kind in SKILLS else f"tips of the rule {kind}"
