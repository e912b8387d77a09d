"""What `/mileage privacy` shows, to the asker alone."""

from bot.flows import privacy
from bot.listeners.edge import Asked, Edge
from messages.pages.base import MessagePage


async def show_privacy(edge: Edge, asked: Asked) -> MessagePage:
    """What is kept about the asker, and who looked."""
    return await edge.run(
        privacy.my_privacy, asked.now, asked.speaker, edge.rule, edge.retention_days
    )
