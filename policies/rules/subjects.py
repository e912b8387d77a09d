"""One subject with its facts as of a moment: what a rule judges."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.rules.facts import FactValue, SubjectKind


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what a rule looks at. `key` is unique within the kind and stays the same over time.

    `team_id` and `team` are the home team of the person, or the team itself; None for a source, and
    for people without a team. `person_id` is whom it concerns, None for a team or a source.
    `labels` hold a value for each of `catalogue.LABELS` of the kind: ids, never names of people.
    """

    kind: SubjectKind
    key: str
    labels: Mapping[str, str]
    person_id: int | None = None
    team_id: int | None = None
    outcome_id: int | None = None


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """A subject, and every fact of its kind's catalogue, each exactly of its type."""

    subject: Subject
    values: Mapping[str, FactValue] = field(repr=False)
