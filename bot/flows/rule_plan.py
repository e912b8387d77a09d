"""A plan: what a pass would find at this moment and whom it would tell what, with delivery left out.

The code is that of the pass and of coaching. Of all it shows, only that it was looked at is written.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.coaching import A_WEEK
from bot.flows.rule_facts import Gathering
from bot.flows.rule_pass import judged
from bot.flows.rule_terms import stages_of
from bot.flows.tip_terms import TipTerms
from messages.said import first_words
from policies.outcomes import local_day_of
from policies.people import Person
from policies.rules.attention import ALARM_AGAIN, Attention, Candidate, Choice, choose
from policies.rules.compiled import CompiledRule
from policies.rules.facts import SubjectKind
from policies.rules.findings import TELLABLE, Finding
from policies.rules.lifecycle import StageNow
from policies.rules.model import Rule
from policies.rules.passes import PassResult, RuleCounts, Step
from policies.rules.pipeline import SAYS_MORE
from storage import audit, coaching_slots, findings, people
from storage.database import Database

NOT_IN_SLACK: Final = "The person is not in Slack."


@dataclass(frozen=True, slots=True)
class PlannedFinding:
    """What would become of a finding, what it would say, and why it would be told or not."""

    step: Step
    says: str
    is_told: bool
    why: str


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """What a pass would make of a rule. `held` is why its breaker would trip, `error` what fails."""

    rule: Rule
    stage: StageNow
    counts: RuleCounts
    held: str
    error: str
    findings: tuple[PlannedFinding, ...]


def plan(
    database: Database,
    now: datetime,
    judges: Mapping[str, CompiledRule],
    chosen: Sequence[str],
    gathering: Gathering,
    holdout: float = 0.0,
) -> tuple[PlannedRule, ...]:
    """What a pass of all rules would make of the chosen ones now. `holdout` is as coaching has it."""
    kinds = dict.fromkeys(judges[rule_id].rule.subject for rule_id in chosen)
    with database.reading() as session:
        stages = stages_of(session, judges.values())
        passes = {kind: _passed(session, now, kind, judges, gathering) for kind in kinds}
        steps = [step for passed in passes.values() for step in passed.steps]
        choices = _choices(session, now, judges, stages, steps, holdout)
    with database.writing() as session:
        for rule_id in chosen:
            version = judges[rule_id].rule.version
            audit.record(session, None, "rule.planned", rule_id, {"version": version}, now)
    return tuple(
        _planned(judges[rule_id].rule, stages[rule_id], passes, choices) for rule_id in chosen
    )


def _passed(
    session: Session,
    now: datetime,
    kind: SubjectKind,
    judges: Mapping[str, CompiledRule],
    gathering: Gathering,
) -> PassResult:
    about = [one for one in judges.values() if one.rule.subject is kind]
    return judged(session, now, about, gathering, tuple(judges.values()))


def _choices(
    session: Session,
    now: datetime,
    judges: Mapping[str, CompiledRule],
    stages: Mapping[str, StageNow],
    steps: Iterable[Step],
    holdout: float,
) -> dict[str, Choice]:
    """By fingerprint, what each person would be told of all that waits for them."""
    stand = {step.after.fingerprint: step.after for step in steps}
    waiting = findings.tellable(session, list(judges))
    for one in waiting:
        stand.setdefault(one.fingerprint, one)
    by_person: dict[int, list[Finding]] = defaultdict(list)
    for one in stand.values():
        if one.subject.person_id is not None:
            by_person[one.subject.person_id].append(one)
    known = people.persons_of(session, by_person)
    terms = TipTerms.of(session, known, holdout)
    found: dict[str, Choice] = {}
    for person_id, own in by_person.items():
        if person_id in known and known[person_id].slack is not None:
            candidates = [
                Candidate(judges[one.rule_id].rule, one, stages[one.rule_id].stage)
                for one in own
                if one.state in TELLABLE
            ]
            audible = [one for one in own if stages[one.rule_id].speaks_to_people]
            attention = _attention(session, known[person_id], audible, stages, now)
            attention = terms.bear_on(attention, known[person_id])
            chosen = choose(candidates, attention) if candidates else ()
            found |= {choice.candidate.finding.fingerprint: choice for choice in chosen}
    return found


def _attention(
    session: Session,
    person: Person,
    own: Sequence[Finding],
    stages: Mapping[str, StageNow],
    now: datetime,
) -> Attention:
    """The person's moment, as it would be after the pass."""
    since = local_day_of(now - A_WEEK, person.zone)
    days = coaching_slots.tip_days(session, [person.id], since)
    stored = findings.of_person(session, person.id, SAYS_MORE)
    passed_over = {one.fingerprint for one in own}
    standing = {one.rule_id for one in own if one.state in SAYS_MORE}
    standing |= {
        one.rule_id
        for one in stored
        if one.fingerprint not in passed_over
        and one.rule_id in stages
        and stages[one.rule_id].speaks_to_people
    }
    told = findings.rules_told_since(session, person.id, now - ALARM_AGAIN)
    return Attention(person.zone, now, days.get(person.id, ()), standing, told)


def _planned(
    rule: Rule,
    stage: StageNow,
    passes: Mapping[SubjectKind, PassResult],
    choices: Mapping[str, Choice],
) -> PlannedRule:
    passed = passes[rule.subject]
    errors = passed.errors.get(rule.id)
    return PlannedRule(
        rule,
        stage,
        passed.counts.get(rule.id, RuleCounts()),
        passed.held.get(rule.id, ""),
        errors.first if errors else "",
        tuple(
            _finding(rule, step, choices.get(step.after.fingerprint))
            for step in passed.steps
            if step.after.rule_id == rule.id and (step.is_turn or step.after.state in TELLABLE)
        ),
    )


def _finding(rule: Rule, step: Step, choice: Choice | None) -> PlannedFinding:
    if step.after.state not in TELLABLE:
        return PlannedFinding(step, "", is_told=False, why="")
    says = first_words(rule, step.after)
    if choice is None:
        is_personal = rule.subject.is_personal
        why = NOT_IN_SLACK if is_personal else "It concerns no single person."
        return PlannedFinding(step, says, is_told=False, why=why)
    return PlannedFinding(step, says, choice.is_told, choice.reason.sentence)
