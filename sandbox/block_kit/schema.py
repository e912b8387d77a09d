"""A small language for describing JSON shapes, whose complaints are worded and placed as Slack's.

A `Check` looks at one value and adds what is wrong with it to a `Report`, together with the JSON
pointer of the place, e.g. "must be less than 151 characters [json-pointer:/blocks/0/text/text]".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeGuard

from sandbox.errors import Problem
from sandbox.model import Json, is_object

Surface: TypeAlias = Literal["message", "modal", "home"]


@dataclass(slots=True)
class Report:
    """What was found wrong so far, and what counts across a whole document."""

    surface: Surface
    problems: list[Problem] = field(default_factory=list)
    refused_types: frozenset[str] = frozenset()

    def add(self, message: str, pointer: str) -> None:
        """Note one complaint."""
        self.problems.append(Problem(message, pointer))


Check: TypeAlias = Callable[[object, str, Report], None]
Rule: TypeAlias = Callable[[Json, str, Report], None]


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether the value is a finite JSON number (a boolean is none)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == value and abs(value) != float("inf")


def string(at_most: int = 3000, at_least: int = 1, pattern: str | None = None) -> Check:
    """Describe a string of limited length, optionally of a given form."""
    form = re.compile(pattern) if pattern else None

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must provide a string", pointer)
        elif len(value) > at_most:
            report.add(f"must be less than {at_most + 1} characters", pointer)
        elif len(value) < at_least:
            report.add(f"must be more than {at_least - 1} characters", pointer)
        elif form is not None and not form.fullmatch(value):
            report.add("invalid format", pointer)

    return check


def boolean(value: object, pointer: str, report: Report) -> None:
    """Describe true or false."""
    if not isinstance(value, bool):
        report.add("must provide a boolean", pointer)


def number(value: object, pointer: str, report: Report) -> None:
    """Describe a finite number."""
    if not is_number(value):
        report.add("must provide a number", pointer)


def integer(at_least: int, at_most: int) -> Check:
    """Describe a whole number in a range."""

    def check(value: object, pointer: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report.add("must provide an integer", pointer)
        elif not at_least <= value <= at_most:
            report.add(f"must be between {at_least} and {at_most}", pointer)

    return check


def one_of(*allowed: str) -> Check:
    """Describe one word out of a few."""

    def check(value: object, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.add(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def array(item: Check, at_most: int, at_least: int = 1) -> Check:
    """Describe a list of limited length whose items are all alike."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must provide an array", pointer)
            return
        if len(value) > at_most:
            report.add(f"no more than {at_most} items allowed", pointer)
        elif len(value) < at_least:
            report.add(f"no fewer than {at_least} items required", pointer)
        for index, entry in enumerate(value):
            item(entry, f"{pointer}/{index}", report)

    return check


def shape(
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    rules: tuple[Rule, ...] = (),
) -> Check:
    """Describe an object: its required and optional fields, nothing else, and rules across them.

    `type` is always allowed (`by_type` has looked at it); rules run only on sound fields.
    """
    must = dict(required or {})
    known: dict[str, Check] = {**must, **(optional or {})}

    def check(value: object, pointer: str, report: Report) -> None:
        if not is_object(value):
            report.add("must provide an object", pointer)
            return
        before = len(report.problems)
        for name in must.keys() - value.keys():
            report.add(f"missing required field: {name}", pointer)
        _check_fields(value, known, pointer, report)
        if len(report.problems) == before:
            for rule in rules:
                rule(value, pointer, report)

    return check


def _check_fields(value: Json, known: Mapping[str, Check], pointer: str, report: Report) -> None:
    for name, content in value.items():
        if name in known:
            known[name](content, f"{pointer}/{escape(name)}", report)
        elif name != "type":
            report.add(f"invalid additional property: {name}", pointer)


def by_type(kinds: Mapping[str, Check], what: str) -> Check:
    """Describe an object whose `type` decides what else it holds."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not is_object(value):
            report.add("must provide an object", pointer)
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            report.add("missing required field: type", pointer)
        elif kind not in kinds or kind in report.refused_types:
            report.add(f"unsupported type: {kind}" if kind else f"missing {what} type", pointer)
        else:
            kinds[kind](value, pointer, report)

    return check


def lazily(make: Callable[[], Check]) -> Check:
    """Describe something that is defined further down (or that contains itself)."""

    def check(value: object, pointer: str, report: Report) -> None:
        make()(value, pointer, report)

    return check


def exactly_one(*names: str) -> Rule:
    """Demand one of several fields, and only one."""

    def rule(value: Json, pointer: str, report: Report) -> None:
        if sum(name in value for name in names) != 1:
            report.add(f"must provide exactly one of: {', '.join(names)}", pointer)

    return rule


def at_least_one(*names: str) -> Rule:
    """Demand one or more of several fields."""

    def rule(value: Json, pointer: str, report: Report) -> None:
        if not any(value.get(name) for name in names):
            report.add(f"must provide at least one of: {', '.join(names)}", pointer)

    return rule


def unique(values: list[Any]) -> bool:
    """Whether no value occurs twice."""
    return len(values) == len(set(values))


def escape(name: str) -> str:
    """Return a property name as a JSON pointer writes it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
