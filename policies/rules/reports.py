"""Counts of findings for others to read: published under the group rule, or coarse."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from policies.privacy import GroupRule, Published, publish, publish_change

FEW: Final = 5
"""Fewer than these are not told apart where they might be people."""
GRAIN: Final = 5


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """How many findings opened, how many were resolved, and of how many the person was told a tip."""

    opened: int = 0
    resolved: int = 0
    coached: int = 0


def published_counts(
    by_person: Mapping[int, FindingCounts], rule: GroupRule
) -> Published[FindingCounts]:
    """A group's counts, coarse, where enough people have findings and nobody has most of them.

    None and few are the same: a threshold that is moved until the first finding shows would otherwise
    tell somebody's figure.
    """
    opened = {person: one.opened for person, one in by_person.items()}
    return publish_change(FindingCounts(roughly(sum(opened.values()))), opened, rule)


def published_total(
    by_rule: Mapping[str, Mapping[int, FindingCounts]], rule: GroupRule
) -> FindingCounts | None:
    """What all rules together came to that may be told of a group; None where nothing may.

    Each rule's own count has to be fit to publish: who sets a rule's stage could otherwise learn
    from the difference what that rule found of one person. What is not fit is left out, and that it
    is left out is not told.
    """
    opened = resolved = coached = 0
    for by_person in by_rule.values():
        opened += _shown({person: one.opened for person, one in by_person.items()}, rule)
        resolved += _shown({person: one.resolved for person, one in by_person.items()}, rule)
        coached += _shown({person: one.coached for person, one in by_person.items()}, rule)
    found = FindingCounts(opened, resolved, coached)
    return None if found == FindingCounts() else found


def roughly(count: int) -> int:
    """A count in fives, from 100 on in two digits: one more or less hardly ever shows."""
    grain = max(GRAIN, int(Decimal(1).scaleb(len(str(count)) - 2)))
    return round(count / grain) * grain


def _shown(counts: Mapping[int, int], rule: GroupRule) -> int:
    """The sum where it may be told, else 0."""
    return publish(sum(counts.values()), counts, rule).shown or 0
