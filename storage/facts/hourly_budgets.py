"""What each person's budget comes to an hour, if it were used evenly: the measure of burning it."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col, func

from policies.amounts import BudgetUnit
from policies.budgets import BudgetPeriod
from policies.periods import day_bounds
from storage.budgets import ROOTS
from storage.facts.homes import Homes
from storage.tables import BudgetTermsRow, GrantRow, PersonRow


class HourlyBudget(NamedTuple):
    """The even share of an hour, in the smallest parts of the unit."""

    amount: float
    unit: BudgetUnit


def hourly_budgets(
    session: Session, homes: Homes, day: date, as_of: datetime
) -> dict[int, HourlyBudget]:
    """By person with a budget in their home team: what holds on the day, over the hours of its period.

    Grants count as far as they had been made, and had not been voided, by the moment.
    """
    held = (
        col(GrantRow.created_at) <= as_of,
        col(GrantRow.first_day) <= day,
        col(GrantRow.last_day).is_(None) | (col(GrantRow.last_day) >= day),
        col(GrantRow.voided_on).is_(None)
        | (col(GrantRow.voided_on) > day)
        | (col(GrantRow.voided_at) > as_of),
    )
    by = (col(GrantRow.person_id), col(BudgetTermsRow.unit), col(BudgetTermsRow.period))
    query = (
        select(*by, func.sum(GrantRow.amount))
        .join(PersonRow, col(PersonRow.id) == col(GrantRow.person_id))
        .join(BudgetTermsRow, col(BudgetTermsRow.team_id) == col(PersonRow.home_team_id))
        .where(
            col(GrantRow.team_id) == BudgetTermsRow.team_id,
            col(GrantRow.unit) == BudgetTermsRow.unit,
        )
        .where(col(GrantRow.kind).in_(ROOTS), col(GrantRow.person_id).in_(homes.ids), *held)
        .group_by(*by)
    )
    hours = {period: _hours_of(period, day, homes) for period in BudgetPeriod}
    return {
        person_id: HourlyBudget(int(amount) / hours[BudgetPeriod(period)], BudgetUnit(unit))
        for person_id, unit, period, amount in session.connection().execute(query)
    }


def _hours_of(period: BudgetPeriod, day: date, homes: Homes) -> float:
    days = period.containing(day)
    starts, ends = day_bounds(days.first, homes.zone)[0], day_bounds(days.last, homes.zone)[1]
    return (ends - starts).total_seconds() / 3600
