"""Rules judged by a plain function, for tests of what stands around the language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from policies.rules.evaluation import Clause, Evaluation, Verdict
from policies.rules.facts import FactType, FactValue, SubjectKind, Unit
from policies.rules.findings import FindingState
from policies.rules.model import ExpectedChange, Param, Place, Rule, RuleTest, Say
from policies.rules.subjects import SubjectFacts

NOWHERE = Place("hand.yaml", 1, 1)
DAY = timedelta(days=1)
FLOOR = Param("floor_usd", FactType.DOUBLE, 5.0, Unit.USD, 0.5, 500.0)

COSTLY = Rule(
    id="costly-outcome",
    version=1,
    place=NOWHERE,
    subject=SubjectKind.OUTCOME,
    when="usage.cost_usd >= params.floor_usd",
    title="A costly outcome",
    owner="lead@example.com",
    params={"floor_usd": FLOOR},
    impact_usd="usage.cost_usd - params.floor_usd",
    say=Say(coach="It cost {usage.cost_usd}."),
    digest="costly-1",
)
"""Finds outcomes that cost at least five dollars."""

Values = Mapping[str, FactValue]


def _cost(values: Values) -> float:
    return float(values["usage.cost_usd"])


@dataclass(frozen=True, slots=True, eq=False)
class HandJudge:
    """Judges as `COSTLY` is written; `verdict` overrules it where it says something."""

    rule: Rule = COSTLY
    verdict: Callable[[Values], Verdict | None] = lambda _values: None

    def evaluate(self, subject: SubjectFacts, params: Values) -> Evaluation:
        cost, floor = _cost(subject.values), float(params["floor_usd"])
        matches = Verdict.MATCHES if cost >= floor else Verdict.CLEAR
        verdict = self.verdict(subject.values) or matches
        impact = Decimal(str(cost)) - Decimal(str(floor)) if verdict is Verdict.MATCHES else None
        return Evaluation(subject, verdict, impact, "a note" if verdict != matches else "")

    def clauses(self, subject: SubjectFacts, params: Values) -> tuple[Clause, ...]:
        cost, floor = _cost(subject.values), float(params["floor_usd"])
        named: Values = {"usage.cost_usd": cost, "params.floor_usd": floor}
        return (Clause(self.rule.when, cost >= floor, named),)


def costs(**by_subject: tuple[float, ...]) -> dict[str, dict[str, tuple[FactValue, ...]]]:
    """Series of costs, a value a day."""
    return {name: {"usage.cost_usd": values} for name, values in by_subject.items()}


def change(
    days: float, subject: str, becomes: str, impact: str | None = None, says: str = ""
) -> ExpectedChange:
    """An expected change so many days after the start."""
    worth = Decimal(impact) if impact is not None else None
    return ExpectedChange(days * DAY, subject, FindingState(becomes), worth, says)


def judge_with(
    series: Mapping[str, Mapping[str, tuple[FactValue, ...]]],
    *expect: ExpectedChange,
    rule: Rule = COSTLY,
    **params: FactValue,
) -> HandJudge:
    """A judge of a rule with this one test."""
    test = RuleTest("a test", NOWHERE, DAY, series, expect, params)
    return HandJudge(replace(rule, tests=(test,)))
