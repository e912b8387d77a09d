"""How far back a ledger has to be read for what it says of a period: no farther."""

from collections.abc import Iterable
from datetime import date, timedelta

from policies.budgets import Grant


def ledger_since(grants: Iterable[Grant], first: date) -> tuple[list[Grant], date]:
    """The grants that bear on balances from `first` on, and from which day on usage is needed.

    A grant that has ended by then matters all the same where it held beside one that had not, because
    it may have been burned in that one's place; and so on, backwards.
    """
    since, needed = first, list[Grant]()
    rest = sorted(grants, key=_ends_on, reverse=True)
    for place, grant in enumerate(rest):
        if _ends_on(grant) < since:
            return needed, since
        needed, since = rest[: place + 1], min(since, grant.first_day)
    return needed, since


def _ends_on(grant: Grant) -> date:
    """The last day on which the grant can be burned."""
    last = grant.last_day or date.max
    return last if grant.voided_on is None else min(last, grant.voided_on - timedelta(days=1))
