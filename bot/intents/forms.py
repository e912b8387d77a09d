"""What a submitted form says, as intents. Everything in it is user input, selects included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.intents.outcomes import EXAMPLE_LINK
from bot.intents.words import shortened, without_controls
from messages import ids
from policies.outcomes import (
    MAX_KEYS,
    MAX_REASON,
    MAX_TITLE,
    Complexity,
    OutcomeDraft,
    OutcomeKey,
    OutcomeKind,
    OutcomeSize,
    is_evidence_url,
    parse_key,
)
from policies.people import Weekday
from policies.reviews import (
    MAX_REVIEW_MINUTES,
    NO_REVIEW,
    Impact,
    ImpactUnit,
    Review,
    Verdict,
    parse_impact,
    parse_minutes,
)

MAX_TEAM_NAME = 80
MAX_TEAM_PEOPLE = 500

Values: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Slack's `state.values`; each field's block and action have the same id."""

E = TypeVar("E", bound=StrEnum)


class FormRefused(Exception):
    """What to change, by field: `{block_id: sentence}`, shown inside the form."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class SetUp:
    """A team as its lead wants it. Leads and members are Slack user ids, not yet looked up.

    `moves_team` is whether the team that the form is about comes here from another channel.
    """

    name: str
    lead_ids: tuple[str, ...]
    member_ids: tuple[str, ...]
    time_zone: str
    digest_day: Weekday
    digest_hour: int
    digest_minute: int
    moves_team: bool = False


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A verifier's verdict on a claim. `reason` is "" unless it is sent back."""

    verdict: Verdict
    reason: str = ""
    review: Review = NO_REVIEW


def read_outcome_form(values: Values, now: datetime, zone: ZoneInfo) -> OutcomeDraft:
    """The draft in a submitted outcome form; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    title = " ".join(_text(values, ids.OUTCOME_TITLE).split())
    if not any(character.isalnum() for character in title):
        errors[ids.OUTCOME_TITLE] = "Say in a few words what will be true when it is done."
    elif len(title) > MAX_TITLE:
        errors[ids.OUTCOME_TITLE] = f"{len(title)} characters; {MAX_TITLE} fit."
    draft = OutcomeDraft(
        title=title,
        kind=_choice(values, ids.OUTCOME_KIND, OutcomeKind.FEATURE, errors),
        size=_choice(values, ids.OUTCOME_SIZE, OutcomeSize.M, errors),
        complexity=_choice(values, ids.OUTCOME_COMPLEXITY, Complexity.STANDARD, errors),
        exploration=ids.EXPLORATION_YES in _many(values, ids.OUTCOME_EXPLORATION),
        deadline=_deadline(values, now.astimezone(zone).date(), errors),
        keys=_keys(values, errors),
    )
    if errors:
        raise FormRefused(errors)
    return draft


def read_done_form(values: Values) -> str:
    """The link to the evidence; FormRefused when it is none."""
    url = _text(values, ids.DONE_EVIDENCE).strip()
    if not is_evidence_url(url):
        raise FormRefused({ids.DONE_EVIDENCE: f"Give one link, such as {EXAMPLE_LINK}."})
    return url


def read_review_form(values: Values) -> Reviewed:
    """The verdict in a submitted review; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    verdict = _verdict(values, errors)
    reason = " ".join(_text(values, ids.REVIEW_REASON).split())
    if len(reason) > MAX_REASON:
        errors[ids.REVIEW_REASON] = f"{len(reason)} characters; {MAX_REASON} fit."
    elif verdict is Verdict.REJECT and not any(sign.isalnum() for sign in reason):
        errors[ids.REVIEW_REASON] = "Say what is missing; the owner reads it."
    review = Review(_minutes(values, errors), _impact(values, errors))
    if errors:
        raise FormRefused(errors)
    return Reviewed(verdict, reason if verdict is Verdict.REJECT else "", review)


def read_setup_form(values: Values) -> SetUp:
    """The team in a submitted setup form; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    name = " ".join(_text(values, ids.SETUP_NAME).split())
    if not name:
        errors[ids.SETUP_NAME] = "Give the team a name."
    elif len(name) > MAX_TEAM_NAME:
        errors[ids.SETUP_NAME] = f"{len(name)} characters; {MAX_TEAM_NAME} fit."
    leads, members = _many(values, ids.SETUP_LEADS), _members(values)
    if not leads:
        errors[ids.SETUP_LEADS] = "A team needs a lead."
    if len(leads) + len(members) > MAX_TEAM_PEOPLE:
        errors[ids.SETUP_MEMBERS] = f"A team has at most {MAX_TEAM_PEOPLE} people."
    hour, minute = _time(values, errors)
    form = SetUp(
        name=name,
        lead_ids=leads,
        member_ids=members,
        time_zone=_zone(values, errors),
        digest_day=_choice(values, ids.SETUP_DAY, Weekday.MONDAY, errors),
        digest_hour=hour,
        digest_minute=minute,
        moves_team=ids.MOVE_YES in _many(values, ids.SETUP_MOVE),
    )
    if errors:
        raise FormRefused(errors)
    return form


def _verdict(values: Values, errors: dict[str, str]) -> Verdict:
    """A form without a verdict verifies nothing."""
    chosen = _text(values, ids.REVIEW_VERDICT)
    if chosen not in set(Verdict):
        errors[ids.REVIEW_VERDICT] = "Choose one."
        return Verdict.REJECT
    return Verdict(chosen)


def _minutes(values: Values, errors: dict[str, str]) -> int | None:
    typed = _text(values, ids.REVIEW_MINUTES).strip()
    minutes = parse_minutes(typed)
    if typed and minutes is None:
        errors[ids.REVIEW_MINUTES] = f"Write whole minutes from 0 to {MAX_REVIEW_MINUTES:,}."
    return minutes


def _impact(values: Values, errors: dict[str, str]) -> Impact | None:
    typed = _text(values, ids.REVIEW_IMPACT).strip()
    unit = _text(values, ids.REVIEW_IMPACT_UNIT)
    if not typed and not unit:
        return None
    amount = parse_impact(typed)
    if amount is None:
        errors[ids.REVIEW_IMPACT] = "Write a number above 0, such as 3.5, or leave both empty."
    if unit not in ImpactUnit.__members__:
        errors[ids.REVIEW_IMPACT_UNIT] = "Say what got better by that much."
    if amount is None or unit not in ImpactUnit.__members__:
        return None
    return Impact(amount, ImpactUnit[unit])


def _members(values: Values) -> tuple[str, ...]:
    """Everybody chosen, over as many selects as the form needed for them, each once."""
    chosen = (one for field in ids.SETUP_MEMBER_FIELDS for one in _many(values, field))
    return tuple(dict.fromkeys(chosen))


def _element(values: Values, field: str) -> Mapping[str, Any]:
    return (values.get(field) or {}).get(field) or {}


def _text(values: Values, field: str) -> str:
    """The one value of a text, date, time or select field; "" when it is empty."""
    element = _element(values, field)
    option = element.get("selected_option") or {}
    for found in (element.get("value"), element.get("selected_date"), element.get("selected_time")):
        if isinstance(found, str):
            return without_controls(found)
    chosen = option.get("value")
    return without_controls(chosen) if isinstance(chosen, str) else ""


def _many(values: Values, field: str) -> tuple[str, ...]:
    """The values of a multi-select, of checkboxes or of a choice of people, each once."""
    element = _element(values, field)
    options = [option.get("value") for option in element.get("selected_options") or ()]
    users = element.get("selected_users") or [element.get("selected_user")]
    chosen = (without_controls(one) for one in (*options, *users) if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in chosen if one))


def _choice(values: Values, field: str, default: E, errors: dict[str, str]) -> E:
    chosen = _text(values, field)
    if not chosen:
        return default
    try:
        return type(default)(chosen)
    except ValueError:
        errors[field] = f"“{shortened(chosen)}” is none of the choices."
        return default


def _deadline(values: Values, today: date, errors: dict[str, str]) -> date | None:
    chosen = _text(values, ids.OUTCOME_DEADLINE)
    if not chosen:
        return None
    try:
        day = date.fromisoformat(chosen)
    except ValueError:
        errors[ids.OUTCOME_DEADLINE] = f"“{shortened(chosen)}” is not a day."
        return None
    if day < today:
        errors[ids.OUTCOME_DEADLINE] = f"{day:%Y-%m-%d} is past."
    return day


def _keys(values: Values, errors: dict[str, str]) -> tuple[OutcomeKey, ...]:
    words = _text(values, ids.OUTCOME_KEYS).replace(",", " ").split()
    keys = {word: parse_key(word) for word in words}
    unknown = next((word for word, key in keys.items() if key is None), None)
    if unknown is not None:
        errors[ids.OUTCOME_KEYS] = (
            f"“{shortened(unknown)}” is no key. Write PAY-123, #481, branch:name or tag:name."
        )
    elif len(keys) > MAX_KEYS:
        errors[ids.OUTCOME_KEYS] = f"{len(keys)} keys; {MAX_KEYS} fit."
    return tuple(dict.fromkeys(key for key in keys.values() if key is not None))


def _zone(values: Values, errors: dict[str, str]) -> str:
    chosen = _text(values, ids.SETUP_TIME_ZONE) or "UTC"
    try:
        return ZoneInfo(chosen).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        errors[ids.SETUP_TIME_ZONE] = f"“{shortened(chosen)}” is not a time zone."
        return "UTC"


def _time(values: Values, errors: dict[str, str]) -> tuple[int, int]:
    chosen = _text(values, ids.SETUP_TIME) or "09:30"
    try:
        moment = datetime.strptime(chosen, "%H:%M")  # noqa: DTZ007 - a wall-clock time has no zone
    except ValueError:
        errors[ids.SETUP_TIME] = f"“{shortened(chosen)}” is not a time. Write 09:30."
        return 9, 30
    return moment.hour, moment.minute
