"""What would make a clause of a condition false, in a few words, for "why?"."""

from collections.abc import Mapping
from typing import Final

from policies.rules.cel import Failed
from policies.rules.expressions import PARAMS, Vocabulary
from policies.rules.facts import FactValue
from policies.rules.syntax import Expression, Infix, Listed, Name, Unary, names_in

_OPPOSITE: Final = {
    ">": "at most", ">=": "below", "<": "at least", "<=": "above",
    "==": "other than", "!=": "exactly", "in": "none of",
}  # fmt: skip
_MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}


def what_clears(
    tree: Expression, text: str, vocabulary: Vocabulary, params: Mapping[str, FactValue]
) -> str:
    """Such as "usage.cost_usd below 5.0"; "" where it cannot be put simply. `text` holds the tree."""
    match tree:
        case Name():
            return f"{tree.name} false"
        case Unary() if tree.sign == "!" and isinstance(tree.of, Name):
            return f"{tree.of.name} true"
        case Infix() if tree.sign in _OPPOSITE:
            return _opposite(tree, text, vocabulary, params)
        case _:
            return ""


def _opposite(
    tree: Infix, text: str, vocabulary: Vocabulary, params: Mapping[str, FactValue]
) -> str:
    """The fact first, and then the threshold; a comparison that begins with it is turned round."""
    first, second = tree.parts
    sign = tree.sign
    if sign in _MIRRORED and not _has_fact(first):
        first, second, sign = second, first, _MIRRORED[sign]
    threshold = _shown(second, text, vocabulary, params)
    return f"{written_text(first, text)} {_OPPOSITE[sign]} {threshold}" if _has_fact(first) else ""


def _has_fact(tree: Expression) -> bool:
    return any(not name.startswith(PARAMS) for name in names_in(tree))


def written_text(tree: Expression, text: str) -> str:
    """A part of an expression as the rule writes it, on one line."""
    return " ".join(text[tree.start : tree.end].split())


def _shown(
    tree: Expression, text: str, vocabulary: Vocabulary, params: Mapping[str, FactValue]
) -> str:
    """The value of a threshold; a list, or one that hangs on other facts, as it is written."""
    if isinstance(tree, Listed):
        return written_text(tree, text).strip("[]")
    if _has_fact(tree):
        return written_text(tree, text)
    values = {f"{PARAMS}{name}": value for name, value in params.items()}
    value = vocabulary.program(tree).run(vocabulary.environment.activation(values))
    if isinstance(value, Failed):
        return written_text(tree, text)
    return str(value).lower() if isinstance(value, bool) else str(value)
