"""Grants and usage of a June, for tests: single ones, and all that may happen to them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from policies.amounts import BudgetUnit
from policies.budgets import Grant, GrantKind, PeriodDays, Spend

JUNE = PeriodDays(date(2026, 6, 1), date(2026, 6, 30))
CREATED = datetime(2026, 6, 1, tzinfo=UTC)
BASE, EXTRA, EARMARK = GrantKind.BASE, GrantKind.EXTRA, GrantKind.EARMARK


def june(day: int) -> date:
    """A day of June, or with 0 and less of the days before it."""
    return JUNE.first + timedelta(day - 1)


def a_grant(
    number: int,
    amount: int,
    kind: GrantKind = BASE,
    first: int = 1,
    last: int | None = 30,
    **other: object,
) -> Grant:
    last_day = june(last) if last is not None else None
    plain = Grant(
        number, 1, 1, kind, amount, BudgetUnit.TOKENS, june(first), last_day, created_at=CREATED
    )
    return replace(plain, **other)  # type: ignore[arg-type]  # the tests name fields


def a_spend(day: int, amount: int, outcome_id: int | None = None) -> Spend:
    return Spend(june(day), outcome_id, amount)


OUTCOMES = st.sampled_from([None, 12, 13])
DAYS = st.integers(-1, 9)
AMOUNTS = st.integers(1, 100)


@st.composite
def some_grants(draw: st.DrawFn) -> list[Grant]:
    """Roots, and shares taken out of them and of each other; some expire, some are voided."""
    grants: list[Grant] = []
    for number in range(1, draw(st.integers(0, 7)) + 1):
        first = draw(DAYS)
        last = draw(st.none() | st.integers(first, 11))
        voided = draw(st.none() | st.integers(first, 11))
        grant = a_grant(
            number,
            draw(AMOUNTS),
            draw(st.sampled_from([BASE, EXTRA])),
            first,
            voided_on=june(voided) if voided is not None else None,
            last_day=june(last) if last is not None else None,
            created_at=CREATED + timedelta(hours=draw(st.integers(0, 3))),
        )
        source = draw(st.sampled_from([None, *grants]))
        if source is not None:
            grant = replace(
                grant, kind=EARMARK, outcome_id=draw(st.sampled_from([12, 13])), source_id=source.id
            )
            if draw(st.booleans()):
                grant = replace(grant, last_day=source.last_day)
        elif grant.kind is EXTRA:
            grant = replace(grant, outcome_id=draw(OUTCOMES))
        grants.append(grant)
    return grants


SPENDS = st.lists(st.builds(a_spend, DAYS, st.integers(0, 120), OUTCOMES), max_size=12)
"""Also usage that falls on one day and outcome twice, as usage that becomes known late does."""
