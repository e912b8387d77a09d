"""How the API, events and payloads show messages, files and views."""

from sandbox.block_kit import element_state
from sandbox.model import File, Json, Message, Team, View
from sandbox.state.workspace import Workspace


def file_to_api(file: File, base_url: str, team: Team) -> Json:
    """Return a file as Slack shows it."""
    private = f"{base_url}/files-pri/{team.id}-{file.id}/{file.name}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2].lower(),
        "user": file.user,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "alt_txt": file.alt_txt,
        "url_private": private,
        "url_private_download": f"{private}?download=1",
        "permalink": f"{base_url}/files/{file.user}/{file.id}/{file.name}",
        "channels": list(file.channels),
        "groups": [],
        "ims": [],
    }


def message_to_api(message: Message, team: Team, base_url: str = "") -> Json:
    """Return a message as history, events and action payloads show it."""
    body: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": team.id,
    }
    optional: Json = {
        "subtype": message.subtype,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "username": message.username,
        "thread_ts": message.thread_ts,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "edited": message.edited,
        "metadata": message.metadata,
        "files": [file_to_api(file, base_url, team) for file in message.files],
        "reactions": [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ],
    }
    body.update({name: value for name, value in optional.items() if value})
    if message.replies:
        body.update(
            reply_count=len(message.replies),
            latest_reply=message.replies[-1],
        )
    return body


def view_to_api(workspace: Workspace, view: View) -> Json:
    """Return a view as the API and payloads show it, `state.values` included."""
    app = workspace.app
    return {
        "id": view.id,
        "team_id": workspace.team.id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": view.private_metadata,
        "callback_id": view.callback_id,
        "external_id": view.external_id,
        "state": {"values": element_state.state_values(view.blocks, view.entered)},
        "hash": view.hash,
        "title": view.title or {"type": "plain_text", "text": "View Title", "emoji": True},
        "submit": view.submit,
        "close": view.close,
        "clear_on_close": view.clear_on_close,
        "notify_on_close": view.notify_on_close,
        "submit_disabled": view.submit_disabled,
        "root_view_id": view.root_view_id,
        "previous_view_id": view.previous_view_id,
        "app_id": app.app_id,
        "bot_id": app.bot_id,
        "app_installed_team_id": workspace.team.id,
    }
