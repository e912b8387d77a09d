"""Expressions of a rule: checked for syntax, types and units, and compiled for CEL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policies.rules.cel import Environment, NotCel, Program
from policies.rules.explaining import TOO_INVOLVED, misuse, sentence_of, strange_item, unknown_name
from policies.rules.facts import Fact, FactType, Unit
from policies.rules.rewriting import type_of, written
from policies.rules.structure import Fault
from policies.rules.syntax import (
    LONGEST_PATTERN,
    MOST_PATTERNS,
    Call,
    Expression,
    Infix,
    Listed,
    Literal,
    Name,
    NotAnExpression,
    parse,
    walk,
)
from policies.rules.units import unit_faults, unit_of

PARAMS: Final = "params."
WANTED: Final = {
    FactType.BOOL: "true or false",
    FactType.INT: "a whole number",
    FactType.DOUBLE: "a number with a decimal point",
    FactType.STRING: "a text",
}


class NotSound(Exception):
    """An expression that is refused, with every fault; places are offsets in its text."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(" ".join(one.sentence for one in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Compiled:
    """A sound expression: its text, its tree, and the program."""

    text: str
    tree: Expression
    program: Program


class Vocabulary:
    """The names that expressions of a rule may use: a subject's facts, and its own params."""

    def __init__(
        self, facts: Mapping[str, Fact], params: Mapping[str, tuple[FactType, Unit]]
    ) -> None:
        named = {f"{PARAMS}{name}": one for name, one in params.items()}
        self.units = {name: fact.unit for name, fact in facts.items()}
        self.units |= {name: unit for name, (_, unit) in named.items()}
        self.types = {name: fact.type for name, fact in facts.items()}
        self.types |= {name: type_ for name, (type_, _) in named.items()}
        self.environment = Environment(self.types)

    def compile(self, text: str, expected: FactType) -> Compiled:
        """A program that yields the type; NotSound with all that is wrong with the text."""
        try:
            tree = parse(text)
        except NotAnExpression as problem:
            raise NotSound((Fault(problem.at, str(problem)),)) from None
        self._check_types(text, tree, expected)
        faults = (
            *self._list_faults(tree),
            *unit_faults(tree, self.units),
            *self._call_faults(tree),
        )
        if faults:
            raise NotSound(faults)
        try:
            return Compiled(
                text, tree, self.environment.compile(written(tree, self.types), expected)
            )
        except NotCel:
            raise NotSound((Fault(0, TOO_INVOLVED),)) from None

    def program(self, tree: Expression) -> Program:
        """A part of a sound expression as a program of its own."""
        return self.environment.compile(written(tree, self.types))

    def unit(self, tree: Expression) -> Unit | None:
        """What an expression counts; None where that cannot be told."""
        return unit_of(tree, self.units)

    def _check_types(self, text: str, tree: Expression, expected: FactType) -> None:
        try:
            found = self.environment.compile(text).type
        except NotCel as refused:
            said = [
                Fault(one.at, sentence_of(one, tree, self.types))
                for one in refused.problems
                if "*error*" not in one.words  # it follows from another
            ]
            raise NotSound(tuple(said)) from None
        strangers = [
            one for one in walk(tree) if isinstance(one, Name) and one.name not in self.types
        ]
        if strangers:  # CEL takes words of its own, such as null
            faults = (Fault(one.start, unknown_name(one.name, self.types)) for one in strangers)
            raise NotSound(tuple(faults))
        if found is not expected:
            sentence = f"This comes to {WANTED[found]}; it has to come to {WANTED[expected]}."
            raise NotSound((Fault(tree.start, sentence),))

    def _list_faults(self, tree: Expression) -> Iterator[Fault]:
        """CEL takes any list anywhere. Here one stands after `in`, and holds what is sought there."""
        after_in = [one for one in walk(tree) if isinstance(one, Infix) and one.sign == "in"]
        for node in after_in:
            sought, among = node.parts
            if not isinstance(among, Listed):
                yield Fault(among.start, 'After “in” stands a list, such as ["S", "M"].')
                return
            wanted = type_of(sought, self.types)
            for item in among.items:
                if not isinstance(item, Listed) and type_of(item, self.types) is not wanted:
                    yield Fault(item.start, strange_item(sought, item, self.types))
        lists = [one for one in walk(tree) if isinstance(one, Listed)]
        expected = [node.parts[1] for node in after_in]
        if stray := next((one for one in lists if one not in expected), None):
            yield Fault(stray.start, "A list stands after “in” only.")

    def _call_faults(self, tree: Expression) -> Iterator[Fault]:
        calls = [one for one in walk(tree) if isinstance(one, Call)]
        patterns = [one for one in calls if one.function == "matches"]
        if len(patterns) > MOST_PATTERNS:
            yield Fault(patterns[-1].at, f"An expression has at most {MOST_PATTERNS} patterns.")
            return
        for call in calls:
            if call.function == "matches":
                yield from self._pattern_fault(call)
            elif self._reads_number(call):
                yield Fault(call.at, misuse(call.function))

    def _reads_number(self, call: Call) -> bool:
        """Whether it makes a number of a text: most texts are none."""
        makes_number = call.function in ("double", "int")
        return makes_number and type_of(call.arguments[0], self.types) is FactType.STRING

    def _pattern_fault(self, call: Call) -> Iterator[Fault]:
        pattern = call.arguments[-1]
        if not isinstance(pattern, Literal):
            yield Fault(pattern.start, "A pattern has to be a text in quotes.")
        elif len(pattern.text) > LONGEST_PATTERN:
            yield Fault(pattern.start, f"A pattern has at most {LONGEST_PATTERN} characters.")
        else:
            tried = self.environment.compile(f'"".matches({pattern.text})', FactType.BOOL)
            if not isinstance(tried.run(self.environment.activation({})), bool):
                yield Fault(pattern.start, "This is no regular expression that RE2 takes.")
