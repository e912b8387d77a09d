"""Whether what an entry says can be meant: its names, types, units, bounds and templates.

Every check yields all the faults that it finds; none stops the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.rules import schema
from policies.rules.building import type_of_value
from policies.rules.catalogue import CATALOGUE, LABELS
from policies.rules.durations import duration_of
from policies.rules.explaining import unknown_fact
from policies.rules.expressions import PARAMS, WANTED, Compiled, NotSound, Vocabulary
from policies.rules.facts import Fact, FactType, FactValue, Unit
from policies.rules.model import Stage
from policies.rules.nodes import Mapping, Node, Scalar
from policies.rules.says import IMPACT, placeholders
from policies.rules.structure import Fault, Path, closest, found_at
from policies.rules.syntax import names_in

_NUMBERS = (FactType.INT, FactType.DOUBLE)
_ONE_PERSON = frozenset({"person", "outcome", "session"})
"""Labels of which each value belongs to one person."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry with the node that it was read from, and the names that it may use."""

    entry: schema.RuleEntry
    node: Node
    vocabulary: Vocabulary

    @classmethod
    def of(cls, entry: schema.RuleEntry, node: Node) -> "Written":
        """With the facts of its subject and its own params."""
        params = {name: (meant_type(one), one.unit) for name, one in entry.params.items()}
        return cls(entry, node, Vocabulary(CATALOGUE[entry.subject], params))

    @property
    def facts(self) -> dict[str, Fact]:
        """The facts of its subject."""
        return CATALOGUE[self.entry.subject]

    def fault(self, path: Path, sentence: str, at: int = 0) -> Fault:
        """A fault at a value, or at a character of its text."""
        found, _ = found_at(self.node, path)
        return Fault(found.at(at) if isinstance(found, Scalar) and at else found.start, sentence)

    def fault_of_key(self, path: Path, sentence: str) -> Fault:
        """A fault at the key of a value."""
        holder, _ = found_at(self.node, path[:-1])
        key = holder.keys.get(str(path[-1])) if isinstance(holder, Mapping) else None
        return Fault(key.start if key else holder.start, sentence)

    def text_at(self, path: Path) -> str:
        """A text as it stands in the file, with the white space around it."""
        found, _ = found_at(self.node, path)
        return found.text if isinstance(found, Scalar) else ""


def faults_of(written: Written) -> Iterator[Fault]:
    """Everything that is wrong with one entry, in no order."""
    yield from _expression_faults(written)
    yield from _param_faults(written)
    yield from _data_faults(written)
    yield from _duration_faults(written)
    yield from _group_faults(written)
    yield from _scope_faults(written)
    yield from _say_faults(written)
    yield from _stage_faults(written)


def value_fault(name: str, type_: FactType, value: FactValue) -> str:
    """What is wrong with a value for a fact or param; "" where nothing is."""
    if type_.holds(value):
        return ""
    if type_ is FactType.DOUBLE and type(value) is int:
        return f"{name} has a decimal point, so write {value}.0."
    if type_ is FactType.INT and type(value) is float and value.is_integer():
        return f"{name} is a whole number, so write {int(value)}."
    return f"{name} takes {WANTED[type_]}."


def bound_fault(name: str, param: schema.ParamEntry, value: FactValue) -> str:
    """How a value passes the bounds of its param; "" where it does not."""
    if isinstance(value, bool | str):
        return ""
    if param.min is not None and value < param.min:
        return f"{name} is {value}, less than its min, {param.min}."
    if param.max is not None and value > param.max:
        return f"{name} is {value}, more than its max, {param.max}."
    return ""


def _expression_faults(written: Written) -> Iterator[Fault]:
    entry, used = written.entry, set[str]()
    for key, text, expected in (
        ("when", entry.when, FactType.BOOL),
        ("clear_when", entry.clear_when, FactType.BOOL),
        ("impact_usd", entry.impact_usd, FactType.DOUBLE),
    ):
        if text is None:
            continue
        try:
            compiled = written.vocabulary.compile(text, expected)
        except NotSound as refused:
            yield from (written.fault((key,), one.sentence, one.at) for one in refused.faults)
            used |= {f"{PARAMS}{name}" for name in entry.params if f"{PARAMS}{name}" in text}
            continue
        used |= set(names_in(compiled.tree))
        if key == "impact_usd":
            yield from _impact_fault(written, compiled)
    said = f"{entry.say.coach} {entry.say.lead}"
    for name in entry.params:
        if f"{PARAMS}{name}" not in used and f"{PARAMS}{name}" not in said:
            yield written.fault_of_key(("params", name), f"{PARAMS}{name} is used nowhere.")


def _impact_fault(written: Written, compiled: Compiled) -> Iterator[Fault]:
    unit = written.vocabulary.unit(compiled.tree)
    if unit not in (None, Unit.USD):
        counts = f"is in {unit}" if unit else "has no unit"
        yield written.fault(
            ("impact_usd",),
            f"The money at stake {counts}; it has to be in USD.",
            compiled.tree.start,
        )


def _param_faults(written: Written) -> Iterator[Fault]:
    for name, param in written.entry.params.items():
        path: Path = ("params", name)
        if type_of_value(param.default) not in _NUMBERS:
            given = [key for key in ("min", "max", "unit") if getattr(param, key) not in (None, "")]
            for key in given:
                yield written.fault_of_key((*path, key), f"Only numbers have a {key}.")
        elif meant_type(param) is not type_of_value(param.default):
            says = f"The bounds of {name} have a decimal point, so write {param.default}.0."
            yield written.fault((*path, "default"), says)
        if param.min is not None and param.max is not None and param.min > param.max:
            yield written.fault((*path, "min"), f"The min of {name} is above its max.")
        elif sentence := bound_fault(f"The default of {name}", param, param.default):
            yield written.fault((*path, "default"), sentence)


def meant_type(param: schema.ParamEntry) -> FactType:
    """The type of its default; a whole number between bounds with decimal points is meant to be none."""
    type_ = type_of_value(param.default)
    is_double = type_ is FactType.INT and float in (type(param.min), type(param.max))
    return FactType.DOUBLE if is_double else type_


def _data_faults(written: Written) -> Iterator[Fault]:
    for name, value in written.entry.min_data.items():
        path: Path = ("min_data", name)
        fact = written.facts.get(name)
        if fact is None:
            yield written.fault_of_key(path, unknown_fact(name, written.facts))
        elif fact.type is FactType.STRING:
            yield written.fault_of_key(path, f"{name} is a text, and has no least value.")
        elif sentence := value_fault(name, fact.type, value):
            yield written.fault(path, sentence)
        elif value is False:
            yield written.fault(path, f"{name} is at least false always. Write true.")


def _duration_faults(written: Written) -> Iterator[Fault]:
    entry = written.entry
    named: list[tuple[Path, str]] = [(("for",), entry.for_), (("keep",), entry.keep)]
    for at, test in enumerate(entry.tests):
        named.append((("tests", at, "every"), test.every))
        named += [(("tests", at, "expect", n, "after"), e.after) for n, e in enumerate(test.expect)]
    for path, text in named:
        try:
            duration_of(text)
        except ValueError:
            yield written.fault(path, f"“{path[-1]}” is at most a year.")


def _group_faults(written: Written) -> Iterator[Fault]:
    entry, labels = written.entry, LABELS[written.entry.subject]
    for at, name in enumerate(entry.group_by):
        if name not in labels:
            says = f"{name} is no label of {entry.subject}. There are: {', '.join(labels)}."
            yield written.fault(("group_by", at), says)
        elif name in entry.group_by[:at]:
            yield written.fault(("group_by", at), f"{name} stands here twice.")
    mixes = entry.group_by and not _ONE_PERSON & set(entry.group_by)
    if mixes and entry.subject.is_personal and set(entry.group_by) <= set(labels):
        yield written.fault(
            ("group_by",), "A finding is about one person. Add person, so that it mixes no people."
        )


def _scope_faults(written: Written) -> Iterator[Fault]:
    entry = written.entry
    for at, name in enumerate(entry.inhibited_by):
        if name == entry.id:
            yield written.fault(("inhibited_by", at), "A rule cannot inhibit itself.")
    for at, team in enumerate(entry.scope.exclude):
        if team.casefold() in {one.casefold() for one in entry.scope.teams}:
            yield written.fault(("scope", "exclude", at), f"{team} is both taken in and left out.")


def _say_faults(written: Written) -> Iterator[Fault]:
    say = written.entry.say
    for key, template in (("coach", say.coach), ("lead", say.lead)):
        for found in placeholders(template or ""):
            sentence = _placeholder_fault(written, found.name, for_lead=key == "lead")
            if sentence:
                yield written.fault(("say", key), sentence, found.at)


def _placeholder_fault(written: Written, name: str, *, for_lead: bool) -> str:
    entry = written.entry
    if not name:
        return "A brace stands alone here. Put a name in braces, such as {usage.cost_usd}."
    if name in LABELS[entry.subject] or name.removeprefix(PARAMS) in entry.params:
        return ""
    if name == IMPACT and entry.impact_usd is None:
        return "The rule has no impact_usd to tell."
    fact = written.facts.get(name)
    if name != IMPACT and fact is None:
        known = [*written.vocabulary.types, *LABELS[entry.subject], IMPACT]
        return f"There is nothing called {name} here.{closest(name, known)}"
    if for_lead and not (fact and fact.for_leads):
        return f"A lead may not read {name}. Leave it out."
    return ""


def _stage_faults(written: Written) -> Iterator[Fault]:
    entry = written.entry
    if entry.stage is Stage.SHADOW:
        return
    path: Path = ("stage",)
    personal = entry.subject.is_personal
    if entry.stage >= Stage.COACH and personal and not entry.say.coach:
        yield written.fault(path, f"Stage {entry.stage} needs “say.coach”, a text for the person.")
    needs_lead = entry.stage is Stage.LEAD or (entry.stage is Stage.COACH and not personal)
    if needs_lead and not entry.say.lead:
        yield written.fault(path, f"Stage {entry.stage} needs “say.lead”, a text for leads.")
    finds = any(any(e.becomes == "open" for e in test.expect) for test in entry.tests)
    if not finds:
        yield written.fault(path, f"Stage {entry.stage} needs a test that expects a finding.")
    if all(test.expect for test in entry.tests):
        yield written.fault(
            path, f"Stage {entry.stage} needs a test that expects none: “expect: []”."
        )
