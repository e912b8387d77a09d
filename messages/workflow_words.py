"""Workflows in words: what a person's label names."""

from messages.rule_words import code
from policies.workflows import LabelKind, WorkflowLabel

VALUE_ROOM = 60


def labelled(label: WorkflowLabel) -> str:
    """`branches that begin with `release/``, as mrkdwn."""
    what = "branches that begin with" if label.kind is LabelKind.BRANCH else "the repository"
    return f"{what} {code(label.value, VALUE_ROOM)}"
