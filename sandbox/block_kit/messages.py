"""What a message may hold."""

import copy
import secrets
import string

from sandbox.block_kit.blocks import elements_of, is_too_long, problems_of, walk
from sandbox.errors import SlackError
from sandbox.model import Json, is_object

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
