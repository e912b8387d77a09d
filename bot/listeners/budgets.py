"""`/budget`: what people type about their own budget, and what leads type about others'."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.flows import budget_moves, budget_requests, budgets, grants
from bot.flows.people import Introduction
from bot.flows.refusals import Refusal
from bot.intents.budget_lines import WrongLine
from bot.intents.budgets import (
    ApproveRequest,
    BudgetHelp,
    BudgetIntent,
    DecisionIntent,
    DeclineRequest,
    GrantBudget,
    LeadIntent,
    MoveBudget,
    OpenBudgetSetup,
    OpenRequestForm,
    RequestBudget,
    SetAllowance,
    ShowBudget,
    ShowTeamBudgets,
    Undo,
    VoidGrant,
    WhatIf,
    parse_budget,
)
from bot.intents.words import NotUnderstood
from bot.listeners.budget_buttons import open_request_form, open_terms
from bot.listeners.edge import Asked, Edge, Request, introduction_of
from bot.listeners.middleware import answer
from messages.pages.base import MessagePage
from messages.pages.help import Help

MENTION = "Type @ and choose somebody of the team."


def register(app: AsyncApp, edge: Edge) -> None:
    """Listen to the command, under the name this workspace gave it."""

    @app.command(edge.commands.budget)
    async def on_budget(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        text = str(body.get("text") or "")
        await answer(edge, Request.of(context, body), partial(answer_budget, edge, text))


async def answer_budget(edge: Edge, text: str, asked: Asked) -> MessagePage | None:
    """What `/budget` says to a line."""
    speaker, now = asked.speaker, asked.now
    intent = await _read(edge, text, asked)
    match intent:
        case ShowBudget():
            return await edge.run(budgets.own_budget, now, speaker)
        case OpenRequestForm():
            return await open_request_form(edge, "", asked)
        case RequestBudget(draft=draft):
            return await edge.run_and_post(
                budget_requests.request, now, speaker, draft, asked.request.key
            )
        case MoveBudget(amount=amount, source_id=source_id, target_id=target_id):
            return await edge.run(
                budget_moves.move, now, speaker, amount, source_id, target_id, asked.request.key
            )
        case Undo():
            return await edge.run_and_post(budget_moves.undo, now, speaker, asked.request.key)
        case BudgetHelp():
            return Help(edge.commands, "budget")
        case ApproveRequest() | DeclineRequest():
            return await _decide(edge, intent, asked)
    return await _answer_lead(edge, intent, asked)


async def _decide(edge: Edge, intent: DecisionIntent, asked: Asked) -> MessagePage:
    """What is typed about a request: for whoever has no card of it, such as an admin."""
    decided = (asked.now, asked.speaker, intent.request_id)
    match intent:
        case ApproveRequest():
            return await edge.run_and_post(budget_requests.approve, *decided)
        case DeclineRequest(reason=reason):
            return await edge.run_and_post(budget_requests.decline, *decided, reason)


async def _answer_lead(edge: Edge, intent: LeadIntent, asked: Asked) -> MessagePage | None:
    """What leads type; whether somebody is one is for the flows to say."""
    speaker, now = asked.speaker, asked.now
    match intent:
        case GrantBudget(user_id=user_id, draft=draft):
            whom = await _colleague(edge, user_id)
            return await edge.run_and_post(
                grants.grant, now, speaker, whom, draft, asked.request.key
            )
        case SetAllowance(user_id=user_id, amount=amount):
            whom = await _colleague(edge, user_id)
            return await edge.run_and_post(grants.set_allowance, now, speaker, whom, amount)
        case VoidGrant(grant_id=grant_id, reason=reason):
            return await edge.run_and_post(grants.void, now, speaker, grant_id, reason)
        case ShowTeamBudgets():
            return await edge.run(budgets.team_budgets, now, speaker)
        case WhatIf(percent=percent):
            return await edge.run(budgets.what_if, now, speaker, percent)
        case OpenBudgetSetup():
            return await open_terms(edge, "", asked)


async def _read(edge: Edge, text: str, asked: Asked) -> BudgetIntent:
    """The line as an intent; NotUnderstood says all that is wrong with it at once, also what only
    Slack and the database know.
    """
    try:
        return parse_budget(text, asked.now, asked.speaker.zone, edge.commands.budget)
    except WrongLine as wrong:
        more = [*wrong.more, *await _known_elsewhere(edge, wrong, asked)]
        raise NotUnderstood(wrong.problem, wrong.nearest, *more) from None


async def _known_elsewhere(edge: Edge, wrong: WrongLine, asked: Asked) -> list[str]:
    problems: list[str] = []
    for user_id in wrong.user_ids:
        try:
            await _colleague(edge, user_id)
        except Refusal as refusal:
            problems.append(refusal.sentence)
    if wrong.amounts or wrong.outcome_ids:
        problems += await edge.run(
            budgets.problems_with, asked.speaker, wrong.amounts, wrong.outcome_ids
        )
    return problems


async def _colleague(edge: Edge, user_id: str) -> Introduction:
    """Somebody who was mentioned; Refusal for guests, apps, people of elsewhere and nobody at all."""
    found = await edge.directory.profiles([user_id])
    if not found:
        raise Refusal("Slack knows nobody of that name.", MENTION)
    if not found[0].may_take_part:
        raise Refusal(
            f"{found[0].name} has no budget: only members of this workspace have one.", MENTION
        )
    return introduction_of(found[0])
