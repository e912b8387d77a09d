"""Opening and taking the team's set-up; who may do so is decided again at every step."""

from bot.flows import teams
from bot.flows.refusals import Refusal
from bot.flows.teams import TeamChannel
from bot.intents.forms import SetUp
from bot.listeners.edge import Asked, Edge, introduction_of
from bot.slack import Place
from messages.pages.base import MessagePage

INVITE = "Invite the app with /invite @Mileage in the team's channel, and run the set-up there."


async def open_setup(edge: Edge, asked: Asked) -> MessagePage | None:
    """Open the form for the channel's team, its people already chosen; nothing is left to say."""
    channel = await _team_channel(edge, asked)
    colleagues = await edge.directory.colleagues_in(channel.channel_id)
    form = await edge.run(
        teams.setup_form, asked.speaker, channel, [introduction_of(one) for one in colleagues]
    )
    await edge.replies.open_form(asked.request.trigger_id, form)
    return None


async def take_setup(edge: Edge, wanted: SetUp, asked: Asked) -> MessagePage:
    """Store a submitted set-up. The form's own channel id is user input and is looked up anew."""
    channel = await _team_channel(edge, asked)
    if not await edge.directory.is_in(channel.channel_id, asked.request.user_id):
        raise Refusal("Only people of the channel set up its team.", "Join the channel first.")
    chosen = list(dict.fromkeys((*wanted.lead_ids, *wanted.member_ids)))
    introductions = [introduction_of(one) for one in await edge.directory.profiles(chosen)]
    return await edge.run(teams.set_up, asked.now, asked.speaker, channel, wanted, introductions)


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
