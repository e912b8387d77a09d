"""Which rule is meant, who may do what to it, and how it is set here. Asked at every step."""

import difflib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.attempts import attempts_noted
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from bot.flows.rule_terms import proof_of
from bot.intents.words import shortened
from policies.people import Roster
from policies.rules.compiled import CompiledRule
from policies.rules.lifecycle import Mover, Proof, RuleSetting, StageNow, effective_stage
from policies.rules.model import Rule
from policies.rules.ruleset import RuleSet
from storage import people, rule_backtests, rule_settings
from storage.database import Database

REFUSED: Final = "rule.refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rule is set here: what it has shown of itself, and the stage that follows."""

    setting: RuleSetting
    proof: Proof
    stage: StageNow

    @property
    def is_held(self) -> bool:
        """Whether its limit holds it."""
        return bool(self.setting.held_reason)


def refusals_audited(
    database: Database, now: datetime, speaker: Speaker, subject: str
) -> AbstractContextManager[None]:
    """Note it when somebody reaches for what is not theirs: the attempt itself changes nothing."""
    return attempts_noted(database, now, speaker, REFUSED, subject)


def rule_meant(rules: RuleSet, rule_id: str) -> CompiledRule:
    """The judge of a rule; Refusal names the nearest there is."""
    judge = rules.judges.get(rule_id)
    if judge is not None:
        return judge
    close = difflib.get_close_matches(rule_id[:80], rules.judges, n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]}? " if close else ""
    raise Refusal(
        f"There is no rule “{shortened(rule_id)}”.", f"{hint}“/mileage policies” lists them all."
    )


def owns(speaker: Speaker, rule: Rule) -> bool:
    """Whether the rule is the speaker's own, who is known by the address that Slack has of them."""
    return bool(rule.owner) and speaker.person.email == rule.owner.strip().lower()


def mover_of(speaker: Speaker, rule: Rule) -> Mover:
    """What the speaker is to a rule."""
    return Mover(
        is_admin=speaker.is_admin,
        is_owner=owns(speaker, rule),
    )


def require_mover(speaker: Speaker, rule: Rule) -> Mover:
    """The same, for an admin or the rule's owner; NotYours for anybody else."""
    mover = mover_of(speaker, rule)
    if not mover.may_move_stages:
        whom = f"its owner, {rule.owner}," if rule.owner else "its owner"
        raise NotYours(f"Only {whom} or an admin of the workspace does that.", "Ask one of them.")
    return mover


def team_led_by(session: Session, speaker: Speaker) -> Roster | None:
    """The team whose lead the speaker is here: the one they mean, else the one they lead alone."""
    if speaker.roster is not None:
        roster = people.roster_of(session, speaker.roster.team.id)
        if roster is not None and roster.is_led_by(speaker.person.id):
            return roster
    led = people.teams_led_by(session, speaker.person.id)
    return people.roster_of(session, led[0].id) if len(led) == 1 else None


def require_team_led(session: Session, speaker: Speaker) -> Roster:
    """The same; NotYours for who leads none."""
    roster = team_led_by(session, speaker)
    if roster is None:
        raise NotYours("Only a lead does that for a team.", "Ask a lead of your team.")
    return roster


def standing_of(session: Session, judge: CompiledRule) -> Standing:
    """How a rule is set here."""
    setting = rule_settings.settings(session).get(judge.rule.id)
    return _standing(judge, setting, rule_backtests.shortfalls(session))


def standings(session: Session, rules: RuleSet) -> dict[str, Standing]:
    """How every rule is set here."""
    settings, backtested = rule_settings.settings(session), rule_backtests.shortfalls(session)
    return {
        rule_id: _standing(judge, settings.get(rule_id), backtested)
        for rule_id, judge in rules.judges.items()
    }


def _standing(
    judge: CompiledRule, setting: RuleSetting | None, backtested: Mapping[str, str]
) -> Standing:
    rule = judge.rule
    proof = proof_of(judge, backtested)
    stage = effective_stage(rule, setting, proof)
    return Standing(setting or RuleSetting(rule.id), proof, stage)
