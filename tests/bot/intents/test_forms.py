"""What a submitted form says, and what it is refused for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.intents.forms import FormRefused, read_done_form, read_outcome_form, read_setup_form
from messages import ids
from policies.outcomes import KeyKind, OutcomeKey

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


def test_what_no_database_takes_is_left_out_of_every_field() -> None:
    typed = {
        ids.OUTCOME_TITLE: {"value": "Cut\0 checkout\np95\ud83d"},
        ids.OUTCOME_KEYS: {"value": "branch:a\0b"},
        ids.OUTCOME_SIZE: {"selected_option": {"value": "L\0"}},
    }
    values = {field: {field: element} for field, element in typed.items()}
    draft = read_outcome_form(values, datetime(2026, 11, 12, tzinfo=UTC), ZoneInfo("UTC"))
    assert (draft.title, draft.size.value) == ("Cut checkout p95", "L")
    assert draft.keys == (OutcomeKey(KeyKind.BRANCH, "ab"),)
    setup = a_setup(
        **{
            ids.SETUP_NAME: {"value": "Check\0out"},
            ids.SETUP_MEMBERS: {"selected_users": ["U1\0", "\0"]},
        }
    )
    form = read_setup_form(setup)
    assert (form.name, form.member_ids) == ("Checkout", ("U1",))
    link = {ids.DONE_EVIDENCE: {ids.DONE_EVIDENCE: {"value": "https://x.test/4\x0081 \x1b"}}}
    assert read_done_form(link) == "https://x.test/481"


def test_evidence_that_is_no_link_is_refused_beside_its_field() -> None:
    with pytest.raises(FormRefused) as refusal:
        read_done_form({ids.DONE_EVIDENCE: {ids.DONE_EVIDENCE: {"value": "it works"}}})
    assert set(refusal.value.errors) == {ids.DONE_EVIDENCE}
