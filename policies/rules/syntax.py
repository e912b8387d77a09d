"""An expression as a tree with places: what checks, clauses and rewriting look at. CEL itself evaluates.

The grammar is the part of CEL that a rule needs: facts, params, literals, `? :`, `||`, `&&`,
comparisons, `in`, arithmetic and the functions of `FUNCTIONS`. There are no maps, no loops and no
indexes, so an expression costs no more than its length.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from policies.rules.facts import FactType

LONGEST_EXPRESSION: Final = 2_000
MOST_OPERATORS: Final = 200
DEEPEST_NESTING: Final = 12
LARGEST_NUMBER: Final = 1e15
LONGEST_PATTERN: Final = 100
MOST_PATTERNS: Final = 5
FUNCTIONS: Final = ("contains", "double", "endsWith", "int", "matches", "size", "startsWith")

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<double>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<int>0[xX][0-9a-fA-F]+|\d+)
    |(?P<string>[rR](?:"[^"\n]*"|'[^'\n]*')|"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-<>!+*/%?:(),.\[\]])""",
    re.VERBOSE | re.ASCII,
)
_LEVELS: Final[tuple[tuple[str, ...], ...]] = (
    ("||",),
    ("&&",),
    ("<", "<=", ">", ">=", "==", "!=", "in"),
    ("+", "-"),
    ("*", "/", "%"),
)
_SLIPS: Final = {
    "and": "&&", "or": "||", "not": "!", "is": "==", "&": "&&", "|": "||",
    "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "≠": "!=", "–": "-", "−": "-", "×": "*", "÷": "/",
}  # fmt: skip
COMPARISONS: Final = _LEVELS[2]


class NotAnExpression(Exception):
    """The text is none of this grammar; `at` is where in it, from 0, and the message a sentence."""

    def __init__(self, at: int, sentence: str) -> None:
        super().__init__(sentence)
        self.at = at


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text and where it stands."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next could begin."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text in quotes, `true` or `false`, as written."""

    text: str
    type: FactType
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A fact or `params.name`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`!` or `-` before something."""

    sign: str
    of: "Expression"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Infix:
    """Operands with one sign between them: two, or more of `&&` and `||`. `at` is the first sign's."""

    sign: str
    at: int
    parts: tuple["Expression", ...]

    @property
    def start(self) -> int:
        """Where the first operand begins."""
        return self.parts[0].start

    @property
    def end(self) -> int:
        """Where the last operand ends."""
        return self.parts[-1].end


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? then : otherwise`; `at` is the question mark's."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    at: int

    @property
    def start(self) -> int:
        """Where the condition begins."""
        return self.condition.start

    @property
    def end(self) -> int:
        """Where the last value ends."""
        return self.otherwise.end


@dataclass(frozen=True, slots=True)
class Call:
    """`function(…)`, or `target.function(…)`; `at` is where CEL reports its faults."""

    function: str
    target: "Expression | None"
    arguments: tuple["Expression", ...]
    start: int
    end: int
    at: int


@dataclass(frozen=True, slots=True)
class Listed:
    """`[a, b]`, for `in`."""

    items: tuple["Expression", ...]
    start: int
    end: int


Expression: TypeAlias = Literal | Name | Unary | Infix | Choice | Call | Listed


def parse(text: str) -> Expression:
    """The tree of an expression; NotAnExpression says what is wrong, and where."""
    if len(text) > LONGEST_EXPRESSION:
        raise NotAnExpression(
            0,
            f"The expression is longer than {LONGEST_EXPRESSION:,} characters. Make it two rules.",
        )
    return _Parser(tuple(_tokens(text)), len(text.rstrip())).whole()


def walk(tree: Expression) -> Iterator[Expression]:
    """Every node, outermost first."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def children(node: Expression) -> tuple[Expression, ...]:
    """The nodes right below one."""
    match node:
        case Unary():
            return (node.of,)
        case Infix():
            return node.parts
        case Choice():
            return (node.condition, node.then, node.otherwise)
        case Call():
            return (*((node.target,) if node.target else ()), *node.arguments)
        case Listed():
            return node.items
        case _:
            return ()


def names_in(tree: Expression) -> tuple[str, ...]:
    """The facts and params in it, each once, in their order."""
    return tuple(dict.fromkeys(node.name for node in walk(tree) if isinstance(node, Name)))


def conjuncts(tree: Expression) -> tuple[Expression, ...]:
    """The parts that all have to hold: those between the outermost `&&`."""
    if isinstance(tree, Infix) and tree.sign == "&&":
        return tuple(one for part in tree.parts for one in conjuncts(part))
    return (tree,)


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if text.startswith("//", at):  # where YAML folds lines, it would swallow the next
            raise NotAnExpression(at, "Comments (//) are not taken. Put a # above the whole text.")
        if found is None:
            raise NotAnExpression(at, _stray(text[at : at + 2]))
        if found.lastgroup != "space":
            yield Token(str(found.lastgroup), found.group(), at)
        at = found.end()


def _stray(found: str) -> str:
    character = found[0]
    meant = "" if found.startswith("==") else _SLIPS.get(found) or _SLIPS.get(character)
    if meant:
        return f"Write {meant}, not {found if found in _SLIPS else character}."
    if character in "\"'":
        return "This quotation mark has no other that closes it."
    if character == "=":
        return "Compare with ==, not with one equals sign."
    if character in "$€£":
        return f"Write the number alone, without {character}."
    if character in "“”„‘’":
        return 'This is a typographic quotation mark. Use straight ones: "text".'
    return f"“{character}” is no part of a condition."


@dataclass(slots=True)
class _Parser:
    tokens: tuple[Token, ...]
    length: int
    position: int = 0
    depth: int = 0
    operators: int = field(default=0)

    def whole(self) -> Expression:
        tree = self._choice()
        if self.position < len(self.tokens):
            raise self._unexpected()
        return tree

    @property
    def _next(self) -> str:
        if self.position >= len(self.tokens):
            return ""
        token = self.tokens[self.position]
        return token.text if token.kind in ("sign", "name") else ""

    def _take(self) -> Token:
        if self.position >= len(self.tokens):
            raise self._unexpected()
        self.position += 1
        return self.tokens[self.position - 1]

    def _expect(self, sign: str) -> Token:
        if self._next != sign:
            raise self._unexpected(sign)
        return self._take()

    def _unexpected(self, wanted: str = "") -> NotAnExpression:
        if self.position >= len(self.tokens):
            lacks = f"“{wanted}” is missing." if wanted else "a value is missing."
            return NotAnExpression(self.length, f"The expression ends too early: {lacks}")
        token = self.tokens[self.position]
        before = self.tokens[self.position - 1] if self.position else token
        for one in (token, before):
            if one.text.lower() in _SLIPS and one.kind == "name":
                return NotAnExpression(
                    one.start, f"Write {_SLIPS[one.text.lower()]}, not {one.text}."
                )
        if before.kind in ("int", "double") and (token.kind == "name" or token.text in ",."):
            return NotAnExpression(token.start, "A number has digits and one point: 1000000, 0.5.")
        hint = f" “{wanted}” is missing before it." if wanted else ""
        return NotAnExpression(token.start, f"“{token.text}” is not expected here.{hint}")

    def _deeper(self, reading: Callable[[], Expression], at: int) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise NotAnExpression(
                at, f"The expression is nested more than {DEEPEST_NESTING} deep. Make it simpler."
            )
        try:
            return reading()
        finally:
            self.depth -= 1

    def _count(self, token: Token) -> Token:
        self.operators += 1
        if self.operators > MOST_OPERATORS:
            raise NotAnExpression(
                token.start, f"The expression has more than {MOST_OPERATORS} operators."
            )
        return token

    def _choice(self) -> Expression:
        condition = self._infix(0)
        if self._next != "?":
            return condition
        mark = self._count(self._take())
        then = self._deeper(self._choice, mark.start)
        self._expect(":")
        return Choice(condition, then, self._deeper(self._choice, mark.start), mark.start)

    def _infix(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        tree = self._infix(level + 1)
        while self._next in _LEVELS[level]:
            sign = self._count(self._take())
            tree = _joined(tree, sign, self._infix(level + 1))
        return tree

    def _unary(self) -> Expression:
        if self._next not in ("!", "-"):
            return self._postfix(self._primary())
        sign = self._count(self._take())
        of = self._deeper(self._unary, sign.start)
        if sign.text == "-" and isinstance(of, Literal) and not of.text.startswith("-"):
            return Literal(f"-{of.text}", of.type, sign.start, of.end)
        return Unary(sign.text, of, sign.start, of.end)

    def _primary(self) -> Expression:
        token = self._take()
        if token.kind == "double" and float(token.text) > LARGEST_NUMBER:
            raise NotAnExpression(token.start, "This number is too large.")
        if token.kind in ("int", "double", "string"):
            return Literal(token.text, FactType(token.kind), token.start, token.end)
        if token.kind == "name":
            return self._named(token)
        if token.text == "(":
            tree = self._deeper(self._choice, token.start)
            self._expect(")")
            return tree
        if token.text == "[":
            items = self._until("]", token)
            return Listed(items, token.start, self.tokens[self.position - 1].end)
        self.position -= 1
        raise self._unexpected()

    def _named(self, token: Token) -> Expression:
        if token.text in ("true", "false"):
            return Literal(token.text, FactType.BOOL, token.start, token.end)
        if token.text == "in":
            self.position -= 1
            raise self._unexpected()
        if self._next != "(":
            return Name(token.text, token.start, token.end)
        before, dot, function = token.text.rpartition(".")
        target = Name(before, token.start, token.start + len(before)) if dot else None
        return self._call(function, target, token.start)

    def _postfix(self, tree: Expression) -> Expression:
        while self._next == ".":
            dot = self._take()
            function = self._take()
            if function.kind != "name" or "." in function.text or self._next != "(":
                raise NotAnExpression(dot.start, "“.” is followed by a function, such as size().")
            tree = self._call(function.text, tree, tree.start)
        return tree

    def _call(self, function: str, target: Expression | None, start: int) -> Expression:
        opening = self._count(self._take())
        if function not in FUNCTIONS:
            raise NotAnExpression(
                start, f"There is no function {function}(). There are: {', '.join(FUNCTIONS)}."
            )
        arguments = self._until(")", opening)
        end = self.tokens[self.position - 1].end
        return Call(function, target, arguments, start, end, opening.start)

    def _until(self, closing: str, opening: Token) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self._next != closing:
            if found:
                self._expect("," if self._next == "," else closing)
            self._count(opening)
            found.append(self._deeper(self._choice, opening.start))
        self._take()
        return tuple(found)


def _joined(left: Expression, sign: Token, right: Expression) -> Expression:
    """Chains of `&&` and of `||` are one node, so that a long condition is not a deep one."""
    if sign.text in ("&&", "||") and isinstance(left, Infix) and left.sign == sign.text:
        return Infix(sign.text, left.at, (*left.parts, right))
    return Infix(sign.text, sign.start, (left, right))
