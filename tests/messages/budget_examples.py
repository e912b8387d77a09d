"""One example of every page about budgets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from messages.metadata import FormContext
from messages.pages.base import Page
from messages.pages.budget_forms import BudgetSetupForm, CounterForm, DeclineForm, RequestForm
from messages.pages.budgets import (
    AllowanceSet,
    BudgetWarning,
    Decided,
    Earmarked,
    Granted,
    GrantNotice,
    Moved,
    Muted,
    OwnBudget,
    PersonBudget,
    RequestCard,
    RequestDecided,
    Requested,
    TeamBudgets,
    TermsSet,
    Undone,
    Voided,
    WhatIf,
)
from messages.pages.home import FirstStep, Home
from policies.amounts import Amount, BudgetUnit
from policies.bands import Band
from policies.budget_requests import BudgetRequest, RequestState
from policies.budget_warnings import WarningKind
from policies.budgets import BudgetPeriod, BudgetTerms, Grant, GrantKind, Spend, balance_of
from policies.forecast import Forecast
from policies.metrics import SourceFreshness
from policies.outcomes import Outcome
from policies.people import Person, Team

Typed = Callable[[str], str]
MILLION = 1_000_000
NOBODY_YET = RequestState.WAITING


def tokens(millions: int) -> Amount:
    return Amount(millions * MILLION, BudgetUnit.TOKENS)


def grant(number: int, millions: int, now: datetime, **changes: object) -> Grant:
    first = now.date().replace(day=1)
    plain = Grant(
        id=number,
        team_id=1,
        person_id=1,
        kind=GrantKind.BASE,
        amount=millions * MILLION,
        unit=BudgetUnit.TOKENS,
        first_day=first,
        last_day=date(2026, 11, 30),
        created_at=now - timedelta(days=20),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's keyword arguments


def request(typed: Typed, now: datetime, **changes: object) -> BudgetRequest:
    plain = BudgetRequest(
        id=3,
        team_id=1,
        person_id=1,
        amount=15 * MILLION,
        unit=BudgetUnit.TOKENS,
        last_day=date(2026, 11, 27),
        outcome_id=12,
        reason=typed("The load test has to be run again"),
        state=NOBODY_YET,
        asked_at=now,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's keyword arguments


def budget_pages(
    typed: Typed,
    now: datetime,
    team: Team,
    people: Sequence[Person],
    outcomes: Sequence[Outcome],
    sources: tuple[SourceFreshness, ...],
) -> dict[str, Page]:
    """Every page about budgets by the name of its golden file."""
    today, (ada, bo), (first, other) = now.date(), people, outcomes[:2]
    terms = BudgetTerms(1, BudgetUnit.TOKENS, BudgetPeriod.MONTH, 40 * MILLION, 300 * MILLION)
    period = terms.period.containing(today)
    base, earmark = grant(1, 40, now), grant(4, 10, now, outcome_id=12, kind=GrantKind.EXTRA)
    extra = replace(earmark, id=7, last_day=date(2026, 11, 27), reason=typed("The demo is near"))
    many = tuple(replace(earmark, id=100 + n, outcome_id=n + 12) for n in range(60))
    spends = [
        Spend(today - timedelta(days=n), 12 if n % 2 else None, 3 * MILLION) for n in range(9)
    ]
    balance = balance_of([base, earmark, extra], spends, period, today)
    used_up = balance_of([grant(1, 5, now)], spends, period, today)
    asks = request(typed, now)
    offer = replace(
        asks,
        state=RequestState.COUNTERED,
        offered_amount=5 * MILLION,
        offered_last_day=today,
        decided_by=2,
        decided_at=now,
        decision_reason=typed("The pool is nearly empty"),
    )
    approved = replace(asks, state=RequestState.APPROVED, decided_by=2, decided_at=now, grant_id=7)
    declined = replace(offer, state=RequestState.DECLINED, offered_amount=None)
    dollars = replace(terms, unit=BudgetUnit.USD, base=50 * 10**9, pool=None)
    own = OwnBudget(
        team,
        terms,
        balance,
        tuple(outcomes),
        (),
        sources,
        today,
        forecast=Forecast(
            28, 3 * MILLION, 0.62, today + timedelta(days=3), today + timedelta(days=5)
        ),
    )
    bands = list(Band)
    crowd = tuple(
        PersonBudget(
            Person(n, typed(f"Person {n:03d}"), None, None), tokens(n % 7 * 10), bands[n % 4]
        )
        for n in range(300)
    )
    warning = BudgetWarning(
        WarningKind.NEARLY, team, period, tokens(33), tokens(7), tokens(40), today
    )
    card = RequestCard(
        asks, ada, today, first, tokens(120), Band.AT_RISK, Band.ON_PACE, (earmark, extra)
    )
    return {
        "own_budget": own,
        "own_budget_in_usd": replace(
            own,
            terms=dollars,
            requests=(asks, offer),
            forecast=Forecast(9, 2 * 10**9),
            price_basis=typed("genai-prices of 2026-11-01"),
            tokens_unpriced=3 * MILLION,
        ),
        "own_budget_used_up": replace(
            own, balance=used_up, forecast=Forecast(28, 3 * MILLION, 1.0, today, today)
        ),
        "own_budget_new": replace(own, forecast=Forecast(0, None)),
        "own_budget_none": replace(
            own, balance=balance_of([], spends, period, today), forecast=None, sources=()
        ),
        "own_budget_long": replace(
            own,
            balance=balance_of([base, *many], [], period, today),
            outcomes=tuple(replace(first, id=n + 12) for n in range(60)),
            requests=(asks, offer) * 20,
        ),
        "granted": Granted(extra, ada, today, first, tokens(120)),
        "granted_bare": Granted(replace(base, last_day=None), ada, today),
        "allowance_set": AllowanceSet(ada, tokens(60), period, base, today, tokens(100)),
        "allowance_set_later": AllowanceSet(ada, tokens(60), period, None, today),
        "moved": Moved(tokens(2), first, other, tokens(8), tokens(2)),
        "moved_to_free": Moved(tokens(2), first, None, tokens(8), tokens(22)),
        "earmarked": Earmarked(first, tokens(10), tokens(10), tokens(0), tokens(20)),
        "earmarked_in_part": Earmarked(first, tokens(30), tokens(10), tokens(20), tokens(0)),
        "earmarked_nothing": Earmarked(first, tokens(30), tokens(0), tokens(30), tokens(0)),
        "voided": Voided(extra, ada, today),
        "undone": Undone((extra,), ada, today),
        "undone_allowance": Undone((base,), ada, today),
        "undone_move": Undone((replace(extra, kind=GrantKind.EARMARK),), ada, today),
        "undone_of_300": Undone(many, ada, today),
        "terms_set": TermsSet(team, replace(terms, auto_approve=5 * MILLION), 6),
        "terms_set_in_usd": TermsSet(team, dollars, 1),
        "requested": Requested(asks, first, (bo,), today),
        "requested_of_nobody": Requested(replace(asks, reason=""), None, (), today),
        "requested_approved": Requested(approved, first, (), today, extra),
        "request_card": card,
        "request_card_beyond_pool": replace(
            card,
            pool_left=tokens(3),
            outcome=None,
            earlier=(),
            request=replace(asks, reason="", outcome_id=None),
        ),
        "request_card_long": replace(card, earlier=many),
        "request_card_approved": replace(
            card,
            request=approved,
            decider=bo,
            push_note=typed("The limit did not reach the proxy."),
        ),
        "request_card_accepted": replace(
            card, request=replace(offer, state=RequestState.APPROVED), decider=bo
        ),
        "request_card_by_limit": replace(card, request=replace(approved, decided_by=None)),
        "request_card_countered": replace(card, request=offer, decider=bo),
        "request_card_declined": replace(card, request=declined, decider=bo),
        "request_card_withdrawn": replace(
            card, request=replace(asks, state=RequestState.WITHDRAWN)
        ),
        "decided": Decided(approved, ada, today, extra, "undo"),
        "decided_by_an_admin": Decided(approved, ada, today, extra, "void"),
        "decided_offer": Decided(offer, ada, today),
        "request_decided": RequestDecided(approved, bo, today, first, extra),
        "request_decided_offer": RequestDecided(offer, bo, today, first),
        "request_decided_declined": RequestDecided(declined, bo, today, first),
        "grant_notice": GrantNotice(extra, bo, team, today, first),
        "grant_notice_allowance": GrantNotice(base, bo, team, today),
        "grant_notice_voided": GrantNotice(
            replace(base, voided_on=today), None, team, today, None, typed("A mistake of mine")
        ),
        "team_budgets": TeamBudgets(team, terms, period, crowd[:6], (asks,), tokens(120)),
        "team_budgets_of_300": TeamBudgets(team, terms, period, crowd, (asks,) * 60),
        "team_budgets_empty": TeamBudgets(team, dollars, period, (), ()),
        "what_if": WhatIf(-20, 60, tuple(outcomes), 9),
        "what_if_long": WhatIf(-90, 60, tuple(replace(first, id=n) for n in range(400)), 400),
        "what_if_none": WhatIf(10, 60, (), 9),
        "what_if_empty": WhatIf(-20, 60, (), 0),
        "budget_warning": warning,
        "budget_warning_likely": replace(
            warning, kind=WarningKind.LIKELY, forecast=Forecast(28, 3 * MILLION, 0.9, today, today)
        ),
        "budget_warning_used_up": replace(warning, kind=WarningKind.USED_UP, left=tokens(0)),
        "budget_warning_expiring": replace(
            warning, kind=WarningKind.EXPIRING, grant=extra, outcome=first, grant_left=tokens(4)
        ),
        "muted": Muted(period),
        "terms_form": BudgetSetupForm(FormContext("C0PAY", None, 1), team.name),
        "terms_form_filled": BudgetSetupForm(
            FormContext("C0PAY", None, 1),
            team.name,
            BudgetUnit.USD,
            BudgetPeriod.WEEK,
            typed("$50"),
            typed("$300"),
            typed("$5"),
        ),
        "request_form": RequestForm(),
        "request_form_filled": RequestForm(
            FormContext("C0PAY"),
            BudgetUnit.USD,
            tuple(outcomes),
            typed("$50"),
            today,
            12,
            typed("The load test has to be run again"),
        ),
        "request_form_of_300": RequestForm(
            outcomes=tuple(replace(first, id=n + 1) for n in range(300))
        ),
        "counter_form": CounterForm(FormContext("C0PAY", request_id=3), asks, ada, first),
        "decline_form": DeclineForm(FormContext("C0PAY", request_id=3), asks, ada, first),
    }


def homes(plain: Home, pages: Mapping[str, Page], many: tuple[Outcome, ...]) -> dict[str, Page]:
    """A Home for everybody: with a budget and without, for a lead, and with far too much in it."""
    own, long, card = pages["own_budget"], pages["own_budget_long"], pages["request_card"]
    team, crowd = pages["team_budgets"], pages["team_budgets_of_300"]
    used_up, none = pages["own_budget_used_up"], pages["own_budget_none"]
    assert isinstance(own, OwnBudget)
    assert isinstance(long, OwnBudget)
    assert isinstance(used_up, OwnBudget)
    assert isinstance(none, OwnBudget)
    assert isinstance(team, TeamBudgets)
    assert isinstance(crowd, TeamBudgets)
    assert isinstance(card, RequestCard)
    return {
        "home": replace(plain, budget=own),
        "home_of_lead": replace(plain, budget=own, waiting=(card,), team=team),
        "home_of_lead_without_requests": replace(plain, budget=own, team=team),
        "home_used_up": replace(plain, budget=used_up),
        "home_without_grant": replace(plain, budget=none),
        "home_long": replace(plain, outcomes=many, budget=long, waiting=(card,) * 40, team=crowd),
        "home_before_team": Home(None, (), (), plain.today, first_step=FirstStep.SET_UP_TEAM),
        "home_before_budgets": replace(plain, first_step=FirstStep.ASK_A_LEAD),
        "home_before_budgets_of_lead": replace(plain, first_step=FirstStep.SET_UP_BUDGETS),
        "home_of_lead_outside": replace(plain, outcomes=(), team=team),
    }
