"""Buttons. A button's value is user input, and who pressed it is authorised by the flow."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.flows import evidence, linking, reviews
from bot.flows.refusals import Refusal
from bot.listeners.commands import open_done_form, open_form, show_me
from bot.listeners.company import turn_page
from bot.listeners.edge import Asked, Edge, Request
from bot.listeners.middleware import answer
from bot.listeners.setup import open_setup
from bot.listeners.workflows import remove_label
from messages import ids
from messages.pages.base import MessagePage
from policies.outcomes import parse_outcome_label

Press = Callable[[Edge, str, Asked], Awaitable[MessagePage | None]]


async def log_outcome(edge: Edge, _value: str, asked: Asked) -> MessagePage | None:
    """Open the empty form."""
    return await open_form(edge, "", asked)


async def finish_outcome(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Ask for the evidence of one of the presser's own outcomes."""
    return await open_done_form(edge, outcome_id_of(value), asked)


async def review_outcome(edge: Edge, value: str, asked: Asked) -> MessagePage | None:
    """Open the form for a colleague's claim."""
    form = await edge.run(
        reviews.review_form,
        asked.now,
        asked.speaker,
        outcome_id_of(value),
        asked.request.channel_id,
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def mark_reverted(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Take back an outcome whose evidence was reverted."""
    outcome_id = outcome_id_of(value)
    return await edge.run_and_post(evidence.mark_reverted, asked.now, asked.speaker, outcome_id)


async def keep_outcome(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Leave it verified all the same."""
    return await edge.run_and_post(evidence.keep, asked.now, asked.speaker, outcome_id_of(value))


async def show_my_week(edge: Edge, _value: str, asked: Asked) -> MessagePage:
    """Show the presser's own figures, to them alone."""
    return await show_me(edge, asked)


async def link_usage(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Link usage of the presser's own to an outcome."""
    return await edge.run(linking.link, asked.now, asked.speaker, value)


async def show_setup(edge: Edge, _value: str, asked: Asked) -> MessagePage | None:
    """Open the set-up of the channel's team."""
    return await open_setup(edge, asked)


PRESSES: dict[str, Press] = {
    ids.LOG_OUTCOME: log_outcome,
    ids.FINISH_OUTCOME: finish_outcome,
    ids.REVIEW_OUTCOME: review_outcome,
    ids.MARK_REVERTED: mark_reverted,
    ids.KEEP_OUTCOME: keep_outcome,
    ids.SHOW_MY_WEEK: show_my_week,
    ids.LINK_USAGE: link_usage,
    ids.OPEN_SETUP: show_setup,
    ids.COMPANY_BACK: turn_page,
    ids.COMPANY_MORE: turn_page,
    ids.REMOVE_WORKFLOW_LABEL: remove_label,
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to every button there is."""
    for action_id, press in PRESSES.items():
        app.action(action_id)(press_listener(edge, press))


def outcome_id_of(value: str) -> int:
    """The id in a button's value; Refusal for what no button of ours carries."""
    outcome_id = parse_outcome_label(value)
    if outcome_id is None:
        raise Refusal("This button no longer works.", "Ask for a fresh list of your outcomes.")
    return outcome_id


def press_listener(edge: Edge, press: Press) -> Callable[..., Awaitable[None]]:
    """A listener that hands the button's value to what it does, and shows its page."""

    async def on_press(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        value = _value_of((body.get("actions") or [{}])[0])
        await answer(edge, Request.of(context, body), partial(press, edge, value))

    return on_press


def _value_of(action: dict[str, Any]) -> str:
    """What a button carries, or the option that was chosen of a select."""
    chosen = action.get("selected_option") or {}
    return str(action.get("value") or chosen.get("value") or "")
