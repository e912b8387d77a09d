"""Examples of the pages about what usage counts for."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from messages.pages.attribution import FocusStarted, FocusStopped, Linked
from messages.pages.base import Page
from policies.linking import LinkGroup
from policies.outcomes import KeyKind, Outcome, OutcomeKey


def groups(typed: Callable[[str], str], today: date, most: int = 3) -> tuple[LinkGroup, ...]:
    """A ticket, a day and a pull request that no outcome has; then more branches."""
    days = tuple(today - timedelta(days=back) for back in (4, 3, 1))
    named = (
        LinkGroup(OutcomeKey(KeyKind.TICKET, "PAY-9"), days, (typed("checkout"),), 3_200_000),
        LinkGroup(None, days[:1], (), 1_400_000),
        LinkGroup(OutcomeKey(KeyKind.PULL_REQUEST, "acme/app#481"), days[:1], (), 800_000),
    )
    branches = (
        LinkGroup(
            OutcomeKey(KeyKind.BRANCH, f"spike-{number}"),
            days,
            (typed("ledger"), typed("invoices"), "shop", "web"),
            9_000 - number,
        )
        for number in range(most - len(named))
    )
    return (*named, *branches)


def attribution_pages(
    typed: Callable[[str], str], now: datetime, outcomes: tuple[Outcome, ...]
) -> dict[str, Page]:
    """Each page once or twice."""
    first, second, *_ = outcomes
    ticket, day, _ = groups(typed, now.date())
    return {
        "focus_started": FocusStarted(first, now),
        "focus_started_after_another": FocusStarted(first, now, second),
        "focus_stopped": FocusStopped(first, now - timedelta(hours=3)),
        "linked": Linked(first, ticket, 3_200_000),
        "linked_day": Linked(first, day, 1),
    }
