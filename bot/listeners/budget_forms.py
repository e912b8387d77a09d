"""Submitted forms about budgets."""

from slack_bolt.async_app import AsyncApp

from bot.flows import budget_requests, budget_setup
from bot.flows.refusals import Refusal
from bot.intents.budget_forms import (
    Offer,
    read_counter_form,
    read_decline_form,
    read_request_form,
    read_terms_form,
)
from bot.intents.fields import Values
from bot.listeners.edge import Asked, Edge
from bot.listeners.modals import LAST_ZONE, form_listener, shown
from messages import ids
from messages.metadata import FormContext
from messages.pages.base import MessagePage
from policies.budget_requests import RequestDraft, TermsDraft


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to every form about budgets."""

    def read_request(values: Values) -> RequestDraft:
        return read_request_form(values, edge.clock.now(), LAST_ZONE)

    def read_offer(values: Values) -> Offer:
        return read_counter_form(values, edge.clock.now(), LAST_ZONE)

    async def request(
        draft: RequestDraft, context: FormContext, asked: Asked
    ) -> MessagePage | None:
        page = await edge.run_and_post(
            budget_requests.request, asked.now, asked.speaker, draft, asked.request.key
        )
        return await shown(edge, context, asked, page)

    async def counter(offer: Offer, context: FormContext, asked: Asked) -> MessagePage | None:
        page = await edge.run_and_post(
            budget_requests.counter,
            asked.now,
            asked.speaker,
            _request_id(context),
            offer.amount,
            offer.last_day,
            offer.reason,
        )
        return await shown(edge, context, asked, page)

    async def decline(reason: str, context: FormContext, asked: Asked) -> MessagePage | None:
        page = await edge.run_and_post(
            budget_requests.decline, asked.now, asked.speaker, _request_id(context), reason
        )
        return await shown(edge, context, asked, page)

    async def set_terms(
        draft: TermsDraft, context: FormContext, asked: Asked
    ) -> MessagePage | None:
        page = await edge.run(budget_setup.set_terms, asked.now, asked.speaker, context, draft)
        return await shown(edge, context, asked, page)

    app.view(ids.REQUEST_FORM)(form_listener(edge, read_request, request))
    app.view(ids.COUNTER_FORM)(form_listener(edge, read_offer, counter))
    app.view(ids.DECLINE_FORM)(form_listener(edge, read_decline_form, decline))
    app.view(ids.TERMS_FORM)(form_listener(edge, read_terms_form, set_terms))


def _request_id(context: FormContext) -> int:
    if context.request_id is None:
        raise Refusal("This form no longer works.", "Open it again from the request.")
    return context.request_id
