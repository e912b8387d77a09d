"""What a modal or Home may be."""

import pytest

from sandbox.block_kit.views import check_view
from sandbox.errors import SlackError
from sandbox.model import Json
from tests.sandbox.block_kit.samples import field, mrkdwn, plain, section


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
