"""What a rule does not apply to, until a day: an object of its own, with a reason and an end."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from policies.rules.subjects import Subject

LONGEST_EXCEPTION: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class RuleException:
    """One of person, outcome and team says what it covers; `last_day` counts in full, in its zone."""

    id: int
    rule_id: str
    reason: str
    last_day: date
    created_by: int
    created_at: datetime
    person_id: int | None = None
    outcome_id: int | None = None
    team_id: int | None = None
    ended_at: datetime | None = None

    @property
    def label(self) -> str:
        """`E-3`, the id that a button carries."""
        return f"E-{self.id}"

    def covers(self, subject: Subject, today: date) -> bool:
        """Whether the rule does not apply to the subject on a day of its zone."""
        if self.ended_at is not None or today > self.last_day:
            return False
        return (
            (self.person_id is not None and self.person_id == subject.person_id)
            or (self.outcome_id is not None and self.outcome_id == subject.outcome_id)
            or (self.team_id is not None and self.team_id == subject.team_id)
        )


def parse_exception_label(text: str) -> int | None:
    """The number of `E-3` (any case, dash optional), None where it is no such id."""
    match = re.fullmatch(r"e-?(\d{1,9})", text.strip().lower(), re.ASCII)
    return int(match[1]) if match else None
