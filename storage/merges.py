"""Which outcomes became part of which others."""

from sqlmodel import Session, col, select

from storage.tables import OutcomeMergeRow


def add_merge(session: Session, outcome_id: int, into_id: int) -> None:
    """Note that an outcome is part of another from now on."""
    session.add(OutcomeMergeRow(outcome_id=outcome_id, into_id=into_id))
    session.flush()


def merged_into(session: Session, outcome_id: int) -> int | None:
    """The outcome that this one became part of."""
    row = session.get(OutcomeMergeRow, outcome_id, populate_existing=True)
    return row.into_id if row else None


def parts_of(session: Session, into_id: int) -> list[int]:
    """The outcomes that became part of this one, by id."""
    query = (
        select(OutcomeMergeRow.outcome_id)
        .where(OutcomeMergeRow.into_id == into_id)
        .order_by(col(OutcomeMergeRow.outcome_id))
    )
    return list(session.exec(query))
