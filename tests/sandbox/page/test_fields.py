"""A posted form means what the person changed, and nothing else."""

import copy
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.block_kit.element_state import apply, state_values, stateful
from sandbox.block_kit.messages import with_ids
from sandbox.model import Json
from sandbox.page.fields import chosen_values, field_name, option_groups, read_form, shown
from sandbox.page.reader import Reader
from tests.sandbox.page import gallery
from tests.sandbox.page.gallery import option

BERLIN = Reader("U1", datetime(2026, 11, 22, tzinfo=UTC), ZoneInfo("Europe/Berlin"))

SMALL, LARGE = gallery.SIZES[0], gallery.SIZES[2]
NOTE: Json = gallery.rich({"type": "text", "text": "see the run"})


def in_form(kind: str, *texts: str) -> dict[str, list[str]]:
    return {field_name(f"in_{kind}", gallery.INPUTS[kind]["action_id"]): list(texts)}


@pytest.mark.parametrize(
    ("kind", "texts", "choice", "state"),
    [
        ("plain_text_input", ["Ship it\r\nnow"], "Ship it\nnow", {"value": "Ship it\nnow"}),
        ("number_input", ["40"], "40", {"value": "40"}),
        ("email_text_input", ["a@b.c"], "a@b.c", {"value": "a@b.c"}),
        ("url_text_input", ["https://a.b"], "https://a.b", {"value": "https://a.b"}),
        ("rich_text_input", ["see the run"], "see the run", {"rich_text_value": NOTE}),
        ("static_select", ["small"], "small", {"selected_option": SMALL}),
        ("multi_static_select", ["small", "large"], ["small", "large"], {"selected_options": [SMALL, LARGE]}),
        ("external_select", ["o-12"], "o-12", {"selected_option": option("O-12")}),
        ("multi_external_select", ["o-12"], ["o-12"], {"selected_options": [option("O-12")]}),
        ("users_select", ["U2"], "U2", {"selected_user": "U2"}),
        ("multi_users_select", ["U2", "U3"], ["U2", "U3"], {"selected_users": ["U2", "U3"]}),
        ("channels_select", ["C2"], "C2", {"selected_channel": "C2"}),
        ("multi_channels_select", ["C2"], ["C2"], {"selected_channels": ["C2"]}),
        ("conversations_select", ["D2"], "D2", {"selected_conversation": "D2"}),
        ("multi_conversations_select", ["D2"], ["D2"], {"selected_conversations": ["D2"]}),
        ("checkboxes", ["urgent"], ["urgent"], {"selected_options": [option("Urgent")]}),
        ("radio_buttons", ["fix"], "fix", {"selected_option": option("Fix")}),
        ("datepicker", ["2026-12-01"], "2026-12-01", {"selected_date": "2026-12-01"}),
        ("timepicker", ["09:30"], "09:30", {"selected_time": "09:30"}),
        ("datetimepicker", ["2026-11-18T12:10"], 1_795_000_200, {"selected_date_time": 1_795_000_200}),
        ("file_input", ["F1", "F2"], ["F1", "F2"], {"files": [{"id": "F1"}, {"id": "F2"}]}),
    ],
)  # fmt: skip
def test_each_elements_form_becomes_slacks_state(
    kind: str, texts: list[str], choice: object, state: Json
) -> None:
    blocks = [gallery.input_block(kind)]
    action_id = gallery.INPUTS[kind]["action_id"]
    changed = read_form(blocks, state_values(blocks, {}), in_form(kind, *texts), BERLIN)
    assert changed == {f"in_{kind}": {action_id: choice}}
    offered = {(f"in_{kind}", action_id): [option("O-12")]}
    held = state_values(blocks, apply(blocks, {}, changed, offered))[f"in_{kind}"][action_id]
    assert held == {"type": kind} | state


@pytest.mark.parametrize("kind", gallery.INPUTS)
def test_an_untouched_empty_element_is_no_change(kind: str) -> None:
    blocks = [gallery.input_block(kind)]
    assert read_form(blocks, state_values(blocks, {}), in_form(kind, ""), BERLIN) == {}
    assert read_form(blocks, state_values(blocks, {}), {}, BERLIN) == {}


@pytest.mark.parametrize(
    ("kind", "texts", "emptied"),
    [
        ("plain_text_input", ["x"], None),
        ("checkboxes", ["urgent"], []),
        ("static_select", ["small"], None),
        ("multi_users_select", ["U2"], []),
        ("datepicker", ["2026-12-01"], None),
    ],
)
def test_emptying_an_element_is_a_change(kind: str, texts: list[str], emptied: object) -> None:
    blocks = [gallery.input_block(kind)]
    state = state_values(blocks, {})
    entered = apply(blocks, {}, read_form(blocks, state, in_form(kind, *texts), BERLIN))
    changed = read_form(blocks, state_values(blocks, entered), in_form(kind, ""), BERLIN)
    assert changed == {f"in_{kind}": {gallery.INPUTS[kind]["action_id"]: emptied}}


def test_styled_rich_text_survives_a_round_trip_untouched() -> None:
    block = copy.deepcopy(gallery.input_block("rich_text_input"))
    block["element"]["initial_value"] = gallery.rich(
        {"type": "text", "text": "bold", "style": {"bold": True}}, {"type": "text", "text": " end"}
    )
    state = state_values([block], {})
    assert shown(block, block["element"], state, BERLIN) == "bold end"
    assert read_form([block], state, in_form("rich_text_input", "bold end"), BERLIN) == {}


def test_elements_anywhere_in_a_message_are_read() -> None:
    blocks = with_ids(copy.deepcopy(gallery.MESSAGE_BLOCKS))
    state = state_values(blocks, {})
    form = {
        field_name("acts", "size"): ["large"],
        field_name("multi", "sizes"): ["small"],
        field_name("ticks", "boxes"): ["durable"],
        field_name("ticks", "radio"): ["medium"],
        field_name("pickers", "day"): ["2026-11-27"],
        field_name("pickers", "time"): ["10:00"],
        field_name("pickers", "moment"): ["2026-11-18T12:10"],
    }
    assert read_form(blocks, state, form, BERLIN) == {
        "acts": {"size": "large"},
        "multi": {"sizes": ["small"]},
        "ticks": {"boxes": ["durable"]},
        "pickers": {"time": "10:00"},
    }


def test_a_time_that_is_none_is_refused() -> None:
    blocks = [gallery.input_block("datetimepicker")]
    with pytest.raises(ValueError, match="isoformat"):
        read_form(blocks, state_values(blocks, {}), in_form("datetimepicker", "soon"), BERLIN)


def test_offered_options_come_alone_or_in_groups_without_those_chosen() -> None:
    groups = [{"label": gallery.plain("Mine"), "options": gallery.SIZES}]
    assert option_groups(gallery.SIZES, without=["small", "medium"]) == [("", [LARGE])]
    assert option_groups(groups, without=["large"]) == [("Mine", gallery.SIZES[:2])]
    assert option_groups([]) == []


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
def test_no_two_elements_share_a_field(a: str, b: str, c: str, d: str) -> None:
    assert (field_name(a, b) == field_name(c, d)) == ((a, b) == (c, d))


def test_the_values_shown_are_the_values_held() -> None:
    blocks = with_ids(copy.deepcopy(gallery.MESSAGE_BLOCKS))
    state = state_values(blocks, {})
    held = {e["action_id"]: chosen_values(b, e, state) for b, e in stateful(blocks)}
    assert held["radio"] == ["medium"]
    assert held["day"] == ["2026-11-27"]
    assert held["boxes"] == []
