"""What a lead sees of how a person's budget stands: one of four bands, a day after any change of theirs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from policies.budgets import NEARLY_USED, Balance, Grant

A_DAY: Final = timedelta(days=1)


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


def as_a_day_ago(grants: Iterable[Grant], now: datetime) -> list[Grant]:
    """The grants without what leads gave, changed or took back in the last 24 hours.

    What leads are told rests on these: who could change a grant and look again at once would find out
    what was used, a step at a time. The moment counts and no date, which follows the team's time zone.
    """
    since = now - A_DAY
    return [
        replace(one, voided_on=None) if _is_after(one.voided_at, since) else one
        for one in grants
        if not (_is_decided(one) and _is_after(one.created_at, since))
    ]


def _is_decided(grant: Grant) -> bool:
    return grant.approver_id is not None or grant.replaces_id is not None


def _is_after(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment > since
