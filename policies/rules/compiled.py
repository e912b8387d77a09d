"""Rules that run: `compile_rule` makes a judge of a rule, and a judge tells a verdict and its reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Final

from policies.rules.catalogue import CATALOGUE
from policies.rules.cel import Activation, Failed
from policies.rules.clearing import what_clears, written_text
from policies.rules.evaluation import Clause, Evaluation, Verdict
from policies.rules.expressions import PARAMS, Compiled, Vocabulary
from policies.rules.facts import FactType, FactValue, Unit
from policies.rules.model import Rule
from policies.rules.subjects import SubjectFacts
from policies.rules.syntax import conjuncts, names_in

_MICRO: Final = Decimal("0.000001")
_MOST_USD: Final = 1e12


class NoValue(Exception):
    """A fact or param that the rule names has no value of its type; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A `Judge`. Holds no state."""

    rule: Rule
    vocabulary: Vocabulary
    when: Compiled
    clear_when: Compiled | None
    impact: Compiled | None
    names: tuple[str, ...]

    def evaluate(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> Evaluation:
        """Judge one subject; `params` hold every parameter of the rule."""
        missing = self.missing_data(subject)
        if missing:
            return Evaluation(subject, Verdict.TOO_LITTLE, note=missing)
        try:
            activation = self._activation(subject, params)
        except NoValue as problem:
            return Evaluation(subject, Verdict.ERROR, note=str(problem))
        matches = self.when.program.run(activation)
        if isinstance(matches, Failed):
            return Evaluation(subject, Verdict.ERROR, note=f"“when” fails: {matches.reason}.")
        verdict = Verdict.MATCHES if matches else self._otherwise(activation)
        if isinstance(verdict, Failed):
            return Evaluation(subject, Verdict.ERROR, note=f"“clear_when” fails: {verdict.reason}.")
        if verdict is Verdict.CLEAR or self.impact is None:
            return Evaluation(subject, verdict)
        return self._with_impact(subject, verdict, self.impact.program.run(activation))

    def clauses(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> tuple[Clause, ...]:
        """`when`, clause by clause; a clause that fails does not hold."""
        try:
            activation = self._activation(subject, params)
        except NoValue:
            activation = self.vocabulary.environment.activation({})
        return tuple(
            Clause(
                written_text(part, self.when.text),
                self.vocabulary.program(part).run(activation) is True,
                _values(names_in(part), subject.values, params),
                what_clears(part, self.when.text, self.vocabulary, params),
            )
            for part in conjuncts(self.when.tree)
        )

    def missing_data(self, subject: SubjectFacts) -> str:
        """What is missing before the rule may judge, such as "12 of 20 requests"; "" for nothing."""
        facts = CATALOGUE[self.rule.subject]
        for name, least in self.rule.min_data.items():
            value = subject.values.get(name)
            if isinstance(least, bool):
                if value is not True:
                    return f"{name} is false"
            elif isinstance(value, str) or value is None or not value >= least:
                unit = facts[name].unit
                what = f"of {name}" if unit is Unit.NONE else unit
                return f"{value} of {least} {what}"
        return ""

    def _activation(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> Activation:
        values = _values(self.names, subject.values, params)
        for name in self.names:
            value = values.get(name)
            if not self.vocabulary.types[name].holds(value):
                raise NoValue(f"{name} has no value of its type.")
            if isinstance(value, float) and not isfinite(value):
                raise NoValue(f"{name} is {value}, which is no number.")
        return self.vocabulary.environment.activation(values)

    def _otherwise(self, activation: Activation) -> Verdict | Failed:
        if self.clear_when is None:
            return Verdict.CLEAR
        clears = self.clear_when.program.run(activation)
        if isinstance(clears, Failed):
            return clears
        return Verdict.CLEAR if clears else Verdict.BETWEEN

    def _with_impact(
        self, subject: SubjectFacts, verdict: Verdict, impact: FactValue | Failed
    ) -> Evaluation:
        if isinstance(impact, Failed):
            return Evaluation(subject, Verdict.ERROR, note=f"“impact_usd” fails: {impact.reason}.")
        if not isinstance(impact, float) or not 0 <= impact <= _MOST_USD:
            return Evaluation(subject, Verdict.ERROR, note=f"“impact_usd” comes to {impact}.")
        return Evaluation(subject, verdict, Decimal(impact).quantize(_MICRO))


def compile_rule(rule: Rule) -> CompiledRule:
    """The judge of a rule. NotSound where its expressions are none, which `reading` has ruled out."""
    params = {name: (one.type, one.unit) for name, one in rule.params.items()}
    vocabulary = Vocabulary(CATALOGUE[rule.subject], params)
    when = vocabulary.compile(rule.when, FactType.BOOL)
    clear = vocabulary.compile(rule.clear_when, FactType.BOOL) if rule.clear_when else None
    impact = vocabulary.compile(rule.impact_usd, FactType.DOUBLE) if rule.impact_usd else None
    named = [names_in(one.tree) for one in (when, clear, impact) if one]
    return CompiledRule(
        rule,
        vocabulary,
        when,
        clear,
        impact,
        tuple(dict.fromkeys(name for names in named for name in names)),
    )


def _values(
    names: Iterable[str], facts: Mapping[str, FactValue], params: Mapping[str, FactValue]
) -> dict[str, FactValue]:
    """The values of the names that have any."""
    found: dict[str, FactValue] = {}
    for name in names:
        holder, key = (params, name[len(PARAMS) :]) if name.startswith(PARAMS) else (facts, name)
        if key in holder:
            found[name] = holder[key]
    return found
