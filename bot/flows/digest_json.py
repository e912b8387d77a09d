"""The digest as JSON, for programs. What is withheld is null there too."""

from decimal import Decimal
from typing import Any

from policies.metrics import TeamDigest, TeamWeek


def digest_json(digest: TeamDigest) -> dict[str, Any]:
    """The documented keys; costs and ratios are numbers rounded to six places, or null."""
    return {
        "team": digest.team_name,
        **_week(digest.this_week),
        "history": [_week(week) for week in digest.history],
        "price_basis": digest.price_basis,
        "sources": [
            {"source": one.source, "trust": one.trust.name.lower(), "as_of": one.as_of.isoformat()}
            for one in digest.sources
        ],
    }


def _week(week: TeamWeek) -> dict[str, Any]:
    figures = week.figures.shown
    withheld = week.figures.withheld
    return {
        "week": str(week.week),
        "outcomes": {
            "declared": week.outcomes.declared,
            "claimed": week.outcomes.claimed,
            "verified": week.outcomes.verified,
        },
        "tokens": figures.tokens if figures else None,
        "tokens_unpriced": figures.tokens_unpriced if figures else None,
        "cost_list_usd": _number(figures.cost_list_usd) if figures else None,
        "outcomes_per_million_tokens": (
            _number(figures.outcomes_per_million_tokens) if figures else None
        ),
        "cost_per_verified_outcome_usd": (
            _number(figures.cost_per_verified_outcome_usd) if figures else None
        ),
        "contributors": week.contributors,
        "suppressed": week.suppressed,
        "withheld_because": withheld.reason if withheld else None,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(round(value, 6))
