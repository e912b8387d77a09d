"""CEL behind one adapter: the only module that knows `cel_expr_python`.

Errors of evaluation are values, never exceptions, and never true.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias

from cel_expr_python import cel

from policies.rules.facts import FactType, FactValue

Activation: TypeAlias = Any
"""Values that were handed to CEL, for several programs of one environment."""

_TYPES: Final = {
    FactType.BOOL: cel.Type.BOOL,
    FactType.INT: cel.Type.INT,
    FactType.DOUBLE: cel.Type.DOUBLE,
    FactType.STRING: cel.Type.STRING,
}
_PROBLEM: Final = re.compile(r"^(?:\w+: )?ERROR: <input>:(\d+):(\d+): (.*)$", re.MULTILINE)
_TAIL: Final = re.compile(r" \[[A-Z_]+\]$")
_INFINITE: Final = frozenset({float("inf"), float("-inf")})


@dataclass(frozen=True, slots=True)
class CelProblem:
    """What CEL says against a text: its own words, and where, as an offset from 0."""

    at: int
    words: str


class NotCel(Exception):
    """A text that CEL refuses, with everything that it says."""

    def __init__(self, problems: tuple[CelProblem, ...]) -> None:
        super().__init__("; ".join(one.words for one in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Failed:
    """An evaluation that came to no value, and why."""

    reason: str


class Program:
    """A compiled expression. Thread-safe."""

    def __init__(self, expression: object, type_: FactType) -> None:
        self._expression: Any = expression
        self.type = type_

    def run(self, activation: Activation) -> FactValue | Failed:
        """Its value, exactly of its type; Failed for an error, or a number that is none."""
        try:
            result = self._expression.eval(activation)
        except RuntimeError as problem:
            return Failed(str(problem).partition("\n")[0])
        kind = result.type()
        if kind != _TYPES[self.type]:
            return Failed(
                _reason(result.value()) if kind == cel.Type.ERROR else f"it came to {kind}"
            )
        value = result.value()
        if self.type is FactType.DOUBLE and (value != value or value in _INFINITE):
            return Failed("the number is not finite")
        return value  # type: ignore[no-any-return]  # of the type that was just compared


class Environment:
    """Names with their types; expressions compile against exactly these."""

    def __init__(self, types: Mapping[str, FactType]) -> None:
        self.types = dict(types)
        self._env = cel.NewEnv(variables={name: _TYPES[one] for name, one in types.items()})

    def compile(self, text: str, expected: FactType | None = None) -> Program:
        """A program. NotCel with all that CEL says, or with the type where it is another than expected."""
        try:
            expression = self._env.compile(text)
        except RuntimeError as refused:
            raise NotCel(_problems(text, str(refused))) from None
        found = next((one for one, t in _TYPES.items() if t == expression.return_type()), None)
        if found is None or (expected is not None and found is not expected):
            raise NotCel((CelProblem(0, f"type {found or expression.return_type()}"),))
        return Program(expression, found)

    def activation(self, values: Mapping[str, FactValue]) -> Activation:
        """Values for programs; names that no program uses may be left out."""
        return self._env.Activation(values)


def _problems(text: str, said: str) -> tuple[CelProblem, ...]:
    starts = [0, *(at + 1 for at, one in enumerate(text) if one == "\n"), len(text) + 1]
    lines = list(pairwise(starts))
    found = []
    for line, column, words in _PROBLEM.findall(said):
        start, end = lines[min(int(line), len(lines)) - 1]
        at = min(start + int(column) - 1, end - 1)
        found.append(CelProblem(at, _TAIL.sub("", words)))
    return tuple(found) or (CelProblem(0, _TAIL.sub("", said.partition("\n")[0])),)


def _reason(value: object) -> str:
    return str(value).partition(": ")[2] or "an error"
