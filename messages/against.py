"""What can be said of a week's figure against the same team's, or person's, own earlier weeks."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from statistics import median, quantiles

WEEKS_FOR_A_RANGE = 8


def against(
    value: Decimal | None, earlier: Sequence[Decimal | None], form: Callable[[Decimal], str]
) -> str:
    """One clause that sets a figure beside the earlier weeks (oldest first; None where not shown).

    With at least eight earlier figures the usual range is their middle 80%. With fewer nothing is
    usual yet, so last week and the median stand as they are.
    """
    known = [figure for figure in earlier if figure is not None]
    if not known:
        return "no earlier week to compare with"
    if value is not None and len(known) >= WEEKS_FOR_A_RANGE:
        return _against_range(value, known, form)
    return last_and_median(earlier, form)


def last_and_median(earlier: Sequence[Decimal | None], form: Callable[[Decimal], str]) -> str:
    """What a figure was last week and its median before, for those that have no usual range yet."""
    known = [figure for figure in earlier if figure is not None]
    if not known:
        return "no earlier week to compare with"
    last = "last week not shown" if earlier[-1] is None else f"last week {form(known[-1])}"
    if len(known) == 1 and earlier[-1] is not None:
        return last
    weeks = f"the {len(known)} weeks before" if len(known) == len(earlier) else _some(len(known))
    return f"{last}; median of {weeks} {form(median(known))}"


def _against_range(value: Decimal, known: Sequence[Decimal], form: Callable[[Decimal], str]) -> str:
    tenths = quantiles(known, n=10, method="inclusive")
    low, high = tenths[0], tenths[-1]
    span = form(low) if form(low) == form(high) else f"{form(low)} to {form(high)}"
    if form(value) in (form(low), form(high)) or low <= value <= high:
        return f"within its usual range ({span})"
    return f"{'above' if value > high else 'below'} its usual range ({span})"


def _some(weeks: int) -> str:
    return f"{weeks} earlier week{'' if weeks == 1 else 's'}"
