"""What `/mileage workflow` is told: by which name one's sessions on a branch or in a repository go.

/mileage workflow
/mileage workflow branch release/ as release notes
/mileage workflow repository docs-site as docs
/mileage workflow remove W-3
"""

from dataclasses import dataclass
from typing import TypeAlias

from bot.intents.words import NotUnderstood, mistyped, shortened
from policies.workflows import LabelKind, parse_workflow_label

LONGEST_NAME = 60
LONGEST_VALUE = 200
KINDS = {
    "branch": LabelKind.BRANCH,
    "repository": LabelKind.REPOSITORY,
    "repo": LabelKind.REPOSITORY,
}
VERBS = (*KINDS, "remove")


@dataclass(frozen=True, slots=True)
class ShowLabels:
    """Show the person their own labels."""


@dataclass(frozen=True, slots=True)
class LabelSessions:
    """Call the sessions on branches that begin with `value`, or in that repository, by a name."""

    kind: LabelKind
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class RemoveLabel:
    """Take one of the person's own labels away."""

    label_id: int


WorkflowIntent: TypeAlias = ShowLabels | LabelSessions | RemoveLabel


def parse_workflow(text: str, command: str) -> WorkflowIntent:
    """Read what follows `workflow`; NotUnderstood names the problem and the nearest right form."""
    if not text:
        return ShowLabels()
    verb, *words = text.split()
    if verb.lower() == "remove":
        return _removal(words, command)
    kind = KINDS.get(verb.lower())
    if kind is None:
        meant = mistyped(verb, VERBS)
        problem = (
            f"Did you mean “{meant}”?" if meant else f"“{shortened(verb)}” is nothing to be named."
        )
        raise NotUnderstood(problem, _example(KINDS.get(meant or "", LabelKind.BRANCH), command))
    return _label(kind, words, command)


def _label(kind: LabelKind, words: list[str], command: str) -> LabelSessions:
    if len(words) < 3 or words[1].lower() != "as":
        raise NotUnderstood(
            f"Say which {kind} it is, and by which name its sessions go.", _example(kind, command)
        )
    value, name = words[0], " ".join(words[2:])
    if len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
        raise NotUnderstood(
            f"A name has at most {LONGEST_NAME} characters, a {kind} {LONGEST_VALUE}.",
            _example(kind, command),
        )
    return LabelSessions(kind, value, name)


def _removal(words: list[str], command: str) -> RemoveLabel:
    label_id = parse_workflow_label(words[0]) if len(words) == 1 else None
    if label_id is None:
        raise NotUnderstood("Say which of your labels it is.", f"{command} workflow remove W-3")
    return RemoveLabel(label_id)


def _example(kind: LabelKind, command: str) -> str:
    if kind is LabelKind.BRANCH:
        return f"{command} workflow branch release/ as release notes"
    return f"{command} workflow repository docs-site as docs"
