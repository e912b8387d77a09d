"""What a lead sees of how a person's budget stands: one of four bands, once a day for each change."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from enum import StrEnum

from policies.budgets import NEARLY_USED, Balance, Grant


class Band(StrEnum):
    """All that a lead sees of how a person's budget stands."""

    NO_BUDGET = "no budget"
    ON_PACE = "on pace"
    AT_RISK = "at risk"
    USED_UP = "used up"


def band_of(balance: Balance, *, is_likely_to_run_out: bool) -> Band:
    """The band of a balance."""
    if not balance.is_granted_anything:
        return Band.NO_BUDGET
    if balance.has_used(1):
        return Band.USED_UP
    is_at_risk = is_likely_to_run_out or balance.has_used(NEARLY_USED)
    return Band.AT_RISK if is_at_risk else Band.ON_PACE


def as_the_day_began(grants: Iterable[Grant], day: date) -> list[Grant]:
    """The grants without what leads gave, changed or took back on that day.

    A band for leads rests on these: who could change a grant and look again at once would find out
    what was used, a step at a time.
    """
    return [
        replace(one, voided_on=None) if one.voided_on == day else one
        for one in grants
        if not _is_of_a_lead(one, day)
    ]


def _is_of_a_lead(grant: Grant, day: date) -> bool:
    is_decided = grant.approver_id is not None or grant.replaces_id is not None
    return grant.first_day == day and is_decided
