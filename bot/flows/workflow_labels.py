"""A person's own names for their sessions, so that these are runs of a workflow."""

from datetime import datetime
from typing import Final

from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from messages.pages.workflows import WorkflowLabels
from policies.workflows import LabelKind
from storage import audit, workflow_labels
from storage.database import Database

MOST_LABELS: Final = 20


def own_labels(database: Database, speaker: Speaker) -> WorkflowLabels:
    """The speaker's labels."""
    with database.reading() as session:
        return WorkflowLabels(tuple(workflow_labels.labels_of(session, speaker.person.id)))


def put(
    database: Database, now: datetime, speaker: Speaker, kind: LabelKind, value: str, name: str
) -> WorkflowLabels:
    """Call the speaker's sessions on a branch or in a repository by a name, in place of another one."""
    person_id = speaker.person.id
    with database.writing() as session:
        before = workflow_labels.labels_of(session, person_id)
        is_new = all((one.kind, one.value) != (kind, value) for one in before)
        if is_new and len(before) >= MOST_LABELS:
            raise Refusal(
                f"You have {len(before)} labels, and that is the most there can be.",
                "Remove one of them first.",
            )
        put = workflow_labels.put_label(session, person_id, kind, value, name, now)
        audit.record(session, person_id, "workflow.labelled", put.label, {}, now)
        return WorkflowLabels(tuple(workflow_labels.labels_of(session, person_id)), put=put)


def remove(database: Database, now: datetime, speaker: Speaker, label_id: int) -> WorkflowLabels:
    """Take one of the speaker's own labels away; Refusal where there is none with this id."""
    person_id = speaker.person.id
    with database.writing() as session:
        removed = workflow_labels.take_away(session, person_id, label_id)
        if removed is None:
            raise Refusal(f"You have no label W-{label_id}.", "Look at the list of your labels.")
        audit.record(session, person_id, "workflow.label_removed", removed.label, {}, now)
        labels = tuple(workflow_labels.labels_of(session, person_id))
        return WorkflowLabels(labels, removed=removed)
