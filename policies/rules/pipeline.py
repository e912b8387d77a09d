"""From facts as of a moment to the next state of every finding: the order of decisions, in one list.

facts -> match (screen) -> confirm (CEL) -> breaker -> ORDER below; what may then be told to whom is
`attention.choose`'s. The pass in earnest, rule tests, plans and backtests all run this code.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from policies.rules import decisions
from policies.rules.decisions import Case
from policies.rules.evaluation import Judge, Verdict
from policies.rules.facts import FactValue
from policies.rules.findings import Finding, FindingState
from policies.rules.fingerprints import fingerprint_of
from policies.rules.model import Rule
from policies.rules.passes import EVERYBODY, PassResult, PassTerms, RuleCounts, RuleErrors, Step
from policies.rules.reasons import Why
from policies.rules.reports import FEW
from policies.rules.subjects import Subject, SubjectFacts

__all__ = ["ORDER", "PassResult", "PassTerms", "Step", "run_pass"]

Decision = Callable[[Case], Step | None]

ORDER: Final[tuple[Decision, ...]] = (
    decisions.hold_while_the_clock_is_back,
    decisions.hold_what_cannot_be_judged,
    decisions.let_clear,
    decisions.let_stand_between,
    decisions.respect_an_answer,
    decisions.wait_long_enough,
    decisions.respect_an_exception,
    decisions.inhibit,
    decisions.open_it,
)
"""The first that decides ends the list."""

BEFORE_INHIBITION: Final = ORDER[: ORDER.index(decisions.inhibit)]

SAYS_MORE: Final = frozenset(
    {
        *(FindingState.OPEN, FindingState.COACHED, FindingState.ACKNOWLEDGED),
        *(FindingState.REGRESSED, FindingState.SNOOZED, FindingState.PLANNED),
    }
)
"""States in which a finding keeps those of weaker rules from opening."""

Prefilter = Callable[[SubjectFacts], Iterable[str]]
"""Which rules may match a subject, by id; a rule that cannot be told is among them."""


def run_pass(
    judges: Iterable[Judge],
    subjects: Iterable[SubjectFacts],
    findings: Iterable[Finding],
    terms: PassTerms,
    now: datetime,
    prefilter: Prefilter | None = None,
) -> PassResult:
    """Judge every subject of one kind by every rule of that kind, and take each finding's next step.

    `subjects` are all that there are: a finding whose subject is not among them counts as clear.
    `findings` are those of the rules as they stand, resolved ones included; those of other rules are
    left alone and only inhibit, where `terms.may_inhibit` says so. `subjects` are read once, and not kept.
    """
    running = _Pass({j.rule.id: j for j in judges if j.rule.id not in terms.held}, terms, now)
    running.know(findings)
    for subject in subjects:
        running.look_at(subject, prefilter)
    held = running.trip_breakers()
    steps = tuple(running.decide())
    return PassResult(steps, held, running.errors, _counts(running, steps))


@dataclass(slots=True)
class _Pass:
    """One pass under way."""

    judges: Mapping[str, Judge]
    terms: PassTerms
    now: datetime
    cases: dict[str, Case] = field(default_factory=dict)
    errors: dict[str, RuleErrors] = field(default_factory=dict)
    looked_at: Counter[int | None] = field(default_factory=Counter)
    _standing: dict[object, set[str]] = field(default_factory=lambda: defaultdict(set))
    _saying_more: set[tuple[str, object]] = field(default_factory=set)
    _ahead: dict[str, Finding] = field(default_factory=dict)
    _params: dict[tuple[str, int | None], dict[str, FactValue]] = field(default_factory=dict)
    _in_scope: dict[tuple[str, int | None], bool] = field(default_factory=dict)

    def know(self, findings: Iterable[Finding]) -> None:
        """Take in how findings stand; each of a rule that is judged has to be decided again."""
        for finding in findings:
            judge = self.judges.get(finding.rule_id)
            if judge is not None:
                self.cases[finding.fingerprint] = self._case(judge.rule, self._by_now(finding))
                self._standing[_concerned(finding.subject)].add(finding.rule_id)
            elif finding.state in SAYS_MORE:
                self._saying_more.add((finding.rule_id, _concerned(finding.subject)))

    def look_at(self, facts: SubjectFacts, prefilter: Prefilter | None) -> None:
        """Match and confirm: keep what matches, and what there is a finding of already."""
        team_id = facts.subject.team_id
        self.looked_at[team_id] += 1
        known = self._standing.get(_concerned(facts.subject), ())
        asked = self.judges if prefilter is None else dict.fromkeys((*prefilter(facts), *known))
        for rule_id in asked:
            judge = self.judges.get(rule_id)
            if judge is not None and self._takes_in(judge.rule, team_id):
                self._confirm(judge, facts, team_id)

    def trip_breakers(self) -> dict[str, str]:
        """Drop everything of rules that match or fail more than a sound rule does; why, by rule.

        A team with parameters of its own is counted by itself, and too much of it is dropped without
        holding the rule: who sets a team's thresholds cannot stop a rule for all others.
        """
        too_many: dict[tuple[str, int | None], str] = {}
        for rule_id, errors in self.errors.items():
            subjects = self.subjects_of(rule_id)
            if said := self._too_many(rule_id, errors.count, subjects, "failed for"):
                too_many[rule_id, EVERYBODY] = said
        matched: Counter[tuple[str, int | None]] = Counter(
            (case.rule.id, self._apart(case.rule.id, _subject_of(case).team_id))
            for case in self.cases.values()
            if case.verdict is Verdict.MATCHES
        )
        for (rule_id, team_id), count in matched.items():
            subjects = self._counted_with(rule_id, team_id)
            if said := self._too_many(rule_id, count, subjects, "matched"):
                too_many[rule_id, team_id] = said
        self.cases = {
            fingerprint: case
            for fingerprint, case in self.cases.items()
            if too_many.keys().isdisjoint(
                {
                    (case.rule.id, EVERYBODY),
                    (case.rule.id, self._apart(case.rule.id, _subject_of(case).team_id)),
                }
            )
        }
        return {rule_id: said for (rule_id, team), said in too_many.items() if team == EVERYBODY}

    def decide(self) -> Iterator[Step]:
        """Ask ORDER of every case; who inhibits whom is known once all before it have decided."""
        undecided = []
        for case in self.cases.values():
            step = _first(BEFORE_INHIBITION, case)
            if step is None:
                undecided.append(case)
            else:
                yield self._from_stored(step)
            if step is None or step.after.state in SAYS_MORE:
                self._saying_more.add((case.rule.id, _concerned(_subject_of(case))))
        for case in undecided:
            case.inhibitor = self._inhibitor_of(case)
            step = _first(ORDER, case)
            if step is not None:
                yield self._from_stored(step)

    def subjects_of(self, rule_id: str) -> int:
        """How many subjects a rule looked at: those of the teams in its scope."""
        rule = self.judges[rule_id].rule
        return sum(n for team, n in self.looked_at.items() if self._takes_in(rule, team))

    def _too_many(self, rule_id: str, count: int, subjects: int, verb: str) -> str:
        """Why a rule is held that does something so often in one pass; "" where it is not."""
        limit = self.judges[rule_id].rule.limit
        if not limit.is_passed(count, subjects):
            return ""
        how_many = f"{count} of {subjects}" if count >= FEW else "a few"
        return (
            f"It {verb} {how_many} in one pass. Its limit is {limit.findings} or "
            f"{limit.share:.0%}, whichever is more."
        )

    def _apart(self, rule_id: str, team_id: int | None) -> int | None:
        """The team if it has parameters of its own, else everybody."""
        return team_id if self.terms.params.get((rule_id, team_id)) else EVERYBODY

    def _counted_with(self, rule_id: str, apart: int | None) -> int:
        """How many subjects a rule looked at of a team that is apart, or of all that are not."""
        rule = self.judges[rule_id].rule
        return sum(
            n
            for team, n in self.looked_at.items()
            if self._apart(rule_id, team) == apart and self._takes_in(rule, team)
        )

    def _confirm(self, judge: Judge, facts: SubjectFacts, team_id: int | None) -> None:
        rule = judge.rule
        params = self._params_of(rule, team_id)
        evaluation = judge.evaluate(facts, params)
        if evaluation.verdict is Verdict.ERROR:
            so_far = self.errors.get(rule.id, RuleErrors(0, evaluation.note))
            self.errors[rule.id] = RuleErrors(so_far.count + 1, so_far.first)
        fingerprint = fingerprint_of(rule, facts.subject)
        if evaluation.verdict is Verdict.MATCHES and fingerprint not in self.cases:
            self.cases[fingerprint] = self._case(rule, None)
        if fingerprint in self.cases:
            self.cases[fingerprint].evaluations.append((evaluation, params))

    def _by_now(self, finding: Finding) -> Finding:
        by_now = decisions.seen_by_now(finding, self.now)
        if by_now is not finding:
            self._ahead[finding.fingerprint] = finding
        return by_now

    def _from_stored(self, step: Step) -> Step:
        """The step from the finding as it is stored, so that timers that were restarted are written."""
        ahead = self._ahead.get(step.after.fingerprint)
        return step if ahead is None else replace(step, before=ahead)

    def _case(self, rule: Rule, before: Finding | None) -> Case:
        return Case(rule, before, self.now, self.terms, [])

    def _inhibitor_of(self, case: Case) -> str:
        concerned = _concerned(_subject_of(case))
        own = case.rule.id
        named = (one for one in case.rule.inhibited_by if one != own)
        others = (one for one in named if self.terms.may_inhibit(one, own))
        return next((one for one in others if (one, concerned) in self._saying_more), "")

    def _params_of(self, rule: Rule, team_id: int | None) -> dict[str, FactValue]:
        key = (rule.id, team_id)
        if key not in self._params:
            self._params[key] = self.terms.params_of(rule, team_id)
        return self._params[key]

    def _takes_in(self, rule: Rule, team_id: int | None) -> bool:
        key = (rule.id, team_id)
        if key not in self._in_scope:
            self._in_scope[key] = self.terms.takes_in(rule, team_id)
        return self._in_scope[key]


def _first(order: Sequence[Decision], case: Case) -> Step | None:
    return next((step for decision in order if (step := decision(case)) is not None), None)


def _concerned(subject: Subject) -> object:
    """Whom a finding is about: the person, else the team or source."""
    return subject.person_id if subject.person_id is not None else subject.key


def _subject_of(case: Case) -> Subject:
    return case.evaluations[0][0].subject.subject if case.before is None else case.before.subject


def _counts(running: _Pass, steps: Sequence[Step]) -> dict[str, RuleCounts]:
    by_why: Counter[tuple[str, Why]] = Counter((s.after.rule_id, s.reason.why) for s in steps)
    standing: Counter[str] = Counter(s.after.rule_id for s in steps if s.after.state in SAYS_MORE)
    matched: Counter[str] = Counter(
        case.rule.id for case in running.cases.values() if case.verdict is Verdict.MATCHES
    )

    def count(rule_id: str, *whys: Why) -> int:
        return sum(by_why[rule_id, why] for why in whys)

    return {
        rule_id: RuleCounts(
            looked_at=running.subjects_of(rule_id),
            matched=matched[rule_id],
            waiting=count(rule_id, Why.WAITS),
            exempted=count(rule_id, Why.EXEMPTED),
            inhibited=count(rule_id, Why.INHIBITED),
            standing=standing[rule_id],
            opened=count(
                *(rule_id, Why.OPENED, Why.REGRESSED, Why.ANSWER_ENDED, Why.EXCEPTION_ENDED)
            ),
            resolved=count(rule_id, Why.RESOLVED, Why.NO_LONGER_SEEN),
            errors=running.errors[rule_id].count if rule_id in running.errors else 0,
        )
        for rule_id in running.judges
    }
