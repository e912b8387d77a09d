"""When a person is told of their budget: the most pressing thing alone, and grants about to expire."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.budgets import NEARLY_USED, Balance, GrantBalance, GrantKind

EXPIRES_WITHIN_DAYS: Final = 2


class WarningKind(StrEnum):
    """Why a person is warned: each at most once a period."""

    LIKELY = "likely"
    NEARLY = "nearly"
    USED_UP = "used_up"
    EXPIRING = "expiring"


@dataclass(frozen=True, slots=True)
class DueWarning:
    """Something to tell now. `line` is the grant that expires."""

    kind: WarningKind
    line: GrantBalance | None = None

    @property
    def mark(self) -> str:
        """What tells it from the other warnings of a period: `nearly`, `expiring:G-7`."""
        return f"{self.kind}:{self.line.grant.label}" if self.line else self.kind.value


def warnings_of(balance: Balance, *, is_likely_to_run_out: bool) -> tuple[DueWarning, ...]:
    """What a person is to be told of their balance.

    Of running out, the most pressing alone: who is told that all is used needs not hear that it was
    likely. Of expiry, extra grants alone: that a base allowance ends with its period is no news.
    """
    running_out = _running_out(balance, is_likely_to_run_out=is_likely_to_run_out)
    first = () if running_out is None else (DueWarning(running_out),)
    return first + tuple(DueWarning(WarningKind.EXPIRING, line) for line in _expiring(balance))


def _running_out(balance: Balance, *, is_likely_to_run_out: bool) -> WarningKind | None:
    if balance.has_used(1):
        return WarningKind.USED_UP
    if balance.has_used(NEARLY_USED):
        return WarningKind.NEARLY
    return WarningKind.LIKELY if is_likely_to_run_out else None


def _expiring(balance: Balance) -> Iterator[GrantBalance]:
    for line in balance.live:
        last = line.grant.last_day
        is_extra = line.grant.kind is GrantKind.EXTRA
        ends_soon = last is not None and (last - balance.day).days <= EXPIRES_WITHIN_DAYS
        if is_extra and ends_soon and line.remaining > 0:
            yield line
