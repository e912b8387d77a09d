"""A rule that says what a test wants: each subject's facts hold the verdict that it gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from policies.rules.evaluation import Clause, Evaluation, Verdict
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.findings import Finding, FindingState
from policies.rules.model import Place, Rule
from policies.rules.passes import PassResult, PassTerms
from policies.rules.pipeline import run_pass
from policies.rules.subjects import Subject, SubjectFacts

START = datetime(2026, 6, 1, 9, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOWHERE = Place("test.yaml", 1, 1)


@dataclass(frozen=True, slots=True)
class Told:
    """A judge that reads its verdict from the facts."""

    rule: Rule

    def evaluate(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> Evaluation:
        impact = subject.values.get("impact")
        verdict = Verdict(str(subject.values.get(self.rule.id, subject.values["verdict"])))
        return Evaluation(
            subject, verdict, None if impact is None else Decimal(str(impact)), f"{params}"
        )

    def clauses(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> tuple[Clause, ...]:
        return ()


def a_rule(rule_id: str = "waste", **changes: object) -> Rule:
    known = {"version": 1, "place": NOWHERE, "when": "true", "title": "Waste"}
    return Rule(id=rule_id, **{"subject": SubjectKind.OUTCOME, **known, **changes})  # type: ignore[arg-type]


def an_outcome(number: int = 7, person: int = 12, team: int = 3) -> Subject:
    labels = {"outcome": f"O-{number}", "person": str(person), "team": str(team)}
    return Subject(SubjectKind.OUTCOME, f"outcome:{number}", labels, person, team, number)


def judged(
    verdict: Verdict = Verdict.MATCHES, subject: Subject | None = None, **values: FactValue
) -> SubjectFacts:
    return SubjectFacts(subject or an_outcome(), {"verdict": verdict.value, **values})


@dataclass(slots=True)
class World:
    """Passes one after the other over the findings of one rule or several."""

    rules: tuple[Rule, ...]
    findings: dict[str, Finding]
    terms: PassTerms

    def at(self, now: datetime, *subjects: SubjectFacts) -> PassResult:
        """Run a pass and keep what it came to."""
        passed = run_pass(
            [Told(rule) for rule in self.rules], subjects, self.findings.values(), self.terms, now
        )
        for step in passed.steps:
            self.findings.pop(step.after.fingerprint, None)
            if not step.is_forgotten:
                self.findings[step.after.fingerprint] = step.after
        return passed

    @property
    def only(self) -> Finding:
        (found,) = self.findings.values()
        return found

    @property
    def states(self) -> dict[str, FindingState]:
        return {one.rule_id: one.state for one in self.findings.values()}


def a_world(*rules: Rule, terms: PassTerms | None = None) -> World:
    return World(rules or (a_rule(),), {}, terms or PassTerms())
