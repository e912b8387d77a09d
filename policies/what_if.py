"""What other base allowances would have meant: past usage, replayed against scaled grants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from policies.budgets import Grant, GrantKind, Spend, uncovered

STEPS: Final = range(-50, 0, 10)
"""The changes, in percent, that may be asked for: finer ones would tell what one person used."""


@dataclass(frozen=True, slots=True)
class PastBudget:
    """One person's grants, and usage since the first of them began.

    Grants of periods that ended before the days in question change nothing and may be left out.
    """

    grants: Sequence[Grant]
    spends: Sequence[Spend]


@dataclass(frozen=True, slots=True)
class DryOutcomes:
    """Outcomes, by id, that would have met an empty budget, and all of which there is usage."""

    would_run_dry: frozenset[int]
    with_usage: frozenset[int]


def what_if(people: Iterable[PastBudget], percent: int, first_day: date) -> DryOutcomes:
    """Which outcomes would have run dry from `first_day` on with base allowances `percent` larger.

    -20 makes them a fifth smaller. Extra grants stay as they were; what was taken out of a base for an
    outcome is less where the smaller base had less left. An outcome that met an empty budget as things
    were is not the change's doing, and left out.
    """
    dry: set[int] = set()
    dry_anyway: set[int] = set()
    with_usage: set[int] = set()
    for person in people:
        scaled = [_scaled(grant, percent) for grant in person.grants]
        with_usage |= _outcomes(person.spends, first_day)
        dry |= _outcomes(uncovered(scaled, person.spends), first_day)
        dry_anyway |= _outcomes(uncovered(person.grants, person.spends), first_day)
    return DryOutcomes(frozenset(dry - dry_anyway), frozenset(with_usage))


def _scaled(grant: Grant, percent: int) -> Grant:
    if grant.kind is not GrantKind.BASE:
        return grant
    return replace(grant, amount=max(0, grant.amount * (100 + percent) // 100))


def _outcomes(spends: Iterable[Spend], first_day: date) -> set[int]:
    return {
        spend.outcome_id
        for spend in spends
        if spend.outcome_id is not None and spend.day >= first_day and spend.amount > 0
    }
