"""Submitted forms: errors inside the form, everything else as a private reply where it was opened."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.flows import outcomes, reviews
from bot.flows.refusals import Refusal
from bot.intents.fields import FormRefused, Values
from bot.intents.forms import (
    Reviewed,
    SetUp,
    read_done_form,
    read_outcome_form,
    read_review_form,
    read_setup_form,
)
from bot.intents.outcomes import Declare
from bot.listeners.declaring import set_aside
from bot.listeners.edge import Asked, Edge, Request
from bot.listeners.home import refresh_home
from bot.listeners.middleware import answer, at_channel
from bot.listeners.setup import take_setup, wrong_fields
from messages import ids
from messages.metadata import FormContext
from messages.pages.base import MessagePage
from policies.reviews import Verdict

LAST_ZONE = ZoneInfo("Etc/GMT+12")
"""Where a day ends last: before its sender is known, a form's deadline is past only if it is past here."""

T = TypeVar("T")
Taken = Callable[[T, FormContext, Asked], Awaitable[MessagePage | None]]
Checked = Callable[[T, FormContext], Awaitable[dict[str, str]]]
"""What only Slack or the database knows to be wrong, by field; it has the time of an ack."""


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to every form there is."""

    def read_draft(values: Values) -> Declare:
        return read_outcome_form(values, edge.clock.now(), LAST_ZONE)

    async def declare(form: Declare, context: FormContext, asked: Asked) -> MessagePage | None:
        return await _declare(edge, form, context, asked)

    async def claim(url: str, context: FormContext, asked: Asked) -> MessagePage | None:
        if context.outcome_id is None:
            raise Refusal("This form no longer works.", "Ask for a fresh list of your outcomes.")
        page = await edge.run_and_post(
            outcomes.claim, asked.now, asked.speaker, context.outcome_id, url
        )
        return await shown(edge, context, asked, page)

    async def take_review(
        reviewed: Reviewed, context: FormContext, asked: Asked
    ) -> MessagePage | None:
        page = await _judge(edge, reviewed, context, asked)
        return await shown(edge, context, asked, page)

    async def check_setup(wanted: SetUp, context: FormContext) -> dict[str, str]:
        return await wrong_fields(edge, wanted, context)

    async def set_up(wanted: SetUp, context: FormContext, asked: Asked) -> MessagePage:
        return await take_setup(edge, wanted, context, asked)

    app.view(ids.OUTCOME_FORM)(form_listener(edge, read_draft, declare))
    app.view(ids.DONE_FORM)(form_listener(edge, read_done_form, claim))
    app.view(ids.REVIEW_FORM)(form_listener(edge, read_review_form, take_review))
    app.view(ids.SETUP_FORM)(form_listener(edge, read_setup_form, set_up, check_setup))


def form_listener(
    edge: Edge, read: Callable[[Values], T], take: Taken[T], check: Checked[T] | None = None
) -> Callable[..., Awaitable[None]]:
    """A listener that reads a form, says in its fields what is wrong, and does the rest after the ack."""

    async def on_submit(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        view = body.get("view") or {}
        origin = FormContext.decode(str(view.get("private_metadata") or ""))
        try:
            form = read((view.get("state") or {}).get("values") or {})
            if check is not None and (wrong := await check(form, origin)):
                raise FormRefused(wrong)
        except FormRefused as refused:
            await ack(response_action="errors", errors=refused.errors)
            return
        await ack()

        async def work(asked: Asked) -> MessagePage | None:
            return await take(form, origin, asked)

        await answer(edge, at_channel(Request.of(context, body), origin.channel_id), work)

    return on_submit


async def _declare(
    edge: Edge, form: Declare, context: FormContext, asked: Asked
) -> MessagePage | None:
    """Declare an outcome; with an amount, what became of it is said even where the Home shows the rest."""
    page = await edge.run(outcomes.declare, asked.now, asked.speaker, form.draft, asked.request.key)
    if form.amount is None:
        return await shown(edge, context, asked, page)
    try:
        return await set_aside(edge, form.amount, page, asked)
    finally:
        if context.channel_id is None:
            await refresh_home(edge, asked)


async def _judge(edge: Edge, reviewed: Reviewed, context: FormContext, asked: Asked) -> MessagePage:
    """Verify the claim that the form showed, or send it back."""
    if context.outcome_id is None or context.event_id is None:
        raise Refusal("This form no longer works.", "Open it again from the card.")
    judged = (asked.now, asked.speaker, context.outcome_id)
    if reviewed.verdict is Verdict.VERIFY:
        return await edge.run_and_post(reviews.verify, *judged, reviewed.review, context.event_id)
    return await edge.run_and_post(reviews.reject, *judged, reviewed.reason, context.event_id)


async def shown(
    edge: Edge, context: FormContext, asked: Asked, page: MessagePage
) -> MessagePage | None:
    """The page; or the Home drawn anew, where the form was opened from it."""
    if context.channel_id is not None:
        return page
    await refresh_home(edge, asked)
    return None
