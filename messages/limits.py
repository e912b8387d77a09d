"""What Slack takes: every payload is held to all of it before it is sent, and in the tests.

Where documents disagree the lower limit counts. Source: docs.slack.dev/reference/block-kit and
docs.slack.dev/reference/methods, with the undocumented size at which messages are refused.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from messages.elements import (
    ALT_TEXT,
    BUTTON,
    CHART,
    ID,
    IMAGE,
    IN_ACTIONS,
    IN_CONTEXT,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    SLACK_FILE,
    URL,
    any_text,
    plain,
    rich_text,
    rows,
)
from messages.shapes import (
    Check,
    Json,
    Problem,
    by_type,
    exactly_one,
    fields,
    flag,
    items,
    one_of,
    some_of,
    text,
    whole,
)

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_CHARACTERS = 13_200
MESSAGE_TEXT = 4_000
MARKDOWN_CHARACTERS = 12_000
HOME_BYTES = 250_000
AT_MOST = {"table": 1, "data_visualization": 2}


class DoesNotFit(ValueError):
    """A payload that Slack would refuse; `problems` says what is wrong and where."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(f"Slack would refuse this payload at {first.pointer}: {first.sentence}")


def problems(payload: Mapping[str, Any]) -> list[Problem]:
    """Everything Slack would refuse in a message, modal or home; empty when it fits."""
    surface = payload.get("type", "message")
    if surface == "modal":
        return [*_MODAL(payload, ""), *_across(payload)]
    if surface == "home":
        return [*_HOME(payload, ""), *_across(payload), *_home_size(payload)]
    return [*_MESSAGE(payload, ""), *_across(payload), *_message_size(payload)]


def require_fit(payload: Mapping[str, Any]) -> None:
    """Pass silently, or raise DoesNotFit."""
    found = problems(payload)
    if found:
        raise DoesNotFit(found)


def _needs_collapsible(block: Json, at: str) -> Iterator[Problem]:
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        yield Problem(at, "A container that starts collapsed must be collapsible.")


def _header_is_plain(block: Json, at: str) -> Iterator[Problem]:
    for index, cell in enumerate(block["rows"][0]):
        if cell["type"] == "rich_text":
            yield Problem(f"{at}/rows/0/{index}", "The first row names the columns in plain text.")


def _row_header_exists(block: Json, at: str) -> Iterator[Problem]:
    if block.get("row_header_column_index", 0) >= len(block["rows"][0]):
        yield Problem(f"{at}/row_header_column_index", "There is no such column.")


_ID: dict[str, Check] = {"block_id": ID}
_CARD = fields(
    {},
    {
        **_ID,
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": items(BUTTON, 5),
    },
    [some_of("hero_image", "title", "actions", "body")],
)
_COMMON: dict[str, Check] = {
    "section": fields(
        {},
        {
            **_ID,
            "text": any_text(3000),
            "fields": items(any_text(2000), 10),
            "accessory": IN_SECTION,
            "expand": flag,
        },
        [some_of("text", "fields")],
    ),
    "header": fields({"text": plain(150)}, _ID),
    "divider": fields({}, _ID),
    "context": fields({"elements": items(IN_CONTEXT, 10)}, _ID),
    "actions": fields({"elements": items(IN_ACTIONS, 25)}, _ID),
    "image": fields(
        {"alt_text": ALT_TEXT},
        {**_ID, "image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        [exactly_one("image_url", "slack_file")],
    ),
    "rich_text": rich_text,
}
_INPUT = fields(
    {"label": plain(2000), "element": IN_INPUT},
    {**_ID, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
)
_CONTAINER = fields(
    {"child_blocks": items(by_type(_COMMON, "block"), 10)},
    {
        **_ID,
        "title": plain(150),
        "subtitle": any_text(150),
        "icon": IMAGE,
        "width": one_of("narrow", "standard", "wide", "full"),
        "is_collapsible": flag,
        "default_collapsed": flag,
        "has_header_divider": flag,
    },
    [some_of("title"), _needs_collapsible],
)
_IN_MESSAGES: dict[str, Check] = {
    **_COMMON,
    "card": _CARD,
    "carousel": fields({"elements": items(by_type({"card": _CARD}, "card"), 10)}, _ID),
    "container": _CONTAINER,
    "context_actions": fields({"elements": items(IN_CONTEXT_ACTIONS, 5)}, _ID),
    "data_table": fields(
        {"caption": text(3000), "rows": rows(101, 2)},
        {**_ID, "page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
        [_header_is_plain, _row_header_exists],
    ),
    "data_visualization": fields({"title": text(50), "chart": CHART}, _ID),
    "markdown": fields({"text": text(MARKDOWN_CHARACTERS)}, _ID),
    "table": fields(
        {"rows": rows(100, 1)},
        {
            **_ID,
            "column_settings": items(
                fields({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag}), 20, 0
            ),
        },
    ),
}
_MESSAGE = fields(
    {
        "text": text(MESSAGE_TEXT),
        "blocks": items(by_type(_IN_MESSAGES, "block"), MESSAGE_BLOCKS),
    }
)
_IN_MODALS: dict[str, Check] = {
    **_COMMON,
    "input": _INPUT,
    "alert": fields(
        {"text": any_text(200)},
        {**_ID, "level": one_of("default", "info", "warning", "error", "success")},
    ),
}
_VIEW: dict[str, Check] = {
    "callback_id": ID,
    "private_metadata": text(3000, 0),
    "external_id": ID,
    "clear_on_close": flag,
    "notify_on_close": flag,
}


def _input_needs_submit(view: Json, at: str) -> Iterator[Problem]:
    if "submit" not in view and any(block.get("type") == "input" for block in view["blocks"]):
        yield Problem(at, "A modal with fields needs “submit”.")


_MODAL = fields(
    {"title": plain(24), "blocks": items(by_type(_IN_MODALS, "block"), VIEW_BLOCKS)},
    {**_VIEW, "submit": plain(24), "close": plain(24)},
    [_input_needs_submit],
)
_HOME = fields(
    {"blocks": items(by_type({**_COMMON, "input": _INPUT, "card": _CARD}, "block"), VIEW_BLOCKS)},
    _VIEW,
)


def _across(payload: Mapping[str, Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    tally: dict[str, int] = {}
    for at, block in _walk(payload.get("blocks"), "/blocks"):
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                yield Problem(f"{at}/block_id", f"“{block_id}” is the id of another block too.")
            seen.add(block_id)
        yield from _repeated_actions(block, at)
        kind = str(block.get("type"))
        tally[kind] = tally.get(kind, 0) + 1
        if tally[kind] > AT_MOST.get(kind, tally[kind]):
            yield Problem(at, f"Slack takes at most {AT_MOST[kind]} of {kind} in a message.")


def _walk(blocks: object, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if isinstance(block, dict):
            here = f"{at}/{index}"
            yield here, block
            yield from _walk(block.get("child_blocks"), f"{here}/child_blocks")
            if block.get("type") == "carousel":
                yield from _walk(block.get("elements"), f"{here}/elements")


def _repeated_actions(block: Mapping[str, Any], at: str) -> Iterator[Problem]:
    for name in ("elements", "actions"):
        seen: set[str] = set()
        elements = block.get(name)
        for index, element in enumerate(elements if isinstance(elements, list) else ()):
            action_id = element.get("action_id") if isinstance(element, dict) else None
            if isinstance(action_id, str) and action_id in seen:
                sentence = f"“{action_id}” is the action of another element of this block too."
                yield Problem(f"{at}/{name}/{index}/action_id", sentence)
            seen.add(str(action_id))


def _message_size(payload: Mapping[str, Any]) -> Iterator[Problem]:
    blocks = payload.get("blocks")
    size = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
    if size > MESSAGE_CHARACTERS:
        yield Problem(
            "/blocks",
            f"The blocks are {size} characters of JSON; Slack refuses from about 13200 on.",
        )
    markdown = sum(
        len(str(block.get("text", "")))
        for _, block in _walk(blocks, "")
        if block.get("type") == "markdown"
    )
    if markdown > MARKDOWN_CHARACTERS:
        yield Problem("/blocks", f"Markdown blocks hold {markdown} characters; Slack takes 12000.")


def _home_size(payload: Mapping[str, Any]) -> Iterator[Problem]:
    size = len(json.dumps(payload, separators=(",", ":")).encode())
    if size > HOME_BYTES:
        yield Problem("", f"The home view is {size} bytes; Slack takes {HOME_BYTES}.")
