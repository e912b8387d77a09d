"""What a submitted form about budgets says. Everything in it is user input, selects included."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.intents.budget_lines import FURTHEST_DAYS
from bot.intents.fields import FormRefused, Values, choice_of, day_of, reason_of, text_of
from bot.intents.words import shortened
from messages import ids
from policies.amounts import Amount, BudgetUnit, NotAnAmount, parse_amount
from policies.budget_requests import RequestDraft, TermsDraft
from policies.budgets import BudgetPeriod
from policies.outcomes import parse_outcome_label


@dataclass(frozen=True, slots=True)
class Offer:
    """What a lead offers instead of what was asked for."""

    amount: Amount
    last_day: date | None
    reason: str


def read_request_form(values: Values, now: datetime, zone: ZoneInfo) -> RequestDraft:
    """What somebody asks for; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    amount = _amount(values, ids.REQUEST_AMOUNT, errors)
    last_day = _last_day(values, ids.REQUEST_UNTIL, now.astimezone(zone).date(), errors)
    outcome_id = _outcome(values, errors)
    reason = reason_of(values, ids.REQUEST_REASON, errors, "Say why: your leads decide by it.")
    if amount is None or errors:
        raise FormRefused(errors)
    return RequestDraft(amount, last_day, outcome_id, reason)


def read_counter_form(values: Values, now: datetime, zone: ZoneInfo) -> Offer:
    """What a lead offers; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    amount = _amount(values, ids.COUNTER_AMOUNT, errors)
    last_day = _last_day(values, ids.COUNTER_UNTIL, now.astimezone(zone).date(), errors)
    reason = reason_of(values, ids.COUNTER_REASON, errors)
    if amount is None or errors:
        raise FormRefused(errors)
    return Offer(amount, last_day, reason)


def read_decline_form(values: Values) -> str:
    """Why a request is declined; FormRefused where no reason is given."""
    errors: dict[str, str] = {}
    reason = reason_of(values, ids.DECLINE_REASON, errors, "Say why: the person reads it.")
    if errors:
        raise FormRefused(errors)
    return reason


def read_terms_form(values: Values) -> TermsDraft:
    """What a lead wants to hold for the team's budgets; FormRefused says what to change where."""
    errors: dict[str, str] = {}
    unit = choice_of(values, ids.TERMS_UNIT, BudgetUnit.TOKENS, errors)
    period = choice_of(values, ids.TERMS_PERIOD, BudgetPeriod.MONTH, errors)
    base = _amount(values, ids.TERMS_BASE, errors, unit)
    pool = _optional_amount(values, ids.TERMS_POOL, errors, unit)
    auto_approve = _optional_amount(values, ids.TERMS_AUTO_APPROVE, errors, unit)
    if base is None or errors:
        raise FormRefused(errors)
    return TermsDraft(unit, period, base, pool, auto_approve)


def _amount(
    values: Values, field: str, errors: dict[str, str], unit: BudgetUnit | None = None
) -> Amount | None:
    said = text_of(values, field).strip()
    try:
        amount = parse_amount(shortened(said))
    except NotAnAmount as problem:
        errors[field] = str(problem) if said else "Say how much, such as 10M or $50."
        return None
    if unit is not None and amount.unit is not unit:
        is_tokens = unit is BudgetUnit.TOKENS
        errors[field] = (
            f"“{said}” is not in {'tokens' if is_tokens else 'US dollars'}. "
            f"Write {'40M' if is_tokens else '$50'}, or choose the other unit."
        )
    return amount


def _optional_amount(
    values: Values, field: str, errors: dict[str, str], unit: BudgetUnit
) -> Amount | None:
    return _amount(values, field, errors, unit) if text_of(values, field).strip() else None


def _last_day(values: Values, field: str, today: date, errors: dict[str, str]) -> date | None:
    longest = timedelta(days=FURTHEST_DAYS)
    return day_of(values, field, today, errors, longest, "more than a year ahead")


def _outcome(values: Values, errors: dict[str, str]) -> int | None:
    chosen = text_of(values, ids.REQUEST_OUTCOME)
    outcome_id = parse_outcome_label(chosen) if chosen else None
    if chosen and outcome_id is None:
        errors[ids.REQUEST_OUTCOME] = f"“{shortened(chosen)}” is none of the choices."
    return outcome_id
