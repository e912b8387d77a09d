"""From the text of a rule file to rules, or to every reason why it holds none.

    text -> nodes with places -> structure -> names, types, units, templates, tests -> rules

A file is sound as a whole, or contributes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from policies.rules.building import rule_of
from policies.rules.checking import Written, faults_of
from policies.rules.checking_tests import test_faults_of
from policies.rules.model import Rule, RuleProblem
from policies.rules.nodes import Listing, Mapping, Node, NotYaml, Scalar, Source, read_nodes
from policies.rules.schema import API_VERSION, MOST_RULES
from policies.rules.structure import MOST_FAULTS, Fault, closest, entry_of

MOST_PROBLEMS: Final = 50
LONGEST_SENTENCE: Final = 300
KEYS: Final = ("apiVersion", "rules")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text came to: rules, or problems in the order of the file, and never both."""

    rules: tuple[Rule, ...] = ()
    problems: tuple[RuleProblem, ...] = ()


def read_rules(text: str, file: str) -> Reading:
    """Read a file's text; `file` is what problems call it. Never raises, whatever the text."""
    source = Source(file, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    try:
        root = read_nodes(source)
    except NotYaml as problem:
        return Reading(problems=(RuleProblem(source.place(problem.at), _short(str(problem))),))
    found = list(_file_faults(root))
    rules: list[Rule] = []
    for node in _rule_nodes(root):
        result = _read_rule(node, source)
        if isinstance(result, Rule):
            rules.append(result)
            continue
        found += [(fault, _id_of(node)) for fault in result]
        if len(found) > MOST_PROBLEMS:
            break
    problems = [
        RuleProblem(source.place(fault.at), _short(fault.sentence), id_) for fault, id_ in found
    ]
    problems += _repeated(rules)
    if problems:
        return Reading(problems=_in_order(problems))
    return Reading(tuple(rules))


def _short(sentence: str) -> str:
    """On one line, however long what it quotes is."""
    line = " ".join(sentence.split())
    return line if len(line) <= LONGEST_SENTENCE else f"{line[: LONGEST_SENTENCE - 1]}…"


def _in_order(problems: list[RuleProblem]) -> tuple[RuleProblem, ...]:
    ordered = sorted(set(problems), key=lambda one: (one.place, one.sentence))
    if len(ordered) <= MOST_PROBLEMS:
        return tuple(ordered)
    last = RuleProblem(ordered[MOST_PROBLEMS].place, "There are more from here on.")
    return (*ordered[:MOST_PROBLEMS], last)


def _file_faults(root: Node) -> Iterator[tuple[Fault, str]]:
    for fault in _top_faults(root):
        yield fault, ""


def _top_faults(root: Node) -> Iterator[Fault]:
    if not isinstance(root, Mapping):
        yield Fault(root.start, "A rule file begins with “apiVersion: mileage/v1”, then “rules:”.")
        return
    yield from _key_faults(root)
    version = root.items.get("apiVersion")
    if version is None:
        yield Fault(root.start, "“apiVersion: mileage/v1” is missing.")
    elif version.plain != API_VERSION:
        yield Fault(version.start, f"This apiVersion is not known. Write {API_VERSION}.")
    rules = root.items.get("rules")
    if rules is None:
        yield Fault(root.start, "“rules” is missing.")
    elif not isinstance(rules, Listing) or not rules.items:
        yield Fault(rules.start, "“rules” is a list: each rule begins with “- id:”.")
    elif len(rules.items) > MOST_RULES:
        yield Fault(rules.start, f"A file holds at most {MOST_RULES} rules. Split it.")


def _key_faults(root: Mapping) -> Iterator[Fault]:
    for key, scalar in root.keys.items():
        if key not in KEYS:
            yield Fault(scalar.start, f"There is no key “{key}” here.{closest(key, list(KEYS))}")


def _rule_nodes(root: Node) -> list[Node]:
    rules = root.items.get("rules") if isinstance(root, Mapping) else None
    return rules.items[:MOST_RULES] if isinstance(rules, Listing) else []


def _read_rule(node: Node, source: Source) -> Rule | list[Fault]:
    entry = entry_of(node)
    if isinstance(entry, list):
        return entry
    written = Written.of(entry, node)
    faults = list(islice(chain(faults_of(written), test_faults_of(written)), MOST_FAULTS))
    return faults or rule_of(entry, node, source)


def _id_of(node: Node) -> str:
    id_ = node.items.get("id") if isinstance(node, Mapping) else None
    return id_.text[:60] if isinstance(id_, Scalar) else ""


def _repeated(rules: list[Rule]) -> Iterator[RuleProblem]:
    first: dict[str, Rule] = {}
    for rule in rules:
        before = first.setdefault(rule.id, rule)
        if before is not rule:
            says = f"The id {rule.id} is taken in line {before.place.line}. Choose another."
            yield RuleProblem(rule.place, says, rule.id)
