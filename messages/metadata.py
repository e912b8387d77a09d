"""What a form carries in its private_metadata: ids and nothing else. It is user input when it returns."""

import json
from dataclasses import dataclass
from typing import Final, Self

LARGEST_ID: Final = 2**31 - 1
"""What an integer column of PostgreSQL takes; nobody was ever given a larger id."""


@dataclass(frozen=True, slots=True)
class FormContext:
    """Where a form was opened and what it is about. `channel_id` is where the reply goes."""

    channel_id: str | None = None
    outcome_id: int | None = None
    team_id: int | None = None
    request_id: int | None = None
    event_id: int | None = None
    """The last event of the outcome that a review showed."""
    terms: str | None = None
    """A mark of what a form showed: a team's terms, or thresholds whose effect was shown."""
    finding_id: int | None = None
    rule_id: str | None = None

    def encode(self) -> str:
        """The compact JSON that goes into private_metadata; absent ids are left out."""
        ids = {
            "channel": self.channel_id,
            "outcome": self.outcome_id,
            "team": self.team_id,
            "request": self.request_id,
            "event": self.event_id,
            "terms": self.terms,
            "finding": self.finding_id,
            "rule": self.rule_id,
        }
        known = {name: value for name, value in ids.items() if value is not None}
        return json.dumps(known, separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read it back; anything that is not an id of the right type counts as absent."""
        try:
            ids = json.loads(text)
        except ValueError:
            return cls()
        if not isinstance(ids, dict):
            return cls()
        return cls(
            channel_id=_text(ids.get("channel")),
            outcome_id=_number(ids.get("outcome")),
            team_id=_number(ids.get("team")),
            request_id=_number(ids.get("request")),
            event_id=_number(ids.get("event")),
            terms=_text(ids.get("terms")),
            finding_id=_number(ids.get("finding")),
            rule_id=_text(ids.get("rule")),
        )


EMPTY_CONTEXT = FormContext()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= LARGEST_ID else None
