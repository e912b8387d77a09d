"""The keys of outcomes that there are already."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from policies.outcomes import Outcome, OutcomeKey
from storage import attribution, outcomes
from storage.tables import OutcomeKeyRow


def add_key(
    session: Session, outcome: Outcome, key: OutcomeKey, actor_id: int, now: datetime
) -> None:
    """Give an outcome one more key, with its event, and let the usage that carries it count for it."""
    attribution.hold_team(session, outcome.team_id)
    of_it = col(OutcomeKeyRow.outcome_id) == outcome.id
    free = select(func.coalesce(func.max(OutcomeKeyRow.place) + 1, 0)).where(of_it)
    session.add(
        OutcomeKeyRow(
            outcome_id=outcome.id,
            place=session.exec(free).one(),
            kind=key.kind.value,
            value=key.value,
        )
    )
    outcomes.note_change(session, outcome, actor_id, "keys", key.value, now)
    attribution.outcomes_changed(session, outcome)
