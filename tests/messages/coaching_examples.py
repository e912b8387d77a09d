"""One example of every page about coaching."""

from collections.abc import Callable
from datetime import date
from random import Random

from messages.pages.base import Page
from messages.pages.coaching import (
    CoachingEffects,
    MutedKind,
    Mutes,
    PracticeCard,
    SkillEffects,
    TipEffect,
    WhyCard,
)
from policies.efficacy import Effect, published_effect
from policies.practices import CardAnswer, Practice
from policies.privacy import GroupRule, Published, publish_comparison
from policies.skills import Skill, SkillWork

Typed = Callable[[str], str]
TODAY = date(2026, 11, 24)
RULE = GroupRule()


def card(typed: Typed) -> Practice:
    return Practice(
        id="one-task-one-session",
        version=1,
        skill=Skill.RESTART_CLEAN,
        title=typed("One task, one session"),
        text=typed("The last task's files are sent along with each request of the next."),
        try_=(typed("Start anew between tasks."), "Carry over what matters in two sentences."),
        source=typed("Anthropic, Manage costs effectively (Claude Code)"),
    )


def coaching_pages(typed: Typed) -> dict[str, Page]:
    """Every page about coaching by the name of its golden file."""
    kinds = (
        MutedKind("cards", date(2026, 10, 2)),
        MutedKind("match-model", date(2026, 11, 20)),
        MutedKind("oversized-context", TODAY, typed("A context that grew too large")),
        MutedKind("gone", TODAY),
    )
    told = PracticeCard(card(typed))
    return {
        "mutes": Mutes(kinds, TODAY),
        "mutes_none": Mutes((), TODAY),
        "mutes_many": Mutes((MutedKind("all", TODAY), *kinds * 12), TODAY),
        "practice_card": told,
        "practice_card_tried": PracticeCard(told.practice, CardAnswer.TRIED),
        "practice_card_stopped": PracticeCard(
            told.practice, CardAnswer.NOT_RELEVANT, is_muted=True
        ),
        "why_card": WhyCard(told.practice, SkillWork(62, 100)),
        "why_card_no_work": WhyCard(told.practice, SkillWork(0, 0)),
        "coaching_effects": _effects(typed, 1),
        "coaching_effects_many": _effects(typed, 30),
        "coaching_effects_none": CoachingEffects(
            tuple(SkillEffects(skill, (), _few()) for skill in Skill), 0.0, 5
        ),
    }


def _few() -> Published[Effect]:
    return published_effect((), RULE, lambda: Random(1))


def _effects(typed: Typed, times: int) -> CoachingEffects:
    def shown(change: float, low: float, high: float) -> TipEffect:
        effect = publish_comparison(Effect(change, low, high, 640, 155), (640, 155), RULE)
        return TipEffect(
            "oversized-context", typed("A context that grew"), Skill.CURATE_CONTEXT, effect
        )

    few = TipEffect("retry-storm", typed("Retries"), Skill.RESTART_CLEAN, _few())
    retired = TipEffect("old", typed("An old tip"), Skill.CURATE_CONTEXT, _few(), is_retired=True)
    tips = (
        shown(0.08, 0.03, 0.13),
        shown(0.0, -0.02, 0.02),
        shown(-0.05, -0.09, 0.004),
        shown(0.04, -0.1, 0.2),
        few,
        retired,
    )
    together = publish_comparison(Effect(0.04, 0.01, 0.07, 900, 230), (900, 230), RULE)
    return CoachingEffects(
        (
            SkillEffects(Skill.CURATE_CONTEXT, tips * times, together),
            SkillEffects(Skill.RESTART_CLEAN, (few, few), _few()),
        ),
        0.2,
        5,
    )
