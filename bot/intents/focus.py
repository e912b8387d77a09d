"""What `/outcome` is told about what one works on.

/outcome start O-12
/outcome stop

`Start the migration` and `Stop O-12 from flapping` are titles: each verb is one only where its line
ends after it, or after an id.
"""

from dataclasses import dataclass
from typing import TypeAlias

from bot.intents.words import NotUnderstood
from policies.outcomes import parse_outcome_label


@dataclass(frozen=True, slots=True)
class StartFocus:
    """Let one's own usage count for an outcome from now on."""

    outcome_id: int


@dataclass(frozen=True, slots=True)
class StopFocus:
    """Let it count for no outcome in particular any more."""


FocusIntent: TypeAlias = StartFocus | StopFocus


def parse_focus(words: list[str], command: str) -> FocusIntent | None:
    """The intent of a line that is one of the two verbs; None for any other line."""
    verb, *rest = words
    if verb.lower() not in ("start", "stop") or len(rest) > 1:
        return None
    outcome_id = parse_outcome_label(rest[0]) if rest else None
    if rest and outcome_id is None:
        return None
    if verb.lower() == "stop":
        return StopFocus()
    if outcome_id is None:
        raise NotUnderstood("Say which outcome you work on.", f"{command} start O-12")
    return StartFocus(outcome_id)
