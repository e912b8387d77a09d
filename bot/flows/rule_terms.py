"""How the rules are set here and now: stages in effect with their reasons, parameters, exceptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session

from messages.said import first_words
from policies.rules.evaluation import Judge
from policies.rules.lifecycle import Proof, StageNow, effective_stage
from policies.rules.model import Rule
from policies.rules.passes import PassTerms
from policies.rules.testing import passes_its_tests
from storage import people, rule_backtests, rule_exceptions, rule_settings


@dataclass(frozen=True, slots=True)
class _Tested:
    """A rule to be tested: one result for each text that it has, its tests and words included."""

    digest: str
    rule: Rule = field(hash=False)
    judge: Judge = field(compare=False)


def stages_of(session: Session, judges: Iterable[Judge]) -> dict[str, StageNow]:
    """The stage in effect of every rule, by id, and why it is that one."""
    settings = rule_settings.settings(session)
    backtested = rule_backtests.shortfalls(session)
    return {
        judge.rule.id: effective_stage(
            judge.rule, settings.get(judge.rule.id), proof_of(judge, backtested)
        )
        for judge in judges
    }


def proof_of(judge: Judge, backtested: Mapping[str, str]) -> Proof:
    """What a rule has shown of itself; its tests are run once for each text that it has.

    `backtested` has what was backtested, by digest, and why that is no proof; "" where it is.
    """
    rule = judge.rule
    return Proof(
        has_tests=bool(rule.tests),
        passes_tests=_passes(_Tested(rule.digest, rule, judge)),
        is_backtested=backtested.get(rule.digest) == "",
        shortfall=backtested.get(rule.digest, ""),
    )


def terms_of(session: Session, judges: Iterable[Judge], now: datetime) -> PassTerms:
    """By which terms a pass judges now."""
    settings = rule_settings.settings(session)
    teams = people.all_teams(session)
    return PassTerms(
        stages={rule_id: one.stage for rule_id, one in stages_of(session, judges).items()},
        params=rule_settings.params(session),
        exceptions=rule_exceptions.in_force(session, now),
        held={rule_id: one.held_reason for rule_id, one in settings.items() if one.held_reason},
        team_names={team.id: team.name for team in teams},
        zones={team.id: team.zone for team in teams},
    )


@lru_cache(maxsize=2000)
def _passes(tested: _Tested) -> bool:
    return passes_its_tests(tested.judge, first_words)
