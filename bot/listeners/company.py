"""The week of all teams, page by page. Who may see it is for the flow."""

from bot.flows.company_digest import Wanted
from bot.flows.company_digest import show_company as show
from bot.flows.refusals import Refusal
from bot.listeners.edge import Asked, Edge
from messages.pages.base import MessagePage
from policies.periods import IsoWeek, NotAPeriod

DIGITS_OF_A_PAGE = 4


async def show_company(edge: Edge, wanted: Wanted, asked: Asked) -> MessagePage:
    """All teams, or those that were named."""
    return await edge.run(show, asked.now, asked.speaker, wanted, edge.rule)


async def turn_page(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Another page of all teams; the value names the week and the page."""
    return await show_company(edge, wanted_of(value), asked)


def wanted_of(value: str) -> Wanted:
    """What `2026-W46 2` asks for; Refusal where it was made up."""
    week, _, page = value.partition(" ")
    if not (page.isascii() and page.isdigit() and len(page) <= DIGITS_OF_A_PAGE):
        raise Refusal("This page is not there any more.", "Ask for the week again.")
    try:
        return Wanted(IsoWeek.parse(week[:20]), page=int(page))
    except NotAPeriod:
        raise Refusal("This page is not there any more.", "Ask for the week again.") from None
