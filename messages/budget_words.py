"""Budgets in words: grants, requests, forecasts and what a lead reads of a person."""

from collections.abc import Iterable, Sequence
from datetime import date

from messages.escape import clip, mention, mrkdwn
from messages.lines import NAME_ROOM, title
from messages.pages.budgets import GrantLine, PersonBudget
from messages.wording import amount, budget, count, day, simulated
from policies.amounts import Amount, BudgetUnit
from policies.budget_requests import BudgetRequest
from policies.budgets import BudgetTerms, Grant, GrantKind
from policies.forecast import DAYS_NEEDED, Forecast
from policies.outcomes import Outcome, outcome_label
from policies.people import Person

SECTIONS = 4
"""Into how many blocks a long list is spread before it is cut: Slack takes so much in a message."""
IN_A_SECTION = 2400


def until(last_day: date | None, today: date) -> str:
    """`until Fri 20 Nov`, `until today`, `until the period ends`."""
    if last_day is None:
        return "until the period ends"
    return "until today" if last_day == today else f"until {day(last_day, today)}"


def purpose(outcome: Outcome | None, outcome_id: int | None = None) -> str:
    """`for O-12 Cut checkout p95`, or `for anything`; by the id alone where the outcome is not at hand."""
    if outcome is not None:
        return f"for *{outcome.label}* {title(outcome)}"
    return f"for {outcome_label(outcome_id)}" if outcome_id else "for anything"


def subject(outcome: Outcome | None, outcome_id: int | None = None) -> str:
    """`O-12 Cut checkout p95`, or `anything`."""
    return purpose(outcome, outcome_id).removeprefix("for ")


def part_of(part: Amount, whole: Amount) -> str:
    """`8M of 10M tokens`, `$3.00 of $10.00`: the unit once."""
    is_dollars = part.unit is BudgetUnit.USD
    return f"{budget(part) if is_dollars else amount(part.value)} of {budget(whole)}"


def own_grant(line: GrantLine, today: date) -> str:
    """A grant as its holder reads it: `• 8M of 10M tokens, for O-12 …, until Fri 20 Nov (G-7)`."""
    grant = line.grant
    name = "allowance" if grant.kind is GrantKind.BASE else purpose(line.outcome, grant.outcome_id)
    return (
        f"• {part_of(line.left, line.given)}, {name}, "
        f"{until(grant.last_day, today)} ({grant.label})"
    )


def granted_amount(grant: Grant) -> str:
    """How much a grant is: `10M tokens`."""
    return budget(Amount(grant.amount, grant.unit))


def earlier_grant(grant: Grant, today: date) -> str:
    """A grant for the same outcome: `• G-4: 10M tokens until Fri 20 Nov`."""
    return f"• {grant.label}: {granted_amount(grant)} {until(grant.last_day, today)}"


def asked(request: BudgetRequest, today: date) -> str:
    """`15M tokens for O-12 until Fri 20 Nov`: what was asked for, on one line."""
    which = purpose(None, request.outcome_id)
    return f"{budget(request.asked)} {which} {until(request.last_day, today)}"


def offered(request: BudgetRequest, today: date) -> str:
    """`5M tokens until Fri 20 Nov`: what a lead offers instead."""
    return f"{budget(request.agreed)} {until(request.agreed_last_day, today)}"


def person_line(one: PersonBudget) -> str:
    """All that a lead reads of a person: `• Ada Byron: 60M tokens, on pace`."""
    name = mrkdwn(clip(one.person.name, NAME_ROOM), 2 * NAME_ROOM)
    granted = budget(one.granted) if one.granted.value else "nothing granted"
    return f"• {name}: {granted}, {one.band}"


def people(those: Iterable[Person], most: int = 10) -> str:
    """`@ada, @bo and 3 more`, as Slack shows them."""
    named = [mention(one) for one in those]
    rest = len(named) - most
    return ", ".join(named[:most]) + (f" and {rest} more" if rest > 0 else "")


def limit(terms: BudgetTerms, value: int | None, otherwise: str) -> str:
    """An amount of the terms in words, or what its absence means."""
    return budget(Amount(value, terms.unit)) if value else otherwise


def outlook(forecast: Forecast, left: Amount, today: date) -> str:
    """What the forecast of what is left says, or why there is none yet."""
    if forecast.pace is None:
        return "No forecast yet: no whole day of usage is known."
    pace = f"About {budget(Amount(forecast.pace, left.unit))} a working day"
    if forecast.chance is None:
        known = count(forecast.days_known, "day")
        return f"{pace}. A forecast needs {DAYS_NEEDED} days of usage; {known} known so far."
    chance = f"The chance that it is used up before the reset is {simulated(forecast.chance)}."
    if forecast.likely_from is None or forecast.likely_to is None:
        return f"{pace}. {chance}"
    if forecast.likely_from == forecast.likely_to:
        return f"{pace}. {chance} If so, around {day(forecast.likely_from, today)}."
    first, last = day(forecast.likely_from, today), day(forecast.likely_to, today)
    return f"{pace}. {chance} If so, between {first} and {last}."


def spread(lines: Sequence[str], of: int | None = None) -> list[str]:
    """Lines as texts for as many blocks as a message has room for, the last saying how many more."""
    total = len(lines) if of is None else of
    texts: list[str] = []
    text, shown = "", 0
    for line in lines:
        if len(text) + len(line) > IN_A_SECTION:
            texts.append(text.rstrip("\n"))
            text = ""
            if len(texts) == SECTIONS:
                break
        text += f"{line}\n"
        shown += 1
    texts += [text.rstrip("\n")] if text else []
    if shown < total:
        texts[-1] += f"\nand {total - shown} more"
    return texts
