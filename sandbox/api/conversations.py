"""conversations.list, info, members, history, replies, open, join; users.conversations."""

from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.model import Channel, Json, Message
from sandbox.state.api_shapes import message_to_api

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_TYPES = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


def family(channel: Channel) -> str:
    """Return "channels", "groups" or "im", the first half of a channel's scopes."""
    if channel.is_im:
        return "im"
    return "groups" if channel.is_private else "channels"


def channel_to_api(call: Call, channel: Channel) -> Json:
    """Return a channel as Slack shows it to the app."""
    bot = call.workspace.app.bot_user_id
    body: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "context_team_id": call.workspace.team.id,
    }
    if channel.is_im:
        return {**body, "user": channel.peer_of(bot), "is_user_deleted": False}
    return {
        **body,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_general": channel.is_general,
        "is_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_member": bot in channel.members,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
        "unlinked": 0,
    }


def list_channels(call: Call) -> Json:
    """List the channels the app may know of."""
    return _listed(call, _of_types(call))


def of_user(call: Call) -> Json:
    """List the channels a person (the app by default) is in, that the app may know of."""
    user_id = call.optional("user") or call.workspace.app.bot_user_id
    return _listed(call, [one for one in _of_types(call) if user_id in one.members])


def info(call: Call) -> Json:
    """Describe a channel."""
    channel = call.channel()
    call.need(f"{family(channel)}:read")
    shown = channel_to_api(call, channel)
    if call.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def members(call: Call) -> Json:
    """List the people in a channel."""
    channel = call.channel()
    call.need(f"{family(channel)}:read")
    found, metadata = call.page(channel.members)
    return {"members": found, "response_metadata": metadata}


def history(call: Call) -> Json:
    """Return a channel's messages, the newest first; no replies, no ephemerals."""
    channel = _readable(call)
    shown = [m for m in channel.messages.values() if not m.is_reply or m.reply_broadcast]
    newest_first = [one for one in reversed(shown) if _is_asked_for(call, one)]
    return _messages(call, newest_first)


def replies(call: Call) -> Json:
    """Return a thread, its parent first."""
    channel = _readable(call)
    parent = channel.messages.get(call.text("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    thread_ts = parent.thread_ts or parent.ts
    below = [m for m in channel.messages.values() if m.is_reply and m.thread_ts == thread_ts]
    first = channel.messages.get(thread_ts, parent)
    return _messages(call, [first, *(one for one in below if _is_asked_for(call, one))])


def open_direct_message(call: Call) -> Json:
    """Open the direct message with one person."""
    if call.optional("channel"):
        channel = call.channel()
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    wanted = [one for one in call.text("users").split(",") if one]
    if len(wanted) != 1:
        raise SlackError("method_not_supported_for_channel_type")
    user = call.workspace.users.get(wanted[0])
    if user is None:
        raise SlackError("user_not_found")
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    bot = call.workspace.app.bot_user_id
    is_open = call.workspace.direct_message(user.id, bot) is not None
    channel = call.workspace.open_direct_message(user.id, bot)
    shown = channel_to_api(call, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shown, **({"no_op": True, "already_open": True} if is_open else {})}


def join(call: Call) -> Json:
    """Let the app join a public channel."""
    channel = call.channel()
    if channel.is_private or channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    bot = call.workspace.app.bot_user_id
    was_inside = bot in channel.members
    call.workspace.add_member(channel, bot)
    shown = channel_to_api(call, channel)
    return {"channel": shown, **({"warning": "already_in_channel"} if was_inside else {})}


def _of_types(call: Call) -> list[Channel]:
    types = (call.optional("types") or "public_channel").split(",")
    for kind in types:
        if kind.strip() not in _TYPES:
            raise SlackError("invalid_types")
        call.need(_TYPES[kind.strip()])
    families = {_TYPES[kind.strip()].partition(":")[0] for kind in types}
    hide = call.flag("exclude_archived")
    return [
        channel
        for channel in call.workspace.channels.values()
        if family(channel) in families
        and call.knows(channel)
        and not (hide and channel.is_archived)
    ]


def _listed(call: Call, channels: list[Channel]) -> Json:
    found, metadata = call.page(channels)
    return {
        "channels": [channel_to_api(call, one) for one in found],
        "response_metadata": metadata,
    }


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need(f"{family(channel)}:history")
    if call.workspace.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _is_asked_for(call: Call, message: Message) -> bool:
    oldest, latest = call.optional("oldest"), call.optional("latest")
    at = float(message.ts)
    if call.flag("inclusive") and message.ts in (oldest, latest):
        return True
    try:
        is_after = oldest is None or at > float(oldest)
        is_before = latest is None or at < float(latest)
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None
    return is_after and is_before


def _messages(call: Call, messages: list[Message]) -> Json:
    found, metadata = call.page(messages, at_most=999)
    team = call.workspace.team
    return {
        "messages": [message_to_api(one, team, call.base_url) for one in found],
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


METHODS = {
    "conversations.list": Method(list_channels, _READ),
    "users.conversations": Method(of_user, _READ),
    "conversations.info": Method(info, _READ),
    "conversations.members": Method(members, _READ),
    "conversations.history": Method(history, _HISTORY),
    "conversations.replies": Method(replies, _HISTORY),
    "conversations.open": Method(open_direct_message, ("im:write",)),
    "conversations.join": Method(join, ("channels:join",)),
}
