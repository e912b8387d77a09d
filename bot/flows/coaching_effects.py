"""Whether tips help: `/mileage coaching`, for leads and admins. About everybody, never a team or a person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Final

from sqlmodel import Session

from bot.flows.attempts import attempts_noted
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours
from bot.flows.trials import Trialled, effect_of_tip, trialled
from messages.pages.coaching import CoachingEffects, SkillEffects, TipEffect
from policies.efficacy import Measured, effect_together
from policies.practices import Practice
from policies.privacy import GroupRule
from policies.rules.model import Rule
from policies.skills import Skill
from storage import coaching_retirements, coaching_trials, people
from storage.database import Database

REFUSED: Final = "coaching.refused"


def show_effects(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: Sequence[Rule],
    practices: Sequence[Practice],
    group_rule: GroupRule,
    holdout: float,
) -> CoachingEffects:
    """What the trials of every tip say, as far as it may be shown; NotYours for who leads nothing."""
    with (
        attempts_noted(database, now, speaker, REFUSED, "effects"),
        database.reading() as session,
    ):
        _require_lead(session, speaker)
        tips = trialled(rules, practices)
        retired = coaching_retirements.retired(session)
        measured = coaching_trials.measured(session, [one.key for one in tips])
        skills = tuple(
            _of_skill(
                skill,
                [one for one in tips if one.teaching.skill is skill],
                measured,
                retired,
                group_rule,
            )
            for skill in Skill
        )
        return CoachingEffects(skills, holdout, group_rule.minimum)


def _of_skill(
    skill: Skill,
    tips: Sequence[Trialled],
    measured: Mapping[tuple[str, int], Sequence[Measured]],
    retired: Collection[tuple[str, int]],
    rule: GroupRule,
) -> SkillEffects:
    lines = tuple(
        TipEffect(
            one.teaching.tip,
            one.title,
            skill,
            effect_of_tip(one.key, measured.get(one.key, ()), rule),
            one.key in retired,
        )
        for one in tips
    )
    together = effect_together(
        [measured.get(one.key, ()) for one in tips], rule, lambda: Random(skill.value)
    )
    return SkillEffects(skill, lines, together)


def _require_lead(session: Session, speaker: Speaker) -> None:
    if not speaker.is_admin and not people.teams_led_by(session, speaker.person.id):
        raise NotYours("Only leads and admins of the workspace see this.", "Ask one of them.")
