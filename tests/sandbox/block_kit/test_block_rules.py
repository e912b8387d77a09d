"""What stands where, and what goes together."""

import pytest

from sandbox.block_kit.blocks import is_too_long, problems_of
from sandbox.block_kit.schema import Surface
from sandbox.model import Json
from tests.sandbox.block_kit.samples import (
    DIVIDER,
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
