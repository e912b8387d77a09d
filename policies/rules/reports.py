"""Counts of findings for others to read: published under the group rule, or coarse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.privacy import GroupRule, Published, publish

FEW: Final = 5


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """How many findings opened and how many were resolved."""

    opened: int = 0
    resolved: int = 0

    def plus(self, other: "FindingCounts") -> "FindingCounts":
        """Both together."""
        return FindingCounts(self.opened + other.opened, self.resolved + other.resolved)


def published_counts(
    by_person: Mapping[int, FindingCounts], rule: GroupRule
) -> Published[FindingCounts]:
    """A team's counts, where enough people have findings and nobody has most of them.

    The rule holds for what opened and for what was resolved by itself.
    """
    total = FindingCounts()
    for one in by_person.values():
        total = total.plus(one)
    opened = {person: one.opened for person, one in by_person.items()}
    resolved = {person: one.resolved for person, one in by_person.items()}
    return publish(total, opened, rule, resolved)


def published_total(
    by_rule: Mapping[str, Mapping[int, FindingCounts]], rule: GroupRule
) -> FindingCounts | None:
    """What all rules together came to that may be told of a group; None where nothing may.

    Each rule's own count has to be fit to publish: who sets a rule's stage could otherwise learn
    from the difference what that rule found of one person. What is not fit is left out, and that it
    is left out is not told.
    """
    opened = resolved = 0
    for by_person in by_rule.values():
        opened += _shown({person: one.opened for person, one in by_person.items()}, rule)
        resolved += _shown({person: one.resolved for person, one in by_person.items()}, rule)
    return FindingCounts(opened, resolved) if opened or resolved else None


def coarse(count: int) -> str:
    """A count that tells no one person apart: `none`, `fewer than 5`, `23`."""
    if count == 0:
        return "none"
    return f"fewer than {FEW}" if count < FEW else str(count)


def _shown(counts: Mapping[int, int], rule: GroupRule) -> int:
    """The sum where it may be told, else 0."""
    return publish(sum(counts.values()), counts, rule).shown or 0
