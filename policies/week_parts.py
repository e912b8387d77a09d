"""Parts of a week's usage that are kept beside its sums: tokens by class, and the work that shows a skill.

A split is told only where each of its parts is fit to be published by itself, and was so whenever the
week was stated: what was once kept back stays so. Of a skill's split that is not, the share alone is told,
in tenths, where the people of the whole are enough.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from policies.privacy import LOWEST_MINIMUM_GROUP, GroupRule, can_be_split, reason_to_withhold
from policies.skills import Reach, Skill, SkillShare, SkillWork, reach

INPUT: Final = "input"
CACHE_READ: Final = "cache_read"
CACHE_WRITE: Final = "cache_write"
OUTPUT: Final = "output"

CLASSES: Final = (INPUT, CACHE_READ, CACHE_WRITE, OUTPUT)
"""Disjoint classes of tokens; they add up to the week's tokens."""
SHARE_DIGITS: Final = 3
"""A share is told in tenths of a percent: from more digits one could find what it is a share of."""
TENTHS: Final = 10

Parts: TypeAlias = Mapping[str, int]
"""Tokens or nano-dollars by the name of the part."""
PartsByPerson: TypeAlias = Mapping[int, Parts]


def good_of(skill: Skill) -> str:
    """The name of the part that shows a skill."""
    return f"{skill.value}.good"


def other_of(skill: Skill) -> str:
    """The name of the part of the skill's base that does not show it."""
    return f"{skill.value}.other"


def reach_of(skill: Skill) -> str:
    """The name under which the reach of a skill is kept; it is no part, and kept for the group alone."""
    return f"{skill.value}.reach"


def rough_of(skill: Skill) -> str:
    """The name under which the share of a skill is kept in tenths, where its parts are not told."""
    return f"{skill.value}.rough"


SPLITS: Final = (CLASSES, *((good_of(skill), other_of(skill)) for skill in Skill))
"""Parts that belong together: who knows all but one of them and their sum knows that one too."""


def parts_of_work(works: Mapping[Skill, SkillWork]) -> dict[str, int]:
    """A person's work by its parts."""
    return {
        name: amount
        for skill, work in works.items()
        for name, amount in (
            (good_of(skill), work.good),
            (other_of(skill), work.base - work.good),
        )
    }


def parts_to_tell(used: PartsByPerson, rule: GroupRule) -> dict[str, int]:
    """What may be told of a group's parts when its week is shown for the first time."""
    told = _sums(used, {}, rule)
    rough = {
        rough_of(skill): tenths
        for skill in Skill
        if good_of(skill) not in told and (tenths := _tenths(used, skill, rule)) is not None
    }
    reached = {
        reach_of(skill): int(found)
        for skill in Skill
        if (good_of(skill) in told or rough_of(skill) in rough)
        and (found := reach(_works(used, skill))) is not None
    }
    return {**told, **rough, **reached}


def parts_to_tell_anew(
    closed: Parts | None, before: PartsByPerson, after: PartsByPerson, rule: GroupRule
) -> dict[str, int] | None:
    """What may be told when a week is stated anew; None of one that was closed before there were parts.

    The reach of a skill, and a share in tenths, stay as they were told: one person could move them.
    """
    if closed is None:
        return None
    sums = {name: amount for name, amount in _sums(after, before, rule).items() if name in closed}
    stands = {
        name
        for skill in Skill
        if good_of(skill) in sums or rough_of(skill) in closed
        for name in (rough_of(skill), reach_of(skill))
    }
    return {**sums, **{name: found for name, found in closed.items() if name in stands}}


def classes_told(parts: Parts | None) -> Parts | None:
    """Tokens by class, or None where they are not told."""
    if parts is None or INPUT not in parts:
        return None
    return {name: parts[name] for name in CLASSES}


def cache_share_of(classes: Parts | None) -> float | None:
    """The part of what was sent to models that came from the cache; None where no cache was in use."""
    if classes is None or not classes[CACHE_READ] + classes[CACHE_WRITE]:
        return None
    sent = classes[INPUT] + classes[CACHE_READ] + classes[CACHE_WRITE]
    return round(classes[CACHE_READ] / sent, SHARE_DIGITS)


def skills_told(parts: Parts | None) -> tuple[SkillShare, ...]:
    """The skills that may be told, in the order of the four."""
    return tuple(_skills(parts or {}))


def _skills(parts: Parts) -> Iterator[SkillShare]:
    for skill in Skill:
        reached = parts.get(reach_of(skill))
        spread = None if reached is None else Reach(reached)
        if good_of(skill) in parts:
            good, other = parts[good_of(skill)], parts[other_of(skill)]
            share = SkillWork(good, good + other).share
            if share is not None:
                yield SkillShare(skill, round(share, SHARE_DIGITS), spread)
        elif rough_of(skill) in parts:
            yield SkillShare(skill, parts[rough_of(skill)] / TENTHS, spread, is_rough=True)


def _tenths(used: PartsByPerson, skill: Skill, rule: GroupRule) -> int | None:
    """The share in tenths: 10 for over nine of them, 0 for under one, whoever the rest is from.

    Between, each side has to be of as many people as any group has to have at the least, nobody dominant.
    """
    works = dict(zip(used, _works(used, skill), strict=True))
    base = {one: work.base for one, work in works.items()}
    if not any(base.values()) or reason_to_withhold(base, rule) is not None:
        return None
    share = sum(work.good for work in works.values()) / sum(base.values())
    if share > 1 - 1 / TENTHS or share < 1 / TENTHS:
        return TENTHS if share > 0.5 else 0
    few = GroupRule(LOWEST_MINIMUM_GROUP, rule.dominant_share)
    sides = (
        {one: work.good for one, work in works.items()},
        {one: work.base - work.good for one, work in works.items()},
    )
    if any(reason_to_withhold(side, few) is not None for side in sides):
        return None
    return min(max(round(share * TENTHS), 1), TENTHS - 1)


def _sums(after: PartsByPerson, before: PartsByPerson, rule: GroupRule) -> dict[str, int]:
    """The sums of those splits that were measured and may be told."""
    told: dict[str, int] = {}
    for split in SPLITS:
        measured = any(split[0] in parts for parts in after.values())
        by_part = {name: (_amounts(name, before), _amounts(name, after)) for name in split}
        if measured and can_be_split(by_part.values(), rule):
            told |= {name: sum(now.values()) for name, (_, now) in by_part.items()}
    return told


def _amounts(name: str, used: PartsByPerson) -> dict[int, int]:
    return {person_id: parts.get(name, 0) for person_id, parts in used.items()}


def _works(used: PartsByPerson, skill: Skill) -> Iterator[SkillWork]:
    for parts in used.values():
        good, other = parts.get(good_of(skill), 0), parts.get(other_of(skill), 0)
        yield SkillWork(good, good + other)
