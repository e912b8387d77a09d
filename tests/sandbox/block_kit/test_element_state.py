"""state.values for every stateful element: empty, initial, chosen, and what cannot be chosen."""

from typing import Any

import pytest

from sandbox.block_kit import element_state
from sandbox.block_kit.blocks import problems_of
from sandbox.block_kit.element_state import FIELDS, BadChoice
from sandbox.model import Json
from tests.sandbox.texts import option

A, B = option("a"), option("b")
RICH: Json = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}],
}

# Element | its field | empty | initial value as given and as held | what is picked and then held
ELEMENTS: list[tuple[Json, str, object, Json, object, object, object]] = [
    ({"type": "plain_text_input"}, "value", None, {"initial_value": "x"}, "x", "y", "y"),
    ({"type": "email_text_input"}, "value", None, {"initial_value": "x"}, "x", "a@b.c", "a@b.c"),
    ({"type": "url_text_input"}, "value", None, {"initial_value": "x"}, "x", "a:b", "a:b"),
    (
        {"type": "number_input", "is_decimal_allowed": True},
        "value",
        None,
        {"initial_value": 1.5},
        "1.5",
        "2",
        "2",
    ),
    (
        {"type": "rich_text_input"},
        "rich_text_value",
        None,
        {"initial_value": RICH},
        RICH,
        "hi",
        RICH,
    ),
    (
        {"type": "static_select", "options": [A, B]},
        "selected_option",
        None,
        {"initial_option": A},
        A,
        "b",
        B,
    ),
    ({"type": "external_select"}, "selected_option", None, {"initial_option": A}, A, "b", B),
    ({"type": "users_select"}, "selected_user", None, {"initial_user": "U1"}, "U1", "U2", "U2"),
    (
        {"type": "channels_select"},
        "selected_channel",
        None,
        {"initial_channel": "C1"},
        "C1",
        "C2",
        "C2",
    ),
    (
        {"type": "conversations_select"},
        "selected_conversation",
        None,
        {"initial_conversation": "C1"},
        "C1",
        "D2",
        "D2",
    ),
    (
        {"type": "multi_static_select", "options": [A, B]},
        "selected_options",
        [],
        {"initial_options": [A]},
        [A],
        ["b", "a"],
        [B, A],
    ),
    (
        {"type": "multi_external_select"},
        "selected_options",
        [],
        {"initial_options": [A]},
        [A],
        ["b"],
        [B],
    ),
    (
        {"type": "multi_users_select"},
        "selected_users",
        [],
        {"initial_users": ["U1"]},
        ["U1"],
        ["U2"],
        ["U2"],
    ),
    (
        {"type": "multi_channels_select"},
        "selected_channels",
        [],
        {"initial_channels": ["C1"]},
        ["C1"],
        ["C2"],
        ["C2"],
    ),
    (
        {"type": "multi_conversations_select"},
        "selected_conversations",
        [],
        {"initial_conversations": ["C1"]},
        ["C1"],
        ["D2"],
        ["D2"],
    ),
    (
        {"type": "checkboxes", "options": [A, B]},
        "selected_options",
        [],
        {"initial_options": [B]},
        [B],
        ["a"],
        [A],
    ),
    (
        {"type": "radio_buttons", "options": [A, B]},
        "selected_option",
        None,
        {"initial_option": B},
        B,
        "a",
        A,
    ),
    (
        {"type": "datepicker"},
        "selected_date",
        None,
        {"initial_date": "2026-11-22"},
        "2026-11-22",
        "2026-12-01",
        "2026-12-01",
    ),
    (
        {"type": "timepicker"},
        "selected_time",
        None,
        {"initial_time": "09:30"},
        "09:30",
        "10:00",
        "10:00",
    ),
    (
        {"type": "datetimepicker"},
        "selected_date_time",
        None,
        {"initial_date_time": 1_795_300_000},
        1_795_300_000,
        "1795400000",
        1_795_400_000,
    ),
    ({"type": "file_input"}, "files", [], {}, [], ["F1"], [{"id": "F1"}]),
]
IDS = [row[0]["type"] for row in ELEMENTS]


def block_of(element: Json) -> list[Json]:
    label = {"type": "plain_text", "text": "It"}
    return [
        {"type": "input", "block_id": "b", "label": label, "element": {**element, "action_id": "a"}}
    ]


def held(blocks: list[Json], entered: Any = None) -> Json:  # noqa: ANN401
    return element_state.state_values(blocks, entered or {})["b"]["a"]


def test_every_stateful_element_is_in_the_table() -> None:
    assert set(IDS) == set(FIELDS)


@pytest.mark.parametrize(
    ("element", "name", "empty", "initial", "initially", "picked", "then"), ELEMENTS, ids=IDS
)
def test_an_element_holds_what_slack_says(
    element: Json,
    name: str,
    empty: object,
    initial: Json,
    initially: object,
    picked: object,
    then: object,
) -> None:
    kind = element["type"]
    blocks = block_of({**element, **initial})
    assert problems_of(blocks, "modal") == []
    assert held(block_of(element)) == {"type": kind, name: empty}
    assert held(blocks) == {"type": kind, name: initially}
    offered = {("b", "a"): [A, B]}
    entered = element_state.apply(blocks, {}, {"b": {"a": picked}}, offered)
    assert held(blocks, entered) == {"type": kind, name: then}
    cleared = element_state.apply(blocks, entered, {"b": {"a": None}})
    assert held(blocks, cleared) == {"type": kind, name: empty}


@pytest.mark.parametrize(
    ("element", "choice"),
    [
        ({"type": "static_select", "options": [A]}, "z"),
        ({"type": "checkboxes", "options": [A]}, ["a", "z"]),
        ({"type": "datepicker"}, "tomorrow"),
        ({"type": "timepicker"}, "25:00"),
        ({"type": "datetimepicker"}, 12),
        ({"type": "plain_text_input"}, 12),
        ({"type": "multi_users_select", "max_selected_items": 1}, ["U1", "U2"]),
    ],
)
def test_what_an_element_cannot_hold_is_refused(element: Json, choice: Any) -> None:  # noqa: ANN401
    with pytest.raises(BadChoice):
        element_state.apply(block_of(element), {}, {"b": {"a": choice}})


@pytest.mark.parametrize(("block_id", "action_id"), [("b", "z"), ("z", "a")])
def test_an_unknown_element_is_refused(block_id: str, action_id: str) -> None:
    with pytest.raises(BadChoice):
        element_state.apply(block_of({"type": "datepicker"}), {}, {block_id: {action_id: "x"}})


def test_what_was_entered_survives_an_update_where_the_element_does() -> None:
    entered = element_state.apply(block_of({"type": "plain_text_input"}), {}, {"b": {"a": "x"}})
    assert element_state.keep(block_of({"type": "plain_text_input"}), entered) == entered
    assert element_state.keep(block_of({"type": "datepicker"}), entered) == {}
