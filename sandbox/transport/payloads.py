"""The payloads Slack sends: commands, actions, submissions, shortcuts, suggestions and events.

Shapes follow docs.slack.dev/reference/interaction-payloads and .../events-api.
"""

from uuid import uuid4

from sandbox.block_kit import element_state
from sandbox.model import Channel, Entered, Json, Message, User, View
from sandbox.state.api_shapes import message_to_api, view_to_api
from sandbox.state.workspace import Workspace


def command(
    workspace: Workspace, user: User, channel: Channel, name: str, text: str, ticket: Json
) -> Json:
    """Return a slash command's flat payload; `ticket` holds trigger_id and response_url."""
    return {
        "token": workspace.app.verification_token,
        "team_id": workspace.team.id,
        "team_domain": workspace.team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        **ticket,
    }


def channel_name(channel: Channel) -> str:
    """Return a channel's name as payloads give it."""
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def block_actions(
    workspace: Workspace, user: User, surface: Message | View, action: Json, ticket: Json
) -> Json:
    """Return what a click sends; `ticket` holds trigger_id and, on messages, response_url."""
    return {
        **_head(workspace, "block_actions", user),
        **ticket,
        **place(workspace, surface, user.id),
        "actions": [action],
    }


def place(workspace: Workspace, surface: Message | View, user_id: str) -> Json:
    """Return container, channel, message or view, and state, as actions and suggestions have them."""
    if isinstance(surface, View):
        return {
            "container": {"type": "view", "view_id": surface.id},
            "view": view_to_api(workspace, surface),
        }
    return _message_place(workspace, surface, user_id)


def _message_place(workspace: Workspace, message: Message, user_id: str) -> Json:
    channel = workspace.channels[message.channel_id]
    is_ephemeral = message.ephemeral_to is not None
    entered: Entered = message.entered.get(user_id, {})
    body: Json = {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": is_ephemeral,
        },
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": element_state.state_values(message.blocks, entered)},
    }
    if message.thread_ts is not None:
        body["container"]["thread_ts"] = message.thread_ts
    if not is_ephemeral:
        body["message"] = message_to_api(message, workspace.team)
    return body


def view_submission(
    workspace: Workspace, user: User, view: View, trigger_id: str, response_urls: list[Json]
) -> Json:
    """Return what submitting a modal sends."""
    return {
        **_head(workspace, "view_submission", user),
        "trigger_id": trigger_id,
        "view": view_to_api(workspace, view),
        "response_urls": response_urls,
    }


def view_closed(workspace: Workspace, user: User, view: View, *, is_cleared: bool) -> Json:
    """Return what closing a modal sends, if it asked to be told."""
    return {
        **_head(workspace, "view_closed", user),
        "view": view_to_api(workspace, view),
        "is_cleared": is_cleared,
    }


def global_shortcut(workspace: Workspace, user: User, callback_id: str, trigger_id: str) -> Json:
    """Return what a global shortcut sends."""
    return {
        **_head(workspace, "shortcut", user),
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "action_ts": workspace.next_ts(),
    }


def message_shortcut(
    workspace: Workspace, user: User, callback_id: str, message: Message, ticket: Json
) -> Json:
    """Return what a shortcut on a message sends; `ticket` holds trigger_id and response_url."""
    channel = workspace.channels[message.channel_id]
    return {
        **_head(workspace, "message_action", user),
        "callback_id": callback_id,
        "action_ts": workspace.next_ts(),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message_ts": message.ts,
        "message": message_to_api(message, workspace.team),
        **ticket,
    }


def block_suggestion(
    workspace: Workspace,
    user: User,
    surface: Message | View,
    block_id: str,
    action_id: str,
    value: str,
) -> Json:
    """Return what typing into an external select sends."""
    return {
        **_head(workspace, "block_suggestion", user),
        **place(workspace, surface, user.id),
        "block_id": block_id,
        "action_id": action_id,
        "value": value,
    }


def event_callback(workspace: Workspace, event: Json, channel: Channel | None) -> Json:
    """Return an event in the Events API's wrapping."""
    team, app = workspace.team, workspace.app
    return {
        "token": app.verification_token,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": team.enterprise_id,
        "api_app_id": app.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock()),
        "authorizations": [
            {
                "enterprise_id": team.enterprise_id,
                "team_id": team.id,
                "user_id": app.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": str(uuid4()),
    }


def _head(workspace: Workspace, kind: str, user: User) -> Json:
    team = workspace.team
    return {
        "type": kind,
        "token": workspace.app.verification_token,
        "api_app_id": workspace.app.app_id,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": team.id,
        },
    }
