"""reactions.add, remove, get."""

from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.model import Json, Message
from sandbox.state.api_shapes import message_to_api


def add(call: Call) -> Json:
    """Put the app's reaction on a message."""
    message, name, is_there = _asked(call)
    if is_there:
        raise SlackError("already_reacted")
    call.workspace.toggle_reaction(message, call.workspace.app.bot_user_id, name)
    return {}


def remove(call: Call) -> Json:
    """Take the app's reaction away."""
    message, name, is_there = _asked(call)
    if not is_there:
        raise SlackError("no_reaction")
    call.workspace.toggle_reaction(message, call.workspace.app.bot_user_id, name)
    return {}


def get(call: Call) -> Json:
    """Show a message with its reactions."""
    channel = call.channel()
    message = _message(call)
    shown = message_to_api(message, call.workspace.team, call.base_url)
    return {"type": "message", "channel": channel.id, "message": shown}


def _asked(call: Call) -> tuple[Message, str, bool]:
    message = _message(call)
    name = call.text("name").strip(":")
    is_there = call.workspace.app.bot_user_id in message.reactions.get(name, [])
    return message, name, is_there


def _message(call: Call) -> Message:
    channel = call.channel()
    if call.workspace.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    message = channel.messages.get(call.text("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    return message


METHODS = {
    "reactions.add": Method(add, ("reactions:write",)),
    "reactions.remove": Method(remove, ("reactions:write",)),
    "reactions.get": Method(get, ("reactions:read",)),
}
