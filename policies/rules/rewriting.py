"""An expression written out again for CEL, with other names, and with faults where CEL has none.

A double divided by zero is infinite in CEL, and so more than any threshold. Here it is an error, as
it is for whole numbers: `a / b` becomes `(b == 0.0 ? <error> : a / b)`.
"""

from collections.abc import Mapping
from typing import Final

from policies.rules.facts import FactType
from policies.rules.syntax import Call, Choice, Expression, Infix, Listed, Literal, Name, Unary

_ERROR: Final = "double(1 / 0)"
_STRENGTH: Final[dict[str, int]] = {
    "||": 1, "&&": 2,
    "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5,
}  # fmt: skip
_UNARY: Final = 6


def written(
    tree: Expression, types: Mapping[str, FactType], renamed: Mapping[str, str] | None = None
) -> str:
    """CEL text of the same meaning; names in `renamed` are written as that says."""
    return _Writer(types, renamed or {}).of(tree, 0)


def type_of(tree: Expression, types: Mapping[str, FactType]) -> FactType | None:
    """The type of an expression that CEL has found sound; None for a list or an unknown name."""
    match tree:
        case Literal():
            return tree.type
        case Name():
            return types.get(tree.name)
        case Unary():
            return FactType.BOOL if tree.sign == "!" else type_of(tree.of, types)
        case Infix():
            return type_of(tree.parts[0], types) if _STRENGTH[tree.sign] > 3 else FactType.BOOL
        case Choice():
            return type_of(tree.then, types)
        case Call():
            kinds = {"double": FactType.DOUBLE, "int": FactType.INT, "size": FactType.INT}
            return kinds.get(tree.function, FactType.BOOL)
        case Listed():
            return None


class _Writer:
    def __init__(self, types: Mapping[str, FactType], renamed: Mapping[str, str]) -> None:
        self.types = types
        self.renamed = renamed

    def of(self, tree: Expression, around: int) -> str:
        """A node's text, in parentheses where what stands around it binds more strongly."""
        match tree:
            case Literal():
                return f"({tree.text})" if tree.text.startswith("-") else tree.text
            case Name():
                return self.renamed.get(tree.name, tree.name)
            case Unary():
                return f"{tree.sign}{self.of(tree.of, _UNARY)}"
            case Infix():
                return self._infix(tree, around)
            case Choice():
                parts = (tree.condition, tree.then, tree.otherwise)
                condition, then, otherwise = (self.of(one, 1) for one in parts)
                return f"({condition} ? {then} : {otherwise})"
            case Call():
                target = f"{self.of(tree.target, _UNARY + 1)}." if tree.target else ""
                return f"{target}{tree.function}({self._all(tree.arguments)})"
            case Listed():
                return f"[{self._all(tree.items)}]"

    def _all(self, trees: tuple[Expression, ...]) -> str:
        return ", ".join(self.of(one, 0) for one in trees)

    def _infix(self, tree: Infix, around: int) -> str:
        strength = _STRENGTH[tree.sign]
        first, *others = tree.parts
        chained = 0 if tree.sign in ("&&", "||") else 1
        parts = [self.of(first, strength), *(self.of(o, strength + chained) for o in others)]
        text = f" {tree.sign} ".join(parts)
        if self._may_divide_by_zero(tree):
            return f"({self.of(others[0], 4)} == 0.0 ? {_ERROR} : {text})"
        return f"({text})" if strength < around else text

    def _may_divide_by_zero(self, tree: Infix) -> bool:
        divisor = tree.parts[1]
        if tree.sign != "/" or type_of(tree, self.types) is not FactType.DOUBLE:
            return False
        return not (isinstance(divisor, Literal) and float(divisor.text) != 0)
