"""A small language for JSON shapes: a check yields the problems of one value, each at its pointer."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in a sentence, and where: a JSON pointer into the payload."""

    pointer: str
    sentence: str


Json = dict[str, Any]
Check = Callable[[object, str], Iterator[Problem]]
Rule = Callable[[Json, str], Iterator[Problem]]


def text(most: int, least: int = 1, form: str | None = None) -> Check:
    """A string of limited length, optionally of a form."""
    pattern = re.compile(form) if form else None

    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "This must be text.")
        elif len(value) > most:
            yield Problem(at, f"This is {len(value)} characters long; Slack takes {most}.")
        elif len(value) < least:
            yield Problem(at, "This is empty; Slack wants some text.")
        elif pattern and not pattern.fullmatch(value):
            yield Problem(at, f"“{value[:40]}” does not have the form that Slack takes.")

    return check


def flag(value: object, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem(at, "This must be true or false.")


def number(value: object, at: str) -> Iterator[Problem]:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
        yield Problem(at, "This must be a finite number.")


def whole(least: int, most: int) -> Check:
    """A whole number in a range."""

    def check(value: object, at: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield Problem(at, f"This must be a whole number from {least} to {most}.")

    return check


def one_of(*words: str) -> Check:
    """One of a few words."""

    def check(value: object, at: str) -> Iterator[Problem]:
        if value not in words:
            yield Problem(at, f"This must be one of: {', '.join(words)}.")

    return check


def items(each: Check, most: int, least: int = 1) -> Check:
    """A list of limited length whose entries are alike."""

    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "This must be a list.")
            return
        if len(value) > most:
            yield Problem(at, f"There are {len(value)} entries; Slack takes {most}.")
        if len(value) < least:
            yield Problem(at, f"There are {len(value)} entries; Slack wants at least {least}.")
        for index, entry in enumerate(value):
            yield from each(entry, f"{at}/{index}")

    return check


def fields(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    rules: Sequence[Rule] = (),
) -> Check:
    """An object with these fields and no others; rules look at it once its fields are sound."""
    known = {**required, **(optional or {})}

    def check(value: object, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "This must be an object.")
            return
        found = [Problem(at, f"“{name}” is missing.") for name in required if name not in value]
        for name, content in value.items():
            if name in known:
                found += known[name](content, f"{at}/{name}")
            elif name != "type":
                found.append(Problem(f"{at}/{name}", f"Slack knows no “{name}” here."))
        for rule in rules if not found else ():
            found += rule(value, at)
        yield from found

    return check


def by_type(kinds: Mapping[str, Check], what: str) -> Check:
    """An object whose `type` decides its shape."""

    def check(value: object, at: str) -> Iterator[Problem]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            yield Problem(at, f"“{kind}” is no {what} that fits here.")
        else:
            yield from kinds[kind](value, at)

    return check


def exactly_one(*names: str) -> Rule:
    """A rule: one of these fields, and only one."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        if sum(name in value for name in names) != 1:
            yield Problem(at, f"Give exactly one of: {', '.join(names)}.")

    return rule


def some_of(*names: str) -> Rule:
    """A rule: at least one of these fields."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        if not any(name in value for name in names):
            yield Problem(at, f"Give at least one of: {', '.join(names)}.")

    return rule


def distinct(path: str, name: str | None = None) -> Rule:
    """A rule: the entries of a list, or one field of each, differ from another."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        entries = value.get(path, [])
        seen: list[Any] = []
        for index, entry in enumerate(entries):
            mark = entry if name is None else entry.get(name)
            if mark in seen:
                yield Problem(f"{at}/{path}/{index}", f"“{mark}” stands here twice.")
            seen.append(mark)

    return rule
