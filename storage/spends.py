"""What a budget's forecast and its cost gap need to know of a person's usage, beside the spends."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select
from sqlmodel import Session, col, func, select

from policies.budgets import PeriodDays
from storage.tables import UsageShareRow


def first_days_of(session: Session, person_ids: Collection[int]) -> dict[int, date]:
    """The first day on which each person used anything; who never did is left out."""
    query = (
        select(col(UsageShareRow.person_id), func.min(UsageShareRow.day))
        .where(col(UsageShareRow.person_id).in_(person_ids))
        .group_by(col(UsageShareRow.person_id))
    )
    return dict(session.exec(query).all())


def users_between(
    session: Session, person_ids: Select[tuple[int]], first: date, last: date
) -> set[int]:
    """Who of these people, as a statement selects them, used anything from one day to another."""
    query = (
        select(UsageShareRow.person_id)
        .where(col(UsageShareRow.person_id).in_(person_ids))
        .where(UsageShareRow.day >= first, UsageShareRow.day <= last)
        .distinct()
    )
    return set(session.exec(query))


def unpriced_in(session: Session, person_id: int, days: PeriodDays) -> int:
    """How many tokens of the person's have no known price, from one day to another."""
    query = select(func.sum(UsageShareRow.tokens_unpriced)).where(
        UsageShareRow.person_id == person_id,
        UsageShareRow.day >= days.first,
        UsageShareRow.day <= days.last,
    )
    return int(session.exec(query).one() or 0)
