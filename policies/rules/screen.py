"""Which of many rules may match a subject: most subjects match none, and CEL need not be asked.

A screen knows the params beforehand and only leaves out; what it lets through is judged by CEL. It is
plain functions over the facts, because handing a subject's facts to CEL takes longer than comparing
them (docs/decisions/0016-screening-rules.md has the figures).
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from policies.rules.cel import Failed
from policies.rules.compiled import CompiledRule
from policies.rules.expressions import PARAMS, Vocabulary
from policies.rules.facts import FactType, FactValue
from policies.rules.rewriting import type_of
from policies.rules.syntax import Call, Choice, Expression, Infix, Listed, Name, Unary, names_in

Values: TypeAlias = Mapping[str, FactValue]
Reckoned: TypeAlias = Callable[[Values], Any]
"""A part of an expression: its value for a subject, or an exception where only CEL can tell."""

_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
    "==": operator.eq, "!=": operator.ne,
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip
_WITH_CONSTANT: Final[dict[str, Callable[[str, Any], Reckoned]]] = {
    ">": lambda name, limit: lambda values: values[name] > limit,
    ">=": lambda name, limit: lambda values: values[name] >= limit,
    "<": lambda name, limit: lambda values: values[name] < limit,
    "<=": lambda name, limit: lambda values: values[name] <= limit,
    "==": lambda name, limit: lambda values: values[name] == limit,
    "!=": lambda name, limit: lambda values: values[name] != limit,
}
"""The usual comparison of a fact with a number, in one call."""
_LARGEST_INT: Final = 2**63


class OnlyCel(Exception):
    """What only CEL can tell: an overflow, a pattern, whole numbers divided."""


class Screen:
    """The rules of one kind of subject, with fixed params. Thread-safe, and without state."""

    def __init__(
        self, judges: Iterable[CompiledRule], params: Mapping[str, Values] | None = None
    ) -> None:
        """`params` by rule id, where they are others than the defaults."""
        changed = params or {}
        self._tests = tuple(
            (one, _test_of(one, one.rule.defaults | dict(changed.get(one.rule.id, {}))))
            for one in judges
        )

    def candidates(self, values: Values) -> tuple[CompiledRule, ...]:
        """The rules that may match a subject with these facts: all that match, and all that fail."""
        found = []
        for judge, test in self._tests:
            try:
                if test(values) is False:
                    continue
            except (OnlyCel, ArithmeticError, LookupError, TypeError):
                pass  # what cannot be told here, CEL is asked
            found.append(judge)
        return tuple(found)


def _test_of(judge: CompiledRule, params: Values) -> Reckoned:
    """Whether `when` may hold, and enough is known for it to be asked."""
    reckoner = _Reckoner(judge.vocabulary, params)
    enough = [
        operator.itemgetter(name) if least is True else _WITH_CONSTANT[">="](name, least)
        for name, least in judge.rule.min_data.items()
    ]
    return _all_of([reckoner.of(judge.when.tree), *enough])


def _all_of(parts: list[Reckoned]) -> Reckoned:
    if len(parts) == 1:
        return parts[0]
    first, *others = parts
    if len(others) == 1:
        second = others[0]
        return lambda values: first(values) and second(values)
    return lambda values: first(values) and all(one(values) for one in others)


class _Reckoner:
    """Makes functions of expressions. What holds no fact is reckoned once, by CEL."""

    def __init__(self, vocabulary: Vocabulary, params: Values) -> None:
        self.vocabulary = vocabulary
        named = {f"{PARAMS}{name}": value for name, value in params.items()}
        self.params = vocabulary.environment.activation(named)

    def of(self, tree: Expression) -> Reckoned:
        """The function of an expression."""
        if not any(_facts_in(tree)) and not isinstance(tree, Listed):
            return self._constant(tree)
        match tree:
            case Name():
                return operator.itemgetter(tree.name)
            case Infix():
                return self._infix(tree)
            case Unary():
                of = self.of(tree.of)
                return (lambda values: not of(values)) if tree.sign == "!" else _only_cel
            case Choice():
                condition, then = self.of(tree.condition), self.of(tree.then)
                otherwise = self.of(tree.otherwise)
                return lambda values: then(values) if condition(values) else otherwise(values)
            case Call() if tree.function == "double":
                whole = self.of(tree.arguments[0])
                return lambda values: float(whole(values))
            case _:
                return _only_cel

    def _constant(self, tree: Expression) -> Reckoned:
        value = self.constant(tree)
        return _only_cel if value is None else lambda _: value

    def constant(self, tree: Expression) -> FactValue | None:
        """The value of what holds no fact; None where it has none."""
        value = self.vocabulary.program(tree).run(self.params)
        return None if isinstance(value, Failed) else value

    def _infix(self, tree: Infix) -> Reckoned:
        if tree.sign == "&&":
            return _all_of([self.of(one) for one in tree.parts])
        if tree.sign == "||":
            parts = [self.of(one) for one in tree.parts]
            return lambda values: any(one(values) for one in parts)
        left, right = tree.parts
        if tree.sign == "in":
            return self._among(left, right)
        if tree.sign in _WITH_CONSTANT and isinstance(left, Name) and not any(_facts_in(right)):
            limit = self.constant(right)
            return _only_cel if limit is None else _WITH_CONSTANT[tree.sign](left.name, limit)
        return self._reckoned(tree, self.of(left), self.of(right))

    def _reckoned(self, tree: Infix, left: Reckoned, right: Reckoned) -> Reckoned:
        kind = type_of(tree, self.vocabulary.types)
        if tree.sign == "/" and kind is FactType.DOUBLE:
            return lambda values: left(values) / right(values)
        if tree.sign not in _OPERATORS:
            return _only_cel
        of_both = _OPERATORS[tree.sign]
        if kind is FactType.INT:
            return lambda values: _whole(of_both(left(values), right(values)))
        return lambda values: of_both(left(values), right(values))

    def _among(self, left: Expression, right: Expression) -> Reckoned:
        items = [self.of(one) for one in getattr(right, "items", ())]
        sought = self.of(left)
        return lambda values: sought(values) in [one(values) for one in items]


def _facts_in(tree: Expression) -> Iterator[str]:
    return (name for name in names_in(tree) if not name.startswith(PARAMS))


def _whole(value: int) -> int:
    if not -_LARGEST_INT <= value < _LARGEST_INT:
        raise OnlyCel
    return value


def _only_cel(_: Values) -> Any:  # noqa: ANN401 - it never returns
    raise OnlyCel
