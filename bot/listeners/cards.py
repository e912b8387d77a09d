"""Buttons of practice cards, and of the list of what somebody stopped. Whose card it is, the flow asks."""

from slack_bolt.async_app import AsyncApp

from bot.flows import card_answers, mutes
from bot.intents.mileage import LONGEST_RULE_ID
from bot.listeners.buttons import Press, press_listener
from bot.listeners.edge import Asked, Edge
from messages import ids
from messages.pages.base import MessagePage
from policies.practices import CardAnswer


def says(answer: CardAnswer) -> Press:
    """A button that is an answer to a card. The card changes in its place; nothing else is said."""

    async def press(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
        await edge.run_and_post(
            card_answers.answer_card, asked.now, asked.speaker, id_of(value), answer
        )
        return None

    return press


async def stop_cards(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Stop practice cards; the card says so in its place."""
    await edge.run_and_post(card_answers.stop_cards, asked.now, asked.speaker, id_of(value))
    return None


async def show_why(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Show what of the presser's own work showed the skill, to them alone."""
    return await edge.run(
        card_answers.why_card,
        asked.now,
        asked.speaker,
        edge.digest_terms().practices,
        edge.gathering(),
        id_of(value),
    )


async def unmute(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Let a kind speak again, from the list of what is stopped."""
    current, kind = edge.rulebook.current, id_of(value)
    return await edge.run(mutes.unmute, asked.now, asked.speaker, current, kind)


PRESSES: dict[str, Press] = {
    ids.CARD_TRIED: says(CardAnswer.TRIED),
    ids.CARD_NOT_RELEVANT: says(CardAnswer.NOT_RELEVANT),
    ids.CARD_STOP: stop_cards,
    ids.CARD_WHY: show_why,
    ids.UNMUTE: unmute,
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to every button of a practice card, and of the list of what is stopped."""
    for action_id, press in PRESSES.items():
        app.action(action_id)(press_listener(edge, press))


def id_of(value: str) -> str:
    """What a button carries, no longer than an id may be; whether there is such a thing, flows ask."""
    return value[:LONGEST_RULE_ID]
