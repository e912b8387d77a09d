"""Usage: who was active, tokens by class, cost with its basis, and how fresh all of it is."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from messages.digest.figures import Figure, figure
from messages.escape import clip
from messages.wording import amount, count, listed, percent, short_day, trust, usd
from policies import week_parts
from policies.digest import TeamDigest
from policies.metrics import WeekFigures

SOURCES_NAMED = 8

_CLASSES: Final[Mapping[str, str]] = {
    week_parts.INPUT: "input",
    week_parts.CACHE_READ: "read from the cache",
    week_parts.CACHE_WRITE: "written to the cache",
    week_parts.OUTPUT: "output",
}


def usage_figures(digest: TeamDigest) -> tuple[Figure, ...]:
    """Active people, tokens, cost and what came from the cache; none without usage that may be shown."""
    figures = digest.this_week.figures.shown
    if figures is None or not figures.tokens:
        return ()
    return (
        Figure("Active people", str(digest.this_week.contributors), ""),
        figure(digest, "Tokens", lambda one: Decimal(one.tokens), lambda v: amount(int(v))),
        _cost(digest, figures),
        *_cache(figures),
    )


def usage_facts(digest: TeamDigest) -> Iterator[str]:
    """Tokens by class, what the cost is based on, and where all of it comes from: a line each."""
    figures = digest.this_week.figures.shown
    if figures is None:
        return
    if figures.tokens:
        yield _by_class(figures)
        yield _price(digest, figures)
    yield " ".join(part for part in (_sources(digest), _stale(digest), _fixed(digest)) if part)


def is_unpriced(figures: WeekFigures) -> bool:
    """Whether no price is known for anything that was used."""
    return not figures.cost_list_usd and figures.tokens_unpriced != 0


def _cost(digest: TeamDigest, figures: WeekFigures) -> Figure:
    if is_unpriced(figures):
        return Figure("Cost at list price", "not known", "no price is known for what was used")
    return figure(digest, "Cost at list price", lambda one: one.cost_list_usd, usd)


def _cache(figures: WeekFigures) -> Iterator[Figure]:
    if figures.cache_share is not None:
        share = percent(figures.cache_share)
        yield Figure("Read from the cache", share, "of what was sent to models")


def _by_class(figures: WeekFigures) -> str:
    """`By class: 12M input, 300M read from the cache and 28M output.`"""
    if figures.by_class is None:
        return "Tokens by class are not told: too few people used one of the classes."
    named = [
        f"{amount(figures.by_class[part])} {name}"
        for part, name in _CLASSES.items()
        if figures.by_class.get(part)
    ]
    return f"By class: {listed(named)}." if named else ""


def _price(digest: TeamDigest, figures: WeekFigures) -> str:
    if is_unpriced(figures):
        return "No price is known for the models that were used, so there is no cost."
    basis = f" ({digest.price_basis})" if digest.price_basis else ""
    return f"Cost at list price{basis}.{_left_out(figures)}"


def _left_out(figures: WeekFigures) -> str:
    """What the cost leaves out; how much of it only where that tells of enough people."""
    if figures.tokens_unpriced is None:
        share = "Some tokens"
    elif figures.tokens_unpriced:
        share = f"{percent(figures.tokens_unpriced / figures.tokens)} of the tokens"
    else:
        return ""
    return f" {share} have no known price and are not in the cost."


def _sources(digest: TeamDigest) -> str:
    """`Sources: claude-code (local files) up to 20 Nov; 1 other source.`"""
    told = [
        f"{clip(one.source, 60)} ({trust(one.trust)}) up to {short_day(one.as_of)}"
        for one in digest.sources[:SOURCES_NAMED]
    ]
    others = digest.other_sources + len(digest.sources) - len(told)
    told += [count(others, "other source")] if others else []
    return f"Sources: {'; '.join(told)}." if told else ""


def _stale(digest: TeamDigest) -> str:
    """`The end of the week may be missing from claude-code.`"""
    late = [clip(one.source, 60) for one in digest.sources[:SOURCES_NAMED] if one.is_stale]
    return f"The end of the week may be missing from {listed(late)}." if late else ""


def _fixed(digest: TeamDigest) -> str:
    fixed = digest.this_week.fixed_on
    return f"Figures fixed on {short_day(fixed)}." if fixed else ""
