"""Coaching in words: what somebody stopped, what their own work shows, and whether tips help."""

from typing import Final

from messages.escape import clip, mrkdwn
from messages.pages.coaching import MutedKind
from messages.rule_words import code, skill_words
from policies.mutes import ALL, CARDS, SKILLS

_GENERAL: Final = {ALL: "*All tips*", CARDS: "*Practice cards*"}


def muted_kind(one: MutedKind) -> str:
    """What was stopped: `*All tips*`, `*Tips about match the model to the task*`, or a rule's."""
    if one.kind in _GENERAL:
        return _GENERAL[one.kind]
    if one.kind in SKILLS:
        return f"*Tips about “{skill_words(one.kind)}”*"
    name = mrkdwn(clip(one.title, 120), 240) if one.title else "Tips of a rule that is gone"
    return f"*{name}* {code(one.kind, 80)}"
