"""What work would have cost on the cheaper model of the same vendor, or at the prices of another day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from policies.model_classes import ModelClasses
from policies.pricing import PriceBook
from policies.usage import TokenCounts


class ModelUse(NamedTuple):
    """What one model took at about one time, in requests that each sent more than `above` tokens.

    `cost_nusd` is its cost at list price, None where a part of it has no known price.
    """

    model_id: str
    at_us: int
    above: int
    tokens: TokenCounts
    cost_nusd: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The cost on the cheaper models, and what that saves; it may be less than nothing.

    `model` is the one that stands for most of the cost compared.
    """

    model: str
    cost_nusd: int
    saving_nusd: int


def compare(uses: Iterable[ModelUse], classes: ModelClasses, book: PriceBook) -> Comparison | None:
    """The comparison of the frontier models among these, each at the prices of its day.

    None where there are none, or where one of them has no price or nothing to be compared with.
    """
    spent: defaultdict[str, int] = defaultdict(int)
    total = 0
    frontier = classes.frontier_ids()
    for use in uses:
        if use.model_id not in frontier:
            continue
        cheaper = classes.cheaper_than(use.model_id)
        card = book.card(cheaper, use.at_us) if cheaper else None
        cost = card.cost_of_many(use.tokens, use.above) if card else None
        if cheaper is None or cost is None or use.cost_nusd is None:
            return None
        spent[cheaper] += use.cost_nusd
        total += cost
    if not spent:
        return None
    main = max(sorted(spent), key=spent.__getitem__)
    return Comparison(main, total, sum(spent.values()) - total)


def thresholds_of(classes: ModelClasses, book: PriceBook, at_us: int) -> list[int]:
    """The sizes of a request beyond which any of the cheaper models has another price, ascending."""
    compared = {classes.cheaper_than(one) for one in classes.frontier_ids()} - {None}
    cards = [book.card(one, at_us) for one in compared if one is not None]
    return sorted({above for card in cards if card for above, _ in card.tiers if above})


def at_prices_of(
    book: PriceBook,
    model: str,
    tokens: TokenCounts,
    cost_nusd: int | None,
    then_us: int,
    at_us: int,
) -> float | None:
    """A cost at list price as it would be at the prices of another day, in nano-dollars.

    It changes as the base price of these tokens did, so that long requests and a fast mode stay as dear
    as they were. None where a price is not known.
    """
    then, now = book.card(model, then_us), book.card(model, at_us)
    if cost_nusd is None or then is None or now is None:
        return None
    if then.base == now.base:
        return float(cost_nusd)
    was, is_now = then.cost_of_many(tokens, 0), now.cost_of_many(tokens, 0)
    if was is None or is_now is None:
        return None
    return cost_nusd * is_now / was if was else float(is_now)
