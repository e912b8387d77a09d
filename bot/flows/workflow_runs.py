"""Completed runs of workflows at fixed prices: the one series that tips, digests and the own view rest on.

A run is a session. No source tells whether it came to what it was meant to, so a failed one counts as
any other.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from policies.comparison import at_prices_of
from policies.learning import Run
from policies.pricing import PriceBook
from policies.usage import NANOS_PER_USD, microseconds
from storage.facts.workflows import RunPart

HISTORY: Final = timedelta(days=180)
OVER_AFTER: Final = timedelta(hours=1)
"""A run without a request for so long is complete."""


class CompletedRun(NamedTuple):
    """A run that is over, and when it began, in microseconds since the epoch."""

    began_us: int
    run: Run


def completed_runs(
    parts: Sequence[RunPart], book: PriceBook, as_of: datetime
) -> list[CompletedRun]:
    """The runs that are over and whose whole cost is known, in order of time, at the prices of the moment."""
    runs: defaultdict[str, list[RunPart]] = defaultdict(list)
    for part in parts:
        runs[part.session_id].append(part)
    in_order = sorted(runs.values(), key=lambda run: (_first(run), run[0].session_id))
    over_since = microseconds(as_of - OVER_AFTER)
    completed = (run for run in in_order if max(one.last_us for one in run) <= over_since)
    found = ((_first(run), _run_of(run, book, microseconds(as_of))) for run in completed)
    return [CompletedRun(began_us, run) for began_us, run in found if run is not None]


def _run_of(parts: Sequence[RunPart], book: PriceBook, as_of_us: int) -> Run | None:
    """A run by the model that cost most of it; None where a price is not known."""
    costs: dict[str, float] = {}
    for one in parts:
        cost = at_prices_of(book, one.model_raw, one.tokens, one.cost_nusd, one.first_us, as_of_us)
        if cost is None:
            return None
        costs[one.model_id] = cost / NANOS_PER_USD
    total = sum(costs.values())
    if total <= 0:
        return None
    return Run(max(sorted(costs), key=costs.__getitem__), total)


def _first(run: Sequence[RunPart]) -> int:
    return min(one.first_us for one in run)
