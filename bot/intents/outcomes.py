"""The text of `/outcome` as an intent.

/outcome TITLE [by DEADLINE] [40M] [size S|M|L] [KEYS…]      quotes around the title are optional
/outcome done O-12 LINK
/outcome start O-12, /outcome stop                     (bot/intents/focus.py)
/outcome list
/outcome help
/outcome show|drop|revert|size|complexity|merge O-12 …    see bot/intents/outcome_verbs.py
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.intents.focus import FocusIntent, parse_focus
from bot.intents.outcome_verbs import READERS, SIZES, VerbIntent, names_outcome, parse_verb
from bot.intents.words import NotUnderstood, mistyped, readable, shortened, split_quoted
from policies.amounts import Amount, BudgetUnit, NotAnAmount, parse_amount
from policies.outcomes import (
    MAX_KEYS,
    MAX_TITLE,
    OutcomeDraft,
    OutcomeKey,
    OutcomeSize,
    is_evidence_url,
    outcome_label,
    parse_key,
    parse_outcome_label,
)
from policies.periods import WEEKDAYS, NotAPeriod, parse_deadline

VERBS = ("done", "list", "help", "start", "stop", *READERS)
EXAMPLE_LINK = "https://github.com/acme/app/pull/481"
_NO_SIZE = re.compile(r"x+[sl]|huge|tiny", re.IGNORECASE)
_AMOUNT_LIKE = re.compile(r"-?\$?\d[\d.,_]*[kmbt]?|\d[\d.,_]*[€$]", re.IGNORECASE | re.ASCII)
_ANY_AMOUNT = Amount(0, BudgetUnit.TOKENS)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE_LIKE = re.compile(
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[./]\d{{1,2}}(?:[./]\d{{2,4}})?"
    rf"|\d{{1,2}} (?:{'|'.join(_MONTHS)})[a-z]*|(?:{'|'.join(_MONTHS)})[a-z]* \d{{1,2}}|\+\d+[a-z]*",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Declare:
    """Declare an outcome. `amount` is how much of the owner's budget is meant for it."""

    draft: OutcomeDraft
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Show the form to declare an outcome."""


@dataclass(frozen=True, slots=True)
class Done:
    """Claim that an outcome is done, with a link to the evidence."""

    outcome_id: int
    url: str


@dataclass(frozen=True, slots=True)
class OpenDoneForm:
    """Ask for the evidence of an outcome that is said to be done."""

    outcome_id: int


@dataclass(frozen=True, slots=True)
class ListMine:
    """Show the person's own open outcomes."""


@dataclass(frozen=True, slots=True)
class OutcomeHelp:
    """Show what `/outcome` understands."""


OutcomeIntent: TypeAlias = (
    Declare | OpenForm | Done | OpenDoneForm | ListMine | OutcomeHelp | FocusIntent | VerbIntent
)


def parse_outcome(
    text: str, now: datetime, zone: ZoneInfo, command: str = "/outcome"
) -> OutcomeIntent:
    """Read what follows the command; NotUnderstood names the problem and the nearest right form."""
    line = readable(text)
    if not line:
        return OpenForm()
    verb, *rest = line.split(" ")
    if verb.lower() == "done":
        return _done(rest, command)
    if not rest and verb.lower() == "list":
        return ListMine()
    if not rest and verb.lower() == "help":
        return OutcomeHelp()
    if (focus := parse_focus([verb, *rest], command)) is not None:
        return focus
    intent = parse_verb([verb, *rest], command)
    if intent is not None:
        return intent
    _refuse_mistyped_verb(verb, rest, command)
    return _declare(line, _Reader(now, zone, command))


def _done(words: list[str], command: str) -> OutcomeIntent:
    if not words:
        return ListMine()
    nearest = f"{command} done O-12 {EXAMPLE_LINK}"
    outcome_id = parse_outcome_label(words[0])
    if outcome_id is None:
        raise NotUnderstood(f"“{shortened(words[0])}” is not the id of an outcome.", nearest)
    if len(words) == 1:
        return OpenDoneForm(outcome_id)
    label = outcome_label(outcome_id)
    if len(words) > 2 or not is_evidence_url(words[1]):
        said = shortened(" ".join(words[1:]))
        raise NotUnderstood(
            f"“{said}” is not a link to the evidence.", f"{command} done {label} {EXAMPLE_LINK}"
        )
    return Done(outcome_id, words[1])


def _refuse_mistyped_verb(verb: str, rest: list[str], command: str) -> None:
    if not rest and verb.lower() in READERS:
        raise NotUnderstood(
            f"Say which outcome to {verb.lower()}.", f"{command} {verb.lower()} O-12"
        )
    meant = mistyped(verb, VERBS)
    if meant is None:
        return
    if meant in READERS and verb.isalpha() and names_outcome(rest):
        line = shortened(" ".join(rest))
        raise NotUnderstood(f"Did you mean “{meant}”?", f"{command} {meant} {line}")
    takes_id = meant == "done" and len(rest) in (1, 2) and parse_outcome_label(rest[0]) is not None
    if takes_id and (len(rest) == 1 or "/" in rest[1]):
        raise NotUnderstood(f"Did you mean “{meant}”?", " ".join([command, meant, *rest]))
    if not rest:
        raise NotUnderstood(
            f"Did you mean “{meant}”? A title of one word goes in quotes.", f"{command} {meant}"
        )


@dataclass(slots=True)
class _Reader:
    """What was recognised so far at the end of a line."""

    now: datetime
    zone: ZoneInfo
    command: str
    deadline: date | None = None
    size: OutcomeSize | None = None
    amount: Amount | None = None
    keys: list[OutcomeKey] = field(default_factory=list)

    def take_from_end(self, words: list[str]) -> list[str]:
        """The words left when every option at their end is taken off."""
        while words and (shorter := self._take_one(words)) is not None:
            words = shorter
        return words

    def _take_one(self, words: list[str]) -> list[str] | None:
        for take in (self._take_key, self._take_size, self._take_deadline, self._take_amount):
            if (shorter := take(words)) is not None:
                return shorter
        return None

    def _take_key(self, words: list[str]) -> list[str] | None:
        key = parse_key(words[-1].rstrip(","))
        if key is None:
            return None
        if key not in self.keys:
            self.keys.insert(0, key)
        return words[:-1]

    def _take_size(self, words: list[str]) -> list[str] | None:
        if self.size is not None or len(words) < 2 or words[-2].lower() != "size":
            return None
        word = words[-1].lower()
        if _NO_SIZE.fullmatch(word):
            raise NotUnderstood(
                f"“{words[-1]}” is not a size. Sizes are S, M and L.",
                f"{self.command} {shortened(' '.join(words[:-2]))} size L",
            )
        if word not in SIZES:
            return None
        self.size = SIZES[word]
        return words[:-2]

    def _take_deadline(self, words: list[str]) -> list[str] | None:
        if self.deadline is not None:
            return None
        for count in (1, 2):
            if len(words) > count and words[-count - 1].lower() == "by":
                said, before = " ".join(words[-count:]), words[: -count - 1]
                self.deadline = self._deadline(said, before)
                return before if self.deadline is not None else None
        return None

    def _deadline(self, said: str, before: list[str]) -> date | None:
        try:
            return parse_deadline(said, self.now, self.zone)
        except (NotAPeriod, ValueError, OverflowError) as error:
            meant = mistyped(said, (*WEEKDAYS, "today", "tomorrow"))
            if meant is None and not _DATE_LIKE.fullmatch(said):
                return None
            is_known = isinstance(error, NotAPeriod)
            problem = str(error) if is_known else f"“{said}” is not a day of the calendar."
            title = shortened(" ".join(before))
            raise NotUnderstood(problem, f"{self.command} {title} by {meant or 'Fri'}") from None

    def _take_amount(self, words: list[str]) -> list[str] | None:
        """An amount counts only beside another option: `Cut spend to 40M` is a title."""
        if self.amount is not None or len(words) < 2 or not _AMOUNT_LIKE.fullmatch(words[-1]):
            return None
        shorter = replace(self, amount=_ANY_AMOUNT, keys=list(self.keys))._take_one(words[:-1])  # noqa: SLF001
        if shorter is None:
            return None
        self.read_amount(words[-1])
        return words[:-1]

    def read_amount(self, said: str) -> None:
        """Take the word as the amount; NotUnderstood says what is wrong with it."""
        try:
            self.amount = parse_amount(shortened(said))
        except NotAnAmount as problem:
            raise NotUnderstood(str(problem), f'{self.command} "Title" by Fri 40M') from None


def _declare(line: str, reader: _Reader) -> Declare:
    quoted = split_quoted(line)
    if quoted is None:
        title = " ".join(reader.take_from_end(line.split(" "))).lstrip('"“„«')
    else:
        title, rest = quoted
        _read_options(rest, reader)
    return Declare(_draft(title.strip(), reader), reader.amount)


def _read_options(rest: str, reader: _Reader) -> None:
    """Read what follows a quoted title: options and nothing else."""
    if not rest:
        return
    # A placeholder stands for the title, so that the same rules read both forms.
    left = reader.take_from_end(["\N{OBJECT REPLACEMENT CHARACTER}", *rest.split(" ")])[1:]
    if left and reader.amount is None and _AMOUNT_LIKE.fullmatch(left[-1]):
        reader.read_amount(left.pop())
    if left:
        said = shortened(" ".join(left))
        raise NotUnderstood(
            f"“{said}” after the title was not understood.",
            f'{reader.command} "Title" by Fri size M PAY-123',
        )


def _draft(title: str, reader: _Reader) -> OutcomeDraft:
    form = f'{reader.command} "Cut checkout p95 to 300 ms" by Fri size M PAY-123'
    if not any(character.isalnum() for character in title):
        raise NotUnderstood("The outcome has no title.", form)
    if len(title) > MAX_TITLE:
        raise NotUnderstood(f"The title has {len(title)} characters; {MAX_TITLE} fit.", form)
    if len(reader.keys) > MAX_KEYS:
        raise NotUnderstood(f"There are {len(reader.keys)} keys; {MAX_KEYS} fit.", form)
    return OutcomeDraft(
        title=title,
        size=reader.size or OutcomeSize.M,
        deadline=reader.deadline,
        keys=tuple(reader.keys),
    )
