"""Both sides of every limit, per surface; the pointers say where."""

from typing import Any

import pytest

from sandbox.blocks import is_too_long, problems_of
from sandbox.errors import SlackError
from sandbox.schema import Surface
from sandbox.views import check_view

Json = dict[str, Any]


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def options(count: int, text: int = 5, value: int = 5) -> list[Json]:
    return [{"text": plain(text), "value": f"{index}".ljust(value, "v")} for index in range(count)]


def button(**more: object) -> Json:
    return {"type": "button", "text": plain(5), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**more: object) -> Json:
    return {"type": "section", "text": mrkdwn(5), **more}


def field(element: Json, **more: object) -> Json:
    return {"type": "input", "label": plain(5), "element": element, **more}


def confirm(title: int = 5, text: int = 5, yes: int = 5) -> Json:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(5)}


def table(rows: int, columns: int, text: str = "x") -> Json:
    cell = {"type": "raw_text", "text": text}
    return {"type": "table", "rows": [[cell] * columns for _ in range(rows)]}


def data_table(rows: int = 3, columns: int = 2, **more: object) -> Json:
    return {**table(rows, columns), "type": "data_table", "caption": "Weeks", **more}


def chart(kind: str = "line", series: int = 1, weeks: int = 3, **more: object) -> Json:
    labels = [f"W{week}" for week in range(weeks)]
    lines = [
        {"name": f"S{n}", "data": [{"label": one, "value": n} for one in labels]}
        for n in range(series)
    ]
    body = {"type": kind, "series": lines, "axis_config": {"categories": labels, **more}}
    return {"type": "data_visualization", "title": "Tokens", "chart": body}


def pie(segments: int, value: float = 1) -> Json:
    parts = [{"label": f"P{n}", "value": value} for n in range(segments)]
    body = {"type": "pie", "segments": parts}
    return {"type": "data_visualization", "title": "Share", "chart": body}


def card(**more: object) -> Json:
    return {"type": "card", "title": mrkdwn(5), **more}


def container(children: int, **more: object) -> Json:
    return {
        "type": "container",
        "title": plain(5),
        "child_blocks": [{"type": "divider"}] * children,
        **more,
    }


def feedback() -> Json:
    side = {"text": plain(5), "value": "up"}
    return {"type": "feedback_buttons", "positive_button": side, "negative_button": side}


def select(**more: object) -> Json:
    return {"type": "static_select", "options": options(2), **more}


DIVIDER: Json = {"type": "divider"}
IMAGE: Json = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A"}

# What is limited | on which surface | still good | too much | where the complaint points
LIMITS: list[tuple[str, Surface, list[Json], list[Json], str]] = [
    ("50 blocks a message", "message", [DIVIDER] * 50, [DIVIDER] * 51, ""),
    ("100 blocks a modal", "modal", [DIVIDER] * 100, [DIVIDER] * 101, ""),
    ("100 blocks a home", "home", [DIVIDER] * 100, [DIVIDER] * 101, ""),
    (
        "section text 3000",
        "message",
        [section(text=mrkdwn(3000))],
        [section(text=mrkdwn(3001))],
        "/0/text/text",
    ),
    (
        "no empty text",
        "message",
        [section(text=mrkdwn(1))],
        [section(text=mrkdwn(0))],
        "/0/text/text",
    ),
    (
        "10 fields",
        "message",
        [section(fields=[mrkdwn(1)] * 10)],
        [section(fields=[mrkdwn(1)] * 11)],
        "/0/fields",
    ),
    (
        "field text 2000",
        "message",
        [section(fields=[mrkdwn(2000)])],
        [section(fields=[mrkdwn(2001)])],
        "/0/fields/0/text",
    ),
    ("section text or fields", "message", [section()], [{"type": "section"}], "/0"),
    (
        "header 150",
        "message",
        [{"type": "header", "text": plain(150)}],
        [{"type": "header", "text": plain(151)}],
        "/0/text/text",
    ),
    (
        "header is plain",
        "message",
        [{"type": "header", "text": plain(1)}],
        [{"type": "header", "text": mrkdwn(1)}],
        "/0/text",
    ),
    (
        "emoji only in plain text",
        "message",
        [section(text={**plain(1), "emoji": True})],
        [section(text={**mrkdwn(1), "emoji": True})],
        "/0/text",
    ),
    (
        "25 actions",
        "message",
        [actions(*[button()] * 25)],
        [actions(*[button()] * 26)],
        "/0/elements",
    ),
    ("some action", "message", [actions(button())], [actions()], "/0/elements"),
    (
        "10 context elements",
        "message",
        [{"type": "context", "elements": [plain(1)] * 10}],
        [{"type": "context", "elements": [plain(1)] * 11}],
        "/0/elements",
    ),
    (
        "5 context actions",
        "message",
        [{"type": "context_actions", "elements": [feedback()] * 5}],
        [{"type": "context_actions", "elements": [feedback()] * 6}],
        "/0/elements",
    ),
    (
        "button text 75",
        "message",
        [actions(button(text=plain(75)))],
        [actions(button(text=plain(76)))],
        "/0/elements/0/text/text",
    ),
    (
        "button value 2000",
        "message",
        [actions(button(value="v" * 2000))],
        [actions(button(value="v" * 2001))],
        "/0/elements/0/value",
    ),
    (
        "button style",
        "message",
        [actions(button(style="danger"))],
        [actions(button(style="green"))],
        "/0/elements/0/style",
    ),
    (
        "action_id 255",
        "message",
        [actions(button(action_id="a" * 255))],
        [actions(button(action_id="a" * 256))],
        "/0/elements/0/action_id",
    ),
    (
        "block_id 255",
        "message",
        [section(block_id="b" * 255)],
        [section(block_id="b" * 256)],
        "/0/block_id",
    ),
    (
        "block_id once",
        "message",
        [section(block_id="a"), section(block_id="b")],
        [section(block_id="a"), section(block_id="a")],
        "/1",
    ),
    (
        "action_id once a block",
        "message",
        [actions(button(action_id="a"), button(action_id="b"))],
        [actions(button(action_id="a"), button(action_id="a"))],
        "/0",
    ),
    (
        "100 options",
        "message",
        [actions(select(options=options(100)))],
        [actions(select(options=options(101)))],
        "/0/elements/0/options",
    ),
    (
        "option text 75",
        "message",
        [actions(select(options=options(1, text=75)))],
        [actions(select(options=options(1, text=76)))],
        "/0/elements/0/options/0/text/text",
    ),
    (
        "option value 150",
        "message",
        [actions(select(options=options(1, value=150)))],
        [actions(select(options=options(1, value=151)))],
        "/0/elements/0/options/0/value",
    ),
    (
        "option values differ",
        "message",
        [actions(select(options=options(2)))],
        [actions(select(options=options(1) * 2))],
        "/0/elements/0",
    ),
    (
        "initial option is offered",
        "message",
        [actions(select(initial_option=options(1)[0]))],
        [actions(select(initial_option=options(3)[2]))],
        "/0/elements/0",
    ),
    (
        "5 overflow options",
        "message",
        [actions({"type": "overflow", "options": options(5)})],
        [actions({"type": "overflow", "options": options(6)})],
        "/0/elements/0/options",
    ),
    (
        "10 checkboxes",
        "message",
        [actions({"type": "checkboxes", "options": options(10)})],
        [actions({"type": "checkboxes", "options": options(11)})],
        "/0/elements/0/options",
    ),
    (
        "10 radio buttons",
        "message",
        [actions({"type": "radio_buttons", "options": options(10)})],
        [actions({"type": "radio_buttons", "options": options(11)})],
        "/0/elements/0/options",
    ),
    (
        "placeholder 150",
        "message",
        [actions(select(placeholder=plain(150)))],
        [actions(select(placeholder=plain(151)))],
        "/0/elements/0/placeholder/text",
    ),
    (
        "confirm title 100",
        "message",
        [actions(button(confirm=confirm(title=100)))],
        [actions(button(confirm=confirm(title=101)))],
        "/0/elements/0/confirm/title/text",
    ),
    (
        "confirm text 300",
        "message",
        [actions(button(confirm=confirm(text=300)))],
        [actions(button(confirm=confirm(text=301)))],
        "/0/elements/0/confirm/text/text",
    ),
    (
        "confirm buttons 30",
        "message",
        [actions(button(confirm=confirm(yes=30)))],
        [actions(button(confirm=confirm(yes=31)))],
        "/0/elements/0/confirm/confirm/text",
    ),
    (
        "a real date",
        "message",
        [actions({"type": "datepicker", "initial_date": "2026-11-22"})],
        [actions({"type": "datepicker", "initial_date": "22.11.2026"})],
        "/0/elements/0/initial_date",
    ),
    (
        "a real time",
        "message",
        [actions({"type": "timepicker", "initial_time": "23:59"})],
        [actions({"type": "timepicker", "initial_time": "24:00"})],
        "/0/elements/0/initial_time",
    ),
    (
        "typed text 3000",
        "modal",
        [field({"type": "plain_text_input", "max_length": 3000})],
        [field({"type": "plain_text_input", "max_length": 3001})],
        "/0/element/max_length",
    ),
    (
        "no text input among actions",
        "message",
        [actions(button())],
        [actions({"type": "plain_text_input"})],
        "/0/elements/0",
    ),
    (
        "no button in an input",
        "modal",
        [field({"type": "plain_text_input"})],
        [field(button())],
        "/0/element",
    ),
    (
        "label 2000",
        "modal",
        [field({"type": "email_text_input"}, label=plain(2000))],
        [field({"type": "email_text_input"}, label=plain(2001))],
        "/0/label/text",
    ),
    (
        "number input says decimals",
        "modal",
        [field({"type": "number_input", "is_decimal_allowed": False})],
        [field({"type": "number_input"})],
        "/0/element",
    ),
    (
        "alt_text 2000",
        "message",
        [{**IMAGE, "alt_text": "a" * 2000}],
        [{**IMAGE, "alt_text": "a" * 2001}],
        "/0/alt_text",
    ),
    ("alt_text is there", "message", [IMAGE], [{"type": "image", "image_url": "https://x"}], "/0"),
    ("one image source", "message", [IMAGE], [{**IMAGE, "slack_file": {"id": "F1"}}], "/0"),
    (
        "markdown 12000",
        "message",
        [{"type": "markdown", "text": "x" * 12_000}],
        [{"type": "markdown", "text": "x" * 12_001}],
        "/0/text",
    ),
    (
        "markdown 12000 together",
        "message",
        [{"type": "markdown", "text": "x" * 6000}] * 2,
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "",
    ),
    ("one table", "message", [table(1, 1)], [table(1, 1), table(1, 1)], ""),
    ("100 table rows", "message", [table(100, 1)], [table(101, 1)], "/0/rows"),
    ("20 table columns", "message", [table(1, 20)], [table(1, 21)], "/0/rows/0"),
    (
        "10,000 characters of cells",
        "message",
        [table(10, 10, "x" * 100)],
        [table(10, 10, "x" * 101)],
        "/0/rows",
    ),
    ("two charts", "message", [chart(), chart()], [chart(), chart(), chart()], ""),
    ("6 series", "message", [chart(series=6)], [chart(series=7)], "/0/chart/series"),
    (
        "20 categories",
        "message",
        [chart(weeks=20)],
        [chart(weeks=21)],
        "/0/chart/axis_config/categories",
    ),
    (
        "axis label 50",
        "message",
        [chart(x_label="x" * 50)],
        [chart(x_label="x" * 51)],
        "/0/chart/axis_config/x_label",
    ),
    (
        "chart title 50",
        "message",
        [{**chart(), "title": "t" * 50}],
        [{**chart(), "title": "t" * 51}],
        "/0/title",
    ),
    ("6 segments", "message", [pie(6)], [pie(7)], "/0/chart/segments"),
    (
        "a segment is more than nothing",
        "message",
        [pie(2, 0.1)],
        [pie(2, 0)],
        "/0/chart/segments/0/value",
    ),
    ("a known chart", "message", [chart("area")], [chart("radar")], "/0/chart"),
    ("two data rows", "message", [data_table(2)], [data_table(1)], "/0/rows"),
    ("101 data rows", "message", [data_table(101)], [data_table(102)], "/0/rows"),
    (
        "page size 100",
        "message",
        [data_table(page_size=100)],
        [data_table(page_size=101)],
        "/0/page_size",
    ),
    (
        "a row header that exists",
        "message",
        [data_table(row_header_column_index=1)],
        [data_table(row_header_column_index=2)],
        "/0/row_header_column_index",
    ),
    (
        "alert text 200",
        "modal",
        [{"type": "alert", "text": plain(200)}],
        [{"type": "alert", "text": plain(201)}],
        "/0/text/text",
    ),
    (
        "card body 200",
        "message",
        [card(body=mrkdwn(200))],
        [card(body=mrkdwn(201))],
        "/0/body/text",
    ),
    (
        "10 cards",
        "message",
        [{"type": "carousel", "elements": [card()] * 10}],
        [{"type": "carousel", "elements": [card()] * 11}],
        "/0/elements",
    ),
    ("10 children", "message", [container(10)], [container(11)], "/0/child_blocks"),
    (
        "no container in a container",
        "message",
        [container(1)],
        [container(1, child_blocks=[container(1)])],
        "/0/child_blocks/0",
    ),
    (
        "collapsed needs collapsible",
        "message",
        [container(1, is_collapsible=True, default_collapsed=True)],
        [container(1, default_collapsed=True)],
        "/0",
    ),
]


@pytest.mark.parametrize(
    ("surface", "good"), [(row[1], row[2]) for row in LIMITS], ids=[row[0] for row in LIMITS]
)
def test_what_keeps_to_a_limit_is_taken(surface: Surface, good: list[Json]) -> None:
    assert problems_of(good, surface) == []


@pytest.mark.parametrize(
    ("surface", "bad", "pointer"),
    [(row[1], row[3], row[4]) for row in LIMITS],
    ids=[row[0] for row in LIMITS],
)
def test_what_breaks_a_limit_is_refused_at_its_place(
    surface: Surface, bad: list[Json], pointer: str
) -> None:
    assert pointer in [problem.pointer for problem in problems_of(bad, surface)]


@pytest.mark.parametrize(
    ("block", "surfaces"),
    [
        (section(), {"message", "modal", "home"}),
        (field({"type": "plain_text_input"}), {"message", "modal", "home"}),
        (card(), {"message", "modal", "home"}),
        ({"type": "alert", "text": plain(1)}, {"modal"}),
        ({"type": "markdown", "text": "x"}, {"message"}),
        ({"type": "context_actions", "elements": [feedback()]}, {"message"}),
        (table(1, 1), {"message"}),
        (chart(), {"message"}),
        (data_table(), {"message"}),
        (container(1), {"message"}),
        ({"type": "carousel", "elements": [card()]}, {"message", "home"}),
        ({"type": "marquee"}, set()),
    ],
)
def test_a_block_stands_only_where_slack_has_it(block: Json, surfaces: set[str]) -> None:
    every: tuple[Surface, ...] = ("message", "modal", "home")
    assert {one for one in every if not problems_of([block], one)} == surfaces


def test_an_unknown_property_is_named() -> None:
    problems = problems_of([{**DIVIDER, "colour": "red"}], "message")
    assert [problem.message for problem in problems] == ["invalid additional property: colour"]


def test_a_series_with_a_gap_is_refused() -> None:
    gap = chart(weeks=3)
    del gap["chart"]["series"][0]["data"][1]
    assert [problem.pointer for problem in problems_of([gap], "message")] == [
        "/0/chart/series/0/data"
    ]


def test_uneven_rows_are_refused() -> None:
    uneven = table(2, 2)
    uneven["rows"][1] = uneven["rows"][1][:1]
    assert problems_of([uneven], "message")


def test_a_header_cell_of_rich_text_is_refused_in_a_data_table_only() -> None:
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    }
    for make, is_good in ((table(2, 1), True), (data_table(2, 1), False)):
        make["rows"][0] = [rich]
        assert (problems_of([make], "message") == []) is is_good


def test_a_nested_block_id_counts_too() -> None:
    nested = container(1, child_blocks=[{**DIVIDER, "block_id": "a"}])
    assert problems_of([section(block_id="a"), nested], "message")


def test_a_message_may_say_13200_characters_and_no_more() -> None:
    said = [section(text=mrkdwn(3000)) for _ in range(4)]
    assert not is_too_long([*said, section(text=mrkdwn(1200))])
    assert is_too_long([*said, section(text=mrkdwn(1201))])


@pytest.mark.parametrize("value", [None, {}, "text", [1], [[]], [{}], [{"type": 1}]])
def test_what_is_no_list_of_blocks_is_refused_without_a_crash(value: object) -> None:
    assert problems_of(value, "modal")


def modal(**more: object) -> Json:
    return {"type": "modal", "title": plain(5), "blocks": [section()], **more}


VIEW_LIMITS: list[tuple[str, Json, Json, str]] = [
    ("title 24", modal(title=plain(24)), modal(title=plain(25)), "/view/title/text"),
    ("submit 24", modal(submit=plain(24)), modal(submit=plain(25)), "/view/submit/text"),
    ("close 24", modal(close=plain(24)), modal(close=plain(25)), "/view/close/text"),
    (
        "metadata 3000",
        modal(private_metadata="x" * 3000),
        modal(private_metadata="x" * 3001),
        "/view/private_metadata",
    ),
    (
        "callback_id 255",
        modal(callback_id="x" * 255),
        modal(callback_id="x" * 256),
        "/view/callback_id",
    ),
    ("a title is there", modal(), {"type": "modal", "blocks": [section()]}, "/view"),
    (
        "inputs need submit",
        modal(submit=plain(2), blocks=[field({"type": "plain_text_input"})]),
        modal(blocks=[field({"type": "plain_text_input"})]),
        "/view",
    ),
    (
        "blocks are checked",
        modal(),
        modal(blocks=[{"type": "markdown", "text": "x"}]),
        "/view/blocks/0",
    ),
]


@pytest.mark.parametrize(
    ("good", "bad", "pointer"),
    [row[1:] for row in VIEW_LIMITS],
    ids=[row[0] for row in VIEW_LIMITS],
)
def test_a_view_keeps_to_its_limits(good: Json, bad: Json, pointer: str) -> None:
    check_view(good, "modal")
    with pytest.raises(SlackError) as refused:
        check_view(bad, "modal")
    assert refused.value.code == "invalid_arguments"
    messages = refused.value.extra["response_metadata"]["messages"]
    assert any(line.endswith(f"[json-pointer:{pointer}]") for line in messages)


def test_a_home_of_250_kilobytes_is_too_large() -> None:
    home = {"type": "home", "blocks": [section(text=mrkdwn(3000)) for _ in range(90)]}
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(home, "home")
