"""What follows a declaration that names an amount, typed or in the form."""

from bot.flows import budget_moves
from bot.listeners.edge import Asked, Edge
from messages.pages.base import MessagePage
from messages.pages.outcomes import OutcomeDeclared
from policies.amounts import Amount


async def set_aside(
    edge: Edge, amount: Amount, declared: OutcomeDeclared, asked: Asked
) -> MessagePage:
    """Say that the outcome is declared, and set the amount aside for it: declared it stays in any case."""
    await edge.replies.send(asked.request.address, declared)
    return await edge.run(
        budget_moves.earmark,
        asked.now,
        asked.speaker,
        declared.outcome.id,
        amount,
        asked.request.key,
    )
