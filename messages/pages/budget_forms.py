"""Forms about budgets: a team's terms, asking for more, and a lead's answers."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from messages.metadata import EMPTY_CONTEXT, FormContext
from messages.pages.base import ModalPage
from policies.amounts import BudgetUnit
from policies.budget_requests import BudgetRequest
from policies.budgets import BudgetPeriod
from policies.outcomes import Outcome
from policies.people import Person


@dataclass(frozen=True, slots=True)
class BudgetSetupForm(ModalPage):
    """The form for a team's terms, empty or with what holds. Amounts are as a person would type them."""

    template: ClassVar[str] = "terms_form.json.j2"
    context: FormContext
    team_name: str
    unit: BudgetUnit = BudgetUnit.TOKENS
    period: BudgetPeriod = BudgetPeriod.MONTH
    base: str = ""
    pool: str = ""
    auto_approve: str = ""


@dataclass(frozen=True, slots=True)
class RequestForm(ModalPage):
    """The form that asks for more; `outcomes` are the person's open ones to choose from."""

    template: ClassVar[str] = "request_form.json.j2"
    context: FormContext = EMPTY_CONTEXT
    unit: BudgetUnit = BudgetUnit.TOKENS
    outcomes: tuple[Outcome, ...] = ()
    amount: str = ""
    last_day: date | None = None
    outcome_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CounterForm(ModalPage):
    """The form that offers something else; `context.request_id` is the request's id."""

    template: ClassVar[str] = "counter_form.json.j2"
    context: FormContext
    request: BudgetRequest
    person: Person
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class DeclineForm(ModalPage):
    """The form that declines with a reason; `context.request_id` is the request's id."""

    template: ClassVar[str] = "decline_form.json.j2"
    context: FormContext
    request: BudgetRequest
    person: Person
    outcome: Outcome | None = None
