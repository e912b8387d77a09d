"""Amounts of a budget: tokens, or US dollars at list price. A team reckons in one of the two."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from policies.usage import NANOS_PER_USD, nanos_from_usd, usd_from_nanos

MOST_TOKENS: Final = 10**15
MOST_USD: Final = Decimal(100_000_000)
_SIGNS: Final = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
_FORM: Final = re.compile(
    r"(?P<usd>\$)?(?P<number>(?:\d{1,3}(?:[,_]\d{3}){1,7}|\d{1,24})(?:\.\d{1,6})?)(?P<sign>[kmbt]?)",
    re.ASCII,
)


class NotAnAmount(ValueError):
    """What was typed is no amount; the message says the nearest right form."""


class BudgetUnit(StrEnum):
    """What a team's budgets count."""

    TOKENS = "tokens"
    USD = "usd"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many tokens of all classes, or so many nano-dollars: `value` is whole and exact."""

    value: int
    unit: BudgetUnit

    @property
    def usd(self) -> Decimal:
        """The dollars, of an amount in USD."""
        return usd_from_nanos(self.value)


def parse_amount(text: str) -> Amount:
    """Read `40M`, `250k`, `1.5B`, `800000` or `$50`; NotAnAmount says what is wrong otherwise."""
    match = _FORM.fullmatch(text.strip().lower())
    if match is None:
        raise NotAnAmount(f"“{text}” is not an amount. Write 40M, 250k, 1.5B or $50.")
    number = Decimal(re.sub("[,_]", "", match["number"])) * _SIGNS[match["sign"]]
    if number == 0:
        raise NotAnAmount("An amount has to be more than nothing.")
    return _dollars(number, text) if match["usd"] else _tokens(number, text)


def as_typed(amount: Amount) -> str:
    """An exact amount as a person would type it: `20M`, `12.5M`, `1234.567k`, `$12.5`."""
    if amount.unit is BudgetUnit.USD:
        return f"${amount.usd.normalize():f}"
    for sign, size in reversed(_SIGNS.items()):
        if amount.value >= size and amount.value % max(1, size // 1000) == 0:
            number = (Decimal(amount.value) / size).normalize()
            return f"{number:f}{sign if size < 10**6 else sign.upper()}"
    return str(amount.value)


def _dollars(number: Decimal, text: str) -> Amount:
    if number > MOST_USD:
        raise NotAnAmount(f"“{text}” is more than any budget; the most is $100M.")
    if number * NANOS_PER_USD < 1:
        raise NotAnAmount("An amount has to be more than nothing.")
    return Amount(nanos_from_usd(number), BudgetUnit.USD)


def _tokens(number: Decimal, text: str) -> Amount:
    if number > MOST_TOKENS:
        raise NotAnAmount(f"“{text}” is more than any budget; the most is 1000T.")
    if number != number.to_integral_value():
        raise NotAnAmount(f"“{text}” is not a whole number of tokens. Write 40M or 250k.")
    return Amount(int(number), BudgetUnit.TOKENS)
