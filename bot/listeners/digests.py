"""The buttons of a digest that ask whether it was useful."""

from slack_bolt.async_app import AsyncApp

from bot.flows import digest_answers
from bot.listeners.buttons import Press, press_listener
from bot.listeners.edge import Asked, Edge
from messages import ids
from messages.pages.base import MessagePage


async def useful(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Note that it was."""
    return await edge.run(digest_answers.answer, asked.now, asked.speaker, value, is_useful=True)


async def not_useful(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Note that it was not."""
    return await edge.run(digest_answers.answer, asked.now, asked.speaker, value, is_useful=False)


PRESSES: dict[str, Press] = {ids.DIGEST_USEFUL: useful, ids.DIGEST_NOT_USEFUL: not_useful}


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to both."""
    for action_id, press in PRESSES.items():
        app.action(action_id)(press_listener(edge, press))
