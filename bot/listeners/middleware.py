"""What every request goes through: an ack at once, who is asking, and an answer whatever happens."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.flows.people import recognise
from bot.flows.refusals import NoTeamYet, Refusal
from bot.intents.words import NotUnderstood
from bot.listeners.edge import Asked, Edge, Request, introduction_of
from bot.logs import places_of
from bot.slack_api import error_word
from messages.pages import help as replies
from messages.pages.base import MessagePage
from messages.pages.team import NoTeam
from policies.outcomes import NotAllowed
from storage.errors import Conflict, DatabaseLocked

log = structlog.get_logger()

Answer = Callable[[Asked], Awaitable[MessagePage | None]]
"""A listener's own work: the page to show to the one who asked, or None where nothing is to be said."""


def register(app: AsyncApp, edge: Edge) -> None:
    """Put the ack before every listener, and the last resort behind them."""

    @app.middleware
    async def acknowledge(
        body: dict[str, Any],
        ack: AsyncAck,
        next: Callable[[], Awaitable[None]],  # noqa: A002 - Bolt's name
    ) -> None:
        # Before the listeners, so that the ack waits for nobody. Forms ack with their own errors.
        if body.get("type") != "view_submission":
            await ack()
        await next()

    @app.error
    async def on_fault(error: Exception, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        await tell_of_fault(edge, error, Request.of(context, body))


async def answer(edge: Edge, request: Request, work: Answer) -> None:
    """Find out who asks, do the work, and show its page; a refusal becomes a reply of its own."""
    with edge.under_way.one():
        async with edge.under_way.turn():
            try:
                asked = await admit(edge, request)
                page = await work(asked)
            except REFUSALS as refusal:
                page = page_of(refusal)
            if page is not None:
                await edge.replies.send(request.address, page)


async def admit(edge: Edge, request: Request) -> Asked:
    """Who asks. Refusal for guests, strangers, and channels that another organisation reads."""
    profile = await edge.directory.profile(request.user_id)
    if profile.refusal is not None:
        raise Refusal(profile.refusal)
    place = await edge.directory.place(request.channel_id) if request.channel_id else None
    if place is not None and place.is_shared:
        raise Refusal(
            "This channel is shared with another organisation, so Mileage stays out of it.",
            "Use a channel of your own organisation.",
        )
    speaker = await edge.run(recognise, introduction_of(profile), request.channel_id)
    return Asked(request, speaker, edge.clock.now())


def page_of(refusal: Exception) -> MessagePage:
    """The private reply that a known refusal becomes."""
    match refusal:
        case NotUnderstood():
            return replies.NotUnderstood(refusal.problem, (refusal.nearest,), refusal.more)
        case NoTeamYet():
            return NoTeam()
        case Refusal():
            return replies.Refused(refusal.sentence, refusal.next_step)
        case DatabaseLocked():
            return replies.Refused("Mileage is busy right now.", "Try again in a minute.")
    return replies.Refused(str(refusal))


REFUSALS = (NotUnderstood, Refusal, NotAllowed, Conflict, DatabaseLocked)


async def tell_of_fault(edge: Edge, error: Exception, request: Request) -> None:
    """Log a fault under an id, without anything people typed, and tell the id to who met it."""
    error_id = secrets.token_hex(4)
    log.error(
        "fault",
        error_id=error_id,
        fault=type(error).__name__,
        slack_error=error_word(error),
        at=places_of(error),
    )
    if not request.user_id:
        return
    page = replies.SomethingFailed(error_id)
    try:
        await edge.replies.send(request.address, page)
    except Exception as again:  # noqa: BLE001 - the last resort may not raise
        log.error("fault_not_told", error_id=error_id, fault=type(again).__name__)


def at_channel(request: Request, channel_id: str | None) -> Request:
    """The same request, as if it came from the channel where its form was opened."""
    return replace(request, channel_id=channel_id)
