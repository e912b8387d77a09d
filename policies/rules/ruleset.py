"""The rules that run together: those of every sound file, with all that is wrong with the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from policies.rules.compiled import CompiledRule, compile_rule
from policies.rules.facts import SubjectKind
from policies.rules.model import Rule, RuleProblem
from policies.rules.reading import Reading, read_rules
from policies.rules.structure import closest


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Immutable. `judges` by rule id, in the ids' order; `problems` in the files' order."""

    judges: Mapping[str, CompiledRule] = field(default_factory=dict)
    problems: tuple[RuleProblem, ...] = ()

    @classmethod
    def of_texts(cls, texts: Iterable[tuple[str, str]]) -> "RuleSet":
        """From (file, text), earlier files before later ones where two have one id."""
        return cls.of((file, read_rules(text, file)) for file, text in texts)

    @classmethod
    def of(cls, readings: Iterable[tuple[str, Reading]]) -> "RuleSet":
        """From what was read of each file. A file that clashes with earlier ones is left out."""
        taken: dict[str, Rule] = {}
        problems: list[RuleProblem] = []
        for _, reading in readings:
            clashes = list(clashes_of(reading.rules, taken))
            problems += [*reading.problems, *clashes]
            if not clashes:
                taken |= {rule.id: rule for rule in reading.rules}
        problems += _strangers(taken)
        return cls({id_: _judge_of(taken[id_], taken) for id_ in sorted(taken)}, tuple(problems))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules themselves, in the ids' order."""
        return tuple(judge.rule for judge in self.judges.values())

    def about(self, kind: SubjectKind) -> tuple[CompiledRule, ...]:
        """The judges of one kind of subject, in the ids' order."""
        return tuple(one for one in self.judges.values() if one.rule.subject is kind)


def clashes_of(rules: Sequence[Rule], taken: Mapping[str, Rule]) -> Iterator[RuleProblem]:
    """A problem for each rule whose id another file has already, and for each circle that it closes."""
    together = dict(taken) | {rule.id: rule for rule in rules}
    told: set[str] = set()
    for rule in rules:
        circle = [] if rule.id in told else _circle_of(rule, together)
        if circle:
            told.update(circle)
            round_ = " waits for ".join([*circle, rule.id])
            says = f"“inhibited_by” goes round in a circle: {round_}. Take one of them out."
            yield RuleProblem(rule.place, says, rule.id)
        before = taken.get(rule.id)
        if before is not None:
            says = f"The id {rule.id} is taken by {before.place}. Choose another."
            yield RuleProblem(rule.place, says, rule.id)


def _judge_of(rule: Rule, taken: Mapping[str, Rule]) -> CompiledRule:
    """Its judge; what is left of findings of a rule that is gone keeps nobody silent."""
    known = tuple(one for one in rule.inhibited_by if one in taken)
    return compile_rule(rule if known == rule.inhibited_by else replace(rule, inhibited_by=known))


def _circle_of(rule: Rule, rules: Mapping[str, Rule]) -> list[str]:
    """The shortest way from a rule by what inhibits it back to itself; empty where there is none."""
    ways, seen = [[rule.id]], set[str]()
    for way in ways:
        for id_ in rules[way[-1]].inhibited_by:
            if id_ == rule.id:
                return way
            if id_ in rules and id_ not in seen:
                seen.add(id_)
                ways.append([*way, id_])
    return []


def _strangers(taken: Mapping[str, Rule]) -> Iterator[RuleProblem]:
    """Rules that wait for one that is not there. They run: nothing inhibits them."""
    for rule in taken.values():
        for id_ in rule.inhibited_by:
            if id_ not in taken:
                says = f"“inhibited_by” names {id_}, which is no rule.{closest(id_, list(taken))}"
                yield RuleProblem(rule.place, says, rule.id)
