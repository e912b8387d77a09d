"""How loudly a rule speaks: an admin or its owner takes it up one stage at a time, or down."""

from datetime import datetime, timedelta
from typing import Final

from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from bot.flows.rule_backtests import Question, backtest, save
from bot.flows.rule_facts import Gathering
from bot.flows.rule_rights import (
    Standing,
    refusals_audited,
    require_mover,
    rule_meant,
    standing_of,
)
from bot.flows.rule_terms import terms_of
from bot.flows.rule_views import MOST_PEOPLE, is_small
from bot.intents.rule_forms import StageWanted
from messages.metadata import FormContext
from messages.pages.rules import StageForm, StageSet
from policies.rules.lifecycle import why_not_to
from policies.rules.model import Rule, Stage
from policies.rules.ruleset import RuleSet
from storage import audit, rule_settings
from storage.database import Database
from storage.requests import give_turn_back, take_turn

BACKTEST_DAYS: Final = 60
ONE_AT_A_TIME: Final = timedelta(minutes=10)
"""A backtest of one text is begun once in so long, however often the button is pressed."""
WHOSE: Final = "rules"


def stage_form(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    rule_id: str,
    channel_id: str | None,
    *,
    is_up: bool,
) -> StageForm:
    """Asks to confirm one stage up, or any stage down, and says what will change."""
    judge = rule_meant(rules, rule_id)
    with refusals_audited(database, now, speaker, judge.rule.id), database.reading() as session:
        require_mover(speaker, judge.rule)
        standing = standing_of(session, judge)
        stage = standing.stage.stage if is_up else standing.stage.wanted
        choices = _choices(stage, is_up=is_up)
        if not choices:
            raise Refusal(f"{judge.rule.title} is in stage {stage}: there is none further.")
        if is_up:
            _require_proof(judge.rule, standing, choices[0])
        context = FormContext(channel_id, rule_id=judge.rule.id)
        return StageForm(context, judge.rule, stage, choices)


def set_stage(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    rule_id: str,
    wanted: StageWanted,
) -> StageSet:
    """Put a stage over the file's, with a reason; the same again changes nothing."""
    judge = rule_meant(rules, rule_id)
    rule = judge.rule
    with refusals_audited(database, now, speaker, rule.id), database.writing() as session:
        require_mover(speaker, rule)
        rule_settings.hold_setting(session, rule.id)
        standing = standing_of(session, judge)
        before = standing.stage.stage
        if wanted.stage is before and wanted.stage is standing.stage.wanted:
            return StageSet(rule, before, before)
        _require_proof(rule, standing, wanted.stage)
        rule_settings.set_stage(
            session, rule.id, wanted.stage, wanted.reason, now, actor_id=speaker.person.id
        )
        action = "rule.promoted" if wanted.stage > before else "rule.demoted"
        details: dict[str, str | int] = {"version": rule.version}
        details |= {"from": before.value, "to": wanted.stage.value}
        audit.record(session, speaker.person.id, action, rule.id, details, now)
        return StageSet(rule, before, wanted.stage)


def release(
    database: Database, now: datetime, speaker: Speaker, rules: RuleSet, rule_id: str
) -> None:
    """Let a rule be judged again that its limit holds; released twice it is released once."""
    rule = rule_meant(rules, rule_id).rule
    with refusals_audited(database, now, speaker, rule.id), database.writing() as session:
        require_mover(speaker, rule)
        if rule_settings.release(session, rule.id):
            details = {"version": rule.version}
            audit.record(session, speaker.person.id, "rule.released", rule.id, details, now)


def require_backtest(
    database: Database, now: datetime, speaker: Speaker, rules: RuleSet, rule_id: str
) -> Rule:
    """The rule, where the speaker may have its backtest run from chat."""
    judge = rule_meant(rules, rule_id)
    rule = judge.rule
    with refusals_audited(database, now, speaker, rule.id), database.reading() as session:
        require_mover(speaker, rule)
        if standing_of(session, judge).proof.is_backtested:
            raise Refusal(f"{rule.title} has its backtest already.", "Open the rule to see it.")
        if not is_small(session):
            raise Refusal(
                f"With more than {MOST_PEOPLE} people a backtest takes too long for chat.",
                f"Run “{command_of(rule)}” where Mileage runs.",
            )
    return rule


def run_backtest(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    rule_id: str,
    gathering: Gathering,
) -> None:
    """Play the last weeks again with the rule's own text, and keep what it came to."""
    rule = require_backtest(database, now, speaker, rules, rule_id)
    slot = now - (now - now.min.replace(tzinfo=now.tzinfo)) % ONE_AT_A_TIME
    turn = f"backtest:{rule.digest}:{slot:%Y%m%dT%H%M}"
    with database.writing() as session:
        if not take_turn(session, WHOSE, turn, 1, now):
            raise Refusal(f"The backtest of {rule.title} is running.", "Open the rule in a while.")
        terms = terms_of(session, rules.judges.values(), now)
    question = Question(rules, (rule.id,), BACKTEST_DAYS)
    try:
        save(database, now, backtest(database, now, question, gathering, terms))
    except Exception:
        with database.writing() as session:
            give_turn_back(session, WHOSE, turn)
        raise
    with database.writing() as session:
        details = {"version": rule.version, "days": BACKTEST_DAYS}
        audit.record(session, speaker.person.id, "rule.backtest_asked", rule.id, details, now)


def command_of(rule: Rule) -> str:
    """What to type for the backtest of a rule."""
    return f"mileage rules backtest --days {BACKTEST_DAYS} {rule.id}"


def _choices(stage: Stage, *, is_up: bool) -> tuple[Stage, ...]:
    if is_up:
        return tuple(one for one in Stage if one.rank == stage.rank + 1)
    return tuple(one for one in reversed(Stage) if one.rank < stage.rank)


def _require_proof(rule: Rule, standing: Standing, wanted: Stage) -> None:
    """Refuse a stage that the rule has not earned yet, with what is missing."""
    lacks = why_not_to(standing.stage, wanted, standing.proof)
    if not lacks:
        return
    proof = standing.proof
    needs_backtest = proof.passes_tests and not proof.is_backtested and not standing.is_held
    step = f"Run “{command_of(rule)}”, or press “Run the backtest” on the rule's page."
    raise Refusal(
        f"{rule.title} stays in {standing.stage.stage}. {lacks}", step if needs_backtest else ""
    )
