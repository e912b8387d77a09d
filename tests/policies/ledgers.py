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
    """Roots, some replaced, and shares taken out of them and of each other; some expire or are voided."""
    grants: list[Grant] = []
    for number in range(1, draw(st.integers(0, 7)) + 1):
        source = draw(st.sampled_from([None, *grants]))
        if source is None:
            plain = draw(days_of(a_grant(number, draw(AMOUNTS)), draw(DAYS)))
            grants.append(draw(roots(plain, grants)))
        else:
            begun = (source.first_day - JUNE.first).days + 1
            plain = draw(days_of(a_grant(number, draw(AMOUNTS)), draw(st.integers(begun, 10))))
            grants.append(draw(shares(plain, source)))
    return grants


@st.composite
def days_of(draw: st.DrawFn, plain: Grant, first: int) -> Grant:
    """The grant from that day on, perhaps up to another, perhaps voided on one."""
    last, voided = (draw(st.none() | st.integers(first, 11)) for _ in range(2))
    return replace(
        plain,
        first_day=june(first),
        last_day=june(last) if last is not None else None,
        voided_on=june(voided) if voided is not None else None,
        created_at=CREATED + timedelta(hours=draw(st.integers(0, 3))),
    )


@st.composite
def roots(draw: st.DrawFn, plain: Grant, before: list[Grant]) -> Grant:
    """An extra grant, perhaps for an outcome; or a base, which perhaps ends one and takes its place."""
    if draw(st.booleans()):
        return replace(plain, kind=EXTRA, outcome_id=draw(OUTCOMES))
    old = draw(st.sampled_from([None, *replaceable(before, plain.first_day)]))
    if old is None:
        return plain
    before[old.id - 1] = replace(old, voided_on=plain.first_day)
    return replace(plain, replaces_id=old.id, last_day=old.last_day)


def replaceable(grants: list[Grant], day: date) -> list[Grant]:
    """The bases that a new one can replace on a day: those that hold on it and that nothing replaces yet."""
    replaced = {grant.replaces_id for grant in grants}
    bases = (one for one in grants if one.kind is BASE and one.id not in replaced)
    return [one for one in bases if one.holds_on(day)]


@st.composite
def shares(draw: st.DrawFn, plain: Grant, source: Grant) -> Grant:
    """What is taken out of a grant for an outcome, mostly for as long as that holds."""
    last_day = source.last_day if draw(st.booleans()) else plain.last_day
    outcome_id = draw(st.sampled_from([12, 13]))
    return replace(
        plain, kind=EARMARK, outcome_id=outcome_id, source_id=source.id, last_day=last_day
    )


SPENDS = st.lists(st.builds(a_spend, DAYS, st.integers(0, 120), OUTCOMES), max_size=12)
"""Also usage that falls on one day and outcome twice, as usage that becomes known late does."""
