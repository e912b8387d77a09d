"""What each record of usage counted for at a moment: the join of records, shares and outcomes.

`usage_share` holds what the usage of a day that is alike counts for, by its keys and the focus window it
lies in; so it says it of each record too. An outcome that was declared later was none yet: its usage
counted for nothing. What was linked or merged since counts as it does today.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, case, literal, select
from sqlalchemy.types import Date

from policies.usage import microseconds
from storage.facts.moments import moment_of
from storage.tables import FocusWindowRow, OutcomeRow, table_of
from storage.usage_ranges import usage_table
from storage.usage_shares import CARRIED, share_table

_raw, _share = usage_table.c, share_table.c
outcome_table: Final = table_of(OutcomeRow)
_focus = table_of(FocusWindowRow).c

OUTCOME: Final = outcome_table.c.id
"""The outcome that a record counts for; null where it counts for none."""
IS_AFTER_DECLARATION: Final = outcome_table.c.declared_at <= moment_of(_raw.start_us)
"""Whether the record began when its outcome had been declared."""


def with_outcomes(
    days: Sequence[tuple[date, datetime]], as_of: datetime | None = None
) -> FromClause:
    """`usage`, each record with its share and the outcome it counts for, where there is one.

    `days` are the local days of the people looked at, each with its end, in order; the records have
    to lie in them. Without a moment every outcome counts that there is.
    """
    of_person = _share.person_id == _raw.person_id
    shares = and_(of_person, _share.day == day_of_record(days), is_of_share())
    declared = outcome_table.c.id == _share.outcome_id
    if as_of is not None:
        declared = and_(declared, outcome_table.c.declared_at < as_of)
    return usage_table.outerjoin(share_table, shares).outerjoin(outcome_table, declared)


def is_of_share() -> ColumnElement[bool]:
    """The condition on a record of a share's person and day to be one of those that the share holds."""
    return and_(
        *(_share[name].is_not_distinct_from(_raw[name]) for name in CARRIED),
        _share.focus_id.is_not_distinct_from(_focus_of_record()),
    )


def day_of_record(days: Sequence[tuple[date, datetime]]) -> ColumnElement[date]:
    """The local day of a record that lies in one of these, each given with its end, in order."""
    *earlier, (last, _) = days
    if not earlier:
        return literal(last, Date)
    found = [(_raw.start_us < microseconds(end), literal(day, Date)) for day, end in earlier]
    return case(*found, else_=literal(last, Date))


def _focus_of_record() -> ColumnElement[Any]:
    """The outcome of the focus window that the record lies in; nobody's windows overlap."""
    moment = moment_of(_raw.start_us)
    return (
        select(_focus.outcome_id)
        .where(
            _focus.person_id == _raw.person_id,
            _focus.started_at <= moment,
            _focus.ended_at.is_(None) | (_focus.ended_at > moment),
        )
        .limit(1)
        .scalar_subquery()
    )
