"""The made-up company's rules: replayed over its past, and let to speak by an admin, as they would be."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.demo.organisation import Organisation
from bot.demo.seed import Speakers
from bot.flows.gathering import Gathering
from bot.flows.people import Speaker
from bot.flows.rule_backtests import Question, backtest, save
from bot.flows.rule_terms import stages_of, terms_of
from bot.rulebook import Rulebook
from policies.rules.compiled import CompiledRule
from policies.rules.model import Stage
from storage import audit, rule_settings
from storage.database import Database

DAYS: Final = 28
STAGES: Final[Mapping[str, Stage]] = {
    "model-task-mismatch": Stage.COACH,
    "declared-late": Stage.DIGEST,
    "unattributed-team-share": Stage.DIGEST,
}
"""The rules that are beyond shadow in the demo, and how far."""
WATCHED_FOR: Final = timedelta(days=2)
REASON: Final = "The backtest finds little, and what it finds is worth a word."


def seed_rules(
    database: Database,
    organisation: Organisation,
    speakers: Speakers,
    gathering: Gathering,
    now: datetime,
) -> int:
    """Backtest the rules of STAGES and promote them a step at a time; returns how many findings there were."""
    admin = next(speakers[member] for _, member in organisation.people() if member.admin)
    rules = Rulebook.loaded().current
    judges = [rules.judges[rule_id] for rule_id in STAGES]
    began = now - WATCHED_FOR
    with database.reading() as session:
        terms = terms_of(session, judges, began)
    done = backtest(database, began, Question(rules, tuple(STAGES), DAYS), gathering, terms)
    save(database, began, done)
    for rule_id, wanted in STAGES.items():
        for stage in list(Stage)[1 : wanted.rank + 1]:
            _promote(database, rules.judges[rule_id], stage, admin, began)
    return sum(one.summary.opened for one in done)


def _promote(
    database: Database, judge: CompiledRule, stage: Stage, admin: Speaker, now: datetime
) -> None:
    rule = judge.rule
    with database.writing() as session:
        before = stages_of(session, [judge])[rule.id].stage
        rule_settings.set_stage(session, rule.id, stage, REASON, now, actor_id=admin.person.id)
        details: dict[str, str | int] = {"version": rule.version}
        details |= {"from": before.value, "to": stage.value}
        audit.record(session, admin.person.id, "rule.promoted", rule.id, details, now)
