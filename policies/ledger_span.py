"""How far back a ledger has to be read for what it says of a period: no farther."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from policies.budgets import Grant, seats_of


def ledger_since(grants: Iterable[Grant], first: date) -> tuple[list[Grant], date]:
    """The grants that bear on balances from `first` on, and from which day on usage is needed.

    A grant that has ended by then matters all the same where it held beside one that had not, because
    it may have been burned in that one's place; and so on, backwards. Grants that replace each other
    are one that holds from the first's beginning to the last's end.
    """
    since, needed = first, list[Grant]()
    for ends_on, chain in sorted(_chains(grants), key=itemgetter(0), reverse=True):
        if ends_on < since:
            break
        needed += chain
        since = min(since, *(one.first_day for one in chain))
    return needed, since


def _chains(grants: Iterable[Grant]) -> list[tuple[date, list[Grant]]]:
    """Grants with all that they replace, each with the last day on which it can be burned."""
    by_id = {one.id: one for one in grants}
    seats = sorted((seat, number) for number, seat in seats_of(by_id.values()).items())
    chains = [[by_id[n] for _, n in ones] for _, ones in groupby(seats, key=itemgetter(0))]
    return [(max(_ends_on(one) for one in chain), chain) for chain in chains]


def _ends_on(grant: Grant) -> date:
    last = grant.last_day or date.max
    return last if grant.voided_on is None else min(last, grant.voided_on - timedelta(days=1))
