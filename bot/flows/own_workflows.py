"""A person's own workflows, for that person: what each run cost, and whether a run gets cheaper."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.workflow_runs import HISTORY, completed_runs
from policies.pricing import PriceBook
from policies.usage import microseconds
from policies.workflows import OwnCurve, own_curve
from storage.facts.known import known_as_of
from storage.facts.workflows import runs_of_workflows

ACTIVE_WITHIN: Final = timedelta(days=28)


def own_curves(
    session: Session, now: datetime, person_id: int, book: PriceBook
) -> tuple[OwnCurve, ...]:
    """The workflows that the person ran within four weeks and that have a run with a known cost, by name."""
    known = known_as_of(session, now)
    active_since = microseconds(now - ACTIVE_WITHIN)
    curves = (
        own_curve(name, [one.run for one in completed_runs(parts, book, now)])
        for (_, name), parts in runs_of_workflows(session, [person_id], now - HISTORY, now, known)
        if max(one.last_us for one in parts) >= active_since
    )
    return tuple(curve for curve in curves if curve is not None)
