"""A person's own pages. Their figures are theirs alone: no other page takes these types."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from messages.pages.base import DEFAULT_COMMANDS, Commands, HomePage, MessagePage
from messages.pages.outcomes import by_urgency
from policies.metrics import SourceFreshness
from policies.outcomes import Outcome
from policies.periods import IsoWeek
from policies.usage import TokenCounts

NO_TOKENS = TokenCounts()


@dataclass(frozen=True, slots=True)
class ModelTokens:
    """Tokens of all classes that one model took."""

    model: str
    tokens: int


@dataclass(frozen=True, slots=True)
class PersonalWeek:
    """One person's usage in one week, for that person.

    `cost_list` is USD at list price over what has a known price; `tokens_unpriced` is what it
    leaves out. `models` may come in any order.
    """

    week: IsoWeek
    tokens: TokenCounts = NO_TOKENS
    cost_list: Decimal = Decimal(0)
    tokens_unpriced: int = 0
    models: tuple[ModelTokens, ...] = ()

    @property
    def cache_share(self) -> float | None:
        """The part of the input that came from the cache, 0 to 1; None without input."""
        if not self.tokens.input_total:
            return None
        return (self.tokens.cache_read or 0) / self.tokens.input_total

    @property
    def largest_models(self) -> tuple[ModelTokens, ...]:
        """Models by tokens, most first."""
        return tuple(sorted(self.models, key=lambda one: (-one.tokens, one.model)))


@dataclass(frozen=True, slots=True)
class Me(MessagePage):
    """A person's own weeks, oldest first and ending with this one, shown to them alone.

    `price_basis` says which price list the cost rests on and of when.
    """

    template: ClassVar[str] = "me.json.j2"
    weeks: tuple[PersonalWeek, ...]
    outcomes: tuple[Outcome, ...]
    sources: tuple[SourceFreshness, ...]
    today: date
    price_basis: str = ""
    commands: Commands = DEFAULT_COMMANDS

    @property
    def this_week(self) -> PersonalWeek | None:
        """The last of the weeks."""
        return self.weeks[-1] if self.weeks else None

    @property
    def has_usage(self) -> bool:
        """Whether any week has a token."""
        return any(week.tokens.total for week in self.weeks)

    @property
    def in_order(self) -> tuple[Outcome, ...]:
        """Own open outcomes, most urgent first."""
        return by_urgency(self.outcomes)


@dataclass(frozen=True, slots=True)
class Home(HomePage):
    """A person's App Home: their open outcomes with actions, and their own week."""

    template: ClassVar[str] = "home.json.j2"
    week: PersonalWeek | None
    outcomes: tuple[Outcome, ...]
    sources: tuple[SourceFreshness, ...]
    today: date
    price_basis: str = ""
    commands: Commands = DEFAULT_COMMANDS

    @property
    def in_order(self) -> tuple[Outcome, ...]:
        """Own open outcomes, most urgent first."""
        return by_urgency(self.outcomes)
