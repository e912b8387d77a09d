"""A rule's thresholds: shown in a form, compared on the last weeks, and only then saved."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Final

from sqlmodel import Session

from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from bot.flows.rule_backtests import difference
from bot.flows.rule_facts import Gathering
from bot.flows.rule_rights import (
    owns,
    refusals_audited,
    require_mover,
    require_team_led,
    rule_meant,
)
from bot.flows.rule_terms import terms_of
from bot.flows.rule_values import lines_of, wider_value
from messages import ids
from messages.metadata import FormContext
from messages.pages.rules import ParamLine, ParamsForm, ParamsSet, Reckoning
from messages.rule_words import typed
from policies.outcomes import local_day_of
from policies.people import Roster
from policies.periods import IsoWeek
from policies.rules.facts import FactType, FactValue
from policies.rules.model import Param, Rule
from policies.rules.previews import Preview
from policies.rules.ruleset import RuleSet
from storage import audit, people, rule_settings
from storage.database import Database
from storage.requests import take_turn

PREVIEWED: Final = "rule.previewed"
PARAMS_SET: Final = "rule.params_set"
PREVIEWS_A_WEEK: Final = 6
"""So many comparisons a team, rule and week: more would let a lead close in on one person's figure."""
SAVES_A_WEEK: Final = 3
"""So many times a week a rule's thresholds are set for a team: what it then finds tells as much."""
DAYS: Final = 60

Wanted = Mapping[str, FactValue]


def params_form(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    rule_id: str,
    channel_id: str | None,
    *,
    is_for_team: bool,
) -> ParamsForm:
    """The form with what holds: for the speaker's team where they lead one, or for everybody."""
    rule = rule_meant(rules, rule_id).rule
    with refusals_audited(database, now, speaker, rule.id), database.reading() as session:
        if is_for_team:
            team_id: int | None = require_team_led(session, speaker).team.id
        else:
            require_mover(speaker, rule)
            team_id = None
        if not rule.params:
            raise Refusal(f"{rule.title} has no thresholds to adjust.")
        context = FormContext(channel_id, team_id=team_id, rule_id=rule.id)
        return _form(session, rule, context)


def form_with(
    rule: Rule, context: FormContext, wanted: Wanted, reckoning: Reckoning = Reckoning.NOT_ASKED
) -> ParamsForm:
    """The form with what somebody typed, while its effect is reckoned; nothing is read for it."""
    lines = tuple(ParamLine(one, wanted[one.name]) for one in _shown(rule))
    return ParamsForm(
        context, rule, lines, tuple(typed(one.value) for one in lines), reckoning=reckoning
    )


def compare(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    context: FormContext,
    wanted: Wanted,
    gathering: Gathering,
) -> ParamsForm:
    """What other values would have changed in the last weeks; the form that comes back saves them.

    At most six a team, rule and week: each is noted before it is reckoned.
    """
    rule = rule_meant(rules, context.rule_id or "").rule
    with refusals_audited(database, now, speaker, rule.id), database.writing() as session:
        roster = _require_may_set(session, speaker, rule, context)
        _require_other(session, rule, context.team_id, wanted)
        terms = terms_of(session, rules.judges.values(), now)
        may_see = _take_preview(session, now, speaker, rule, context.team_id)
    effect: Preview | None = None
    if may_see:
        effect = difference(
            database, now, rules, rule.id, wanted, context.team_id, gathering, terms, DAYS
        )
    marked = replace(context, terms=mark_of(rule, context.team_id, wanted))
    form = form_with(rule, marked, wanted, Reckoning.DONE if may_see else Reckoning.NO_MORE)
    return replace(form, effect=effect, team_name=roster.team.name if roster else "")


def set_params(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    context: FormContext,
    wanted: Wanted,
) -> ParamsSet:
    """Save values whose effect was shown; what is as it would be without is not stored."""
    rule = rule_meant(rules, context.rule_id or "").rule
    with refusals_audited(database, now, speaker, rule.id), database.writing() as session:
        roster = _require_may_set(session, speaker, rule, context)
        if context.terms != mark_of(rule, context.team_id, wanted):
            raise Refusal("The effect of these values was not shown yet.", "Open the form again.")
        kept = {
            one.name: None
            if wanted[one.name] == wider_value(session, rule, one, context.team_id)
            else wanted[one.name]
            for one in _shown(rule)
        }
        _take_save(session, now, speaker, rule, context.team_id)
        rule_settings.set_params(
            session, rule.id, context.team_id, kept, now, actor_id=speaker.person.id
        )
        details: dict[str, str | int] = {"team": context.team_id or 0}
        details |= {
            one.name: typed(wanted[one.name])
            for one in _shown(rule)
            if one.type is not FactType.STRING
        }
        audit.record(session, speaker.person.id, PARAMS_SET, rule.id, details, now)
        lines = lines_of(session, rule, context.team_id, shows_names=False)
        return ParamsSet(rule, lines, roster.team.name if roster else "")


def mark_of(rule: Rule, team_id: int | None, wanted: Wanted) -> str:
    """A mark of values for a team and a text of a rule, so that no others are saved than were shown."""
    written = json.dumps([rule.digest, team_id or 0, sorted(wanted.items())], ensure_ascii=False)
    return blake2b(written.encode(), digest_size=12).hexdigest()


def _form(session: Session, rule: Rule, context: FormContext) -> ParamsForm:
    lines = lines_of(session, rule, context.team_id, shows_names=False)[: len(_shown(rule))]
    team = people.team_of(session, context.team_id) if context.team_id is not None else None
    words = tuple(typed(one.value) for one in lines)
    return ParamsForm(context, rule, lines, words, team.name if team else "")


def _shown(rule: Rule) -> tuple[Param, ...]:
    """The thresholds that the form has fields for."""
    return tuple(rule.params.values())[: len(ids.PARAM_FIELDS)]


def _require_may_set(
    session: Session, speaker: Speaker, rule: Rule, context: FormContext
) -> Roster | None:
    """The team that the values are for, None for everybody; the form's word on it is user input."""
    if context.team_id is None:
        require_mover(speaker, rule)
        return None
    roster = people.roster_of(session, context.team_id)
    if roster is None or not (owns(speaker, rule) or speaker.may_lead(roster)):
        raise NotYours("Only a lead of the team does that.", "Ask a lead of your team.")
    return roster


def _require_other(session: Session, rule: Rule, team_id: int | None, wanted: Wanted) -> None:
    now = {one.param.name: one.value for one in lines_of(session, rule, team_id, shows_names=False)}
    if all(now[name] == value for name, value in wanted.items()):
        raise Refusal("These are the values that hold already.", "Change one and compare again.")


def _take_preview(
    session: Session, now: datetime, speaker: Speaker, rule: Rule, team_id: int | None
) -> bool:
    """Whether one of the week's comparisons is left; then it is taken."""
    if not _take_turn(session, now, speaker, PREVIEWED, rule, team_id, PREVIEWS_A_WEEK):
        return False
    details = {"team": team_id or 0}
    audit.record(session, speaker.person.id, PREVIEWED, rule.id, details, now)
    return True


def _take_save(
    session: Session, now: datetime, speaker: Speaker, rule: Rule, team_id: int | None
) -> None:
    """One of the week's changes for a team or for everybody; Refusal where none is left."""
    if not _take_turn(session, now, speaker, PARAMS_SET, rule, team_id, SAVES_A_WEEK):
        raise Refusal(
            f"The thresholds of {rule.title} changed three times this week already.",
            "More would say too much about single people. Come back next week.",
        )


def _take_turn(
    session: Session,
    now: datetime,
    speaker: Speaker,
    what: str,
    rule: Rule,
    team_id: int | None,
    most: int,
) -> bool:
    """Whether one of the turns that a team has at a rule in a week is left; then it is taken."""
    whose, week = f"team:{team_id or 0}", IsoWeek.of(local_day_of(now, speaker.zone))
    return take_turn(session, whose, f"{what}:{rule.id}:{week}", most, now)
