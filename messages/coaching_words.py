"""Coaching in words: what somebody stopped, what their own work shows, and whether tips help."""

from typing import Final

from messages.escape import clip, mrkdwn
from messages.pages.coaching import CoachingEffects, MutedKind, TipEffect, WhyCard
from messages.rule_words import code, skill_words
from messages.wording import count, percent
from policies.efficacy import Effect, Verdict
from policies.mutes import ALL, CARDS, SKILLS
from policies.practices import CardAnswer
from policies.skills import SHOWS_FROM

_GENERAL: Final = {ALL: "*All tips*", CARDS: "*Practice cards*"}
_ANSWERED: Final = {
    CardAnswer.TRIED: "*You: I tried it*. It does not come again.",
    CardAnswer.NOT_RELEVANT: "*You: it does not matter to me*. It does not come again.",
}
_VERDICTS: Final = {
    Verdict.HELPS: "helps",
    Verdict.NO_EFFECT: "has no effect worth having",
    Verdict.HARMS: "does harm",
    Verdict.OPEN: "is not known yet: too few people, or too wide a range",
}


def muted_kind(one: MutedKind) -> str:
    """What was stopped: `*All tips*`, `*Tips about match the model to the task*`, or a rule's."""
    if one.kind in _GENERAL:
        return _GENERAL[one.kind]
    if one.kind in SKILLS:
        return f"*Tips about “{skill_words(one.kind)}”*"
    name = mrkdwn(clip(one.title, 120), 240) if one.title else "Tips of a rule that is gone"
    return f"*{name}* {code(one.kind, 80)}"


def card_answered(said: CardAnswer) -> str:
    """What the person said to a card."""
    return _ANSWERED[said]


def why_a_card(page: WhyCard) -> str:
    """What of the person's own work showed the skill, and from what share on no card comes."""
    skill, share = page.practice.skill, page.work.share
    if share is None:
        return (
            f"In the four weeks before it there is no work of yours with {skill.share_of} any more."
        )
    return (
        f"In the four weeks before it, {percent(share)} of your {skill.share_of} showed “"
        f"{skill_words(skill)}”. From {percent(SHOWS_FROM)} on no card about it comes."
    )


def how_trials_work(page: CoachingEffects) -> str:
    """What is compared with what, for readers of the figures."""
    if page.holdout == 0:
        return (
            "No tips are held back (`MILEAGE_COACHING_HOLDOUT` is 0), so nothing new is measured."
        )
    return (
        f"By chance, {percent(page.holdout)} of first tips wait for two weeks. Compared is how a skill's share "
        "of people's own work changed over these weeks, with those who were told and those for whom it waited."
    )


def effect_in_words(effect: Effect) -> str:
    """`Told (640 people) against waiting (155): +8 points, likely +3 to +13.`"""
    return (
        f"Told ({count(effect.told, 'person', 'people')}) against waiting ({effect.held:,}): "
        f"{_points(effect.change)} points, likely {_points(effect.low)} to {_points(effect.high)}."
    )


def tip_effect(one: TipEffect) -> str:
    """A tip with what its trials say, on a line."""
    name = f"• {mrkdwn(clip(one.title, 90), 180)}"
    retired = " It was retired: this version is told no more." if one.is_retired else ""
    effect = one.effect.shown
    if effect is None:
        return f"{name}:{retired}"
    who = "Whether it helps" if effect.verdict is Verdict.OPEN else "It"
    return f"{name}: {effect_in_words(effect)} {who} {_VERDICTS[effect.verdict]}.{retired}"


def _points(share: float) -> str:
    """A difference of shares: `+8`, `-2`, `0`."""
    points = round(share * 100)
    return f"{points:+d}" if points else "0"
