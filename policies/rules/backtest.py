"""A backtest: what a rule would have found and said day by day, on what was known on each day.

The state machine and the attention budget are those that run in earnest. Each subject is judged once
a local day, at its end, when all of the day can be seen that had arrived by then. A `for` or `keep` of
less than a day counts as met by that one evaluation. Facts of the last hour or five minutes are seen
at that moment only, so a backtest finds fewer alarms about them than the minute does. The scope,
exceptions and parameters of today hold all along, nobody answers a tip, and each rule is told as if
it were the only one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from policies.privacy import DOMINANT_SHARE
from policies.rules.attention import Attention, Candidate, choose
from policies.rules.evaluation import Clause, Evaluation, Judge, Verdict
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.findings import TELLABLE, Finding, FindingState
from policies.rules.model import WITHOUT_WAIT, Rule, Stage
from policies.rules.passes import UTC_ZONE, PassTerms, Step
from policies.rules.pipeline import SAYS_MORE, run_pass
from policies.rules.subjects import SubjectFacts
from policies.rules.summary import BacktestSummary, Difference

DAY: Final = timedelta(days=1)
DOMINANT: Final = Decimal(str(DOMINANT_SHARE))
FLAPPING: Final = timedelta(days=7)
"""A finding that comes back so soon after being resolved flaps."""


def end_of(day: date) -> datetime:
    """The moment at which a replay judges a day."""
    return datetime.combine(day + DAY, time(), UTC)


def noon_of(day: date) -> datetime:
    """The moment at which a replay tells what there is to tell."""
    return datetime.combine(day, time(12), UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """What one fingerprint came to in a replay: whom it concerns, and money at stake when it opened."""

    person_id: int | None
    impact_usd: Decimal | None


@dataclass(slots=True)
class Tally:
    """What a replay has seen of one rule. `found` is by fingerprint, and leaves only counted."""

    found: dict[str, Found] = field(default_factory=dict, repr=False)
    opened: Counter[date] = field(default_factory=Counter)
    impact_usd: Decimal | None = None
    told: int = 0
    flapping: int = 0
    exempted: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    thin_days: int = 0
    held_days: int = 0

    @property
    def people(self) -> set[int]:
        """Whom the findings concern."""
        return {one.person_id for one in self.found.values() if one.person_id is not None}

    def note(self, step: Step, day: date) -> None:
        """Count what came to another state on a day."""
        if step.after.state in TELLABLE:
            self._open(step.after, day, step.before)
        elif step.after.state is FindingState.EXEMPTED:
            self.exempted += 1

    def _open(self, finding: Finding, day: date, before: Finding | None) -> None:
        self.opened[day - timedelta(days=day.weekday())] += 1
        resolved_at = before.resolved_at if before else None
        if finding.state is FindingState.REGRESSED and resolved_at is not None:
            self.flapping += finding.seen_at - resolved_at <= FLAPPING
        if finding.impact_usd is not None:
            self.impact_usd = (self.impact_usd or Decimal()) + finding.impact_usd
        self.found[finding.fingerprint] = Found(finding.subject.person_id, finding.impact_usd)


class Replay:
    """Rules over days of facts: their findings, kept in memory. Take the days in order."""

    def __init__(self, judges: Sequence[Judge], terms: PassTerms) -> None:
        self._tallies = {judge.rule.id: Tally() for judge in judges}
        self._judges = [_Daily(judge, self._tallies[judge.rule.id]) for judge in judges]
        self._terms = terms
        self._findings: dict[str, Finding] = {}
        self._tip_days: dict[tuple[str, int], set[date]] = {}

    def take(self, day: date, subjects: Mapping[SubjectKind, Iterable[SubjectFacts]]) -> None:
        """Judge everybody's day, and tell what may be told."""
        for kind, of_kind in subjects.items():
            judges = [one for one in self._judges if one.rule.subject is kind]
            seen = {judge.rule.id: judge.verdicts_so_far() for judge in judges}
            self._pass(day, judges, of_kind)
            for judge in judges:
                judge.tally.thin_days += _is_thin(judge.verdicts_so_far() - seen[judge.rule.id])
        self._tell(day)

    def tally_of(self, rule_id: str) -> Tally:
        """What was seen of a rule so far."""
        return self._tallies[rule_id]

    def _pass(
        self, day: date, judges: Sequence["_Daily"], subjects: Iterable[SubjectFacts]
    ) -> None:
        findings = list(self._findings.values())
        passed = run_pass(judges, subjects, findings, self._terms, end_of(day))
        for step in passed.steps:
            if step.is_forgotten:
                self._findings.pop(step.after.fingerprint, None)
                continue
            self._findings[step.after.fingerprint] = step.after
            if step.is_turn:
                self._tallies[step.after.rule_id].note(step, day)
        for rule_id in passed.held:
            self._tallies[rule_id].held_days += 1

    def _tell(self, day: date) -> None:
        """Tell each person what each rule would by itself; told findings count as coached."""
        standing, waiting = self._standing(), self._waiting()
        for (rule_id, person), candidates in waiting.items():
            days = self._tip_days.setdefault((rule_id, person), set())
            attention = Attention(UTC_ZONE, noon_of(day), days, standing[person])
            for choice in choose(candidates, attention):
                if choice.is_told:
                    self._told(choice.candidate, day, days)

    def _told(self, told: Candidate, day: date, tip_days: set[date]) -> None:
        finding = told.finding
        self._tallies[finding.rule_id].told += 1
        if not told.is_alarm:
            tip_days.add(day)
        self._findings[finding.fingerprint] = replace(
            finding, state=FindingState.COACHED, coached_at=noon_of(day)
        )

    def _waiting(self) -> dict[tuple[str, int], list[Candidate]]:
        rules = {judge.rule.id: judge.rule for judge in self._judges}
        waiting: dict[tuple[str, int], list[Candidate]] = {}
        for one in self._findings.values():
            if one.state in TELLABLE and (person := one.subject.person_id) is not None:
                candidate = Candidate(rules[one.rule_id], one, Stage.COACH)
                waiting.setdefault((one.rule_id, person), []).append(candidate)
        return waiting

    def _standing(self) -> dict[int | None, set[str]]:
        standing: dict[int | None, set[str]] = defaultdict(set)
        for one in self._findings.values():
            if one.state in SAYS_MORE:
                standing[one.subject.person_id].add(one.rule_id)
        return standing


class _Daily:
    """A judge that is asked once a day, so that waits of less than a day are met; counts verdicts."""

    def __init__(self, judge: Judge, tally: Tally) -> None:
        rule = judge.rule
        self.rule: Rule = replace(
            rule,
            for_=rule.for_ if rule.for_ >= DAY else WITHOUT_WAIT,
            keep=rule.keep if rule.keep >= DAY else WITHOUT_WAIT,
        )
        self.tally = tally
        self._judge = judge

    def evaluate(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> Evaluation:
        """Judge one subject, and count what came out."""
        evaluation = self._judge.evaluate(subject, params)
        self.tally.verdicts[evaluation.verdict] += 1
        return evaluation

    def clauses(self, subject: SubjectFacts, params: Mapping[str, FactValue]) -> tuple[Clause, ...]:
        """`when`, clause by clause."""
        return self._judge.clauses(subject, params)

    def verdicts_so_far(self) -> Counter[Verdict]:
        """How often each verdict came out."""
        return self.tally.verdicts.copy()


def summary_of(
    judge: Judge,
    replay: Replay,
    first: date,
    last: date,
    *,
    running: Replay | None = None,
) -> BacktestSummary:
    """What the replay of the days came to for a rule, compared with its running version's."""
    rule, tally = judge.rule, replay.tally_of(judge.rule.id)
    return BacktestSummary(
        rule_id=rule.id,
        version=rule.version,
        first=first,
        last=last,
        opened=tally.opened.total(),
        opened_by_week={monday: tally.opened[monday] for monday in _mondays(first, last)},
        people=len(tally.people),
        told=tally.told,
        impact_usd=tally.impact_usd,
        flapping=tally.flapping,
        exempted=tally.exempted,
        errors=tally.verdicts[Verdict.ERROR],
        judged=tally.verdicts.total(),
        thin_days=tally.thin_days,
        held_days=tally.held_days,
        is_lopsided=is_lopsided(tally.found.values()),
        difference=difference_between(tally, running.tally_of(rule.id)) if running else None,
    )


def is_lopsided(found: Collection[Found]) -> bool:
    """Whether one person has more than half of the findings, or of the money at stake."""
    sums = (by_person(found), at_stake(found))
    return any(max(one.values()) > sum(one.values()) * DOMINANT for one in sums if one)


def by_person(found: Collection[Found]) -> dict[int, int]:
    """How many findings each person has."""
    return Counter(one.person_id for one in found if one.person_id is not None)


def at_stake(found: Collection[Found]) -> dict[int, Decimal]:
    """Money at stake in each person's findings, of those that reckon any."""
    amounts: dict[int, Decimal] = {}
    for one in found:
        if one.person_id is not None and one.impact_usd is not None:
            amounts[one.person_id] = amounts.get(one.person_id, Decimal()) + one.impact_usd
    return amounts


def difference_between(new: Tally, running: Tally) -> Difference:
    """Which findings both opened, and which one of them alone."""
    both = new.found.keys() & running.found.keys()
    return Difference(
        only_new=len(new.found) - len(both),
        only_running=len(running.found) - len(both),
        both=len(both),
    )


def _is_thin(verdicts: Counter[Verdict]) -> bool:
    """Whether there was somebody to judge, and too little data of each."""
    return 0 < verdicts.total() == verdicts[Verdict.TOO_LITTLE]


def _mondays(first: date, last: date) -> list[date]:
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]
