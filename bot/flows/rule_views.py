"""The list of rules and one of them, as far as each reader may know: counts only for those who decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.people import Speaker
from bot.flows.rule_exceptions import lines_for, others_excepted
from bot.flows.rule_rights import (
    Standing,
    mover_of,
    owns,
    rule_meant,
    standing_of,
    standings,
    team_led_by,
)
from bot.flows.rule_values import lines_of
from messages.pages.rules import BacktestLine, RuleLine, RuleList, RulePage
from policies.outcomes import local_day_of
from policies.people import Team
from policies.personal_data import ReadKind
from policies.privacy import GroupRule, Published, publish
from policies.rules.compiled import CompiledRule
from policies.rules.facts import SubjectKind
from policies.rules.lifecycle import Mover, Verdicts, why_not_to
from policies.rules.model import Rule, RuleProblem, Stage
from policies.rules.reports import FindingCounts, published_counts
from policies.rules.ruleset import RuleSet
from storage import finding_reports, people, personal_reads, rule_backtests, rule_reports
from storage.database import Database
from storage.personal_reads import Look
from storage.rule_backtests import StoredBacktest

COUNTED: Final = timedelta(days=28)
MOST_REASONS: Final = 30
MOST_PEOPLE: Final = 500
"""With more people than this a backtest takes too long to be run from chat."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at rules: `team` is the one whose findings are counted, None for everybody's."""

    decides: bool
    is_admin: bool
    team: Team | None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is read once for every line."""

    about_people: Mapping[str, Mapping[int, FindingCounts]]
    about_nobody: Mapping[str, FindingCounts]
    verdicts: Mapping[str, Verdicts]
    backtests: Mapping[str, StoredBacktest]
    group_rule: GroupRule


def list_rules(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    problems: Sequence[RuleProblem],
    group_rule: GroupRule,
    page: int = 1,
) -> RuleList:
    """Every rule by its id. Members see stages and texts, leads counts of their team, admins all."""
    with database.reading() as session:
        reader = _reader(session, speaker)
        found = standings(session, rules)
        known = _known(session, now, rules.rules, reader, group_rule)
        lines = tuple(
            _line(rule, found[rule.id], known, is_counted=_is_counted(speaker, reader, rule))
            for rule in rules.rules
        )
        shown = tuple(
            one for one in problems if reader.is_admin or _is_owner_of_file(speaker, rules, one)
        )
    of_team = reader.team.name if reader.team else ""
    return RuleList(lines, page, of_team, shown, group_rule.minimum)


def show_rule(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    problems: Sequence[RuleProblem],
    group_rule: GroupRule,
    rule_id: str,
) -> RulePage:
    """One rule: what it looks for, how it is set here, and what the reader may change of it.

    Whoever excepted themselves and is told of here finds the look noted.
    """
    judge = rule_meant(rules, rule_id)
    mover = mover_of(speaker, judge.rule)
    with database.reading() as session:
        page = _page(session, now, speaker, judge, mover, problems, group_rule)
        seen = Look(speaker.person.id, ReadKind.EXCEPTION, page.today, judge.rule.id)
        excepted = others_excepted(session, now, speaker, judge.rule, mover)
        if personal_reads.is_noted(session, seen, excepted):
            return page
    with database.writing() as session:
        personal_reads.note(session, seen, excepted, now)
        return page


def is_small(session: Session) -> bool:
    """Whether there are few enough people that a backtest is run from chat."""
    homes = (people.home_members_of(session, team.id) for team in people.all_teams(session))
    return sum(len(one) for one in homes) <= MOST_PEOPLE


def _page(
    session: Session,
    now: datetime,
    speaker: Speaker,
    judge: CompiledRule,
    mover: Mover,
    problems: Sequence[RuleProblem],
    group_rule: GroupRule,
) -> RulePage:
    rule = judge.rule
    reader = _reader(session, speaker)
    standing = standing_of(session, judge)
    is_counted = _is_counted(speaker, reader, rule)
    known = _known(session, now, (rule,), reader, group_rule)
    own_team = reader.team or (speaker.roster.team if speaker.roster else None)
    following = _following(standing.stage.stage) if mover.may_move_stages else None
    missing = _missing(rule, standing, following)
    led = team_led_by(session, speaker)
    return RulePage(
        line=_line(rule, standing, known, is_counted=is_counted),
        params=lines_of(session, rule, own_team.id if own_team else None, shows_names=is_counted),
        today=local_day_of(now, speaker.zone),
        of_team=reader.team.name if reader.team else "",
        exceptions=lines_for(session, now, speaker, rule, mover),
        wrong_reasons=_reasons(session, rule, mover),
        problems=_problems_of(rule, problems) if mover.may_move_stages else (),
        held_reason=standing.setting.held_reason if mover.may_move_stages else "",
        next_stage=following,
        missing=missing,
        may_demote=mover.may_move_stages and standing.stage.wanted > Stage.SHADOW,
        may_release=mover.may_move_stages and standing.is_held,
        may_run_backtest=_may_backtest(session, mover, standing),
        may_adjust_team=bool(rule.params) and led is not None,
        may_adjust_all=bool(rule.params) and mover.may_move_stages,
        may_except=rule.subject is not SubjectKind.SOURCE
        and (rule.subject.is_personal or led is not None),
        minimum=group_rule.minimum,
    )


def _reader(session: Session, speaker: Speaker) -> Reader:
    if speaker.is_admin:
        return Reader(decides=True, is_admin=True, team=None)
    led = team_led_by(session, speaker)
    return Reader(decides=led is not None, is_admin=False, team=led.team if led else None)


def _is_counted(speaker: Speaker, reader: Reader, rule: Rule) -> bool:
    """Whether the reader is shown counts of this rule: those who decide, and its owner."""
    return reader.decides or owns(speaker, rule)


def _known(
    session: Session,
    now: datetime,
    rules: Sequence[Rule],
    reader: Reader,
    group_rule: GroupRule,
) -> Known:
    team_id = reader.team.id if reader.team else None
    ids, start = [rule.id for rule in rules], now - COUNTED
    return Known(
        finding_reports.counts_by_person(session, start, now, ids, team_id),
        rule_reports.counts_about_nobody(session, start, now, ids, team_id),
        finding_reports.verdicts_of(session, {rule.id: rule.version for rule in rules}),
        rule_backtests.latest_by_rule(session),
        group_rule,
    )


def _line(rule: Rule, standing: Standing, known: Known, *, is_counted: bool) -> RuleLine:
    if not is_counted:
        return RuleLine(rule, standing.stage)
    return RuleLine(
        rule,
        standing.stage,
        _counts(rule, known),
        known.verdicts.get(rule.id, Verdicts()),
        _backtest(rule, known),
    )


def _counts(rule: Rule, known: Known) -> Published[FindingCounts]:
    """Findings that opened; about teams and sources there is nothing to keep back."""
    if not rule.subject.is_personal:
        return publish(known.about_nobody.get(rule.id, FindingCounts()), {}, known.group_rule)
    return published_counts(known.about_people.get(rule.id, {}), known.group_rule)


def _backtest(rule: Rule, known: Known) -> BacktestLine | None:
    stored = known.backtests.get(rule.id)
    if stored is None:
        return None
    summary = stored.summary
    shown = summary.published(known.group_rule, is_personal=rule.subject.is_personal)
    return BacktestLine(summary.days, stored.made_at, stored.digest == rule.digest, shown)


def _following(stage: Stage) -> Stage | None:
    """The stage above."""
    higher = [one for one in Stage if one.rank == stage.rank + 1]
    return higher[0] if higher else None


def _missing(rule: Rule, standing: Standing, following: Stage | None) -> str:
    """What keeps the rule from the next stage, with the command to type where one helps."""
    if following is None:
        return ""
    proof = standing.proof
    if proof.has_tests and proof.passes_tests and not proof.is_backtested and not standing.is_held:
        lacks = proof.shortfall or "this text of the rule has no backtest yet."
        return (
            f"{lacks} Run it here where the button stands, or with "
            f"“mileage rules backtest --days 60 {rule.id}”."
        )
    return why_not_to(standing.stage, following, proof)


def _may_backtest(session: Session, mover: Mover, standing: Standing) -> bool:
    return mover.may_move_stages and not standing.proof.is_backtested and is_small(session)


def _reasons(session: Session, rule: Rule, mover: Mover) -> tuple[str, ...]:
    if not mover.may_move_stages:
        return ()
    return tuple(rule_reports.wrong_reasons(session, rule.id, rule.version, MOST_REASONS))


def _problems_of(rule: Rule, problems: Sequence[RuleProblem]) -> tuple[RuleProblem, ...]:
    return tuple(
        one for one in problems if rule.id == one.rule_id or one.place.file == rule.place.file
    )


def _is_owner_of_file(speaker: Speaker, rules: RuleSet, problem: RuleProblem) -> bool:
    return any(owns(speaker, rule) for rule in rules.rules if rule.place.file == problem.place.file)
