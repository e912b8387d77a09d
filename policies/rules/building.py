"""From a file's entry to a rule, and what identifies the meaning of that."""

import hashlib
import json
from decimal import Decimal

from policies.rules import schema
from policies.rules.durations import duration_of
from policies.rules.facts import FactType, FactValue
from policies.rules.findings import FindingState
from policies.rules.model import (
    ExpectedChange,
    Limit,
    Param,
    Place,
    Rule,
    RuleTest,
    Say,
    Scope,
)
from policies.rules.nodes import Node, Source
from policies.rules.rewriting import written
from policies.rules.structure import found_at
from policies.rules.syntax import parse

_TYPES = {bool: FactType.BOOL, int: FactType.INT, float: FactType.DOUBLE, str: FactType.STRING}


def type_of_value(value: FactValue) -> FactType:
    """The type of a value as a file writes it."""
    return _TYPES[type(value)]


def rule_of(entry: schema.RuleEntry, node: Node, source: Source) -> Rule:
    """The rule of an entry that was found sound."""
    tests = tuple(
        _test(one, source.place(found_at(node, ("tests", at))[0].start))
        for at, one in enumerate(entry.tests)
    )
    rule = {
        "id": entry.id,
        "version": entry.version,
        "place": source.place(node.start),
        "subject": entry.subject,
        "when": entry.when.strip(),
        "title": entry.title,
        "owner": (entry.owner or "").lower(),
        "stage": entry.stage,
        "severity": entry.severity,
        "scope": Scope(tuple(entry.scope.teams), tuple(entry.scope.exclude)),
        "params": {name: param_of(name, one) for name, one in entry.params.items()},
        "clear_when": (entry.clear_when or "").strip(),
        "min_data": dict(entry.min_data),
        "for_": duration_of(entry.for_),
        "keep": duration_of(entry.keep),
        "impact_usd": (entry.impact_usd or "").strip(),
        "group_by": tuple(entry.group_by),
        "inhibited_by": tuple(entry.inhibited_by),
        "limit": Limit(entry.limit.findings, entry.limit.share),
        "say": Say(entry.say.coach or "", entry.say.lead or ""),
        "try_": tuple(entry.try_),
        "links": tuple(entry.links),
        "skill": entry.skill or "",
        "tests": tests,
        "digest": digest_of(entry),
    }
    return Rule(**rule)  # type: ignore[arg-type]  # each is of its field's type


def param_of(name: str, entry: schema.ParamEntry) -> Param:
    """A param; its type is that of its default."""
    return Param(
        name,
        type_of_value(entry.default),
        entry.default,
        entry.unit,
        entry.min,
        entry.max,
        entry.help or "",
    )


def digest_of(entry: schema.RuleEntry) -> str:
    """Of all that decides what a rule finds; not of its words, tests and stage.

    A backtest counts for as long as this stays the same.
    """
    meaning = entry.model_dump(
        mode="json",
        by_alias=True,
        include={
            *("subject", "when", "clear_when", "min_data", "for_", "keep", "impact_usd"),
            *("group_by", "scope", "inhibited_by", "limit"),
        },
    )
    for key in ("when", "clear_when", "impact_usd"):
        if meaning[key] is not None:
            meaning[key] = written(parse(meaning[key]), {})  # white space means nothing
    meaning["params"] = {
        name: [type_of_value(one.default), one.default, one.unit, one.min, one.max]
        for name, one in entry.params.items()
    }
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _test(entry: schema.TestEntry, place: Place) -> RuleTest:
    return RuleTest(
        name=entry.name,
        place=place,
        every=duration_of(entry.every),
        series={
            subject: {
                fact: tuple(values) if isinstance(values, list) else (values,)
                for fact, values in facts.items()
            }
            for subject, facts in entry.series.items()
        },
        expect=tuple(_change(one) for one in entry.expect),
        params=dict(entry.params),
    )


def _change(entry: schema.ExpectEntry) -> ExpectedChange:
    impact = None if entry.impact_usd is None else Decimal(str(entry.impact_usd))
    after = duration_of(entry.after)
    return ExpectedChange(
        after, entry.subject, FindingState(entry.becomes), impact, entry.says or ""
    )
