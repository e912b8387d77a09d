"""chat.postMessage, postEphemeral, update, delete, getPermalink."""

from sandbox.api.call import Call, Method
from sandbox.block_kit.messages import MAX_UPDATED_TEXT
from sandbox.errors import SlackError
from sandbox.model import Channel, Json, Message
from sandbox.state import posting
from sandbox.state.api_shapes import message_to_api


def post_message(call: Call) -> Json:
    """Post in a channel, a thread or a direct message."""
    channel = _addressed(call)
    _mind_posting(call, channel)
    _mind_thread(call, channel)
    message = posting.compose(call.workspace, channel.id, call.content(), call.refused_types)
    message.reply_broadcast = call.flag("reply_broadcast")
    posting.publish(call.workspace, message)
    shown = message_to_api(message, call.workspace.team, call.base_url)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Call) -> Json:
    """Show something to one person in a channel, and to nobody else."""
    channel = call.channel()
    user_id = call.text("user")
    _mind_archive(channel)
    if call.workspace.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    if user_id not in channel.members:
        raise SlackError("user_not_in_channel")
    message = posting.compose(
        call.workspace, channel.id, call.content(), call.refused_types, ephemeral_to=user_id
    )
    posting.publish(call.workspace, message)
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    """Change one of the app's own messages; what is left out stays."""
    channel, message = _own_message(call, "cant_update_message")
    given = call.content()
    for name in ("text", "blocks", "attachments"):
        if given[name] is None:
            given[name] = getattr(message, name)
    if not (given["text"] or given["blocks"] or given["attachments"]):
        raise SlackError("no_text")
    before = message_to_api(message, call.workspace.team)
    posting.write_content(call.workspace, message, given, call.refused_types, MAX_UPDATED_TEXT)
    message.edited = {"user": message.user, "ts": call.workspace.next_ts()}
    call.workspace.message_changed(message)
    posting.announce_change(call.workspace, message, before)
    shown = message_to_api(message, call.workspace.team, call.base_url)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> Json:
    """Remove one of the app's own messages."""
    channel, message = _own_message(call, "cant_delete_message")
    call.workspace.delete(message)
    posting.announce_deletion(call.workspace, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """Return a link to a message."""
    channel = call.channel()
    ts = call.text("message_ts")
    if ts not in channel.messages:
        raise SlackError("message_not_found")
    link = f"{call.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def _addressed(call: Call) -> Channel:
    wanted = call.text("channel")
    workspace = call.workspace
    if wanted in workspace.users:
        return _direct_message(call, wanted)
    channel = workspace.channels.get(wanted) or workspace.channel_named(wanted.removeprefix("#"))
    if channel is None or not call.knows(channel):
        raise SlackError("channel_not_found")
    return channel


def _direct_message(call: Call, user_id: str) -> Channel:
    workspace = call.workspace
    if workspace.users[user_id].is_bot:
        raise SlackError("cannot_dm_bot")
    open_already = workspace.direct_message(user_id, workspace.app.bot_user_id)
    if open_already is not None:
        return open_already
    call.need("im:write")
    return workspace.open_direct_message(user_id, workspace.app.bot_user_id)


def _mind_posting(call: Call, channel: Channel) -> None:
    _mind_archive(channel)
    if call.workspace.app.bot_user_id in channel.members:
        return
    if "chat:write.public" not in call.workspace.app.manifest.scopes:
        raise SlackError("not_in_channel")


def _mind_archive(channel: Channel) -> None:
    if channel.is_archived:
        raise SlackError("is_archived")


def _mind_thread(call: Call, channel: Channel) -> None:
    thread_ts = call.optional("thread_ts")
    if thread_ts is None:
        return
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        raise SlackError("cannot_reply_to_message")


def _own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    channel = call.channel()
    message = channel.messages.get(call.text("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.bot_id != call.workspace.app.bot_id:
        raise SlackError(refusal)
    _mind_archive(channel)
    return channel, message


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
}
