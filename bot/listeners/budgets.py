"""`/budget`."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.flows.refusals import Refusal
from bot.intents.budgets import BudgetHelp, parse_budget
from bot.listeners.edge import Asked, Edge, Request
from bot.listeners.middleware import answer
from messages.pages.base import MessagePage
from messages.pages.help import Help


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to the command, under the name this workspace gave it."""

    @app.command(edge.commands.budget)
    async def on_budget(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        text = str(body.get("text") or "")
        await answer(edge, Request.of(context, body), partial(answer_budget, edge, text))


async def answer_budget(edge: Edge, text: str, asked: Asked) -> MessagePage | None:
    """What `/budget` says to a line."""
    match parse_budget(text, asked.now, asked.speaker.zone, edge.commands.budget):
        case BudgetHelp():
            return Help(edge.commands, "budget")
    raise Refusal("Mileage keeps no budgets yet.")
