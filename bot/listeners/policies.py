"""What `/mileage policies` shows: every rule, or one."""

from bot.flows import rule_views
from bot.listeners.edge import Asked, Edge
from messages.pages.base import MessagePage


async def show_rules(edge: Edge, rule_id: str, asked: Asked) -> MessagePage:
    """The rule with this id; without one, the first page of all."""
    if not rule_id:
        return await list_rules(edge, asked)
    return await edge.run(
        rule_views.show_rule,
        asked.now,
        asked.speaker,
        edge.rulebook.current,
        edge.rulebook.problems,
        edge.rule,
        rule_id,
    )


async def list_rules(edge: Edge, asked: Asked, page: int = 1) -> MessagePage:
    """A page of the list."""
    return await edge.run(
        rule_views.list_rules,
        asked.now,
        asked.speaker,
        edge.rulebook.current,
        edge.rulebook.problems,
        edge.rule,
        page,
    )
