"""`/mileage workflow` and the button that takes a label away."""

from bot.flows import workflow_labels
from bot.flows.refusals import Refusal
from bot.intents.workflows import LabelSessions, RemoveLabel, ShowLabels, WorkflowIntent
from bot.listeners.edge import Asked, Edge
from messages.pages.base import MessagePage
from policies.workflows import parse_workflow_label


async def answer_workflow(edge: Edge, intent: WorkflowIntent, asked: Asked) -> MessagePage:
    """What `/mileage workflow` says to a line."""
    speaker, now = asked.speaker, asked.now
    match intent:
        case ShowLabels():
            return await edge.run(workflow_labels.own_labels, speaker)
        case LabelSessions(kind=kind, value=value, name=name):
            return await edge.run(workflow_labels.put, now, speaker, kind, value, name)
        case RemoveLabel(label_id=label_id):
            return await edge.run(workflow_labels.remove, now, speaker, label_id)


async def remove_label(edge: Edge, value: str, asked: Asked) -> MessagePage:
    """Take one of the presser's own labels away."""
    label_id = parse_workflow_label(value)
    if label_id is None:
        raise Refusal("This button no longer works.", "Ask for a fresh list of your labels.")
    return await edge.run(workflow_labels.remove, asked.now, asked.speaker, label_id)
