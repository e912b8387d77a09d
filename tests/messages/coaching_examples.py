"""One example of every page about coaching."""

from collections.abc import Callable
from datetime import date

from messages.pages.base import Page
from messages.pages.coaching import MutedKind, Mutes

Typed = Callable[[str], str]
TODAY = date(2026, 11, 24)


def coaching_pages(typed: Typed) -> dict[str, Page]:
    """Every page about coaching by the name of its golden file."""
    kinds = (
        MutedKind("cards", date(2026, 10, 2)),
        MutedKind("match-model", date(2026, 11, 20)),
        MutedKind("oversized-context", TODAY, typed("A context that grew too large")),
        MutedKind("gone", TODAY),
    )
    return {
        "mutes": Mutes(kinds, TODAY),
        "mutes_none": Mutes((), TODAY),
        "mutes_many": Mutes((MutedKind("all", TODAY), *kinds * 12), TODAY),
    }
