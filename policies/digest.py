"""What a digest tells of a team's week: the team's figures, its outcomes, behaviours, workflows and a tip."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from policies.metrics import TeamWeek
from policies.outcomes import Outcome
from policies.practices import Practice
from policies.privacy import Published
from policies.reviews import ImpactUnit
from policies.rules.reports import FindingCounts
from policies.skills import SkillShare
from policies.usage import Trust
from policies.workflows import TeamCurve, curve_json


@dataclass(frozen=True, slots=True)
class TeamSource:
    """A source that enough of a team use to name it, and the UTC day up to which it has delivered.

    `is_stale` is whether the week's end is missing from it.
    """

    source: str
    trust: Trust
    as_of: date
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class UsualRange:
    """Between what a ratio lay in nine of ten weeks like those before, as a bootstrap over `weeks` finds it."""

    low: Decimal
    high: Decimal
    weeks: int
    position: Literal["below", "within", "above"]


@dataclass(frozen=True, slots=True)
class WeekImpact:
    """What became of outcomes in the week, beyond how many: facts that team mates know of each other.

    `decided` are the reviews of the week, of which `rejected` were sent back. `days_to_verify` is the
    median from declared to verified, None where nothing was verified. `review_minutes` is the sum over
    `reviews_timed` reviews that noted them. `impacts` add up what reviews noted, by unit.
    """

    durable: tuple[Outcome, ...] = ()
    rejected: int = 0
    decided: int = 0
    days_to_verify: float | None = None
    review_minutes: int = 0
    reviews_timed: int = 0
    impacts: Mapping[ImpactUnit, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TeamDigest:
    """A team's week, its previous weeks (oldest first), and the outcomes it is about.

    `sources`, `other_sources` (how many too few people use to be named) and `price_basis`
    ("genai-prices of 2026-11-01") say where figures come from; they are empty where none is shown.
    `findings` are those of the rules at stage digest and beyond, None where their number is not told.
    `usual` is about outcomes per million tokens, None with too few weeks or outcomes to say.
    """

    team_id: int
    team_name: str
    this_week: TeamWeek
    history: tuple[TeamWeek, ...]
    verified: tuple[Outcome, ...]
    claimed: tuple[Outcome, ...]
    declared: tuple[Outcome, ...]
    reverted: tuple[Outcome, ...] = ()
    sources: tuple[TeamSource, ...] = ()
    other_sources: int = 0
    price_basis: str = ""
    findings: FindingCounts | None = None
    impact: WeekImpact = field(default_factory=WeekImpact)
    usual: Published[UsualRange] | None = None
    workflows: tuple[Published[TeamCurve], ...] = ()
    tip: Practice | None = None


def digest_json(digest: TeamDigest) -> dict[str, object]:
    """A digest as `mileage digest --format json` prints it: this week, `history` of the same keys, provenance.

    Tokens, cost (USD) and ratios are numbers, or None where they are withheld or nothing divides.
    `outcomes.verified` counts exploration too; the ratios leave it out. `unattributed_share` is the
    part of the tokens that count for no outcome, 0 to 1. Shares of skills are too, and only those are there
    that may be told; `reach` says in the work of how many people a skill shows: few, about_half or most.
    `usual_range` is of outcomes per million tokens, in nine of ten weeks like those before.
    """
    weeks = [_week_json(digest.team_name, week) for week in digest.history]
    sources = digest.sources if digest.this_week.figures.shown else ()
    return {
        **_week_json(digest.team_name, digest.this_week),
        "history": weeks,
        "price_basis": digest.price_basis,
        "other_sources": digest.other_sources,
        "sources": [
            {
                "source": one.source,
                "trust": one.trust.name.lower(),
                "as_of": one.as_of.isoformat(),
                "is_stale": one.is_stale,
            }
            for one in sources
        ],
        "usual_range": _usual_json(digest.usual),
        "impact": _impact_json(digest.impact),
        "findings": asdict(digest.findings) if digest.findings else None,
        "workflows": [
            curve_json(curve) for one in digest.workflows if (curve := one.shown) is not None
        ],
        "tip": _tip_json(digest.tip),
    }


def _usual_json(usual: Published[UsualRange] | None) -> dict[str, object] | None:
    found = usual.shown if usual else None
    if found is None:
        return None
    return {
        "low": float(found.low),
        "high": float(found.high),
        "weeks": found.weeks,
        "position": found.position,
    }


def _impact_json(impact: WeekImpact) -> dict[str, object]:
    return {
        "durable": len(impact.durable),
        "decided": impact.decided,
        "rejected": impact.rejected,
        "days_to_verify": impact.days_to_verify,
        "review_minutes": impact.review_minutes,
        "reviews_timed": impact.reviews_timed,
        "impacts": {unit.name.lower(): float(amount) for unit, amount in impact.impacts.items()},
    }


def _tip_json(tip: Practice | None) -> dict[str, str] | None:
    if tip is None:
        return None
    return {"id": tip.id, "skill": tip.skill.value, "title": tip.title, "source": tip.source}


def _week_json(team: str, week: TeamWeek) -> dict[str, object]:
    figures, withheld = week.figures.shown, week.figures.withheld
    return {
        "team": team,
        "week": str(week.week),
        "outcomes": {
            "declared": week.outcomes.declared,
            "claimed": week.outcomes.claimed,
            "verified": week.outcomes.verified,
            "reverted": week.outcomes.reverted,
        },
        "verified_exploration": week.outcomes.explored,
        "tokens": figures.tokens if figures else None,
        "tokens_unpriced": figures.tokens_unpriced if figures else None,
        "cost_list_usd": _number(figures.cost_list_usd) if figures else None,
        "tokens_by_class": dict(figures.by_class) if figures and figures.by_class else None,
        "cache_share": figures.cache_share if figures else None,
        "skills": [_skill_json(one) for one in figures.skills] if figures else [],
        "unattributed_share": _rounded(figures.unattributed_share) if figures else None,
        "outcomes_per_million_tokens": (
            _number(figures.outcomes_per_million_tokens) if figures else None
        ),
        "cost_per_verified_outcome_usd": (
            _number(figures.cost_per_verified_outcome_usd) if figures else None
        ),
        "contributors": week.contributors,
        "suppressed": week.suppressed,
        "withheld_because": withheld.reason if withheld else None,
        "fixed_on": week.fixed_on.isoformat() if week.fixed_on else None,
    }


def _skill_json(one: SkillShare) -> dict[str, object]:
    reach = None if one.reach is None else one.reach.name.lower()
    return {
        "skill": one.skill.value,
        "share": one.share,
        "is_rough": one.is_rough,
        "reach": reach,
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
