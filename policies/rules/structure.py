"""Whether a rule has the structure of `schema`, with sentences for people instead of pydantic's."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policies.rules import schema
from policies.rules.durations import DURATION
from policies.rules.nodes import Listing, Mapping, Node, Scalar

Path: TypeAlias = tuple[str | int, ...]

_MODELS: Final[dict[tuple[str, ...], type[BaseModel]]] = {
    (): schema.RuleEntry,
    ("params", "*"): schema.ParamEntry,
    ("scope",): schema.ScopeEntry,
    ("limit",): schema.LimitEntry,
    ("say",): schema.SayEntry,
    ("tests",): schema.TestEntry,
    ("tests", "expect"): schema.ExpectEntry,
}
MOST_FAULTS: Final = 100
_DURATIONS: Final = ("for", "keep", "every", "after")
_SWITCHES: Final = ("yes", "no", "on", "off")
_QUOTED: Final = re.compile(r"'([^']*)'")
_PATTERNS: Final = {
    DURATION: "a duration such as 30m, 1h or 2d, at most a year",
    schema.ID: "lower-case letters, digits and hyphens, such as call-flood",
    schema.PARAM_NAME: "lower-case letters, digits and underscores, such as floor_usd",
    schema.EMAIL: "an e-mail address",
    schema.LINK: "an address that begins with https://",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one node: where in the file, as an offset, and a sentence."""

    at: int
    sentence: str


def entry_of(node: Node) -> schema.RuleEntry | list[Fault]:
    """A rule with its structure checked, or everything that is wrong with that."""
    try:
        return schema.RuleEntry.model_validate(node.plain)
    except ValidationError as refused:
        faults: dict[int, Fault] = {}
        errors = refused.errors(include_url=False, include_input=False)
        errors.sort(key=lambda one: one["type"].endswith("_type"))
        for error in errors[:MOST_FAULTS]:
            fault = _fault(node, error)
            faults.setdefault(fault.at, fault)  # a union says the same once for each of its types
        return list(faults.values())


def found_at(node: Node, path: Path) -> tuple[Node, Path]:
    """The node that a path leads to, as far as it leads, and what is left of the path."""
    for taken, step in enumerate(path):
        if isinstance(node, Mapping) and step in node.items:
            node = node.items[str(step)]
        elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return node, path[taken:]
    return node, ()


def closest(word: str, words: Iterator[str] | list[str]) -> str:
    """A hint at the nearest word, " Did you mean “…”?", or ""."""
    near = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f" Did you mean “{near[0]}”?" if near else ""


def _fault(root: Node, error: ErrorDetails) -> Fault:
    path = tuple(error["loc"])
    node, left = found_at(root, path)
    led = path[: len(path) - len(left)]
    kind = error["type"]
    if kind == "missing":
        return Fault(node.start, f"“{path[-1]}” is missing here.")
    if kind == "extra_forbidden":
        return Fault(_key_at(root, path), _no_key(node, path))
    if left and left[-1] == "[key]":
        return Fault(_key_at(root, path[:-1]), f"This name has to be {_expected(error)}.")
    name = next((str(one) for one in reversed(led) if isinstance(one, str)), "A rule")
    if isinstance(node, Scalar) and node.value is None:
        at = node.start if node.text or not led else _key_at(root, led)
        return Fault(at, f"“{name}” is empty. Give it a value, or remove the line.")
    return Fault(node.start, _misfit(name, node, led, error))


def _no_key(node: Node, path: Path) -> str:
    if isinstance(node, Scalar) and node.value is None:
        return f"“{path[-1]}” is no key. In braces, a text with a comma has to be in quotes."
    return f"There is no key “{path[-1]}” here.{closest(str(path[-1]), _keys(path[:-1]))}"


def _misfit(name: str, node: Node, path: Path, error: ErrorDetails) -> str:
    kind = error["type"]
    text = node.text if isinstance(node, Scalar) else ""
    if text.lower() in _SWITCHES and kind == "bool_type":
        return f"“{text}” is a text. Write true or false."
    if name in _DURATIONS and kind == "string_type":
        return f"“{name}” has to be {_PATTERNS[DURATION]}."
    if kind == "bool_type" and path[:1] == ("min_data",):
        return f"“{name}” has to be a number, or true."
    if kind in ("enum", "literal_error"):
        words = [one for one in _QUOTED.findall(error["ctx"]["expected"]) if one]
        return f"“{name}” has to be one of: {', '.join(words)}.{closest(text, words)}"
    saying = _SAYINGS.get(kind, lambda _: "cannot be this")
    return f"“{name}” {saying(error)}."


def _key_at(root: Node, path: Path) -> int:
    holder, _ = found_at(root, path[:-1])
    key = holder.keys.get(str(path[-1])) if isinstance(holder, Mapping) else None
    return key.start if key else holder.start


def _keys(path: Path) -> list[str]:
    words = tuple(one for one in path if isinstance(one, str))
    known = ("params", "*") if words[:1] == ("params",) else words
    model = _MODELS.get(known, schema.RuleEntry)
    return [field.alias or name for name, field in model.model_fields.items()]


def _expected(error: ErrorDetails) -> str:
    pattern = error.get("ctx", {}).get("pattern", "")
    return _PATTERNS.get(pattern, "one line of text")


def _bound(text: str, name: str) -> Callable[[ErrorDetails], str]:
    return lambda error: text.format(error["ctx"][name])


_NUMBER: Final = "has to be a number, without quotes"
_SAYINGS: Final[dict[str, Callable[[Any], str]]] = {
    "string_type": lambda _: "has to be a text; put it in quotes",
    "int_type": lambda _: "has to be a whole number, without quotes",
    "float_type": lambda _: _NUMBER,
    "bool_type": lambda _: "has to be a number, a text, true or false",
    "list_type": lambda _: "has to be a list, such as [a, b]",
    "dict_type": lambda _: "has to hold keys and values",
    "model_type": lambda _: "has to hold keys and values",
    "string_pattern_mismatch": lambda error: f"has to be {_expected(error)}",
    "greater_than_equal": _bound("has to be at least {}", "ge"),
    "less_than_equal": _bound("has to be at most {}", "le"),
    "string_too_short": lambda _: "is empty",
    "string_too_long": _bound("is longer than {} characters", "max_length"),
    "too_short": _bound("needs at least {} entry", "min_length"),
    "too_long": _bound("has more than {} entries", "max_length"),
}
