"""Block Kit validation per surface, at least as strict as Slack's, with Slack's JSON pointers.

`problems_of(blocks, surface)` is empty when Slack would take the blocks.
Source: docs.slack.dev/reference/block-kit/blocks.
"""

from collections.abc import Iterator, Sequence

from sandbox.block_kit.elements import (
    ALT_TEXT,
    ID,
    IMAGE,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    SLACK_FILE,
    URL,
    any_text,
    elements,
    plain_text,
)
from sandbox.block_kit.rich_text import RICH_TEXT
from sandbox.block_kit.schema import (
    Check,
    Report,
    Surface,
    array,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    one_of,
    shape,
    string,
)
from sandbox.block_kit.tables import DATA_TABLE, DATA_VISUALIZATION, TABLE, characters
from sandbox.errors import Problem
from sandbox.model import Json, is_object

MAX_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MAX_MARKDOWN = 12_000
MAX_MESSAGE_CHARACTERS = 13_200
AT_MOST_A_MESSAGE = {"table": 1, "data_visualization": 2}

_ID: dict[str, Check] = {"block_id": ID}


def _needs_collapsible(container: Json, pointer: str, report: Report) -> None:
    if container.get("default_collapsed") and not container.get("is_collapsible"):
        report.add("default_collapsed requires is_collapsible", pointer)


def _one_focus(block: Json, pointer: str, report: Report) -> None:
    if sum(bool(element.get("focus_on_load")) for element in elements_of(block)) > 1:
        report.add("only one element may have focus_on_load", pointer)


_CARD = shape(
    optional={
        **_ID,
        "hero_image": by_type({"image": IMAGE}, "image"),
        "icon": by_type({"image": IMAGE}, "image"),
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": array(elements("button"), 5),
    },
    rules=(at_least_one("hero_image", "title", "actions", "body"),),
)

_SIMPLE: dict[str, Check] = {
    "actions": shape({"elements": array(elements(*IN_ACTIONS), 25)}, _ID, (_one_focus,)),
    "context": shape(
        {
            "elements": array(
                by_type(
                    {
                        "image": IMAGE,
                        "plain_text": any_text(3000),
                        "mrkdwn": any_text(3000),
                    },
                    "context element",
                ),
                10,
            )
        },
        _ID,
    ),
    "divider": shape(optional=_ID),
    "header": shape({"text": plain_text(150)}, _ID),
    "image": shape(
        {"alt_text": ALT_TEXT},
        {**_ID, "image_url": URL, "slack_file": SLACK_FILE, "title": plain_text(2000)},
        (exactly_one("image_url", "slack_file"),),
    ),
    "section": shape(
        optional={
            **_ID,
            "text": any_text(3000),
            "fields": array(any_text(2000), 10),
            "accessory": elements(*IN_SECTION),
            "expand": boolean,
        },
        rules=(at_least_one("text", "fields"),),
    ),
    "table": TABLE,
    "video": shape(
        {
            "alt_text": ALT_TEXT,
            "title": plain_text(199),
            "thumbnail_url": URL,
            "video_url": URL,
        },
        {
            **_ID,
            "author_name": string(49),
            "description": plain_text(200),
            "provider_icon_url": URL,
            "provider_name": string(50),
            "title_url": URL,
        },
    ),
}

BLOCKS: dict[str, Check] = {
    **_SIMPLE,
    "alert": shape(
        {"text": any_text(200)},
        {**_ID, "level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": _CARD,
    "carousel": shape({"elements": array(by_type({"card": _CARD}, "card"), 10)}, _ID),
    # The children that both the documents and the live validator take.
    "container": shape(
        {"child_blocks": array(by_type(_SIMPLE, "child block"), 10)},
        {
            **_ID,
            "title": plain_text(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": any_text(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": by_type({"image": IMAGE}, "image"),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        (at_least_one("title", "rich_text_title"), _needs_collapsible),
    ),
    "context_actions": shape({"elements": array(elements(*IN_CONTEXT_ACTIONS), 5)}, _ID),
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "file": shape({"external_id": string(255), "source": one_of("remote")}, _ID),
    "input": shape(
        {"label": plain_text(2000), "element": elements(*IN_INPUT)},
        {**_ID, "dispatch_action": boolean, "hint": plain_text(2000), "optional": boolean},
    ),
    "markdown": shape({"text": string(MAX_MARKDOWN)}, _ID),
    "rich_text": RICH_TEXT,
}

_ONLY_IN_MESSAGES = frozenset(
    (
        "container",
        "context_actions",
        "data_table",
        "data_visualization",
        "file",
        "markdown",
        "table",
    )
)
_NOT_ON: dict[Surface, frozenset[str]] = {
    "message": frozenset(("alert",)),
    "modal": _ONLY_IN_MESSAGES | {"carousel"},
    "home": _ONLY_IN_MESSAGES | {"alert"},
}
_ON: dict[Surface, Check] = {
    surface: by_type({kind: BLOCKS[kind] for kind in BLOCKS.keys() - refused}, "block")
    for surface, refused in _NOT_ON.items()
}


def problems_of(
    blocks: object, surface: Surface, refused_types: frozenset[str] = frozenset()
) -> list[Problem]:
    """Return everything Slack would refuse in these blocks; pointers are relative to the list.

    `refused_types` are block types this workspace pretends not to know (a fault on demand).
    """
    report = Report(surface, refused_types=refused_types)
    least = 0 if surface == "message" else 1
    array(_ON[surface], MAX_BLOCKS[surface], least)(blocks, "", report)
    if not report.problems and isinstance(blocks, list):
        _check_ids(blocks, report)
        _check_totals(blocks, report)
    return report.problems


def is_too_long(blocks: Sequence[Json]) -> bool:
    """Whether a message's blocks together say more than Slack takes (msg_blocks_too_long)."""
    return characters(list(blocks)) > MAX_MESSAGE_CHARACTERS


def walk(blocks: Sequence[Json], pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Yield every block with its pointer, those inside containers and carousels included."""
    for index, block in enumerate(blocks):
        here = f"{pointer}/{index}"
        yield here, block
        for nested in ("child_blocks", "elements"):
            children = block.get(nested) if block.get("type") in ("container", "carousel") else None
            if children:
                yield from walk(children, f"{here}/{nested}")


def elements_of(block: Json) -> list[Json]:
    """Return the interactive elements that stand directly in a block."""
    kind = block.get("type")
    if kind in ("actions", "context_actions"):
        return list(block["elements"])
    if kind == "card":
        return list(block.get("actions") or [])
    single = block.get({"section": "accessory", "input": "element"}.get(str(kind), ""))
    return [single] if is_object(single) and single.get("type") != "image" else []


def _check_ids(blocks: list[Json], report: Report) -> None:
    seen: set[str] = set()
    for pointer, block in walk(blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            report.add(f'"block_id" "{block_id}" already exists for another block', pointer)
        if block_id is not None:
            seen.add(block_id)
        _check_action_ids(block, pointer, report)


def _check_action_ids(block: Json, pointer: str, report: Report) -> None:
    given = [element["action_id"] for element in elements_of(block) if "action_id" in element]
    for action_id in {one for one in given if given.count(one) > 1}:
        report.add(f'"action_id" "{action_id}" already exists for another element', pointer)


def _check_totals(blocks: list[Json], report: Report) -> None:
    kinds = [block["type"] for _, block in walk(blocks)]
    for kind, at_most in AT_MOST_A_MESSAGE.items():
        if kinds.count(kind) > at_most:
            report.add(f"no more than {at_most} {kind} blocks allowed", "")
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MAX_MARKDOWN:
        report.add(f"markdown must be less than {MAX_MARKDOWN + 1} characters in total", "")
