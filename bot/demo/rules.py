"""The made-up company's rules: replayed over its past, and let to speak by an admin, as they would be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.demo.organisation import Organisation
from bot.demo.seed import Speakers
from bot.flows.coaching import Coaching
from bot.flows.finding_answers import answer
from bot.flows.gathering import Gathering
from bot.flows.people import Speaker
from bot.flows.rule_backtests import Question, backtest, save
from bot.flows.rule_pass import pass_over
from bot.flows.rule_stages import set_stage
from bot.flows.rule_terms import terms_of
from bot.intents.rule_forms import StageWanted
from bot.rule_files import files_in_use
from bot.rulebook import Rulebook
from policies.rules.findings import Answer, FindingState
from policies.rules.model import Stage
from policies.rules.ruleset import RuleSet
from storage import findings
from storage.database import Database

DAYS: Final = 28
STAGES: Final[Mapping[str, Stage]] = {
    "model-task-mismatch": Stage.COACH,
    "declared-late": Stage.DIGEST,
    "unattributed-team-share": Stage.DIGEST,
}
"""The rules that are beyond shadow in the demo, and how far."""
SPOKEN_FOR: Final = timedelta(days=63)
"""How long ago they came beyond it."""
LATELY: Final = timedelta(days=7)
"""What began since then is for the running program to find."""
BETWEEN_LOOKS: Final = timedelta(days=2)
WORKING_HOURS_SOMEWHERE: Final = (timedelta(0), timedelta(hours=6))
ANSWERED_AFTER: Final = timedelta(hours=8)
REASON: Final = "The backtest finds little, and what it finds is worth a word."


def seed_rules(
    database: Database,
    organisation: Organisation,
    speakers: Speakers,
    gathering: Gathering,
    now: datetime,
) -> int:
    """Backtest the rules of STAGES, promote them a step at a time, and live through what they then said.

    Returns how many findings the backtest had.
    """
    admin = replace(
        next(speakers[member] for _, member in organisation.people() if member.admin),
        is_admin=True,
    )
    rulebook = Rulebook()
    rules = rulebook.current = RuleSet.of((one.name, one.read()) for one in files_in_use(None))
    judges = [rules.judges[rule_id] for rule_id in STAGES]
    began = now - SPOKEN_FOR
    _replay(database, rules, gathering, began)
    for rule_id, wanted in STAGES.items():
        for stage in list(Stage)[1 : wanted.rank + 1]:
            set_stage(database, began, admin, rules, rule_id, StageWanted(stage, REASON))
    by_id = {one.person.id: one for one in speakers.values()}
    at = began + BETWEEN_LOOKS
    while at < now - LATELY:
        pass_over(database, at, judges, gathering)
        for hours in WORKING_HOURS_SOMEWHERE:
            Coaching(rulebook)(database, at + hours)
        _answer_tips(database, at + ANSWERED_AFTER, by_id)
        at += BETWEEN_LOOKS
    return _replay(database, rules, gathering, now - BETWEEN_LOOKS)


def _replay(database: Database, rules: RuleSet, gathering: Gathering, now: datetime) -> int:
    """Backtest the rules of STAGES, as the gate of their stages asks; returns how many findings there were."""
    with database.reading() as session:
        terms = terms_of(session, [rules.judges[rule_id] for rule_id in STAGES], now)
    done = backtest(database, now, Question(rules, tuple(STAGES), DAYS), gathering, terms)
    save(database, now, done)
    return sum(one.summary.opened for one in done)


def _answer_tips(database: Database, now: datetime, speakers: Mapping[int, Speaker]) -> None:
    """Whoever was told something tries it."""
    with database.reading() as session:
        told = findings.in_states(session, set(STAGES), {FindingState.COACHED})
    for one in told:
        speaker = speakers.get(one.subject.person_id or 0)
        if speaker is not None:
            answer(database, now, speaker, one.id, Answer.TRIED)
