"""What verifiers wrote down, one row a verified outcome."""

from decimal import Decimal

from sqlmodel import Session

from policies.reviews import Impact, ImpactUnit, Review
from storage.tables import OutcomeReviewRow


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
    if row is None:
        return None
    if row.impact_amount is None or row.impact_unit is None:
        return Review(row.review_minutes)
    unit = ImpactUnit[row.impact_unit.upper()]
    return Review(row.review_minutes, Impact(Decimal(row.impact_amount), unit))
