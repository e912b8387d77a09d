"""Both sides of every limit of the blocks: how many, how long, with what in them."""

import pytest

from tests.sandbox.block_kit.limits import Limit
from tests.sandbox.block_kit.samples import (
    DIVIDER,
    IMAGE,
    actions,
    button,
    card,
    container,
    feedback,
    field,
    mrkdwn,
    plain,
    section,
)

LIMITS = [
    Limit("50 blocks a message", "message", [DIVIDER] * 50, [DIVIDER] * 51, ""),
    Limit("100 blocks a modal", "modal", [DIVIDER] * 100, [DIVIDER] * 101, ""),
    Limit("100 blocks a home", "home", [DIVIDER] * 100, [DIVIDER] * 101, ""),
    Limit(
        "section text 3000",
        "message",
        [section(text=mrkdwn(3000))],
        [section(text=mrkdwn(3001))],
        "/0/text/text",
    ),
    Limit(
        "no empty text",
        "message",
        [section(text=mrkdwn(1))],
        [section(text=mrkdwn(0))],
        "/0/text/text",
    ),
    Limit(
        "10 fields",
        "message",
        [section(fields=[mrkdwn(1)] * 10)],
        [section(fields=[mrkdwn(1)] * 11)],
        "/0/fields",
    ),
    Limit(
        "field text 2000",
        "message",
        [section(fields=[mrkdwn(2000)])],
        [section(fields=[mrkdwn(2001)])],
        "/0/fields/0/text",
    ),
    Limit("section text or fields", "message", [section()], [{"type": "section"}], "/0"),
    Limit(
        "header 150",
        "message",
        [{"type": "header", "text": plain(150)}],
        [{"type": "header", "text": plain(151)}],
        "/0/text/text",
    ),
    Limit(
        "header is plain",
        "message",
        [{"type": "header", "text": plain(1)}],
        [{"type": "header", "text": mrkdwn(1)}],
        "/0/text",
    ),
    Limit(
        "emoji only in plain text",
        "message",
        [section(text={**plain(1), "emoji": True})],
        [section(text={**mrkdwn(1), "emoji": True})],
        "/0/text",
    ),
    Limit(
        "25 actions",
        "message",
        [actions(*[button()] * 25)],
        [actions(*[button()] * 26)],
        "/0/elements",
    ),
    Limit("some action", "message", [actions(button())], [actions()], "/0/elements"),
    Limit(
        "10 context elements",
        "message",
        [{"type": "context", "elements": [plain(1)] * 10}],
        [{"type": "context", "elements": [plain(1)] * 11}],
        "/0/elements",
    ),
    Limit(
        "5 context actions",
        "message",
        [{"type": "context_actions", "elements": [feedback()] * 5}],
        [{"type": "context_actions", "elements": [feedback()] * 6}],
        "/0/elements",
    ),
    Limit(
        "block_id 255",
        "message",
        [section(block_id="b" * 255)],
        [section(block_id="b" * 256)],
        "/0/block_id",
    ),
    Limit(
        "block_id once",
        "message",
        [section(block_id="a"), section(block_id="b")],
        [section(block_id="a"), section(block_id="a")],
        "/1",
    ),
    Limit(
        "action_id once a block",
        "message",
        [actions(button(action_id="a"), button(action_id="b"))],
        [actions(button(action_id="a"), button(action_id="a"))],
        "/0",
    ),
    Limit(
        "no text input among actions",
        "message",
        [actions(button())],
        [actions({"type": "plain_text_input"})],
        "/0/elements/0",
    ),
    Limit(
        "no button in an input",
        "modal",
        [field({"type": "plain_text_input"})],
        [field(button())],
        "/0/element",
    ),
    Limit(
        "label 2000",
        "modal",
        [field({"type": "email_text_input"}, label=plain(2000))],
        [field({"type": "email_text_input"}, label=plain(2001))],
        "/0/label/text",
    ),
    Limit(
        "alt_text 2000",
        "message",
        [{**IMAGE, "alt_text": "a" * 2000}],
        [{**IMAGE, "alt_text": "a" * 2001}],
        "/0/alt_text",
    ),
    Limit(
        "alt_text is there", "message", [IMAGE], [{"type": "image", "image_url": "https://x"}], "/0"
    ),
    Limit("one image source", "message", [IMAGE], [{**IMAGE, "slack_file": {"id": "F1"}}], "/0"),
    Limit(
        "markdown 12000",
        "message",
        [{"type": "markdown", "text": "x" * 12_000}],
        [{"type": "markdown", "text": "x" * 12_001}],
        "/0/text",
    ),
    Limit(
        "markdown 12000 together",
        "message",
        [{"type": "markdown", "text": "x" * 6000}] * 2,
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "",
    ),
    Limit(
        "alert text 200",
        "modal",
        [{"type": "alert", "text": plain(200)}],
        [{"type": "alert", "text": plain(201)}],
        "/0/text/text",
    ),
    Limit(
        "card body 200",
        "message",
        [card(body=mrkdwn(200))],
        [card(body=mrkdwn(201))],
        "/0/body/text",
    ),
    Limit(
        "10 cards",
        "message",
        [{"type": "carousel", "elements": [card()] * 10}],
        [{"type": "carousel", "elements": [card()] * 11}],
        "/0/elements",
    ),
    Limit("10 children", "message", [container(10)], [container(11)], "/0/child_blocks"),
    Limit(
        "no container in a container",
        "message",
        [container(1)],
        [container(1, child_blocks=[container(1)])],
        "/0/child_blocks/0",
    ),
    Limit(
        "collapsed needs collapsible",
        "message",
        [container(1, is_collapsible=True, default_collapsed=True)],
        [container(1, default_collapsed=True)],
        "/0",
    ),
]


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_a_block_is_taken_up_to_its_limit_and_refused_beyond(limit: Limit) -> None:
    assert limit.problems_at_it() == []
    assert limit.pointer in limit.places_beyond_it()
