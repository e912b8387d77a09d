"""The made-up company's rules: replayed over its past, and let to speak by an admin, as they would be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.demo.organisation import Organisation
from bot.demo.seed import Speakers
from bot.flows.gathering import Gathering
from bot.flows.rule_backtests import Question, backtest, save
from bot.flows.rule_stages import set_stage
from bot.flows.rule_terms import terms_of
from bot.intents.rule_forms import StageWanted
from bot.rule_files import files_in_use
from policies.rules.model import Stage
from policies.rules.ruleset import RuleSet
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
    admin = replace(
        next(speakers[member] for _, member in organisation.people() if member.admin),
        is_admin=True,
    )
    rules = RuleSet.of((one.name, one.read()) for one in files_in_use(None))
    judges = [rules.judges[rule_id] for rule_id in STAGES]
    began = now - WATCHED_FOR
    with database.reading() as session:
        terms = terms_of(session, judges, began)
    done = backtest(database, began, Question(rules, tuple(STAGES), DAYS), gathering, terms)
    save(database, began, done)
    for rule_id, wanted in STAGES.items():
        for stage in list(Stage)[1 : wanted.rank + 1]:
            set_stage(database, began, admin, rules, rule_id, StageWanted(stage, REASON))
    return sum(one.summary.opened for one in done)
