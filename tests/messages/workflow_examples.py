"""Examples of the pages about workflows."""

from collections.abc import Callable

from messages.pages.base import Page
from messages.pages.workflows import WorkflowLabels
from policies.workflows import LabelKind, WorkflowLabel


def workflow_pages(typed: Callable[[str], str]) -> dict[str, Page]:
    """The list of labels after each thing that can be done to it."""
    branch = WorkflowLabel(3, LabelKind.BRANCH, typed("release/"), typed("release notes"))
    repository = WorkflowLabel(7, LabelKind.REPOSITORY, "docs-site", typed("docs"))
    many = (
        WorkflowLabel(number, LabelKind.BRANCH, typed("x" * 200), typed("y" * 60))
        for number in range(20)
    )
    return {
        "workflow_labels": WorkflowLabels((branch, repository)),
        "workflow_labels_none": WorkflowLabels(()),
        "workflow_labels_put": WorkflowLabels((branch, repository), put=repository),
        "workflow_labels_removed": WorkflowLabels((branch,), removed=repository),
        "workflow_labels_many": WorkflowLabels(tuple(many), put=branch),
    }
