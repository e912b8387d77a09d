"""The pass over the facts: one replica runs it, every hour for all rules and more often for alarms.

Facts are read in one snapshot; what became of findings is written in bounded batches, and nothing
where nothing changed. A pass that is killed is run again from the start: what it had written stands.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import Session

from bot.flows.coaching import redraw_tip
from bot.flows.findings_for_leads import tell_leads
from bot.flows.rule_facts import Gathering, facts_of
from bot.flows.rule_notices import MARK, demoted_sentence, is_owner_told, tell_owner
from bot.flows.rule_terms import stages_of, terms_of
from bot.flows.team_findings import tell_of_teams
from bot.logs import places_of
from bot.rulebook import Rulebook
from messages.pages.findings import RuleTrouble
from policies.rules.compiled import CompiledRule
from policies.rules.facts import SubjectKind
from policies.rules.findings import LIVE, Finding
from policies.rules.lifecycle import Verdicts
from policies.rules.model import Rule, Severity, Stage
from policies.rules.passes import PassResult, Step
from policies.rules.pipeline import SAYS_MORE, run_pass
from policies.rules.screening import Screening
from policies.rules.subjects import SubjectFacts
from storage import audit, finding_reports, findings, rule_passes, rule_settings
from storage.database import Database

log = structlog.get_logger()

BATCH: Final = 300
MEANT_FOR_TODAY: Final = (SubjectKind.ENGINEER_DAY, SubjectKind.ENGINEER_WEEK)
"""Kinds of which somebody without usage is not listed, who may have a finding nevertheless."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a pass runs, how long one may take, and which rules it is for."""

    name: str
    every: timedelta
    lease: timedelta
    alarms_only: bool = False

    def slot(self, now: datetime) -> datetime:
        """The latest moment at which a pass was due."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + (now - midnight) // self.every * self.every

    def takes(self, rule: Rule) -> bool:
        """Whether the rule is judged in it."""
        is_alarm = rule.severity is Severity.ALARM and rule.subject is SubjectKind.ENGINEER_DAY
        return is_alarm or not self.alarms_only


HOURLY: Final = Cadence("hourly", timedelta(hours=1), timedelta(minutes=30))
ALARMS: Final = Cadence("alarms", timedelta(minutes=5), timedelta(minutes=4), alarms_only=True)


@dataclass(frozen=True, slots=True)
class RulePasses:
    """The sweep that runs the pass of a cadence when it is due and nobody else has it."""

    rulebook: Rulebook
    gathering: Callable[[], Gathering]
    cadence: Cadence = HOURLY

    def __call__(self, database: Database, now: datetime) -> int:
        """Run the pass that is due, if any; returns how many findings came to another state."""
        everything = tuple(self.rulebook.current.judges.values())
        judges = [one for one in everything if self._takes(one)]
        slot = self.cadence.slot(now)
        with database.reading() as session:
            if not judges or not rule_passes.is_due(session, self.cadence.name, slot, now):
                return 0
        with database.writing() as session:
            lease = self.cadence.lease
            claimed = rule_passes.claim(session, self.cadence.name, slot, now, lease)
        if claimed is None:
            return 0
        turned = pass_over(database, now, judges, self.gathering(), everything)
        if not self.cadence.alarms_only:
            turned += tell_leads(database, now, judges)
            turned += tell_of_teams(database, now, judges)
        with database.writing() as session:
            rule_passes.finish(session, claimed, now)
        return turned

    def _takes(self, judge: CompiledRule) -> bool:
        return self.cadence.takes(judge.rule)


def pass_over(
    database: Database,
    now: datetime,
    judges: Sequence[CompiledRule],
    gathering: Gathering,
    among: Collection[CompiledRule] = (),
) -> int:
    """Judge everything by these rules, one kind after the other; a fault in one stops no other.

    `among` are all the rules that run, where these are only some: any may inhibit them.
    """
    among = among or judges
    demote_what_is_wrong(database, now, judges)
    turned = 0
    for kind in SubjectKind:
        about = [one for one in judges if one.rule.subject is kind]
        if not about:
            continue
        try:
            turned += _pass_over_kind(database, now, about, gathering, among)
        except Exception as error:  # noqa: BLE001 - see above
            log.error(
                "pass_fault", kind=kind.value, fault=type(error).__name__, at=places_of(error)
            )
    return turned


def demote_what_is_wrong(
    database: Database, now: datetime, judges: Iterable[CompiledRule]
) -> list[str]:
    """Take rules down to shadow that people call wrong too often; returns which.

    Where somebody promoted a rule after it was taken down so, the answers given afterwards count.
    """
    by_id = {one.rule.id: one for one in judges}
    with database.reading() as session:
        versions = {rule_id: one.rule.version for rule_id, one in by_id.items()}
        promoted = {
            rule_id: one.verdicts_since
            for rule_id, one in rule_settings.settings(session).items()
            if one.verdicts_since is not None
        }
        verdicts = finding_reports.verdicts_of(session, versions, promoted)
        demanded = {rule_id: one for rule_id, one in verdicts.items() if one.demand_demotion}
        stages = stages_of(session, [by_id[rule_id] for rule_id in demanded])
    loud = {r: one for r, one in demanded.items() if stages[r].wanted is not Stage.SHADOW}
    for rule_id, said in loud.items():
        with database.writing() as session:
            _demote(session, by_id[rule_id].rule, said, now)
    return list(loud)


def judged(
    session: Session,
    now: datetime,
    judges: Sequence[CompiledRule],
    gathering: Gathering,
    among: Collection[CompiledRule],
) -> PassResult:
    """What a pass by rules of one kind comes to now. Nothing is written: a plan asks the same."""
    kind = judges[0].rule.subject
    terms = terms_of(session, among, now)
    known = _known(session, judges, now)
    subjects = _subjects(session, kind, now, gathering, known)
    return run_pass(judges, subjects, known, terms, now, Screening(judges, terms))


def _pass_over_kind(
    database: Database,
    now: datetime,
    judges: Sequence[CompiledRule],
    gathering: Gathering,
    among: Collection[CompiledRule],
) -> int:
    with database.reading() as session:
        passed = judged(session, now, judges, gathering, among)
    _report(judges[0].rule.subject, passed)
    changes = passed.changes
    turned = sum(
        _save(database, changes[first : first + BATCH], now)
        for first in range(0, len(changes), BATCH)
    )
    _report_troubles(database, now, judges, passed)
    return turned


def _report_troubles(
    database: Database, now: datetime, judges: Sequence[CompiledRule], passed: PassResult
) -> None:
    """Hold the rules whose breaker tripped, and tell owners of that, and of what fails for some."""
    rules = {one.rule.id: one.rule for one in judges}
    for rule_id, reason in passed.held.items():
        with database.writing() as session:
            _hold(session, rules[rule_id], reason, now)
    for rule_id, errors in passed.errors.items():
        log.warning("rule_failed", rule=rule_id, times=errors.count)
        if rule_id not in passed.held:
            _tell_of_failures(database, rules[rule_id], now)


def _known(session: Session, judges: Sequence[CompiledRule], now: datetime) -> list[Finding]:
    """The findings of these rules, and those of others that may inhibit them."""
    own = {one.rule.id for one in judges}
    others = {name for one in judges for name in one.rule.inhibited_by} - own
    inhibiting = findings.in_states(session, others, SAYS_MORE) if others else []
    return findings.standing(session, own, now) + inhibiting


def _subjects(
    session: Session,
    kind: SubjectKind,
    now: datetime,
    gathering: Gathering,
    known: Iterable[Finding],
) -> Iterator[SubjectFacts]:
    """Every subject with something to look at, and whoever else has a finding that stands."""
    waiting = {
        one.subject.person_id
        for one in known
        if kind in MEANT_FOR_TODAY and one.subject.kind is kind and one.state in LIVE
    }
    for facts in facts_of(session, kind, now, gathering):
        waiting.discard(facts.subject.person_id)
        yield facts
    unseen = frozenset(one for one in waiting if one is not None)
    if unseen:
        yield from facts_of(session, kind, now, replace(gathering, person_ids=unseen))


def _save(database: Database, steps: Collection[Step], now: datetime) -> int:
    """One batch, and with it what people who were told see change."""
    with database.writing() as session:
        saved = findings.save_steps(session, steps, now)
        for step in saved:
            if step.before is not None and step.is_turn and step.before.coached_at is not None:
                redraw_tip(session, step.before, now)
    return len(saved)


def _hold(session: Session, rule: Rule, reason: str, now: datetime) -> None:
    if not rule_settings.hold(session, rule.id, reason, now):
        return
    audit.record(session, None, "rule.held", rule.id, {"version": rule.version}, now)
    tell_owner(session, rule, RuleTrouble.HELD, f"{now:%Y%m%dT%H%M%S}", now)


def _tell_of_failures(database: Database, rule: Rule, now: datetime) -> None:
    """Tell the owner once a version; what it fails for is somebody's own and is not told."""
    mark = f"v{rule.version}"
    with database.reading() as session:
        if is_owner_told(session, rule, RuleTrouble.FAILS, mark):
            return
    with database.writing() as session:
        tell_owner(session, rule, RuleTrouble.FAILS, mark, now)


def _demote(session: Session, rule: Rule, said: Verdicts, now: datetime) -> None:
    counts: dict[str, str | int] = {
        "version": rule.version,
        "answers": said.answers,
        "people": said.total,
        "wrong": said.wrong,
    }
    rule_settings.set_stage(session, rule.id, Stage.SHADOW, demoted_sentence(counts), now)
    audit.record(session, None, "rule.demoted", rule.id, counts, now)
    tell_owner(session, rule, RuleTrouble.DEMOTED, f"{now:{MARK}}", now)


def _report(kind: SubjectKind, passed: PassResult) -> None:
    """One line for the operator a rule that has anything to say: counts alone."""
    for rule_id, counts in passed.counts.items():
        if counts.matched or counts.standing or counts.resolved:
            log.info("rule_passed", rule=rule_id, kind=kind.value, trace=str(counts))
