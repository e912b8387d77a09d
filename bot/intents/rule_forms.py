"""What a submitted form about a rule or a tip says. Everything in it is user input, selects included."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from bot.intents.fields import FormRefused, Values, choice_of, day_of, reason_of, text_of
from bot.intents.words import shortened
from messages import ids
from messages.pages.rules import ME, TEAM
from messages.rule_words import bounds, typed
from policies.outcomes import parse_outcome_label
from policies.rules.exceptions import LONGEST_EXCEPTION
from policies.rules.facts import FactType, FactValue, Unit
from policies.rules.model import Param, Rule, Stage

LONGEST_SILENCE: Final = timedelta(days=90)
LONGEST_TEXT: Final = 100
LARGEST: Final = 10**15
"""Beyond any threshold that means something, and within every integer column."""
_NUMBER: Final = re.compile(r"-?(\d[\d,_ ]*)?(\.\d+)?", re.ASCII)
_YES: Final = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Silence:
    """Until which day a tip stays silent, None for the usual time, and what is planned."""

    last_day: date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StageWanted:
    """The stage that a rule is to have, and why."""

    stage: Stage
    reason: str


@dataclass(frozen=True, slots=True)
class ExceptionWanted:
    """What is to be excepted: an outcome, the team, or neither for the person; until when, and why."""

    outcome_id: int | None
    covers_team: bool
    last_day: date
    reason: str


def read_silence_form(values: Values, now: datetime, zone: ZoneInfo) -> Silence:
    """Until when a tip stays silent; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    today = now.astimezone(zone).date()
    last_day = day_of(values, ids.ANSWER_UNTIL, today, errors, LONGEST_SILENCE)
    reason = reason_of(values, ids.ANSWER_REASON, errors)
    _refuse(errors)
    return Silence(last_day, reason)


def read_wrong_form(values: Values) -> str:
    """What is wrong with a tip; FormRefused where nothing is said."""
    errors: dict[str, str] = {}
    reason = reason_of(
        values, ids.ANSWER_REASON, errors, "Say what is wrong: the rule is judged by it."
    )
    _refuse(errors)
    return reason


def read_stage_form(values: Values) -> StageWanted:
    """Which stage, and why; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    if not text_of(values, ids.STAGE_TO):
        errors[ids.STAGE_TO] = "Choose a stage."
    stage = choice_of(values, ids.STAGE_TO, Stage.SHADOW, errors)
    reason = reason_of(values, ids.STAGE_REASON, errors, "Say why: it is kept in the audit trail.")
    _refuse(errors)
    return StageWanted(stage, reason)


def read_params_form(values: Values, rule: Rule) -> dict[str, FactValue]:
    """The thresholds as they are wanted; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    wanted: dict[str, FactValue] = {}
    for field, param in zip(ids.PARAM_FIELDS, rule.params.values(), strict=False):
        try:
            wanted[param.name] = read_value(text_of(values, field), param)
        except ValueError as problem:
            errors[field] = str(problem)
    _refuse(errors)
    return wanted


def read_exception_form(values: Values, now: datetime, zone: ZoneInfo) -> ExceptionWanted:
    """What to except and until when; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    what = text_of(values, ids.EXCEPTION_WHAT)
    outcome_id = parse_outcome_label(what)
    if what not in (ME, TEAM) and outcome_id is None:
        errors[ids.EXCEPTION_WHAT] = "Choose what is excepted."
    today = now.astimezone(zone).date()
    last_day = day_of(values, ids.EXCEPTION_UNTIL, today, errors, LONGEST_EXCEPTION)
    if last_day is None:
        errors.setdefault(ids.EXCEPTION_UNTIL, "Say until when: an exception ends by itself.")
    reason = reason_of(values, ids.EXCEPTION_REASON, errors, "Say why: others can read it.")
    if last_day is None or errors:
        raise FormRefused(errors)
    return ExceptionWanted(outcome_id, what == TEAM, last_day, reason)


def read_value(said: str, param: Param) -> FactValue:
    """A threshold's value as it was typed; ValueError says what to write instead."""
    text = " ".join(said.split())
    if not text:
        raise ValueError(f"Write a value, such as {typed(param.default)}.")
    if param.type is FactType.STRING:
        if len(text) > LONGEST_TEXT:
            raise ValueError(f"{len(text)} characters; {LONGEST_TEXT} fit.")
        return text
    if param.type is FactType.BOOL:
        if text.lower() not in _YES:
            raise ValueError("Write yes or no.")
        return _YES[text.lower()]
    return _within(_number(text, param), param)


def _number(text: str, param: Param) -> int | float:
    share = param.unit is Unit.SHARE and text.endswith("%")
    bare = text.removeprefix("$").removesuffix("%" if share else "").strip()
    if param.unit is not Unit.NONE:
        bare = re.sub(rf"\s*{re.escape(param.unit)}$", "", bare, flags=re.IGNORECASE)
    if (
        len(bare) > LONGEST_TEXT
        or not _NUMBER.fullmatch(bare)
        or not any(sign.isdigit() for sign in bare)
    ):
        raise ValueError(f"“{shortened(text)}” is no number. Write it as {typed(param.default)}.")
    try:
        number = Decimal(re.sub(r"[,_ ]", "", bare)) / (100 if share else 1)
    except InvalidOperation:
        raise ValueError(f"“{shortened(text)}” is no number.") from None
    if abs(number) > LARGEST:
        raise ValueError("This is too large.")
    if param.type is FactType.DOUBLE:
        return float(number)
    if number != int(number):
        raise ValueError("Write a whole number.")
    return int(number)


def _within(number: int | float, param: Param) -> int | float:
    low = -math.inf if param.at_least is None else param.at_least
    high = math.inf if param.at_most is None else param.at_most
    if not low <= number <= high:
        raise ValueError(f"It has to be {bounds(param)}.")
    return number


def _refuse(errors: dict[str, str]) -> None:
    if errors:
        raise FormRefused(errors)
