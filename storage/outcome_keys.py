"""Changing the keys of outcomes that there are already, and with them what usage counts for."""

from datetime import datetime

from sqlmodel import Session, col, delete

from policies.outcomes import Outcome, OutcomeEvent, OutcomeKey
from storage import attribution, outcomes
from storage.tables import OutcomeKeyRow


def set_keys(
    session: Session, before: Outcome, after: Outcome, actor_id: int, now: datetime
) -> OutcomeEvent:
    """Store the keys of `after` in place of those of `before`, with the event.

    The caller holds the team since before `before` was read (`attribution.hold_team`).
    """
    session.exec(delete(OutcomeKeyRow).where(col(OutcomeKeyRow.outcome_id) == before.id))
    session.add_all(
        OutcomeKeyRow(outcome_id=after.id, place=place, kind=key.kind.value, value=key.value)
        for place, key in enumerate(after.keys)
    )
    session.flush()
    event = outcomes.note_change(session, after, actor_id, "keys", _told(before, after), now)
    attribution.outcomes_changed(session, after, former_keys=before.keys)
    return event


def _told(before: Outcome, after: Outcome) -> str:
    """`added ticket PAY-123; removed branch faster-checkout`."""
    changes = {
        "added": [key for key in after.keys if key not in before.keys],
        "removed": [key for key in before.keys if key not in after.keys],
    }
    return "; ".join(
        f"{did} {', '.join(map(_named, keys))}" for did, keys in changes.items() if keys
    )


def _named(key: OutcomeKey) -> str:
    return f"{key.kind.value} {key.value}"
