"""The text of `/mileage workflow`, one row a case."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.mileage import parse_mileage
from bot.intents.words import NotUnderstood
from bot.intents.workflows import LabelSessions, RemoveLabel, ShowLabels, WorkflowIntent
from policies.workflows import LabelKind

ROWS = [
    ("workflow", ShowLabels()),
    (
        "workflow branch release/ as release notes",
        LabelSessions(LabelKind.BRANCH, "release/", "release notes"),
    ),
    ("Workflow REPO docs-site AS docs", LabelSessions(LabelKind.REPOSITORY, "docs-site", "docs")),
    (
        "workflow repository as as as",
        LabelSessions(LabelKind.REPOSITORY, "as", "as"),
    ),
    ("workflow remove W-3", RemoveLabel(3)),
    ("workflow remove w3", RemoveLabel(3)),
]


@pytest.mark.parametrize(("text", "intent"), ROWS)
def test_a_line_becomes_its_intent(text: str, intent: WorkflowIntent) -> None:
    assert parse_mileage(text) == intent


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("workflw", "/fuel workflow"),
        ("workflow branch", "/fuel workflow branch release/ as release notes"),
        ("workflow branch release/ as", "/fuel workflow branch release/ as release notes"),
        ("workflow branch two words as x", "/fuel workflow branch release/ as release notes"),
        ("workflow repositry docs as x", "/fuel workflow repository docs-site as docs"),
        ("workflow ticket PAY-1 as x", "/fuel workflow branch release/ as release notes"),
        ("workflow remove", "/fuel workflow remove W-3"),
        ("workflow remove 3 4", "/fuel workflow remove W-3"),
        ("workflow remove release/", "/fuel workflow remove W-3"),
        (f"workflow repo x as {'y' * 61}", "/fuel workflow repository docs-site as docs"),
        (f"workflow branch {'x' * 201} as y", "/fuel workflow branch release/ as release notes"),
    ],
)
def test_what_is_not_understood_names_the_nearest_form(text: str, nearest: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse_mileage(text, command="/fuel")
    assert refused.value.nearest == nearest


@given(st.text().map("workflow {}".format) | st.text().map("workflow branch {}".format))
def test_any_text_is_an_intent_or_a_clear_refusal(text: str) -> None:
    with suppress(NotUnderstood):
        parse_mileage(text)
