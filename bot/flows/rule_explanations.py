"""Why a rule says what it says of one subject, for an operator: a look at a person's figures, audited."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot.flows.refusals import Refusal
from bot.flows.rule_facts import Gathering, facts_of
from bot.flows.rule_terms import stages_of, terms_of
from policies.rules.compiled import CompiledRule
from policies.rules.evaluation import Clause, Evaluation
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.findings import Finding
from policies.rules.fingerprints import fingerprint_of
from policies.rules.lifecycle import StageNow
from policies.rules.subjects import SubjectFacts
from storage import audit, findings, outcomes
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule makes of a subject as of a moment, and where its finding stands."""

    evaluation: Evaluation
    clauses: tuple[Clause, ...]
    params: dict[str, FactValue]
    stage: StageNow
    finding: Finding | None


def explain(
    database: Database,
    now: datetime,
    judge: CompiledRule,
    key: str,
    as_of: datetime,
    gathering: Gathering,
) -> Explanation:
    """Judge one subject by its key, such as `person:12`; Refusal where there is nothing of it.

    It reads what a person used, and so leaves a row in the audit trail before it is shown.
    """
    with database.reading() as session:
        facts = _facts(session, judge.rule.subject, key, as_of, gathering)
        if facts is None:
            raise Refusal(
                f"There is nothing of {key} to look at for {judge.rule.id} at that moment.",
                f"Its subjects are {judge.rule.subject}, with keys such as {_example(judge)}.",
            )
        params = terms_of(session, [judge], now).params_of(judge.rule, facts.subject.team_id)
        stage = stages_of(session, [judge])[judge.rule.id]
        finding = _finding(session, judge, facts, now)
    with database.writing() as session:
        seen: dict[str, str | int] = {"rule": judge.rule.id}
        if facts.subject.person_id is not None:
            seen["person_id"] = facts.subject.person_id
        audit.record(session, None, "rule.explained", key, seen, now)
    evaluation = judge.evaluate(facts, params)
    return Explanation(evaluation, judge.clauses(facts, params), params, stage, finding)


def _facts(
    session: Session, kind: SubjectKind, key: str, as_of: datetime, gathering: Gathering
) -> SubjectFacts | None:
    narrowed = _narrowed(session, key, gathering)
    found = facts_of(session, kind, as_of, narrowed)
    return next((one for one in found if one.subject.key == key), None)


def _narrowed(session: Session, key: str, gathering: Gathering) -> Gathering:
    """Facts of the one person or team that a key names; all where it names none."""
    kind, _, rest = key.partition(":")
    number = rest.partition(":")[0]
    if not number.isdecimal():
        return gathering
    if kind == "team":
        return replace(gathering, team_ids=frozenset({int(number)}))
    person_id: int | None = int(number)
    if kind == "outcome":
        outcome = outcomes.outcome_of(session, int(number))
        person_id = outcome.owner_id if outcome else None
    if person_id is None:
        return gathering
    return replace(gathering, person_ids=frozenset({person_id}))


def _finding(
    session: Session, judge: CompiledRule, facts: SubjectFacts, now: datetime
) -> Finding | None:
    fingerprint = fingerprint_of(judge.rule, facts.subject)
    found = findings.standing(session, [judge.rule.id], now)
    return next((one for one in found if one.fingerprint == fingerprint), None)


def _example(judge: CompiledRule) -> str:
    return {
        SubjectKind.OUTCOME: "outcome:7",
        SubjectKind.SESSION: "session:12:abc",
        SubjectKind.WORKFLOW: "workflow:12:name",
        SubjectKind.TEAM_WEEK: "team:3",
        SubjectKind.SOURCE: "source:claude-code",
    }.get(judge.rule.subject, "person:12")
