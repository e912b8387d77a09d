"""Examples of the pages about workflows."""

from collections.abc import Callable
from datetime import date, timedelta

from messages.pages.base import Page
from messages.pages.people import OpenTip
from messages.pages.workflows import WorkflowLabels
from policies.learning import Run
from policies.workflows import LabelKind, OwnCurve, WorkflowLabel, own_curve

FALLING = (2.4, 2.1, 1.9, 1.95, 1.7, 1.75, 1.6, 1.62, 1.5, 1.48)
LEVEL = (1.9, 1.85, 1.95, 1.9, 1.87, 1.92, 1.88, 1.9, 1.86, 1.85)
RISING = (1.0, 1.1, 1.3, 1.35, 1.5, 1.6, 1.65, 1.8)
UNCLEAR = (1.0, 3.0, 0.5, 2.2, 0.8, 2.9, 1.1, 0.6)


def own_curves(typed: Callable[[str], str], many: int = 0) -> tuple[OwnCurve, ...]:
    """A workflow of each course, and more that have too few runs."""
    costs = {"docs": FALLING, "release notes": LEVEL, "triage": RISING, "upgrade": UNCLEAR}
    named = [(typed(name), one) for name, one in costs.items()]
    few = [(typed(f"workflow {number}"), (0.004, 12.5)) for number in range(1 + many)]
    curves = (
        own_curve(name, [Run("claude-sonnet-4-5", cost) for cost in one])
        for name, one in (*named, *few)
    )
    return tuple(curve for curve in curves if curve is not None)


def open_tips(typed: Callable[[str], str], today: date, many: int = 2) -> tuple[OpenTip, ...]:
    """Tips of which the first one is tried."""
    title = typed("A session that goes on although its answers fade")
    return tuple(
        OpenTip(f"F-{12 + number}", title, today - timedelta(days=3), is_tried=number == 0)
        for number in range(many)
    )


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
