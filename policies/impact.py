"""What became of a team's outcomes in a week: facts that team mates know of each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import median

from policies.digest import WeekImpact
from policies.outcomes import Outcome
from policies.reviews import ImpactUnit, Review


def week_impact(
    verified: Sequence[Outcome],
    durable: Sequence[Outcome],
    reviews: Mapping[int, Review],
    decided: int,
    rejected: int,
) -> WeekImpact:
    """Add up what was verified in a week, by the reviews of it; `reviews` are by the outcome's id."""
    written = [reviews[one.id] for one in verified if one.id in reviews]
    minutes = [one.minutes for one in written if one.minutes is not None]
    return WeekImpact(
        durable=tuple(durable),
        rejected=rejected,
        decided=decided,
        days_to_verify=_days_to_verify(verified),
        review_minutes=sum(minutes),
        reviews_timed=len(minutes),
        impacts=_impacts(written),
    )


def _days_to_verify(verified: Iterable[Outcome]) -> float | None:
    taken = [
        (one.verified_at - one.declared_at) / timedelta(days=1)
        for one in verified
        if one.verified_at is not None
    ]
    return median(taken) if taken else None


def _impacts(reviews: Iterable[Review]) -> Mapping[ImpactUnit, Decimal]:
    """By unit, in the order of the units; amounts of one unit add up."""
    found: dict[ImpactUnit, Decimal] = defaultdict(Decimal)
    for one in reviews:
        if one.impact is not None:
            found[one.impact.unit] += one.impact.amount
    return {unit: found[unit] for unit in ImpactUnit if unit in found}
