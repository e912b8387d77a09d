"""CEL's own words, said so that a lead understands them and knows what to write instead."""

import re
from collections.abc import Iterable, Iterator, Mapping
from math import ceil, floor
from typing import Final

from policies.rules.catalogue import CATALOGUE
from policies.rules.cel import CelProblem
from policies.rules.facts import FactType
from policies.rules.rewriting import type_of
from policies.rules.structure import closest
from policies.rules.syntax import (
    COMPARISONS,
    Call,
    Choice,
    Expression,
    Infix,
    Listed,
    Literal,
    Name,
    Unary,
    walk,
)

_UNDECLARED: Final = re.compile(r"undeclared reference to '([^']*)'|select operation")
_NUMBERS: Final = (FactType.INT, FactType.DOUBLE)
_KINDS: Final = {
    FactType.BOOL: "is true or false",
    FactType.INT: "is a whole number",
    FactType.DOUBLE: "has a decimal point",
    FactType.STRING: "is a text",
    None: "is a list",
}


TOO_INVOLVED: Final = "The expression is too involved. Make it simpler."


def sentence_of(problem: CelProblem, tree: Expression, types: Mapping[str, FactType]) -> str:
    """The sentence for one problem that CEL has with an expression."""
    if _UNDECLARED.search(problem.words):
        return _undeclared(problem.at, tree, types)
    if "recursion depth" in problem.words:
        return TOO_INVOLVED
    node = next((one for one in walk(tree) if _reported_at(one) == problem.at), None)
    return f"CEL says: {problem.words}." if node is None else _of_node(node, types)


def _of_node(node: Expression, types: Mapping[str, FactType]) -> str:
    match node:
        case Infix() if node.sign in ("&&", "||"):
            return _not_bool(node, types)
        case Infix():
            return _capital(_misfit(node, types))
        case Choice():
            return _choice(node, types)
        case Unary():
            return f"“{node.sign}” stands before {'true or false' if node.sign == '!' else 'numbers'} only."
        case Call():
            return misuse(node.function)
        case Literal() if node.type is FactType.STRING:
            return "A backslash in this text begins no escape. Write two for one."
        case _:
            return "This number is too large."


def _reported_at(node: Expression) -> int | None:
    if isinstance(node, Infix | Choice | Call):
        return node.at
    return node.start if isinstance(node, Unary | Literal) else None


def unknown_fact(name: str, known: Iterable[str]) -> str:
    """The sentence for a name that is no fact of the subject, whose facts these are."""
    having = [kind for kind, facts in CATALOGUE.items() if name in facts]
    hint = f" It is one of {having[0]}." if having else closest(name, list(known))
    return f"There is no fact {name} here.{hint or ' “mileage rules facts” lists them all.'}"


def unknown_name(name: str, types: Mapping[str, FactType]) -> str:
    """The sentence for a name in an expression that is neither a fact nor a param."""
    if name.startswith("params."):
        hint = closest(name, [one for one in types if one.startswith("params.")])
        return f"There is no {name}.{hint or ' Declare it under “params”.'}"
    if name.lower() in ("true", "false"):
        return f"Write {name.lower()}, not {name}."
    if "." not in name and name.isalpha():
        return f'{name} is no fact. A text stands in quotes: "{name}".'
    return unknown_fact(name, types)


def misuse(function: str) -> str:
    """The sentence for a function that is called with what it does not take."""
    return f"{function}() does not take this. {_USES[function]}"


def strange_item(sought: Expression, item: Expression, types: Mapping[str, FactType]) -> str:
    """The sentence for an item of a list that is of another type than what is sought in it."""
    mine, other = type_of(sought, types), type_of(item, types)
    if mine in _NUMBERS and other in _NUMBERS:
        return _capital(_mixed_numbers(Infix("==", item.start, (sought, item)), types))
    return _capital(
        f"{_shown(sought)} {_KINDS[mine]} and {_shown(item)} {_KINDS[other]}: "
        "the items of a list are of the type that is sought in it."
    )


def _undeclared(at: int, tree: Expression, types: Mapping[str, FactType]) -> str:
    for node in walk(tree):
        if isinstance(node, Name) and node.start <= at < node.end:
            return unknown_name(node.name, types)
        if isinstance(node, Call) and node.at == at:
            return misuse(node.function)
    return "This is not known here."


def _capital(sentence: str) -> str:
    return (
        sentence[0].upper() + sentence[1:] if sentence.startswith(("the ", "this ")) else sentence
    )


def _misfit(node: Infix, types: Mapping[str, FactType]) -> str:
    left, right = node.parts[:2]
    for part in (left, right):
        if isinstance(part, Name) and part.name not in types:  # CEL has words of its own
            return unknown_name(part.name, types)
    mine, other = type_of(left, types), type_of(right, types)
    if node.sign == "in" and isinstance(right, Listed):
        item = next((one for one in right.items if type_of(one, types) is not mine), right)
        return strange_item(left, item, types)
    if node.sign in COMPARISONS and isinstance(left, Infix) and left.sign in COMPARISONS:
        return "Comparisons do not chain: write a < b && b < c."
    if mine in _NUMBERS and other in _NUMBERS and mine is not other:
        return _mixed_numbers(node, types)
    if node.sign == "in" and other is not None:
        return 'After “in” stands a list, such as ["S", "M"].'
    return f"{_shown(left)} {_KINDS[mine]} and {_shown(right)} {_KINDS[other]}: “{node.sign}” does not take both."


def _mixed_numbers(node: Infix, types: Mapping[str, FactType]) -> str:
    """One is whole, and one has a decimal point."""
    left, right = node.parts[:2]
    for literal, other in ((right, left), (left, right)):
        if isinstance(literal, Literal) and not (node.sign in "*/" and _is_fraction(literal)):
            write = _of_other_type(literal)
            return f"{_shown(other)} {_KINDS[type_of(other, types)]}, so write {write}."
    whole = left if type_of(left, types) is FactType.INT else right
    other = right if whole is left else left
    return (
        f"{_shown(other)} has a decimal point and {_shown(whole)} is a whole number: "
        f"write double({_shown(whole)})."
    )


def _of_other_type(literal: Literal) -> str:
    """A whole number with a decimal point, or a number without one."""
    if literal.type is FactType.INT:
        return f"{literal.text}.0"
    value = float(literal.text)
    return f"{value:.0f}" if value.is_integer() else f"{floor(value)} or {ceil(value)}"


def _is_fraction(literal: Literal) -> bool:
    return literal.type is FactType.DOUBLE and not float(literal.text).is_integer()


def _not_bool(node: Infix, types: Mapping[str, FactType]) -> str:
    wrong = next((one for one in node.parts if type_of(one, types) is not FactType.BOOL), node)
    return f"“{node.sign}” joins conditions, and {_shown(wrong)} {_KINDS[type_of(wrong, types)]}."


def _choice(node: Choice, types: Mapping[str, FactType]) -> str:
    if type_of(node.condition, types) is not FactType.BOOL:
        return f"Before “?” stands a condition, and {_shown(node.condition)} is none."
    return "Both values of “? :” have to be of one type."


def _shown(tree: Expression) -> str:
    """What an operand is called: its name, what is written, or the first name in it."""
    match tree:
        case Name():
            return tree.name
        case Literal():
            return tree.text
        case _:
            names: Iterator[str] = (one.name for one in walk(tree) if isinstance(one, Name))
            name = next(names, "")
            return f"the part with {name}" if name else "this"


_USES: Final = {
    "contains": 'Write a_text.contains("part").',
    "startsWith": 'Write a_text.startsWith("part").',
    "endsWith": 'Write a_text.endsWith("part").',
    "matches": 'Write a_text.matches("pattern").',
    "size": "Write size(a_text).",
    "double": "Write double(a_whole_number).",
    "int": "Write int(a_number).",
}
