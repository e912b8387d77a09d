"""Pages about workflows: by which names a person's own sessions go."""

from dataclasses import dataclass
from typing import ClassVar

from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage
from policies.workflows import WorkflowLabel


@dataclass(frozen=True, slots=True)
class WorkflowLabels(MessagePage):
    """To the person alone: their labels, and the one that was `put` or `removed` just now."""

    template: ClassVar[str] = "workflow_labels.json.j2"
    labels: tuple[WorkflowLabel, ...]
    put: WorkflowLabel | None = None
    removed: WorkflowLabel | None = None
    commands: Commands = DEFAULT_COMMANDS
