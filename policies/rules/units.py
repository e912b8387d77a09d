"""What an expression counts, so that money is never compared with tokens."""

from collections.abc import Iterator, Mapping
from typing import Final

from policies.rules.facts import Unit
from policies.rules.structure import Fault
from policies.rules.syntax import (
    COMPARISONS,
    Call,
    Choice,
    Expression,
    Infix,
    Listed,
    Name,
    Unary,
    walk,
)

_PURE: Final = frozenset({Unit.NONE, Unit.SHARE, Unit.TIMES})
"""A number of these scales another, whose unit stays."""


def unit_of(tree: Expression, units: Mapping[str, Unit]) -> Unit | None:
    """What it counts; None for what fits everything (a literal), or cannot be told (a product)."""
    match tree:
        case Name():
            return units.get(tree.name)
        case Unary():
            return unit_of(tree.of, units)
        case Choice():
            then = unit_of(tree.then, units)
            return then if then is not None else unit_of(tree.otherwise, units)
        case Call() if tree.function in ("double", "int"):
            return unit_of(tree.arguments[0], units) if tree.arguments else None
        case Listed():
            return next((u for one in tree.items if (u := unit_of(one, units)) is not None), None)
        case Infix():
            return _of_infix(tree, units)
        case _:
            return None


def unit_faults(tree: Expression, units: Mapping[str, Unit]) -> Iterator[Fault]:
    """A fault for each comparison, sum or choice of numbers that count different things."""
    for node in walk(tree):
        if isinstance(node, Infix) and node.sign in (*COMPARISONS, "+", "-"):
            yield from _fault(node.at, node.parts[0], node.parts[1], units)
        elif isinstance(node, Choice):
            yield from _fault(node.at, node.then, node.otherwise, units)


def _fault(
    at: int, left: Expression, right: Expression, units: Mapping[str, Unit]
) -> Iterator[Fault]:
    mine, other = unit_of(left, units), unit_of(right, units)
    if mine is None or other is None or mine is other:
        return
    ends = "they do not compare"
    for side, unit, wanted in ((left, mine, other), (right, other, mine)):
        if isinstance(side, Name) and side.name.startswith("params.") and not unit:
            ends = f"give {side.name} “unit: {wanted}”"
    says = f"{_named(left)} {_counts(mine)} and {_named(right)} {_counts(other)}: {ends}."
    yield Fault(at, says)


def _counts(unit: Unit) -> str:
    return f"is in {unit}" if unit else "has no unit"


def _named(tree: Expression) -> str:
    names = [node.name for node in walk(tree) if isinstance(node, Name)]
    return names[0] if names else "this"


def _of_infix(tree: Infix, units: Mapping[str, Unit]) -> Unit | None:
    first, second = (unit_of(one, units) for one in tree.parts[:2])
    if tree.sign in ("+", "-"):
        return first if first is not None else second
    if tree.sign == "*" and second in _PURE:
        return first
    if tree.sign == "*" and first in _PURE:
        return second
    if tree.sign == "/" and second in _PURE:
        return first
    return None
