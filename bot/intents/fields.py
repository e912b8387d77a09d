"""The fields of a submitted form, each found under its id. Everything in them is user input."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from bot.intents.words import shortened, without_controls
from policies.outcomes import MAX_REASON

Values: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Slack's `state.values`; each field's block and action have the same id."""

E = TypeVar("E", bound=StrEnum)


class FormRefused(Exception):
    """What to change, by field: `{block_id: sentence}`, shown inside the form."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def text_of(values: Values, field: str) -> str:
    """The one value of a text, date, time or select field; "" when it is empty."""
    element = _element(values, field)
    option = element.get("selected_option") or {}
    for found in (element.get("value"), element.get("selected_date"), element.get("selected_time")):
        if isinstance(found, str):
            return without_controls(found)
    chosen = option.get("value")
    return without_controls(chosen) if isinstance(chosen, str) else ""


def many_of(values: Values, field: str) -> tuple[str, ...]:
    """The values of a multi-select, of checkboxes or of a choice of people, each once."""
    element = _element(values, field)
    options = [option.get("value") for option in element.get("selected_options") or ()]
    users = element.get("selected_users") or [element.get("selected_user")]
    chosen = (without_controls(one) for one in (*options, *users) if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in chosen if one))


def choice_of(values: Values, field: str, default: E, errors: dict[str, str]) -> E:
    """The member of an enumeration that was chosen; the default where nothing was."""
    chosen = text_of(values, field)
    if not chosen:
        return default
    try:
        return type(default)(chosen)
    except ValueError:
        errors[field] = f"“{shortened(chosen)}” is none of the choices."
        return default


def day_of(
    values: Values,
    field: str,
    today: date,
    errors: dict[str, str],
    longest: timedelta,
    too_far: str = "",
) -> date | None:
    """The day that was chosen, from today to `longest` after it; None for none.

    `too_far` is how what lies beyond is called: "more than 90 days ahead" where nothing is said.
    """
    chosen = text_of(values, field)
    if not chosen:
        return None
    try:
        day = date.fromisoformat(chosen)
    except ValueError:
        errors[field] = f"“{shortened(chosen)}” is not a day."
        return None
    if day < today:
        errors[field] = f"{day:%Y-%m-%d} is past."
    if day > today + longest:
        errors[field] = f"{day:%Y-%m-%d} is {too_far or f'more than {longest.days} days ahead'}."
    return day


def reason_of(values: Values, field: str, errors: dict[str, str], missing: str = "") -> str:
    """The reason on one line; with `missing`, what is said where there is none."""
    reason = " ".join(text_of(values, field).split())
    if missing and not any(character.isalnum() for character in reason):
        errors[field] = missing
    elif len(reason) > MAX_REASON:
        errors[field] = f"{len(reason):,} characters; {MAX_REASON} fit."
    return reason


def _element(values: Values, field: str) -> Mapping[str, Any]:
    return (values.get(field) or {}).get(field) or {}
