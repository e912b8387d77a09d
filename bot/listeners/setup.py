"""Opening and taking the team's set-up; who may do so is decided again at every step."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import structlog

from bot.flows import teams
from bot.flows.refusals import Refusal
from bot.flows.teams import TeamChannel
from bot.intents.forms import SetUp
from bot.listeners.edge import Asked, Edge, introduction_of
from bot.slack import Place, Profile
from bot.slack_api import NO_ANSWER, error_word
from messages import ids
from messages.metadata import FormContext
from messages.pages.base import MessagePage
from storage.errors import DatabaseLocked

log = structlog.get_logger()

CHECK_SECONDS = 2.0
MOST_NAMED = 5
TAKE_OUT = "Invite them to the channel first, or take them out."
INVITE = "Invite the app with /invite @Mileage in the team's channel, and run the set-up there."


async def open_setup(edge: Edge, asked: Asked) -> MessagePage | None:
    """Open the form for the channel's team, its people already chosen; nothing is left to say."""
    channel = await _team_channel(edge, asked)
    with _slack_needed():
        colleagues = await edge.directory.colleagues_in(channel.channel_id)
    movable = await edge.run(teams.movable_team, asked.speaker, channel)
    form = await edge.run(
        teams.setup_form,
        asked.speaker,
        channel,
        [introduction_of(one) for one in colleagues],
        movable,
        is_stranded=movable is not None and await _is_closed(edge, movable.channel_id),
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def wrong_fields(edge: Edge, wanted: SetUp, context: FormContext) -> dict[str, str]:
    """What to change in which field, as far as Slack says so within the time of an ack.

    It only spares the person a second form: `take_setup` decides, whatever is found here.
    """
    if context.channel_id is None:
        return {}
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            outside = await _outside(edge, wanted, context.team_id, context.channel_id)
            names = await _names_of(edge, outside)
    except (*NO_ANSWER, DatabaseLocked):
        return {}
    return {ids.SETUP_MEMBERS: f"Not in this channel: {names}. {TAKE_OUT}"} if outside else {}


async def take_setup(edge: Edge, wanted: SetUp, context: FormContext, asked: Asked) -> MessagePage:
    """Store a submitted set-up. The form's own ids are user input and are looked up anew."""
    channel = await _team_channel(edge, asked)
    chosen = list(dict.fromkeys((*wanted.lead_ids, *wanted.member_ids)))
    with _slack_needed():
        if not await edge.directory.is_in(channel.channel_id, asked.request.user_id):
            raise Refusal("Only people of the channel set up its team.", "Join the channel first.")
        outside = await _outside(edge, wanted, context.team_id, channel.channel_id)
        if outside:
            raise Refusal(f"Not in this channel: {await _names_of(edge, outside)}.", TAKE_OUT)
        profiles = await edge.directory.profiles(chosen)
    admitted = [introduction_of(one) for one in profiles if one.may_take_part]
    moved_team_id = context.team_id if wanted.moves_team else None
    page = await edge.run(
        teams.set_up, asked.now, asked.speaker, channel, wanted, admitted, moved_team_id
    )
    return replace(page, left_out=_names_left_out(wanted.member_ids, profiles))


async def _outside(edge: Edge, wanted: SetUp, team_id: int | None, channel_id: str) -> list[str]:
    """The members chosen who are neither in the channel nor in the team already.

    Otherwise anybody could name five people of the workspace, and read their figures as a team's.
    """
    known = await edge.run(teams.slack_members, team_id)
    return await edge.directory.outside(channel_id, set(wanted.member_ids) - known)


async def _names_of(edge: Edge, user_ids: Sequence[str]) -> str:
    """`Ana, Ben and 3 more`: a few people by name."""
    few = await edge.directory.profiles(user_ids[:MOST_NAMED])
    names = ", ".join([one.name for one in few] or user_ids[:MOST_NAMED])
    more = len(user_ids) - MOST_NAMED
    return f"{names} and {more} more" if more > 0 else names


async def _is_closed(edge: Edge, channel_id: str) -> bool:
    """Whether a team's channel takes no more digests, because it is archived or out of sight."""
    place = await _place(edge, channel_id)
    return place is None or place.is_archived


def _names_left_out(member_ids: Sequence[str], profiles: Sequence[Profile]) -> tuple[str, ...]:
    """Who was chosen and cannot be in a team; by the id alone where Slack knows nobody of it."""
    known = {one.identity.user_id: one for one in profiles}
    return tuple(
        known[user_id].name if user_id in known else user_id
        for user_id in member_ids
        if user_id not in known or not known[user_id].may_take_part
    )


@contextmanager
def _slack_needed() -> Iterator[None]:
    """A team is never set up with less than Slack was asked for."""
    try:
        yield
    except NO_ANSWER as error:
        log.warning("setup_refused", fault=type(error).__name__, slack_error=error_word(error))
        raise Refusal(
            "Slack did not say who is in the channel, so nothing was changed.",
            "Try again in a minute.",
        ) from error


async def _team_channel(edge: Edge, asked: Asked) -> TeamChannel:
    """The channel of the request; Refusal where no digest could ever be posted."""
    place = await _place(edge, asked.request.channel_id)
    if place is None:
        raise Refusal("A team is set up in its own channel.", INVITE)
    if not place.is_member:
        raise Refusal(
            "The digest could not be posted here: the app is not in this channel.", INVITE
        )
    if place.is_shared:
        raise Refusal("This channel is shared with another organisation.", INVITE)
    return TeamChannel(edge.directory.workspace.workspace_id, place.channel_id, place.name)


async def _place(edge: Edge, channel_id: str | None) -> Place | None:
    if channel_id is None:
        return None
    edge.directory.forget_place(channel_id)  # the app may have been invited a second ago
    return await edge.directory.place(channel_id)
