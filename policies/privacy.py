"""Published figures: the one place that decides whether a group's figure may be shown to a group.

A team-facing page accepts a figure only as `Published[T]`, and only `publish` makes one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar, final

MINIMUM_GROUP: Final = 5
LOWEST_MINIMUM_GROUP: Final = 3
DOMINANT_SHARE: Final = 0.5

T = TypeVar("T")
U = TypeVar("U")

Amount = int | Decimal
"""What one person adds to a sum: tokens, or USD."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a figure is not shown, in words for the people who would have read it."""

    reason: str


class _Maker:
    """Held by this module alone, so that nobody else can make a published figure."""


_MAKER: Final = _Maker()


@final
class Published(Generic[T]):
    """A figure about a group that is safe to show to it, or the reason why it is withheld."""

    __slots__ = ("_value", "withheld")

    def __init__(self, maker: _Maker, value: T | None, withheld: Withheld | None) -> None:
        if maker is not _MAKER:
            raise TypeError("Published figures are made by policies.privacy.publish alone.")
        self._value = value
        self.withheld = withheld

    @property
    def shown(self) -> T | None:
        """The figure, or None where it is withheld (or was None to begin with)."""
        return self._value

    def then(self, derive: Callable[[T], U]) -> "Published[U]":
        """A figure derived from this one alone; withheld where this one is."""
        if self._value is None:
            return Published(_MAKER, None, self.withheld)
        return Published(_MAKER, derive(self._value), None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Published) and (self._value, self.withheld) == (
            other._value,
            other.withheld,
        )

    def __hash__(self) -> int:
        return hash((self._value, self.withheld))

    def __repr__(self) -> str:
        return f"Published({self._value if self.withheld is None else self.withheld.reason!r})"


@dataclass(frozen=True, slots=True)
class GroupRule:
    """How many active people a group needs, and how large one person's share may be."""

    minimum: int = MINIMUM_GROUP
    dominant_share: float = DOMINANT_SHARE

    def __post_init__(self) -> None:
        if self.minimum < LOWEST_MINIMUM_GROUP:
            raise ValueError(
                f"The minimum group is {self.minimum}; it may not be below {LOWEST_MINIMUM_GROUP}."
            )


def reason_to_withhold(
    amounts_by_person: Mapping[int, Amount], rule: GroupRule, what: str = "used AI tools"
) -> Withheld | None:
    """Why a group's sum may not be shown, or None when it may.

    `amounts_by_person` holds what everybody in the group adds to it; who adds nothing does not count
    as active. `what` says what active people did. The reason names numbers of people, never a
    person or an amount.
    """
    amounts = [amount for amount in amounts_by_person.values() if amount > 0]
    if not amounts:
        return None
    if len(amounts) < rule.minimum:
        return Withheld(f"fewer than {rule.minimum} people {what}, so tokens and cost stay private")
    if max(amounts) > sum(amounts) * Decimal(str(rule.dominant_share)):
        return Withheld("one person's share is too large, so tokens and cost stay private")
    return None


def can_be_restated(
    before: Mapping[int, Amount], after: Mapping[int, Amount], rule: GroupRule
) -> bool:
    """Whether a sum that was shown may be shown anew, so that the difference tells of no person.

    The difference has to be fit to publish by itself. Nobody's amount may fall: additions alone keep
    the difference between any two of several versions fit too.
    """
    added = {one: after.get(one, 0) - before.get(one, 0) for one in {*before, *after}}
    if any(amount < 0 for amount in added.values()):
        return False
    return reason_to_withhold(added, rule) is None


def can_stand_beside(
    before: Mapping[int, Amount], after: Mapping[int, Amount], rule: GroupRule
) -> bool:
    """Whether two sums may both be shown, of which the second may hold less of somebody than the first.

    The difference has to be fit to publish by itself. Since amounts may fall, whoever shows a third
    has to ask this about each of those before.
    """
    differences = {one: after.get(one, 0) - before.get(one, 0) for one in {*before, *after}}
    changed = {one: -amount if amount < 0 else amount for one, amount in differences.items()}
    return reason_to_withhold(changed, rule) is None


def can_be_split(
    parts: Iterable[tuple[Mapping[int, Amount], Mapping[int, Amount]]], rule: GroupRule
) -> bool:
    """Whether each part of a sum may be told, as it was (nothing, at first) and as it is now."""
    return all(
        reason_to_withhold(now, rule) is None and can_be_restated(was, now, rule)
        for was, now in parts
    )


def publish(
    value: T,
    tokens_by_person: Mapping[int, Amount],
    rule: GroupRule,
    cost_by_person: Mapping[int, Amount] | None = None,
) -> Published[T]:
    """Make a group's figure fit to show: the value, or the reason why it is withheld.

    The rule holds for every sum in the value by itself: a share of the cost can be larger than the
    share of the tokens.
    """
    withheld = reason_to_withhold(tokens_by_person, rule) or reason_to_withhold(
        cost_by_person or {}, rule, "used models with a known price"
    )
    return Published(_MAKER, None if withheld else value, withheld)


def publish_again(value: T, contributors: int, rule: GroupRule) -> Published[T]:
    """A figure that was found fit before; withheld where the minimum group was raised since."""
    withheld = None
    if contributors < rule.minimum:
        withheld = Withheld(
            f"fewer than {rule.minimum} people used AI tools, so tokens and cost stay private"
        )
    return Published(_MAKER, None if withheld else value, withheld)


def publish_change(
    value: T,
    changed_by_person: Mapping[int, Amount],
    rule: GroupRule,
    cost_by_person: Mapping[int, Amount] | None = None,
) -> Published[T]:
    """Make fit to show how a group's figure would change with a threshold.

    No change is withheld like a small one: whoever could see where a change begins would have found
    somebody's figure by moving the threshold.
    """
    changed = sum(1 for amount in changed_by_person.values() if amount > 0)
    withheld = (
        Withheld(f"fewer than {rule.minimum} people would notice, so the change stays private")
        if changed < rule.minimum
        else reason_to_withhold(changed_by_person, rule)
        or reason_to_withhold(cost_by_person or {}, rule, "have a known cost")
    )
    return Published(_MAKER, None if withheld else value, withheld)


def published_together(
    parts: Sequence[Published[T]], add: Callable[[Sequence[T]], U]
) -> Published[U]:
    """A figure derived from several published ones alone, as any reader could; withheld ones are left out.

    Withheld where none of them is shown.
    """
    shown = [value for part in parts if (value := part.shown) is not None]
    if not shown:
        return Published(_MAKER, None, Withheld("no team's figures are shown"))
    return Published(_MAKER, add(shown), None)


def kept_back(reason: str) -> Published[Any]:
    """A figure that is not told, whatever it is; `reason` says why in words for its readers."""
    return Published(_MAKER, None, Withheld(reason))


def publish_comparison(value: T | None, arms: Iterable[int], rule: GroupRule) -> Published[T]:
    """Make a comparison between groups of people fit to show: each has to be large enough by itself.

    In `value` each person has to count the same, so that nobody can dominate it.
    """
    if value is None or any(people < rule.minimum for people in arms):
        return Published(
            _MAKER, None, Withheld(f"fewer than {rule.minimum} people in one of the groups so far")
        )
    return Published(_MAKER, value, None)


def publish_answers(value: T, answered: int, rule: GroupRule) -> Published[T]:
    """Make fit to show what people answered: withheld where too few did. It is told once, when no more
    answers can come, so that no two versions differ by one person's.
    """
    withheld = (
        Withheld(f"fewer than {rule.minimum} people answered, so their answers stay private")
        if answered < rule.minimum
        else None
    )
    return Published(_MAKER, None if withheld else value, withheld)
