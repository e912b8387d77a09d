"""What tokens cost at list price: rate cards from the pinned price book, by model and day.

The book is `genai-prices` 0.2.3, a snapshot inside the package; nothing is ever fetched. A rate card
holds the price of each of our disjoint token classes, so the package's convention that input
includes cache never meets our counts.

Basis of each class, all from the book where it has them:

- five-minute cache writes: the book's cache-write price, else the input price;
- one-hour cache writes: the book's one-hour price, else for Anthropic models twice the input price
  (Anthropic's published multiplier), else the cache-write price;
- cache writes of unknown lifetime: as five-minute writes, the vendors' default;
- reasoning tokens are part of the output and cost what output costs.

A long-context tier applies to the whole of a request when that request's own input, cached or not,
is beyond the tier's threshold. A bucket of many requests is charged at the base tier, because its
sum says nothing about any single request.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from operator import mul
from typing import TYPE_CHECKING, Final, NamedTuple

from policies.usage import CostBasis, Granularity, ModelClass, TokenCounts, usd_from_nanos

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

ANTHROPIC: Final = "anthropic"
HOUR_WRITE_MULTIPLIER: Final = 2
"""One-hour cache writes cost twice the input price (Anthropic, prompt caching, pricing)."""

FAST: Final = {"speed": "fast"}
"""How the book names the request context of a fast mode."""

US_PER_DAY: Final = 86_400_000_000
FEMTOS_PER_NANO: Final = 1_000_000
HALF_A_NANO: Final = FEMTOS_PER_NANO // 2
FEMTOS_PER_TOKEN_AT_ONE_USD_A_MILLION: Final = 1_000_000_000

FRONTIER_FROM: Final = Decimal(8)
MID_FROM: Final = Decimal("2.5")
"""Blended USD per million tokens from which a model counts as frontier or mid."""


class Rates(NamedTuple):
    """Femto-dollars (1e-15 USD) a token, by class; None where the book has no price for it."""

    input_uncached: int | None
    cache_read: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    cache_write_other: int | None
    output_total: int | None


@dataclass(frozen=True, slots=True)
class RateCard:
    """A model's list prices on one day, and under which id the book knows the model.

    `tiers` are (input tokens above which they apply, rates), dearest threshold first; the last one
    starts at nothing and is the base tier. `model_class` is derived from the price, and `model_class_name` is it
    as rows hold it: it never triggers a finding, which a reviewed class does (policies/model_classes.py).
    """

    provider: str
    model_id: str
    model_class: ModelClass
    model_class_name: str
    tiers: tuple[tuple[int, Rates], ...]

    @property
    def base(self) -> Rates:
        """The rates without any long-context tier."""
        return self.tiers[-1][1]

    def cost_nusd(
        self, tokens: Sequence[int | None], granularity: Granularity = Granularity.REQUEST
    ) -> int | None:
        """Nano-dollars, half to even; None where a class that has tokens has no price.

        `tokens` are in the order of `TokenCounts`; a class that is unknown (None) counts as none.
        """
        return _cost_nusd(tokens, self._rates_for(tokens, granularity))

    def cost_of_many(self, tokens: Sequence[int | None], above: int) -> int | None:
        """The same for many requests together, each of which sends more than `above` tokens."""
        rates = next(rates for threshold, rates in self.tiers if threshold <= above)
        return _cost_nusd(tokens, rates)

    def cost_usd(
        self, tokens: TokenCounts, granularity: Granularity = Granularity.REQUEST
    ) -> Decimal | None:
        """The same as an exact Decimal of USD."""
        nanos = self.cost_nusd(tokens, granularity)
        return None if nanos is None else usd_from_nanos(nanos)

    def _rates_for(self, tokens: Sequence[int | None], granularity: Granularity) -> Rates:
        tiers = self.tiers
        if len(tiers) > 1 and granularity is Granularity.REQUEST:
            sent = sum(filter(None, tokens[:-1]))
            for threshold, rates in tiers:
                if sent > threshold:
                    return rates
        return tiers[-1][1]


class PriceBook:
    """Rate cards by model and day, each worked out once.

    `card` answers from a dictionary once a model has been seen on a day.
    """

    version: str
    """What the prices are from, such as `genai-prices 0.2.3`."""

    def __init__(self) -> None:
        self.version = f"genai-prices {version('genai-prices')}"
        self._cards: dict[tuple[str, int, bool], RateCard | None] = {}

    def card(self, model: str, at_us: int, fast: bool = False) -> RateCard | None:
        """The prices of a model, as a vendor names it, at microseconds since the epoch (UTC).

        `fast` is for a request served in the vendor's dearer fast mode; where the book has no price
        for that mode, the standard price stands in, which is then a lower bound. None for a model
        that the book does not know: its cost is unknown, never 0.
        """
        key = (model, at_us // US_PER_DAY, fast)
        try:
            return self._cards[key]
        except KeyError:
            return self._work_out(key, at_us)

    def basis_of(self, cost_nusd: int | None) -> CostBasis:
        """How a cost from this book is labelled."""
        return CostBasis.NONE if cost_nusd is None else CostBasis.RATE_CARD

    def _work_out(self, key: tuple[str, int, bool], at_us: int) -> RateCard | None:
        name, _, fast = key
        found = _find(name)
        if found is None:
            self._cards[key] = None
            return None
        provider, model = found
        moment = datetime.fromtimestamp(at_us // 1_000_000, UTC)
        standard = model.get_prices(moment)
        prices = model.get_prices(moment, FAST) if fast else standard
        card = _card(provider.id, model.id, prices, model_class=_class_of(standard))
        if not _changes_within_a_day(model):
            self._cards[key] = card
        return card


def class_of_price(input_usd: Decimal, output_usd: Decimal) -> ModelClass:
    """The class a model is seeded with, from USD per million tokens: (3 x input + output) / 4.

    From 8 it is frontier, from 2.5 mid, below that small.
    """
    blended = (3 * input_usd + output_usd) / 4
    if blended >= FRONTIER_FROM:
        return ModelClass.FRONTIER
    return ModelClass.MID if blended >= MID_FROM else ModelClass.SMALL


def _cost_nusd(tokens: Sequence[int | None], rates: Rates) -> int | None:
    total: int
    try:
        total = sum(map(mul, tokens, rates))
    except TypeError:  # a count or a rate is None, which costs a closer look
        total = 0
        for count, rate in zip(tokens, rates, strict=True):
            if count and rate is None:
                return None
            total += (count or 0) * (rate or 0)
    whole, rest = divmod(total, FEMTOS_PER_NANO)
    if rest < HALF_A_NANO:
        return whole
    return whole + int(rest > HALF_A_NANO or whole % 2 == 1)


def _find(model: str) -> "tuple[Provider, ModelInfo] | None":
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider_model(model, None, None, None)
    except LookupError:
        return None


def _changes_within_a_day(model: "ModelInfo") -> bool:
    """Whether a price depends on the time of day, so that one card cannot serve a whole day."""
    from genai_prices.types import TimeOfDateConstraint

    return isinstance(model.prices, list) and any(
        isinstance(price.constraint, TimeOfDateConstraint) for price in model.prices
    )


def _class_of(prices: "ModelPrice") -> ModelClass:
    sent, written = _at(prices.input_mtok, 0), _at(prices.output_mtok, 0)
    if sent is None or written is None:
        return ModelClass.UNKNOWN
    return class_of_price(sent, written)


def _card(provider: str, model_id: str, prices: "ModelPrice", model_class: ModelClass) -> RateCard:
    thresholds = sorted({0, *_thresholds(prices)}, reverse=True)
    tiers = tuple((above, _rates(provider, prices, above)) for above in thresholds)
    return RateCard(provider, model_id, model_class, model_class.value, tiers)


def _thresholds(prices: "ModelPrice") -> Iterator[int]:
    for name in ("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok"):
        for tier in getattr(getattr(prices, name), "tiers", ()):
            yield tier.start


def _rates(provider: str, prices: "ModelPrice", above: int) -> Rates:
    sent = _at(prices.input_mtok, above)
    read = _at(prices.cache_read_mtok, above)
    write = _at(prices.cache_write_mtok, above)
    hour = _at(prices.cache_write_1h_mtok, above)
    short = sent if write is None else write
    if hour is None and provider == ANTHROPIC and sent is not None:
        hour = HOUR_WRITE_MULTIPLIER * sent
    return Rates(
        input_uncached=_femtos(sent),
        cache_read=_femtos(sent if read is None else read),
        cache_write_5m=_femtos(short),
        cache_write_1h=_femtos(short if hour is None else hour),
        cache_write_other=_femtos(short),
        output_total=_femtos(_at(prices.output_mtok, above)),
    )


def _at(price: "Decimal | TieredPrices | None", above: int) -> Decimal | None:
    """The price per million tokens once the input is beyond `above`."""
    if price is None or isinstance(price, Decimal):
        return price
    applying = [tier.price for tier in price.tiers if tier.start <= above and above]
    return applying[-1] if applying else price.base


def _femtos(usd_per_million: Decimal | None) -> int | None:
    if usd_per_million is None:
        return None
    return int((usd_per_million * FEMTOS_PER_TOKEN_AT_ONE_USD_A_MILLION).to_integral_value())
