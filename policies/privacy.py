"""Published figures: the one place that decides whether a group's figure may be shown to a group.

A team-facing page accepts a figure only as `Published[T]`, and only `publish` makes one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, final

MINIMUM_GROUP: Final = 5
LOWEST_MINIMUM_GROUP: Final = 3
DOMINANT_SHARE: Final = 0.5

T = TypeVar("T")
U = TypeVar("U")


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


def reason_to_withhold(tokens_by_person: Mapping[int, int], rule: GroupRule) -> Withheld | None:
    """Why a group's consumption may not be shown, or None when it may.

    `tokens_by_person` holds the tokens of everybody in the group; people without usage do not count
    as active. The reason names numbers of people, never a person or an amount.
    """
    amounts = [tokens for tokens in tokens_by_person.values() if tokens > 0]
    if not amounts:
        return None
    if len(amounts) < rule.minimum:
        return Withheld(
            f"fewer than {rule.minimum} people used AI tools, so tokens and cost stay private"
        )
    if max(amounts) > rule.dominant_share * sum(amounts):
        return Withheld("one person's share is too large, so tokens and cost stay private")
    return None


def publish(value: T, tokens_by_person: Mapping[int, int], rule: GroupRule) -> Published[T]:
    """Make a group's figure fit to show: the value, or the reason why it is withheld."""
    withheld = reason_to_withhold(tokens_by_person, rule)
    return Published(_MAKER, None if withheld else value, withheld)
