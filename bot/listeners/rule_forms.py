"""Submitted forms about rules. The form for thresholds shows their effect before it saves them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.flows import rule_exceptions, rule_stages, rule_thresholds
from bot.flows.refusals import Refusal
from bot.intents.fields import FormRefused, Values
from bot.intents.rule_forms import (
    ExceptionWanted,
    StageWanted,
    read_exception_form,
    read_params_form,
    read_stage_form,
)
from bot.listeners.edge import Asked, Edge, Request
from bot.listeners.middleware import answer, at_channel
from bot.listeners.modals import LAST_ZONE, form_listener
from messages import ids
from messages.metadata import FormContext
from messages.pages.base import MessagePage
from messages.pages.rules import Reckoning
from policies.rules.facts import FactValue
from policies.rules.model import Rule

GONE = "This rule is gone. Close the form and look at the list of rules."


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to every form about rules."""

    def read_exception(values: Values) -> ExceptionWanted:
        return read_exception_form(values, edge.clock.now(), LAST_ZONE)

    async def set_stage(wanted: StageWanted, context: FormContext, asked: Asked) -> MessagePage:
        return await edge.run_and_post(
            rule_stages.set_stage,
            asked.now,
            asked.speaker,
            edge.rulebook.current,
            _rule_id(context),
            wanted,
        )

    async def except_(wanted: ExceptionWanted, context: FormContext, asked: Asked) -> MessagePage:
        return await edge.run_and_post(
            rule_exceptions.make,
            asked.now,
            asked.speaker,
            edge.rulebook.current,
            _rule_id(context),
            wanted,
            asked.request.key,
        )

    @app.view(ids.PARAMS_FORM)
    async def on_thresholds(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        await _take_thresholds(edge, ack, Request.of(context, body))

    app.view(ids.STAGE_FORM)(form_listener(edge, read_stage_form, set_stage))
    app.view(ids.EXCEPTION_FORM)(form_listener(edge, read_exception, except_))


async def _take_thresholds(edge: Edge, ack: AsyncAck, request: Request) -> None:
    """Save values whose effect was shown; of any others, show the effect in the same form."""
    view: Mapping[str, Any] = request.body.get("view") or {}
    origin = FormContext.decode(str(view.get("private_metadata") or ""))
    judge = edge.rulebook.current.judges.get(origin.rule_id or "")
    if judge is None:
        await ack(response_action="errors", errors={ids.PARAM_FIELDS[0]: GONE})
        return
    try:
        wanted = read_params_form((view.get("state") or {}).get("values") or {}, judge.rule)
    except FormRefused as refused:
        await ack(response_action="errors", errors=refused.errors)
        return
    request = at_channel(request, origin.channel_id)
    if origin.terms == rule_thresholds.mark_of(judge.rule, origin.team_id, wanted):
        await ack()
        await _save(edge, request, origin, wanted)
        return
    under_way = rule_thresholds.form_with(judge.rule, origin, wanted, Reckoning.UNDER_WAY)
    await ack(response_action="update", view=edge.replies.view_of(under_way))
    await _compare(edge, request, judge.rule, origin, wanted, str(view.get("id") or ""))


async def _save(
    edge: Edge,
    request: Request,
    origin: FormContext,
    wanted: Mapping[str, FactValue],
) -> None:
    async def work(asked: Asked) -> MessagePage:
        return await edge.run_and_post(
            rule_thresholds.set_params,
            asked.now,
            asked.speaker,
            edge.rulebook.current,
            origin,
            wanted,
        )

    await answer(edge, request, work)


async def _compare(
    edge: Edge,
    request: Request,
    rule: Rule,
    origin: FormContext,
    wanted: Mapping[str, FactValue],
    view_id: str,
) -> None:
    """Reckon the effect while the form says so, and show it there; a refusal stands there as well."""

    async def work(asked: Asked) -> None:
        try:
            form = await edge.run(
                rule_thresholds.compare,
                asked.now,
                asked.speaker,
                edge.rulebook.current,
                origin,
                wanted,
                edge.gathering(),
            )
        except Refusal as refusal:
            said = " ".join(filter(None, (refusal.sentence, refusal.next_step)))
            form = replace(rule_thresholds.form_with(rule, origin, wanted), refusal=said)
        await edge.replies.update_form(view_id, form)

    await answer(edge, request, work)


def _rule_id(context: FormContext) -> str:
    if not context.rule_id:
        raise Refusal("This form no longer works.", "Open it again from the rule.")
    return context.rule_id
