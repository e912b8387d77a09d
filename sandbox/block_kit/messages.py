"""What a message may hold, and how the API shows it."""

import copy
import secrets
import string

from sandbox.block_kit.blocks import elements_of, is_too_long, problems_of, walk
from sandbox.block_kit.schema import is_object
from sandbox.errors import SlackError
from sandbox.model import File, Json, Message, Team

MAX_TEXT = 40_000
MAX_UPDATED_TEXT = 4_000

_ALPHABET = string.ascii_letters + string.digits


def with_ids(blocks: list[Json]) -> list[Json]:
    """Fill in the block_id and action_id that the app left to Slack (in place)."""
    for _, block in walk(blocks):
        block.setdefault("block_id", _random_id())
        for element in elements_of(block):
            element.setdefault("action_id", _random_id())
    return blocks


def _random_id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def checked_blocks(blocks: object, refused_types: frozenset[str] = frozenset()) -> list[Json]:
    """Return a copy of a message's blocks with ids, or refuse them as Slack does.

    Raises SlackError: invalid_blocks_format, invalid_blocks, msg_blocks_too_long.
    """
    if blocks in (None, ""):
        return []
    if not isinstance(blocks, list) or not all(is_object(block) for block in blocks):
        raise SlackError("invalid_blocks_format")
    found = problems_of(blocks, "message", refused_types)
    if found:
        raise SlackError.of_problems("invalid_blocks", found, root="/blocks")
    if is_too_long(blocks):
        raise SlackError("msg_blocks_too_long")
    return with_ids(copy.deepcopy(blocks))


def checked_attachments(attachments: object, refused: frozenset[str] = frozenset()) -> list[Json]:
    """Return legacy attachments, whose blocks are held to the same limits."""
    if attachments in (None, ""):
        return []
    if not isinstance(attachments, list) or not all(is_object(one) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    return [{**one, "blocks": checked_blocks(one.get("blocks"), refused)} for one in attachments]


def checked_text(text: object, at_most: int = MAX_TEXT) -> str:
    """Return a message's text, or refuse it (msg_too_long)."""
    words = "" if text is None else str(text)
    if len(words) > at_most:
        raise SlackError("msg_too_long")
    return words


def checked_metadata(metadata: object) -> Json | None:
    """Return a message's metadata, or refuse it (invalid_metadata_schema)."""
    if metadata in (None, "", {}):
        return None
    if not is_object(metadata) or not metadata.get("event_type"):
        raise SlackError("invalid_metadata_schema")
    if not is_object(metadata.get("event_payload")):
        raise SlackError("invalid_metadata_schema")
    return metadata


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
