"""What `/mileage mute`, `unmute` and `coaching` say."""

from bot.flows import coaching_effects, mutes
from bot.intents.mileage import (
    CoachingIntent,
    Mute,
    ShowCoaching,
    ShowMutes,
    Unmute,
)
from bot.listeners.edge import Asked, Edge
from messages.pages.base import MessagePage


async def answer_about_coaching(edge: Edge, intent: CoachingIntent, asked: Asked) -> MessagePage:
    """What these commands say."""
    judged = (asked.now, asked.speaker, edge.rulebook.current)
    match intent:
        case ShowMutes():
            return await edge.run(mutes.show_mutes, *judged)
        case Mute(kind=kind):
            return await edge.run(mutes.mute, *judged, kind)
        case Unmute(kind=kind):
            return await edge.run(mutes.unmute, *judged, kind)
        case ShowCoaching():
            return await _show_effects(edge, asked)


async def _show_effects(edge: Edge, asked: Asked) -> MessagePage:
    return await edge.run(
        coaching_effects.show_effects,
        asked.now,
        asked.speaker,
        edge.rulebook.current.rules,
        edge.digest_terms().practices,
        edge.rule,
        edge.coaching_holdout,
    )
