"""What a submitted form says, as intents. Everything in it is user input, selects included."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.intents.fields import FormRefused, Values, choice_of, many_of, text_of
from bot.intents.outcomes import EXAMPLE_LINK, Declare
from bot.intents.words import shortened
from messages import ids
from policies.amounts import Amount, NotAnAmount, parse_amount
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


def read_outcome_form(values: Values, now: datetime, zone: ZoneInfo) -> Declare:
    """What a submitted outcome form declares; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    title = " ".join(text_of(values, ids.OUTCOME_TITLE).split())
    if not any(character.isalnum() for character in title):
        errors[ids.OUTCOME_TITLE] = "Say in a few words what will be true when it is done."
    elif len(title) > MAX_TITLE:
        errors[ids.OUTCOME_TITLE] = f"{len(title)} characters; {MAX_TITLE} fit."
    draft = OutcomeDraft(
        title=title,
        kind=choice_of(values, ids.OUTCOME_KIND, OutcomeKind.FEATURE, errors),
        size=choice_of(values, ids.OUTCOME_SIZE, OutcomeSize.M, errors),
        complexity=choice_of(values, ids.OUTCOME_COMPLEXITY, Complexity.STANDARD, errors),
        exploration=ids.EXPLORATION_YES in many_of(values, ids.OUTCOME_EXPLORATION),
        deadline=_deadline(values, now.astimezone(zone).date(), errors),
        keys=_keys(values, errors),
        origin_url=_origin(values, errors),
    )
    amount = _amount(values, errors)
    if errors:
        raise FormRefused(errors)
    return Declare(draft, amount)


def read_done_form(values: Values) -> str:
    """The link to the evidence; FormRefused when it is none."""
    url = text_of(values, ids.DONE_EVIDENCE).strip()
    if not is_evidence_url(url):
        raise FormRefused({ids.DONE_EVIDENCE: f"Give one link, such as {EXAMPLE_LINK}."})
    return url


def read_review_form(values: Values) -> Reviewed:
    """The verdict in a submitted review; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    verdict = _verdict(values, errors)
    reason = " ".join(text_of(values, ids.REVIEW_REASON).split())
    if len(reason) > MAX_REASON:
        errors[ids.REVIEW_REASON] = f"{len(reason)} characters; {MAX_REASON} fit."
    elif verdict is Verdict.REJECT and not any(sign.isalnum() for sign in reason):
        errors[ids.REVIEW_REASON] = "Say what is missing; the owner reads it."
    review = Review(_minutes(values, errors), _impact(values, errors))
    if errors or verdict is None:
        raise FormRefused(errors)
    return Reviewed(verdict, reason if verdict is Verdict.REJECT else "", review)


def read_setup_form(values: Values) -> SetUp:
    """The team in a submitted setup form; FormRefused says what to change in which field."""
    errors: dict[str, str] = {}
    name = " ".join(text_of(values, ids.SETUP_NAME).split())
    if not name:
        errors[ids.SETUP_NAME] = "Give the team a name."
    elif len(name) > MAX_TEAM_NAME:
        errors[ids.SETUP_NAME] = f"{len(name)} characters; {MAX_TEAM_NAME} fit."
    leads, members = many_of(values, ids.SETUP_LEADS), _members(values)
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
        digest_day=choice_of(values, ids.SETUP_DAY, Weekday.MONDAY, errors),
        digest_hour=hour,
        digest_minute=minute,
        moves_team=ids.MOVE_YES in many_of(values, ids.SETUP_MOVE),
    )
    if errors:
        raise FormRefused(errors)
    return form


def _verdict(values: Values, errors: dict[str, str]) -> Verdict | None:
    chosen = text_of(values, ids.REVIEW_VERDICT)
    if chosen not in set(Verdict):
        errors[ids.REVIEW_VERDICT] = "Choose one."
        return None
    return Verdict(chosen)


def _minutes(values: Values, errors: dict[str, str]) -> int | None:
    typed = text_of(values, ids.REVIEW_MINUTES).strip()
    minutes = parse_minutes(typed)
    if typed and minutes is None:
        errors[ids.REVIEW_MINUTES] = f"Write whole minutes from 0 to {MAX_REVIEW_MINUTES:,}."
    return minutes


def _impact(values: Values, errors: dict[str, str]) -> Impact | None:
    typed = text_of(values, ids.REVIEW_IMPACT).strip()
    unit = text_of(values, ids.REVIEW_IMPACT_UNIT)
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
    chosen = (one for field in ids.SETUP_MEMBER_FIELDS for one in many_of(values, field))
    return tuple(dict.fromkeys(chosen))


def _deadline(values: Values, today: date, errors: dict[str, str]) -> date | None:
    chosen = text_of(values, ids.OUTCOME_DEADLINE)
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


def _amount(values: Values, errors: dict[str, str]) -> Amount | None:
    typed = text_of(values, ids.OUTCOME_AMOUNT).strip()
    try:
        return parse_amount(shortened(typed)) if typed else None
    except NotAnAmount as problem:
        errors[ids.OUTCOME_AMOUNT] = str(problem)
        return None


def _keys(values: Values, errors: dict[str, str]) -> tuple[OutcomeKey, ...]:
    words = text_of(values, ids.OUTCOME_KEYS).replace(",", " ").split()
    keys = {word: parse_key(word) for word in words}
    unknown = next((word for word, key in keys.items() if key is None), None)
    if unknown is not None:
        errors[ids.OUTCOME_KEYS] = (
            f"“{shortened(unknown)}” is no key. Write PAY-123, #481, branch:name or tag:name."
        )
    elif len(keys) > MAX_KEYS:
        errors[ids.OUTCOME_KEYS] = f"{len(keys)} keys; {MAX_KEYS} fit."
    return tuple(dict.fromkeys(key for key in keys.values() if key is not None))


def _origin(values: Values, errors: dict[str, str]) -> str:
    url = text_of(values, ids.OUTCOME_ORIGIN).strip()
    if url and not is_evidence_url(url):
        errors[ids.OUTCOME_ORIGIN] = "Give one link, or leave it empty."
    return url


def _zone(values: Values, errors: dict[str, str]) -> str:
    chosen = text_of(values, ids.SETUP_TIME_ZONE) or "UTC"
    try:
        return ZoneInfo(chosen).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        errors[ids.SETUP_TIME_ZONE] = f"“{shortened(chosen)}” is not a time zone."
        return "UTC"


def _time(values: Values, errors: dict[str, str]) -> tuple[int, int]:
    chosen = text_of(values, ids.SETUP_TIME) or "09:30"
    try:
        moment = datetime.strptime(chosen, "%H:%M")  # noqa: DTZ007 - a wall-clock time has no zone
    except ValueError:
        errors[ids.SETUP_TIME] = f"“{shortened(chosen)}” is not a time. Write 09:30."
        return 9, 30
    return moment.hour, moment.minute
