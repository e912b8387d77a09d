"""What a submitted form says, and what it is refused for."""

from collections.abc import Mapping

import pytest

from bot.intents.forms import FormRefused, read_done_form, read_setup_form
from messages import ids

State = dict[str, dict[str, Mapping[str, object]]]


def a_setup(**changed: Mapping[str, object]) -> State:
    fields: dict[str, Mapping[str, object]] = {
        ids.SETUP_NAME: {"value": "Checkout"},
        ids.SETUP_LEADS: {"selected_users": ["U1"]},
        ids.SETUP_MEMBERS: {"selected_users": ["U1", "U2"]},
        ids.SETUP_TIME_ZONE: {"selected_option": {"value": "Europe/Berlin"}},
        ids.SETUP_DAY: {"selected_option": {"value": "monday"}},
        ids.SETUP_TIME: {"selected_option": {"value": "09:30"}},
        **changed,
    }
    return {field: {field: element} for field, element in fields.items()}


def test_a_large_team_is_read_from_every_select_that_holds_a_part_of_it() -> None:
    parts = {
        field: {"selected_users": [f"U{number}{one}" for one in range(100)]}
        for number, field in enumerate(ids.SETUP_MEMBER_FIELDS[:3])
    }
    assert len(read_setup_form(a_setup(**parts)).member_ids) == 300


@pytest.mark.parametrize(
    ("field", "element"),
    [
        (ids.SETUP_NAME, {"value": "  "}),
        (ids.SETUP_NAME, {"value": "x" * 1000}),
        (ids.SETUP_LEADS, {"selected_users": []}),
        (ids.SETUP_TIME_ZONE, {"selected_option": {"value": "Mars/Olympus"}}),
        (ids.SETUP_TIME, {"selected_option": {"value": "25:99"}}),
        (ids.SETUP_DAY, {"selected_option": {"value": "someday"}}),
    ],
)
def test_a_wrong_field_of_the_setup_is_named(field: str, element: Mapping[str, object]) -> None:
    with pytest.raises(FormRefused) as refusal:
        read_setup_form(a_setup(**{field: element}))
    assert set(refusal.value.errors) == {field}


def test_evidence_that_is_no_link_is_refused_beside_its_field() -> None:
    with pytest.raises(FormRefused) as refusal:
        read_done_form({ids.DONE_EVIDENCE: {ids.DONE_EVIDENCE: {"value": "it works"}}})
    assert set(refusal.value.errors) == {ids.DONE_EVIDENCE}
