"""Buttons about budgets. A button's value is user input, and who pressed it is authorised by the flow."""

from slack_bolt.async_app import AsyncApp

from bot.flows import budget_requests, budget_setup, budget_sweep, budgets
from bot.flows.refusals import Refusal
from bot.listeners.buttons import Press, press_listener
from bot.listeners.edge import Asked, Edge
from bot.listeners.home import refresh_home
from messages import ids
from messages.pages.base import MessagePage
from policies.budget_requests import parse_request_label


async def show_my_budget(edge: Edge, _value: str, asked: Asked) -> MessagePage:
    """Show the presser's own budget, to them alone."""
    return await edge.run(budgets.own_budget, asked.now, asked.speaker)


async def open_request_form(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Open the form that asks for more, filled with what the button says is missing."""
    form = await edge.run(
        budget_requests.request_form, asked.speaker, asked.request.channel_id, value
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def open_terms(edge: Edge, _value: str, asked: Asked) -> MessagePage | None:
    """Open the form for the budgets of the presser's team."""
    form = await edge.run(
        budget_setup.setup_form, asked.now, asked.speaker, asked.request.channel_id
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def approve(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Approve a request as asked."""
    page = await edge.run_and_post(
        budget_requests.approve, asked.now, asked.speaker, request_id_of(value)
    )
    return await _shown(edge, asked, page)


async def accept(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Take what a lead offers instead."""
    page = await edge.run_and_post(
        budget_requests.accept, asked.now, asked.speaker, request_id_of(value)
    )
    return await _shown(edge, asked, page)


async def withdraw(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Take a request back."""
    page = await edge.run_and_post(
        budget_requests.withdraw, asked.now, asked.speaker, request_id_of(value)
    )
    return await _shown(edge, asked, page)


async def open_counter(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Open the form that offers something else."""
    form = await edge.run(
        budget_requests.counter_form,
        asked.now,
        asked.speaker,
        request_id_of(value),
        asked.request.channel_id,
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def open_decline(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Open the form that declines."""
    form = await edge.run(
        budget_requests.decline_form,
        asked.now,
        asked.speaker,
        request_id_of(value),
        asked.request.channel_id,
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def mute_warnings(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Say no more of the presser's own budget until its period ends."""
    return await edge.run(budget_sweep.mute, asked.now, asked.speaker, value)


PRESSES: dict[str, Press] = {
    ids.SHOW_MY_BUDGET: show_my_budget,
    ids.REQUEST_MORE: open_request_form,
    ids.APPROVE_REQUEST: approve,
    ids.COUNTER_REQUEST: open_counter,
    ids.DECLINE_REQUEST: open_decline,
    ids.ACCEPT_OFFER: accept,
    ids.WITHDRAW_REQUEST: withdraw,
    ids.OPEN_TERMS: open_terms,
    ids.MUTE_WARNINGS: mute_warnings,
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to every button about budgets."""
    for action_id, press in PRESSES.items():
        app.action(action_id)(press_listener(edge, press))


def request_id_of(value: str) -> int:
    """The id in a button's value; Refusal for what no button of ours carries."""
    request_id = parse_request_label(value)
    if request_id is None:
        raise Refusal("This button no longer works.", "Look at your budget anew.")
    return request_id


async def _shown(edge: Edge, asked: Asked, page: MessagePage) -> MessagePage | None:
    """The page; or the Home drawn anew, where the button stands there."""
    if not asked.request.is_from_home:
        return page
    await refresh_home(edge, asked)
    return None
