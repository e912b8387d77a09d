"""One example of every page about one's own data."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from messages.metadata import FormContext
from messages.pages.base import Page
from messages.pages.privacy import (
    Exported,
    ForgetForm,
    ForgottenNow,
    LookLine,
    OrganisationPrivacy,
    Privacy,
)
from policies.people import Person
from policies.personal_data import DataKind, Fate, Forgotten, Kept, ReadKind
from policies.privacy import GroupRule

Typed = Callable[[str], str]
STAYING = (DataKind.IDENTITY, DataKind.OUTCOMES, DataKind.BUDGETS, DataKind.DEEDS)


def privacy_pages(typed: Typed, now: datetime, people: Sequence[Person]) -> dict[str, Page]:
    """Every page, and how it looks with much and with little in it."""
    today = now.date()
    since = today - timedelta(days=84)
    kept = tuple(
        Kept(
            kind,
            Fate.NAMELESS if kind in STAYING else Fate.DELETED,
            1 if kind is DataKind.IDENTITY else 12_345,
            None if kind is DataKind.IDENTITY else since,
        )
        for kind in DataKind
    )
    looks = (
        LookLine(today, people[0], ReadKind.BUDGET_BAND),
        LookLine(today, people[1], ReadKind.REVIEW_TOKENS, "O-12"),
        LookLine(today - timedelta(days=1), people[0], ReadKind.REQUEST, "R-3"),
        LookLine(today - timedelta(days=2), people[0], ReadKind.FINDING, "F-7"),
        LookLine(today - timedelta(days=2), people[0], ReadKind.EXCEPTION, "context-grows"),
        LookLine(today - timedelta(days=20)),
    )
    page = Privacy(kept, looks, today, retention_days=365)
    group = OrganisationPrivacy(GroupRule(), digests=34, withheld=3, people=29, forgotten=1)
    form = ForgetForm(
        FormContext("C0PAY"), kept, open_outcomes=2, waiting=1, only_lead_of=(typed("Payments"),)
    )
    return {
        "privacy": page,
        "privacy_of_admin": replace(page, organisation=group),
        "privacy_new": Privacy(kept[:1], (), today),
        "privacy_long": replace(page, looks=looks * 5, more_looks=400, organisation=group),
        "exported": Exported("mileage-2026-11-23.zip", 12_345),
        "forget_form": form,
        "forget_form_new": ForgetForm(FormContext(), kept[:1]),
        "forgotten": ForgottenNow(
            Forgotten({DataKind.USAGE: 12_345, DataKind.DAYS: 61}, {DataKind.IDENTITY: 1})
        ),
    }
