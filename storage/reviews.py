"""What verifiers wrote down, one row a verified outcome."""

from collections.abc import Collection
from decimal import Decimal

from sqlmodel import Session, col, select

from policies.reviews import Impact, ImpactUnit, Review
from storage.tables import OutcomeReviewRow
from storage.usage_ranges import slices


def save_review(session: Session, outcome_id: int, review: Review) -> None:
    """Store the review of an outcome, in the transaction that verifies it."""
    session.add(
        OutcomeReviewRow(
            outcome_id=outcome_id,
            review_minutes=review.minutes,
            impact_amount=f"{review.impact.amount:f}" if review.impact else None,
            impact_unit=review.impact.unit.name.lower() if review.impact else None,
        )
    )
    session.flush()


def review_of(session: Session, outcome_id: int) -> Review | None:
    """The review of an outcome; None before it is verified."""
    row = session.get(OutcomeReviewRow, outcome_id, populate_existing=True)
    return _review(row) if row else None


def reviews_of(session: Session, outcome_ids: Collection[int]) -> dict[int, Review]:
    """The reviews of those of the outcomes that have one, by the outcome's id."""
    found: dict[int, Review] = {}
    for ids in slices(sorted(outcome_ids)):
        query = select(OutcomeReviewRow).where(col(OutcomeReviewRow.outcome_id).in_(ids))
        rows = session.exec(query.execution_options(populate_existing=True))
        found |= {row.outcome_id: _review(row) for row in rows}
    return found


def _review(row: OutcomeReviewRow) -> Review:
    if row.impact_amount is None or row.impact_unit is None:
        return Review(row.review_minutes)
    unit = ImpactUnit[row.impact_unit.upper()]
    return Review(row.review_minutes, Impact(Decimal(row.impact_amount), unit))
