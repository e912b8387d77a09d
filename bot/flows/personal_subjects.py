"""People as subjects of rules: their day and their week go by the same key, the person."""

from policies.rules.facts import SubjectKind
from policies.rules.subjects import Subject


def person_subject(kind: SubjectKind, person_id: int, team_id: int | None) -> Subject:
    """A person with their home team; the label of the team is empty without one."""
    labels = {"person": str(person_id), "team": "" if team_id is None else str(team_id)}
    return Subject(kind, f"person:{person_id}", labels, person_id, team_id)
