"""How the app's words become messages: through the API, an acknowledgement or a response URL."""

from sandbox.block_kit.blocks import walk
from sandbox.block_kit.messages import (
    MAX_TEXT,
    checked_attachments,
    checked_blocks,
    checked_metadata,
    checked_text,
)
from sandbox.errors import Problem, SlackError
from sandbox.model import SLACKBOT, Channel, Json, Message
from sandbox.state.api_shapes import message_to_api
from sandbox.state.tickets import Tickets
from sandbox.state.workspace import Workspace


def compose(
    workspace: Workspace,
    channel_id: str,
    content: Json,
    refused_types: frozenset[str] = frozenset(),
    ephemeral_to: str | None = None,
) -> Message:
    """Return an app message that is not posted yet; refuses what Slack would refuse.

    Raises SlackError: no_text, msg_too_long, invalid_blocks, msg_blocks_too_long, ...
    """
    app = workspace.app
    message = Message(
        ts=workspace.next_ts(),
        channel_id=channel_id,
        user=app.bot_user_id,
        bot_id=app.bot_id,
        app_id=app.app_id,
        thread_ts=content.get("thread_ts") or None,
        ephemeral_to=ephemeral_to,
    )
    write_content(workspace, message, content, refused_types)
    if not (message.text.strip() or message.blocks or message.attachments):
        raise SlackError("no_text")
    return message


def write_content(
    workspace: Workspace,
    message: Message,
    content: Json,
    refused_types: frozenset[str] = frozenset(),
    max_text: int = MAX_TEXT,
) -> None:
    """Put text, blocks and attachments into a message, checked; what is absent is emptied."""
    message.text = checked_text(content.get("text"), max_text)
    message.blocks = checked_blocks(content.get("blocks"), refused_types)
    _mind_files(workspace, message.blocks)
    message.attachments = checked_attachments(content.get("attachments"), refused_types)
    message.metadata = checked_metadata(content.get("metadata")) or message.metadata


def _mind_files(workspace: Workspace, blocks: list[Json]) -> None:
    for pointer, block in walk(blocks):
        wanted = (block.get("slack_file") or {}).get("id") if block["type"] == "image" else None
        file = workspace.file(wanted) if wanted else None
        if wanted and (file is None or not file.completed):
            problem = Problem("invalid slack file", f"{pointer}/slack_file")
            raise SlackError.of_problems("invalid_blocks", [problem], root="/blocks")


def publish(workspace: Workspace, message: Message) -> Message:
    """Post a message, or show it to its one person; the app's own events follow."""
    if message.ephemeral_to is not None:
        return workspace.post_ephemeral(message)
    workspace.post(message)
    announce(workspace, message)
    return message


def announce(workspace: Workspace, message: Message) -> None:
    """Emit the message event of a posted message."""
    channel = workspace.channels[message.channel_id]
    event: Json = {
        **message_to_api(message, workspace.team),
        "channel": channel.id,
        "channel_type": channel_type(channel),
        "event_ts": message.ts,
    }
    workspace.emit(event, channel)


def announce_change(workspace: Workspace, message: Message, before: Json) -> None:
    """Emit the message_changed event of an edited message."""
    now = message_to_api(message, workspace.team)
    more: Json = {"message": now, "previous_message": before}
    _announce_hidden(workspace, message, "message_changed", more)


def announce_deletion(workspace: Workspace, message: Message) -> None:
    """Emit the message_deleted event of a removed message."""
    before = message_to_api(message, workspace.team)
    more: Json = {"previous_message": before, "deleted_ts": message.ts}
    _announce_hidden(workspace, message, "message_deleted", more)


def _announce_hidden(workspace: Workspace, message: Message, subtype: str, more: Json) -> None:
    channel = workspace.channels[message.channel_id]
    ts = workspace.next_ts()
    event: Json = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel_type(channel),
        "ts": ts,
        "event_ts": ts,
        **more,
    }
    workspace.emit(event, channel)


def channel_type(channel: Channel) -> str:
    """Return "channel", "group" or "im", as message events say it."""
    if channel.is_im:
        return "im"
    return "group" if channel.is_private else "channel"


def slackbot_says(workspace: Workspace, channel_id: str, user_id: str, text: str) -> Message:
    """Let Slackbot tell one person something in a channel."""
    message = Message(
        ts=workspace.next_ts(),
        channel_id=channel_id,
        user=SLACKBOT,
        text=text,
        ephemeral_to=user_id,
    )
    return workspace.post_ephemeral(message)


def answer(
    workspace: Workspace,
    user_id: str,
    channel_id: str,
    content: Json,
    refused_types: frozenset[str] = frozenset(),
) -> Message:
    """Show what the app answered: privately unless response_type is in_channel."""
    is_public = content.get("response_type") == "in_channel"
    reader = None if is_public else user_id
    message = compose(workspace, channel_id, content, refused_types, ephemeral_to=reader)
    return publish(workspace, message)


def respond(
    workspace: Workspace,
    tickets: Tickets,
    key: str,
    content: Json,
    refused_types: frozenset[str] = frozenset(),
) -> None:
    """Do what a POST to a response URL asks: answer, replace or delete.

    Raises SlackError as `Tickets.use` and `compose` do.
    """
    url = tickets.use(key)
    original = workspace.message(url.channel_id, url.message_ts) if url.message_ts else None
    if content.get("delete_original") is True:
        if original is not None:
            workspace.delete(original)
        return
    if content.get("replace_original") is True and original is not None:
        write_content(workspace, original, content, refused_types)
        original.entered.clear()
        workspace.message_changed(original)
        return
    answer(workspace, url.user_id, url.channel_id, content, refused_types)
