"""Uploads in three steps: files.getUploadURLExternal, a raw POST, files.completeUploadExternal."""

import mimetypes

from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.model import Channel, File, Json, Message, is_object
from sandbox.state import posting
from sandbox.state.api_shapes import file_to_api
from sandbox.state.workspace import Workspace

MAX_BYTES = 50_000_000


def get_upload_url(call: Call) -> Json:
    """Announce a file; returns where to post its bytes."""
    name = call.text("filename")
    length = call.whole("length", 0, at_most=MAX_BYTES + 1)
    if not 0 < length <= MAX_BYTES:
        raise SlackError("invalid_arguments")
    workspace = call.workspace
    file = File(
        id=workspace.new_id("F"),
        name=name,
        length=length,
        title=name,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        user=workspace.app.bot_user_id,
        created=int(workspace.clock()),
        alt_txt=call.optional("alt_txt") or "",
    )
    workspace.files[file.id] = file
    return {"upload_url": f"{call.base_url}/upload/v1/{file.id}", "file_id": file.id}


def receive(workspace: Workspace, file_id: str, content: bytes) -> bool:
    """Take a file's raw bytes; False when nobody announced it or the length is another."""
    file = workspace.file(file_id)
    if file is None or file.completed or len(content) != file.length:
        return False
    file.content = content
    return True


def complete_upload(call: Call) -> Json:
    """Finish uploads and share them in a channel, if one is named."""
    files = [_uploaded(call, entry) for entry in _entries(call)]
    channel_id = call.optional("channel_id") or call.optional("channels")
    channel = _shared_in(call, channel_id) if channel_id else None
    for file in files:
        file.completed = True
        if channel is not None:
            file.channels.append(channel.id)
    if channel is not None:
        _share(call, channel, files)
    team = call.workspace.team
    return {"files": [file_to_api(file, call.base_url, team) for file in files]}


def info(call: Call) -> Json:
    """Describe a file."""
    file = call.workspace.file(call.text("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    return {"file": file_to_api(file, call.base_url, call.workspace.team)}


def _entries(call: Call) -> list[Json]:
    entries = call.json("files")
    if not isinstance(entries, list) or not entries or not all(map(is_object, entries)):
        raise SlackError("invalid_arguments")
    return entries


def _uploaded(call: Call, entry: Json) -> File:
    file = call.workspace.file(str(entry.get("id")))
    if file is None or file.content is None or file.completed:
        raise SlackError("file_not_found")
    file.title = str(entry.get("title") or file.name)
    return file


def _shared_in(call: Call, channel_id: str) -> Channel:
    channel = call.workspace.channels.get(channel_id)
    if channel is None or not call.knows(channel):
        raise SlackError("channel_not_found")
    if call.workspace.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def _share(call: Call, channel: Channel, files: list[File]) -> None:
    app = call.workspace.app
    message = Message(
        ts=call.workspace.next_ts(),
        channel_id=channel.id,
        user=app.bot_user_id,
        bot_id=app.bot_id,
        app_id=app.app_id,
        text=call.optional("initial_comment") or "",
        thread_ts=call.optional("thread_ts"),
        files=files,
        subtype="file_share",
    )
    posting.publish(call.workspace, message)


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
    "files.info": Method(info, ("files:read",)),
}
