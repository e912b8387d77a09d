"""The parts of a `/budget` line: a person, an amount, a day, an outcome and a reason, in any order."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.intents.words import NotUnderstood, mistyped, readable, shortened
from policies.amounts import Amount, BudgetUnit, NotAnAmount, parse_amount
from policies.outcomes import MAX_REASON, parse_key, parse_outcome_label
from policies.periods import WEEKDAYS, NotAPeriod, parse_deadline

FURTHEST_DAYS: Final = 366
FREE: Final = "free"
NO_AMOUNT: Final = Amount(0, BudgetUnit.TOKENS)
KEYWORDS: Final = ("until", "because")
DAYS_BY_NAME: Final = (*WEEKDAYS, "today", "tomorrow")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY_OF_TWO_WORDS = re.compile(rf"\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}}", re.IGNORECASE | re.ASCII)
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>", re.ASCII)
_BECAUSE = re.compile(r"(?:^|\s)because[…:,.]*(?:\s+of)?(?=\s|$)", re.IGNORECASE)
_OUTCOME_LIKE = re.compile(r"o-\S*|o?\d+", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[-+]?\$?\d[\d.,_]*", re.ASCII)
_CURRENCIES = {"usd": "$", "dollar": "$", "dollars": "$"}
_FOREIGN = ("€", "£", "¥", "eur", "euro", "euros", "gbp", "pounds")


class WrongLine(NotUnderstood):
    """A line with everything that is wrong with it, a sentence each.

    What could be read of it is kept, for whoever can say what else is wrong: the people, by their
    Slack ids, the amounts and the outcomes.
    """

    def __init__(self, problems: Sequence[str], nearest: str, line: "BudgetLine") -> None:
        super().__init__(problems[0], nearest, *problems[1:])
        self.user_ids = tuple(line.user_ids)
        self.amounts = tuple(line.amounts)
        self.outcome_ids = tuple(line.outcome_ids)


@dataclass(slots=True)
class BudgetLine:
    """What follows the verb. Each `take_…` takes one part off, and notes what is wrong with it.

    What it answers then stands for nothing: `require_sound` comes before any use of it.
    """

    rest: str
    now: datetime
    zone: ZoneInfo
    problems: list[str] = field(default_factory=list)
    user_ids: list[str] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    outcome_ids: list[int] = field(default_factory=list)
    words: list[str] = field(init=False)
    _head: str = field(init=False)
    _reason: str = field(init=False)

    def __post_init__(self) -> None:
        parts = _BECAUSE.split(self.rest, maxsplit=1)
        self._head = parts[0]
        self._reason = readable(parts[1]) if len(parts) > 1 else ""
        self.words = readable(self._head).split()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.rest.strip()

    def require_sound(self, nearest: str) -> None:
        """WrongLine where anything is wrong."""
        if self.problems:
            raise WrongLine(self.problems, nearest, self)

    def take_person(self) -> str:
        """The Slack id of the one person mentioned."""
        self.user_ids += dict.fromkeys(_MENTION.findall(self._head))
        self.words = readable(_MENTION.sub(" ", self._head)).split()
        if len(self.user_ids) == 1:
            return self.user_ids[0]
        if self.user_ids:
            self.problems.append("Name one person at a time.")
        elif (said := self._take_named()) is not None:
            self.problems.append(
                f"“{shortened(said)}” is no mention. Type @ and choose the person from the list."
            )
        else:
            self.problems.append("Say who: type @ and choose the person from the list.")
        return ""

    def take_until(self) -> date | None:
        """The day after `until`; None where it does not stand there."""
        place = self._place_of("until", "till")
        if place is None:
            return None
        said = self._day_said(place)
        del self.words[place : place + 1 + len(said.split())]
        if not said:
            self.problems.append("“until” needs a day, such as Fri.")
            return None
        return self._day(said)

    def take_outcome(self) -> int | None:
        """The outcome after `for`; None where no outcome's id stands there."""
        for place, word in enumerate(self.words[:-1]):
            said = self.words[place + 1].rstrip(".,;")
            is_meant = _OUTCOME_LIKE.fullmatch(said) or parse_key(said)
            if word.lower() == "for" and is_meant:
                del self.words[place : place + 2]
                return self._outcome(said)
        return None

    def take_side(self, keyword: str) -> int | None:
        """The outcome after `from` or `to`; None for `free`, and where nothing is said."""
        place = self._place_of(keyword)
        if place is None:
            return None
        said = "".join(self.words[place + 1 : place + 2])
        del self.words[place : place + 2]
        if said.lower() == FREE:
            return None
        if not said:
            self.problems.append(f"“{keyword}” needs an outcome, such as O-12, or “{FREE}”.")
            return None
        return self._outcome(said)

    def take_amount(self) -> Amount:
        """The one amount among the words left: the first that is one, else the first word."""
        self._join_units()
        places = [n for n, word in enumerate(self.words) if _is_amount(word)]
        if len(places) > 1 and places[1] == places[0] + 1:
            both = " and ".join(self.words[place] for place in places[:2])
            self.problems.append(f"{both} are two amounts. Give one.")
            del self.words[places[0] : places[1] + 1]
            return NO_AMOUNT
        if not self.words:
            self.problems.append("Say how much, such as 10M or $50.")
            return NO_AMOUNT
        said = self.words.pop(places[0] if places else 0)
        try:
            amount = parse_amount(shortened(said))
        except NotAnAmount as problem:
            self.problems.append(_wrong_amount(said) or str(problem))
            return NO_AMOUNT
        self.amounts.append(amount)
        return amount

    def take_id(self, parse: Callable[[str], int | None], what: str) -> int:
        """The id that the first word is."""
        said = self.words.pop(0) if self.words else ""
        found = parse(said.rstrip(".,;"))
        if found is None:
            self.problems.append(f"“{shortened(said)}” is not the id of {what}.")
        return found or 0

    def take_reason(self, *, needed: bool = False) -> str:
        """What follows `because`; without that word, what is left of the line."""
        meant = mistyped(self.words[0], KEYWORDS) if self.words else None
        if meant is not None:
            self.problems.append(f"“{shortened(self.words[0])}”: did you mean “{meant}”?")
            self.words.clear()
        if self._reason:
            self._refuse_words()
        reason = self._reason or " ".join(self.words)
        self.words.clear()
        if needed and meant is None and not any(sign.isalnum() for sign in reason):
            self.problems.append("Say why after “because”: the person will ask.")
        if len(reason) > MAX_REASON:
            self.problems.append(
                f"The reason has {len(reason):,} characters; {MAX_REASON} fit. Link to the rest."
            )
        return reason

    def take_nothing_more(self) -> None:
        """Note what is left as not understood, a reason included."""
        self.words += ["because", self._reason] if self._reason else []
        self._refuse_words()

    def _refuse_words(self) -> None:
        if self.words:
            said = shortened(" ".join(self.words))
            self.problems.append(f"“{said}” was not understood.")
            self.words.clear()

    def _take_named(self) -> str | None:
        """The word that was meant to name the person: the one with an @, else the first."""
        named = [n for n, word in enumerate(self.words) if word.startswith("@")]
        if not named and self.words and not _NUMBER.match(self.words[0]):
            named = [] if self.words[0].lower() in (*KEYWORDS, "for") else [0]
        return self.words.pop(named[0]) if named else None

    def _place_of(self, *keywords: str) -> int | None:
        """Where the keyword stands; what stands there twice is wrong."""
        places = [n for n, word in enumerate(self.words) if word.lower() in keywords]
        if len(places) > 1:
            self.problems.append(f"“{keywords[0]}” stands there twice.")
        return places[0] if places else None

    def _day_said(self, place: int) -> str:
        two = " ".join(self.words[place + 1 : place + 3])
        return two if _DAY_OF_TWO_WORDS.fullmatch(two) else two.partition(" ")[0]

    def _day(self, said: str) -> date | None:
        try:
            day = parse_deadline(said, self.now, self.zone)
        except (NotAPeriod, ValueError, OverflowError) as problem:
            self.problems.append(_wrong_day(said, problem))
            return None
        if day > self.now.astimezone(self.zone).date() + timedelta(days=FURTHEST_DAYS):
            self.problems.append(f"{day:%Y-%m-%d} is more than a year ahead.")
        return day

    def _outcome(self, said: str) -> int | None:
        outcome_id = parse_outcome_label(said) if not said.isdigit() else None
        if outcome_id is None:
            self.problems.append(f"“{shortened(said)}” is not the id of an outcome, such as O-12.")
            return None
        self.outcome_ids.append(outcome_id)
        return outcome_id

    def _join_units(self) -> None:
        """`10 M`, `10M tokens` and `50 dollars` as single words."""
        for place in range(len(self.words) - 1, 0, -1):
            number, unit = self.words[place - 1], self.words[place].lower()
            if not _NUMBER.match(number):
                continue
            if unit in ("k", "m", "b", "t"):
                self.words[place - 1 : place + 1] = [number + unit.upper()]
            elif unit in ("tokens", "token"):
                del self.words[place]
            elif unit in _CURRENCIES:
                self.words[place - 1 : place + 1] = [f"${number.lstrip('$')}"]
            elif unit in _FOREIGN:
                self.words[place - 1 : place + 1] = [f"{number} {unit}"]


def _is_amount(word: str) -> bool:
    try:
        parse_amount(word)
    except NotAnAmount:
        return False
    return True


def _wrong_amount(said: str) -> str | None:
    """What to say of an amount that nearly is one."""
    if said.startswith(("-", "\N{MINUS SIGN}")) and _NUMBER.match(
        said.replace("\N{MINUS SIGN}", "-")
    ):
        return f"“{shortened(said)}” is less than nothing. Give an amount such as 10M or $50."
    if said.lower().endswith(_FOREIGN) or said.startswith(_FOREIGN[:3]):
        return f"“{shortened(said)}”: budgets are in tokens or US dollars, such as 10M or $50."
    return None


def _wrong_day(said: str, problem: Exception) -> str:
    if said.lower() == "yesterday":
        return f"“{said}” is past. Give a day from today on."
    meant = mistyped(said, DAYS_BY_NAME)
    if meant is not None:
        return f"“{said}” is not a day. Did you mean “{meant}”?"
    is_short = said == shortened(said)
    if isinstance(problem, NotAPeriod) and is_short:
        return str(problem)
    return f"“{shortened(said)}” is not a day of the calendar."
