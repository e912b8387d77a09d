"""A rule's own tests: a clock, series of facts, and every change that must follow; no other may.

The clock starts on a Monday at 09:00 UTC. Each step judges every subject of the test through
`pipeline.run_pass`, the same code that runs in earnest. A subject written `ana/s1` belongs to the
person `ana`, so that a test can group by person; any other is somebody of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from math import ceil
from typing import Final

from policies.rules.catalogue import LABELS, facts_without_data
from policies.rules.durations import duration_text
from policies.rules.evaluation import Clause, Judge, Verdict
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.findings import Finding, FindingState
from policies.rules.model import ExpectedChange, Rule, RuleTest
from policies.rules.pipeline import PassTerms, run_pass
from policies.rules.subjects import Subject, SubjectFacts

START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
LISTED: Final = (FindingState.OPEN, FindingState.RESOLVED, FindingState.REGRESSED)
"""Changes into these states are listed in a test; waiting and being exempted are not."""
TEAM: Final = 1
CENT: Final = Decimal("0.01")

Render = Callable[[Rule, Finding], str]
"""Writes `say.coach` as the person reads it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A finding of a subject that came to a state of `LISTED`, so long after the start."""

    after: timedelta
    subject: str
    becomes: FindingState
    finding: Finding


@dataclass(frozen=True, slots=True)
class RuleTestResult:
    """What a test of a rule came to: a sentence a failure, none where it passes."""

    rule_id: str
    test: RuleTest
    failures: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Whether everything came as expected, and nothing else."""
        return not self.failures


def run_tests(judge: Judge, render: Render) -> tuple[RuleTestResult, ...]:
    """Every test of a rule, in the order of its file."""
    return tuple(
        RuleTestResult(judge.rule.id, test, tuple(_Run(judge, test, render).failures()))
        for test in judge.rule.tests
    )


def passes_its_tests(judge: Judge, render: Render) -> bool:
    """Whether the rule has tests and passes all of them. Costs some milliseconds: ask once a rule."""
    results = run_tests(judge, render)
    return bool(results) and all(one.passes for one in results)


class _Run:
    """One test of one rule: what happens on its clock, compared with what it expects."""

    def __init__(self, judge: Judge, test: RuleTest, render: Render) -> None:
        self._judge, self._test, self._render = judge, test, render
        self._params = judge.rule.defaults | dict(test.params)
        self._subjects = _subjects_of(judge.rule.subject, test)
        self._findings: dict[str, Finding] = {}
        self._reasons: dict[tuple[timedelta, str], str] = {}

    def failures(self) -> list[str]:
        """A sentence for everything that came otherwise than expected."""
        changes = [change for step in range(self._steps) for change in self._step(step)]
        failures = [self._told_of(expected, changes) for expected in self._test.expect]
        listed = {(e.after, e.subject, e.becomes) for e in self._test.expect}
        failures += [
            f"{_at(one.after, one.subject)}: found {one.becomes.value}{_worth(one)}, "
            "which is not listed"
            for one in changes
            if (one.after, one.subject, one.becomes) not in listed
        ]
        return [failure for failure in failures if failure]

    @property
    def _steps(self) -> int:
        """The test's own, and so many more that nothing is left waiting when it ends."""
        rule = self._judge.rule
        return self._test.steps + ceil((rule.for_ + rule.keep) / self._test.every)

    def _step(self, step: int) -> list[Change]:
        after = step * self._test.every
        passed = run_pass(
            [self._judge],
            self._facts_at(step),
            list(self._findings.values()),
            self._terms,
            START + after,
        )
        changes = []
        for taken in passed.steps:
            found = taken.after
            self._findings[found.fingerprint] = found
            self._reasons[after, found.subject.key] = taken.reason.sentence
            if taken.is_forgotten:
                del self._findings[found.fingerprint]
            elif taken.is_turn and found.state in LISTED:
                changes.append(Change(after, found.subject.key, found.state, found))
        return changes

    @property
    def _terms(self) -> PassTerms:
        rule = self._judge.rule
        name = rule.scope.teams[0] if rule.scope.teams else "Team"
        return PassTerms(params={(rule.id, TEAM): self._params}, team_names={TEAM: name})

    def _facts_at(self, step: int) -> list[SubjectFacts]:
        kind = self._judge.rule.subject
        return [
            SubjectFacts(
                subject,
                facts_without_data(kind)
                | {
                    name: values[min(step, len(values) - 1)]
                    for name, values in self._test.series[subject.key].items()
                },
            )
            for subject in self._subjects
        ]

    def _told_of(self, expected: ExpectedChange, changes: list[Change]) -> str:
        """What is wrong with an expected change, "" where it came as it should."""
        here = [c for c in changes if (c.after, c.subject) == (expected.after, expected.subject)]
        found = next((one for one in here if one.becomes is expected.becomes), None)
        where = _at(expected.after, expected.subject)
        if found is None:
            instead = here[0].becomes.value if here else "nothing"
            why = "" if here else self._why_nothing(expected)
            return f"{where}: expected {expected.becomes.value}, found {instead}{why}"
        return self._wrong_impact(expected, found) or self._wrong_words(expected, found)

    def _wrong_impact(self, expected: ExpectedChange, found: Change) -> str:
        if expected.impact_usd is None:
            return ""
        impact = found.finding.impact_usd
        if impact is not None and _cents(impact) == _cents(expected.impact_usd):
            return ""
        has = "none" if impact is None else f"${_cents(impact)}"
        return (
            f"{_at(found.after, found.subject)}: expected an impact of "
            f"${_cents(expected.impact_usd)}, found {has}"
        )

    def _wrong_words(self, expected: ExpectedChange, found: Change) -> str:
        if not expected.says:
            return ""
        said = self._render(self._judge.rule, found.finding)
        if expected.says in said:
            return ""
        return (
            f"{_at(found.after, found.subject)}: expected it to say “{expected.says}”, "
            f"but it says “{said}”"
        )

    def _why_nothing(self, expected: ExpectedChange) -> str:
        """What kept a change from coming, as a part of a sentence."""
        step, rest = divmod(expected.after, self._test.every)
        if rest:
            return f"; no step of {duration_text(self._test.every)} falls on {duration_text(expected.after)}"
        facts = next(
            (one for one in self._facts_at(step) if one.subject.key == expected.subject), None
        )
        if facts is None:
            return "; the test has no series of that name"
        decided = self._reasons.get((expected.after, expected.subject))
        said = f"; {_verdict_in_words(self._judge, facts, self._params)}"
        return f"{said}. {decided}" if decided else said


def _verdict_in_words(judge: Judge, facts: SubjectFacts, params: Mapping[str, FactValue]) -> str:
    evaluation = judge.evaluate(facts, params)
    match evaluation.verdict:
        case Verdict.ERROR:
            return f"the rule fails: {evaluation.note}"
        case Verdict.TOO_LITTLE:
            return f"there is too little data to judge: {evaluation.note}"
        case Verdict.MATCHES:
            return "when is true there"
        case Verdict.BETWEEN:
            return f"{_false_parts(judge.clauses(facts, params))}, yet clear_when does not hold"
    return _false_parts(judge.clauses(facts, params))


def _false_parts(clauses: tuple[Clause, ...]) -> str:
    parts = [_why_false(one) for one in clauses if not one.holds]
    return "when is false because " + " and ".join(parts or ["no part of it holds"])


def _why_false(clause: Clause) -> str:
    values = ", ".join(f"{name} is {written(value)}" for name, value in clause.named.items())
    return values or f"{clause.text} is false"


def _subjects_of(kind: SubjectKind, test: RuleTest) -> tuple[Subject, ...]:
    people = {name: n for n, name in enumerate(dict.fromkeys(map(_person_of, test.series)), 1)}
    return tuple(
        _subject(kind, name, people[_person_of(name)], number)
        for number, name in enumerate(test.series, start=1)
    )


def _subject(kind: SubjectKind, name: str, person: int, number: int) -> Subject:
    own, *others = LABELS[kind]
    known = {"person": str(person), "team": str(TEAM)}
    labels = {own: name.rpartition("/")[2]} | {other: known[other] for other in others}
    return Subject(
        kind,
        key=name,
        labels=labels | ({"person": str(person)} if own == "person" else {}),
        person_id=person if kind.is_personal else None,
        team_id=TEAM if kind is not SubjectKind.SOURCE else None,
        outcome_id=number if kind is SubjectKind.OUTCOME else None,
    )


def _person_of(name: str) -> str:
    return name.partition("/")[0]


def _at(after: timedelta, subject: str) -> str:
    return f"after {duration_text(after)}, {subject}"


def _worth(change: Change) -> str:
    impact = change.finding.impact_usd
    if impact is None or change.becomes is FindingState.RESOLVED:
        return ""
    return f" at ${_cents(impact)}"


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def written(value: FactValue) -> str:
    """A value as an expression writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"“{value}”" if isinstance(value, str) else str(value)
