"""The fields of a submitted form, each found under its id. Everything in them is user input."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from bot.intents.words import shortened, without_controls

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


def _element(values: Values, field: str) -> Mapping[str, Any]:
    return (values.get(field) or {}).get(field) or {}
