"""What makes two matches one finding: the rule and the subject, or the labels it is grouped by.

Never the rule's version, and never a value of a fact: both change while the finding goes on.
"""

from typing import Final
from urllib.parse import quote

from policies.rules.model import Rule
from policies.rules.subjects import Subject

OWN_KEYS: Final = ("person", "session", "workflow")
"""Subjects whose key holds the person's id: `person:12`, `session:12:abc`."""


def fingerprint_of(rule: Rule, subject: Subject) -> str:
    """`model-task-mismatch/outcome/outcome%3A7`, or `…/outcome/person=12` where it is grouped.

    A finding is one person's: what is grouped is grouped by person too, whoever else has it.
    """
    return "/".join((rule.id, subject.kind.value, *_group(rule, subject)))


def with_person(text: str, before: int, after: int) -> str:
    """A fingerprint as it is once the person has another id."""
    head, kind, *group = text.split("/")
    return "/".join((head, kind, *(_renamed(part, before, after) for part in group)))


def key_with_person(key: str, before: int, after: int) -> str:
    """A subject's key as it is once the person has another id."""
    kind, _, rest = key.partition(":")
    number, colon, name = rest.partition(":")
    if kind in OWN_KEYS and number == str(before):
        return f"{kind}:{after}{colon}{name}"
    return key


def _group(rule: Rule, subject: Subject) -> tuple[str, ...]:
    if not rule.group_by:
        return (quote(subject.key, safe=""),)
    labels = dict.fromkeys((*rule.group_by, *(("person",) if subject.kind.is_personal else ())))
    return tuple(f"{label}={quote(subject.labels.get(label, ''), safe='')}" for label in labels)


def _renamed(part: str, before: int, after: int) -> str:
    if part == f"person={before}":
        return f"person={after}"
    for kind in OWN_KEYS:
        start = f"{kind}%3A{before}"
        if part == start or part.startswith(f"{start}%3A"):
            return f"{kind}%3A{after}{part.removeprefix(start)}"
    return part
