"""What stands where, what goes together, and what a view may be."""

import pytest

from sandbox.block_kit.blocks import is_too_long, problems_of
from sandbox.block_kit.schema import Surface
from sandbox.block_kit.views import check_view
from sandbox.errors import SlackError
from tests.sandbox.block_kit.samples import (
    DIVIDER,
    Json,
    card,
    chart,
    container,
    data_table,
    feedback,
    field,
    mrkdwn,
    plain,
    section,
    table,
)


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
