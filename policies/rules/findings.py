"""A finding: what a rule has to say about one fingerprint, and where that stands.

pending -> open -> coached -> acknowledged | snoozed | planned | accepted | wrong -> resolved -> regressed
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from policies.rules.facts import FactValue
from policies.rules.subjects import Subject


class FindingState(StrEnum):
    """Where a finding stands.

    pending       matches, not yet for long enough
    open          matches for long enough; nobody was told
    coached       the person was told
    acknowledged  the person tries the advice
    snoozed       silent until a moment
    planned       the person expects it, until a moment
    accepted      not relevant to the person, until a moment
    wrong         the person says that the rule is wrong here
    exempted      an exception covers it: it would have matched
    resolved      it no longer matches
    regressed     it matches again after it was resolved
    """

    PENDING = "pending"
    OPEN = "open"
    COACHED = "coached"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    PLANNED = "planned"
    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXEMPTED = "exempted"
    RESOLVED = "resolved"
    REGRESSED = "regressed"


TELLABLE: Final = frozenset({FindingState.OPEN, FindingState.REGRESSED})
"""States in which a person may be told."""
ANSWERED_UNTIL: Final = frozenset(
    {FindingState.SNOOZED, FindingState.PLANNED, FindingState.ACCEPTED}
)
"""Answers that hold until a moment; then the finding speaks again where it still matches."""
LIVE: Final = frozenset(set(FindingState) - {FindingState.RESOLVED})
"""Everything that a pass has to look at again."""


class Answer(StrEnum):
    """What a person says to a tip, by its button."""

    TRIED = "tried"
    PLANNED = "planned"
    SNOOZED = "snoozed"
    NOT_RELEVANT = "not_relevant"
    WRONG = "wrong"

    @property
    def state(self) -> FindingState:
        """The state that it brings a finding to."""
        return {
            Answer.TRIED: FindingState.ACKNOWLEDGED,
            Answer.PLANNED: FindingState.PLANNED,
            Answer.SNOOZED: FindingState.SNOOZED,
            Answer.NOT_RELEVANT: FindingState.ACCEPTED,
            Answer.WRONG: FindingState.WRONG,
        }[self]


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it stands. `id` is 0 before it is stored.

    `since` is when it began to match this time, `clear_since` when it stopped, None while it matches.
    `until` is until when an answer holds. `lead_announced` is whether the person was told with the words
    that a lead may hear of it, `lead_may_know` whether they agreed; both are of one opening. `facts` and `params` are those of the latest
    match, so that "why" can be told; they are the person's own, like everything in it.
    """

    id: int
    rule_id: str
    rule_version: int
    fingerprint: str
    subject: Subject
    state: FindingState
    since: datetime
    seen_at: datetime
    opened_at: datetime | None = None
    coached_at: datetime | None = None
    resolved_at: datetime | None = None
    clear_since: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    impact_usd: Decimal | None = None
    lead_announced: bool = False
    lead_may_know: bool = False
    lead_told_at: datetime | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict, repr=False)
    params: Mapping[str, FactValue] = field(default_factory=dict, repr=False)

    @property
    def label(self) -> str:
        """`F-12`, the id that a button carries."""
        return f"F-{self.id}"

    @property
    def is_told(self) -> bool:
        """Whether the person was told since it opened: what they heard of an earlier opening is past."""
        return _is_since(self.coached_at, self.opened_at)

    @property
    def is_lead_told(self) -> bool:
        """Whether a lead was told since it opened, or is about to be."""
        return _is_since(self.lead_told_at, self.opened_at)

    def is_answered_at(self, now: datetime) -> bool:
        """Whether an answer of the person holds, also where it was settled and came back meanwhile."""
        return self.until is not None and now < self.until


def _is_since(moment: datetime | None, opened_at: datetime | None) -> bool:
    return moment is not None and opened_at is not None and moment >= opened_at


def parse_finding_label(text: str) -> int | None:
    """The number of `F-12` (any case, dash optional), None where it is no such id."""
    match = re.fullmatch(r"f-?(\d{1,9})", text.strip().lower(), re.ASCII)
    return int(match[1]) if match else None
