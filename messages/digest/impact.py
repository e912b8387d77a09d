"""Impact: outcomes, what they cost, whether they lasted, and what reviewing them took."""

from collections.abc import Iterator
from decimal import Decimal

from messages.against import against, last_and_median
from messages.digest.figures import Figure, earlier, figure
from messages.digest.usage import is_unpriced
from messages.wording import count, impact, listed, percent, ratio, usd
from policies.digest import TeamDigest, WeekImpact
from policies.metrics import TeamWeek, WeekFigures
from policies.reviews import Impact

ENOUGH_FOR_A_SHARE = 10


def impact_figures(digest: TeamDigest) -> tuple[Figure, ...]:
    """Outcomes, and their ratios where the week shows its usage."""
    figures = [_verified(digest)]
    if digest.impact.durable:
        lasting = str(len(digest.impact.durable))
        figures.append(Figure("Durable outcomes", lasting, "no revert since they were verified"))
    ratio_of_week = per_million(digest)
    if ratio_of_week is not None:
        figures += [ratio_of_week, _cost_per_outcome(digest)]
    return tuple(figures)


def per_million(digest: TeamDigest) -> Figure | None:
    """Outcomes per million tokens against the team's usual range; None without usage to divide by."""
    figures = digest.this_week.figures.shown
    if figures is None or figures.outcomes_per_million_tokens is None:
        return None
    value = figures.outcomes_per_million_tokens
    return Figure("Outcomes per million tokens", ratio(value), _usual(digest))


def impact_facts(digest: TeamDigest) -> Iterator[str]:
    """What outcomes changed, what became of claims, and what reviewing took: a line each."""
    found = digest.impact
    yield from _impacts(found)
    yield " ".join((*_given_back(found, len(digest.reverted)), *_effort(found)))


def _usual(digest: TeamDigest) -> str:
    """`within its usual range (0.6 to 1.1)`, or last week and the median where nothing is usual yet."""
    usual = digest.usual
    if usual is not None and usual.withheld is not None:
        return f"its usual range is withheld: {usual.withheld.reason}"
    if usual is None or usual.shown is None:
        return last_and_median(earlier(digest.history, _ratio_of), ratio)
    shown = usual.shown
    low, high = ratio(shown.low), ratio(shown.high)
    return f"{shown.position} its usual range ({low if low == high else f'{low} to {high}'})"


def _ratio_of(figures: WeekFigures) -> Decimal | None:
    return figures.outcomes_per_million_tokens


def _verified(digest: TeamDigest) -> Figure:
    week = digest.this_week
    before = [Decimal(one.outcomes.scored) for one in digest.history]
    said = against(Decimal(week.outcomes.scored), before, lambda value: f"{value:.0f}")
    return Figure("Verified outcomes", _number_verified(week), said)


def _number_verified(week: TeamWeek) -> str:
    """`8`, or `8 and 1 exploration, not scored`."""
    counts = week.outcomes
    if not counts.explored:
        return str(counts.verified)
    return f"{counts.scored} and {count(counts.explored, 'exploration')}, not scored"


def _cost_per_outcome(digest: TeamDigest) -> Figure:
    name = "Cost per verified outcome, list price"
    week = digest.this_week
    figures = week.figures.shown
    if figures and figures.tokens and week.outcomes.scored and is_unpriced(figures):
        return Figure(name, "not known", "no price is known for what was used")
    return figure(digest, name, lambda one: one.cost_per_verified_outcome_usd, usd)


def _given_back(found: WeekImpact, reverted: int) -> Iterator[str]:
    """`Sent back: 1 of 12 reviews (8%). Reverted: 1 outcome.`"""
    if found.decided:
        many = found.decided >= ENOUGH_FOR_A_SHARE and found.rejected
        share = f" ({percent(found.rejected / found.decided)})" if many else ""
        back = found.rejected or "none"
        yield f"Sent back: {back} of {count(found.decided, 'review')}{share}."
    if reverted:
        yield f"Reverted: {count(reverted, 'outcome')}."


def _effort(found: WeekImpact) -> Iterator[str]:
    """`Declared to verified: 2.5 days (median). Reviewing took 140 minutes in 8 of 12 reviews.`"""
    if found.days_to_verify is not None:
        days = f"{found.days_to_verify:.1f}".removesuffix(".0")
        unit = "day" if days == "1" else "days"
        yield f"Declared to verified: {days} {unit} (median)."
    if found.reviews_timed:
        timed, decided = found.reviews_timed, max(found.decided, found.reviews_timed)
        of_all = f"{timed} of {decided}" if timed < decided else f"{timed}"
        reviews = "review" if decided == 1 else "reviews"
        yield f"Reviewing took {count(found.review_minutes, 'minute')} in {of_all} {reviews}."


def _impacts(found: WeekImpact) -> Iterator[str]:
    """`Impact, as reviewers noted it: 3.5 hours saved a week and $12,000 of revenue a year.`"""
    noted = found.impacts or {}
    if noted:
        amounts = listed(impact(Impact(amount, unit)) for unit, amount in sorted(noted.items()))
        yield f"Impact, as reviewers noted it: {amounts}."
