"""Both sides of every limit of the interactive elements and what they offer."""

import pytest

from tests.sandbox.block_kit.limits import Limit
from tests.sandbox.block_kit.samples import actions, button, confirm, field, options, plain, select

LIMITS = [
    Limit(
        "button text 75",
        "message",
        [actions(button(text=plain(75)))],
        [actions(button(text=plain(76)))],
        "/0/elements/0/text/text",
    ),
    Limit(
        "button value 2000",
        "message",
        [actions(button(value="v" * 2000))],
        [actions(button(value="v" * 2001))],
        "/0/elements/0/value",
    ),
    Limit(
        "button style",
        "message",
        [actions(button(style="danger"))],
        [actions(button(style="green"))],
        "/0/elements/0/style",
    ),
    Limit(
        "action_id 255",
        "message",
        [actions(button(action_id="a" * 255))],
        [actions(button(action_id="a" * 256))],
        "/0/elements/0/action_id",
    ),
    Limit(
        "100 options",
        "message",
        [actions(select(options=options(100)))],
        [actions(select(options=options(101)))],
        "/0/elements/0/options",
    ),
    Limit(
        "option text 75",
        "message",
        [actions(select(options=options(1, text=75)))],
        [actions(select(options=options(1, text=76)))],
        "/0/elements/0/options/0/text/text",
    ),
    Limit(
        "option value 150",
        "message",
        [actions(select(options=options(1, value=150)))],
        [actions(select(options=options(1, value=151)))],
        "/0/elements/0/options/0/value",
    ),
    Limit(
        "option values differ",
        "message",
        [actions(select(options=options(2)))],
        [actions(select(options=options(1) * 2))],
        "/0/elements/0",
    ),
    Limit(
        "initial option is offered",
        "message",
        [actions(select(initial_option=options(1)[0]))],
        [actions(select(initial_option=options(3)[2]))],
        "/0/elements/0",
    ),
    Limit(
        "5 overflow options",
        "message",
        [actions({"type": "overflow", "options": options(5)})],
        [actions({"type": "overflow", "options": options(6)})],
        "/0/elements/0/options",
    ),
    Limit(
        "10 checkboxes",
        "message",
        [actions({"type": "checkboxes", "options": options(10)})],
        [actions({"type": "checkboxes", "options": options(11)})],
        "/0/elements/0/options",
    ),
    Limit(
        "10 radio buttons",
        "message",
        [actions({"type": "radio_buttons", "options": options(10)})],
        [actions({"type": "radio_buttons", "options": options(11)})],
        "/0/elements/0/options",
    ),
    Limit(
        "placeholder 150",
        "message",
        [actions(select(placeholder=plain(150)))],
        [actions(select(placeholder=plain(151)))],
        "/0/elements/0/placeholder/text",
    ),
    Limit(
        "confirm title 100",
        "message",
        [actions(button(confirm=confirm(title=100)))],
        [actions(button(confirm=confirm(title=101)))],
        "/0/elements/0/confirm/title/text",
    ),
    Limit(
        "confirm text 300",
        "message",
        [actions(button(confirm=confirm(text=300)))],
        [actions(button(confirm=confirm(text=301)))],
        "/0/elements/0/confirm/text/text",
    ),
    Limit(
        "confirm buttons 30",
        "message",
        [actions(button(confirm=confirm(yes=30)))],
        [actions(button(confirm=confirm(yes=31)))],
        "/0/elements/0/confirm/confirm/text",
    ),
    Limit(
        "a real date",
        "message",
        [actions({"type": "datepicker", "initial_date": "2026-11-22"})],
        [actions({"type": "datepicker", "initial_date": "22.11.2026"})],
        "/0/elements/0/initial_date",
    ),
    Limit(
        "a real time",
        "message",
        [actions({"type": "timepicker", "initial_time": "23:59"})],
        [actions({"type": "timepicker", "initial_time": "24:00"})],
        "/0/elements/0/initial_time",
    ),
    Limit(
        "typed text 3000",
        "modal",
        [field({"type": "plain_text_input", "max_length": 3000})],
        [field({"type": "plain_text_input", "max_length": 3001})],
        "/0/element/max_length",
    ),
    Limit(
        "number input says decimals",
        "modal",
        [field({"type": "number_input", "is_decimal_allowed": False})],
        [field({"type": "number_input"})],
        "/0/element",
    ),
]


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_an_element_is_taken_up_to_its_limit_and_refused_beyond(limit: Limit) -> None:
    assert limit.problems_at_it() == []
    assert limit.pointer in limit.places_beyond_it()
