"""Each limit at both sides: what Slack still takes, and what it refuses."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from messages.limits import DoesNotFit, problems, require_fit

Json: TypeAlias = Any


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def message(*blocks: Json, text: str = "A message.") -> Json:
    return {"text": text, "blocks": list(blocks)}


def modal(*blocks: Json, **fields: Json) -> Json:
    view = {"type": "modal", "title": plain(5), "submit": plain(4), "blocks": list(blocks)}
    return {**view, **fields}


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


DIVIDER: Json = {"type": "divider"}


def section(length: int = 3) -> Json:
    return {"type": "section", "text": mrkdwn(length)}


def button(**fields: Json) -> Json:
    return {"type": "button", "text": plain(3), **fields}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def field(element: Json) -> Json:
    return {"type": "input", "label": plain(5), "element": element}


def option(length: int = 3, value: str = "v") -> Json:
    return {"text": plain(length), "value": value}


def options(many: int) -> list[Json]:
    return [option(value=str(number)) for number in range(many)]


def static(many: int) -> Json:
    return field({"type": "static_select", "options": options(many)})


def confirm(**lengths: int) -> Json:
    size = {"title": 5, "text": 5, "confirm": 5, "deny": 5, **lengths}
    return message(actions(button(confirm={name: plain(n) for name, n in size.items()})))


def chart(series: int = 1, categories: int = 2, label: int = 8, **changes: Json) -> Json:
    names = [f"{number:0{label}d}" for number in range(categories)]
    plot = {
        "type": "line",
        "series": [
            {"name": f"s{one}", "data": [{"label": name, "value": 1.5} for name in names]}
            for one in range(series)
        ],
        "axis_config": {"categories": names, "x_label": "Week", "y_label": "Unit"},
    }
    return {"type": "data_visualization", "title": "Title", "chart": plot, **changes}


def pie(segments: int, value: float = 1) -> Json:
    parts = [{"label": f"p{number}", "value": value} for number in range(segments)]
    return {"type": "data_visualization", "title": "T", "chart": {"type": "pie", "segments": parts}}


def cells(rows: int, columns: int, characters: int = 1) -> list[list[Json]]:
    return [[{"type": "raw_text", "text": "x" * characters}] * columns for _ in range(rows)]


def table(rows: int, columns: int = 1, characters: int = 1) -> Json:
    return {"type": "table", "rows": cells(rows, columns, characters)}


def data_table(rows: int, columns: int = 2, **fields: Json) -> Json:
    return {"type": "data_table", "caption": "C", "rows": cells(rows, columns), **fields}


def ids(*names: str) -> list[Json]:
    return [{"type": "divider", "block_id": name} for name in names]


def of_size(characters: int) -> Json:
    """A message whose blocks are that many characters of JSON."""
    full = [section(3000)] * 4
    bare = len(json.dumps([*full, section(0)], separators=(",", ":")))
    return message(*full, section(characters - bare))


# What it is about, the most (or least) that fits, one more (or less); made from that number.
AT_BOTH_SIDES: list[tuple[str, int, int, Callable[[int], Json]]] = [
    ("blocks of a message", 50, 51, lambda n: message(*[DIVIDER] * n)),
    ("blocks of a message at least", 1, 0, lambda n: message(*[DIVIDER] * n)),
    ("blocks of a modal", 100, 101, lambda n: modal(*[DIVIDER] * n)),
    ("blocks of a home", 100, 101, lambda n: home(*[DIVIDER] * n)),
    ("top-level text", 4000, 4001, lambda n: message(DIVIDER, text="x" * n)),
    ("top-level text at least", 1, 0, lambda n: message(DIVIDER, text="x" * n)),
    ("section text", 3000, 3001, lambda n: message(section(n))),
    ("section text at least", 1, 0, lambda n: message(section(n))),
    ("section fields", 10, 11, lambda n: message({"type": "section", "fields": [mrkdwn(3)] * n})),
    ("section field", 2000, 2001, lambda n: message({"type": "section", "fields": [mrkdwn(n)]})),
    ("header", 150, 151, lambda n: message({"type": "header", "text": plain(n)})),
    (
        "context elements",
        10,
        11,
        lambda n: message({"type": "context", "elements": [mrkdwn(3)] * n}),
    ),
    ("actions elements", 25, 26, lambda n: message(actions(*[button()] * n))),
    ("button text", 75, 76, lambda n: message(actions(button(text=plain(n))))),
    ("button value", 2000, 2001, lambda n: message(actions(button(value="x" * n)))),
    ("action id", 255, 256, lambda n: message(actions(button(action_id="x" * n)))),
    ("block id", 255, 256, lambda n: message(*ids("x" * n))),
    ("confirm title", 100, 101, lambda n: confirm(title=n)),
    ("confirm text", 300, 301, lambda n: confirm(text=n)),
    ("confirm button", 30, 31, lambda n: confirm(confirm=n)),
    ("deny button", 30, 31, lambda n: confirm(deny=n)),
    ("options of a select", 100, 101, lambda n: modal(static(n))),
    (
        "options of an overflow",
        5,
        6,
        lambda n: message(actions({"type": "overflow", "options": options(n)})),
    ),
    ("checkboxes", 10, 11, lambda n: modal(field({"type": "checkboxes", "options": options(n)}))),
    (
        "radio buttons",
        10,
        11,
        lambda n: modal(field({"type": "radio_buttons", "options": options(n)})),
    ),
    (
        "option text",
        75,
        76,
        lambda n: modal(field({"type": "static_select", "options": [option(n)]})),
    ),
    (
        "option value",
        150,
        151,
        lambda n: modal(field({"type": "static_select", "options": [option(3, "x" * n)]})),
    ),
    (
        "initial users",
        100,
        101,
        lambda n: modal(field({"type": "multi_users_select", "initial_users": ["U1"] * n})),
    ),
    ("view title", 24, 25, lambda n: modal(DIVIDER, title=plain(n))),
    ("view submit", 24, 25, lambda n: modal(DIVIDER, submit=plain(n))),
    ("view close", 24, 25, lambda n: modal(DIVIDER, close=plain(n))),
    ("callback id", 255, 256, lambda n: modal(DIVIDER, callback_id="x" * n)),
    ("private metadata", 3000, 3001, lambda n: modal(DIVIDER, private_metadata="x" * n)),
    ("label", 2000, 2001, lambda n: modal({**static(1), "label": plain(n)})),
    ("hint", 2000, 2001, lambda n: modal({**static(1), "hint": plain(n)})),
    (
        "placeholder",
        150,
        151,
        lambda n: modal(field({"type": "datepicker", "placeholder": plain(n)})),
    ),
    (
        "typed text",
        3000,
        3001,
        lambda n: modal(field({"type": "plain_text_input", "max_length": n})),
    ),
    (
        "initial text against max_length",
        20,
        21,
        lambda n: modal(
            field({"type": "plain_text_input", "max_length": 20, "initial_value": "x" * n})
        ),
    ),
    (
        "alt text",
        2000,
        2001,
        lambda n: message({"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x" * n}),
    ),
    (
        "alt text at least",
        1,
        0,
        lambda n: message({"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x" * n}),
    ),
    ("chart title", 50, 51, lambda n: message(chart(title="x" * n))),
    ("chart series", 6, 7, lambda n: message(chart(series=n))),
    ("chart categories", 20, 21, lambda n: message(chart(categories=n))),
    ("chart label", 20, 21, lambda n: message(chart(label=n))),
    ("charts of a message", 2, 3, lambda n: message(*[chart()] * n)),
    ("pie segments", 6, 7, lambda n: message(pie(n))),
    ("pie segment at least", 1, 0, lambda n: message(pie(1, value=n))),
    ("tables of a message", 1, 2, lambda n: message(*[table(1)] * n)),
    ("table rows", 100, 101, lambda n: message(table(n))),
    ("table columns", 20, 21, lambda n: message(table(1, n))),
    ("table characters", 5000, 5001, lambda n: message(table(2, 1, n))),
    ("data table rows", 101, 102, lambda n: message(data_table(n))),
    ("data table rows at least", 2, 1, lambda n: message(data_table(n))),
    ("data table columns", 20, 21, lambda n: message(data_table(2, n))),
    ("data table page", 100, 101, lambda n: message(data_table(2, page_size=n))),
    ("data table header column", 1, 2, lambda n: message(data_table(2, row_header_column_index=n))),
    ("markdown", 12_000, 12_001, lambda n: message({"type": "markdown", "text": "x" * n})),
    (
        "context actions",
        5,
        6,
        lambda n: message(
            {
                "type": "context_actions",
                "elements": [{"type": "icon_button", "icon": "trash", "text": plain(3)}] * n,
            }
        ),
    ),
    (
        "children of a container",
        10,
        11,
        lambda n: message({"type": "container", "title": plain(3), "child_blocks": [DIVIDER] * n}),
    ),
    ("whole message", 13_200, 13_201, of_size),
    ("home bytes", 78, 90, lambda n: home(*[section(2999)] * n)),
]


@pytest.mark.parametrize(
    ("what", "fits", "refused", "make"), AT_BOTH_SIDES, ids=[row[0] for row in AT_BOTH_SIDES]
)
def test_a_limit_holds_at_both_sides(
    what: str, fits: int, refused: int, make: Callable[[int], Json]
) -> None:
    assert problems(make(fits)) == [], what
    assert problems(make(refused)) != [], what


REFUSED: list[tuple[str, Json, str]] = [
    ("an unknown block", message({"type": "banner"}), "/blocks/0"),
    ("a block without a type", message({}), "/blocks/0"),
    ("an unknown field", message({"type": "divider", "colour": "red"}), "/blocks/0/colour"),
    ("input in a message", message(static(1)), "/blocks/0"),
    ("markdown in a modal", modal({"type": "markdown", "text": "x"}), "/blocks/0"),
    ("a chart in a modal", modal(chart()), "/blocks/0"),
    ("a chart in the home", home(chart()), "/blocks/0"),
    ("an alert in a message", message({"type": "alert", "text": plain(3)}), "/blocks/0"),
    ("two blocks of one id", message(*ids("a", "a")), "/blocks/1/block_id"),
    (
        "two buttons of one action",
        message(actions(button(action_id="a"), button(action_id="a"))),
        "/blocks/0/elements/1/action_id",
    ),
    (
        "two options of one value",
        modal(field({"type": "static_select", "options": [option(), option()]})),
        "/blocks/0/element/options/1",
    ),
    (
        "an initial option that is not offered",
        modal(field({"type": "static_select", "options": [option()], "initial_option": option(4)})),
        "/blocks/0/element",
    ),
    (
        "an image without alt text",
        message({"type": "image", "image_url": "https://x.example/a"}),
        "/blocks/0",
    ),
    (
        "an image with two sources",
        message(
            {
                "type": "image",
                "image_url": "https://x.example/a",
                "slack_file": {"id": "F"},
                "alt_text": "a",
            }
        ),
        "/blocks/0",
    ),
    ("a section without text", message({"type": "section"}), "/blocks/0"),
    ("a message without text", {"blocks": [DIVIDER]}, ""),
    ("a message without blocks", {"text": "x"}, ""),
    ("a form without submit", {"type": "modal", "title": plain(3), "blocks": [static(1)]}, ""),
    ("a modal without a title", {"type": "modal", "blocks": [DIVIDER]}, ""),
    ("mrkdwn in a header", message({"type": "header", "text": mrkdwn(3)}), "/blocks/0/text"),
    (
        "a date that is none",
        modal(field({"type": "datepicker", "initial_date": "2026-13-01"})),
        "/blocks/0/element/initial_date",
    ),
    ("a style of its own", message(actions(button(style="blue"))), "/blocks/0/elements/0/style"),
    ("infinity in a chart", message({**pie(1, float("inf"))}), "/blocks/0/chart/segments/0/value"),
    (
        "a table of uneven rows",
        message({"type": "table", "rows": [*cells(1, 1), *cells(1, 2)]}),
        "/blocks/0/rows",
    ),
    (
        "rich text in a data table's header",
        message(
            {
                "type": "data_table",
                "caption": "C",
                "rows": [[{"type": "rich_text", "elements": [1]}], *cells(1, 1)],
            }
        ),
        "/blocks/0/rows/0/0",
    ),
    ("blocks that are no list", {"text": "x", "blocks": {}}, "/blocks"),
]


@pytest.mark.parametrize(("what", "payload", "pointer"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_slack_refuses_is_named_with_its_place(what: str, payload: Json, pointer: str) -> None:
    found = problems(payload)
    assert pointer in [one.pointer for one in found]
    assert all(one.sentence.endswith(".") for one in found)


def test_a_chart_needs_each_category_once_in_each_series() -> None:
    gap = chart()
    gap["chart"]["series"][0]["data"].pop()
    twice = chart()
    twice["chart"]["axis_config"]["categories"][1] = twice["chart"]["axis_config"]["categories"][0]
    assert problems(message(gap))[0].pointer == "/blocks/0/chart/series/0/data"
    assert problems(message(twice))[0].pointer == "/blocks/0/chart/axis_config/categories/1"


def test_a_payload_that_does_not_fit_is_not_sent() -> None:
    require_fit(message(section()))
    with pytest.raises(DoesNotFit, match=r"at /blocks/0/text/text: This is 3001 characters long"):
        require_fit(message(section(3001)))
