"""What people call their sessions on a branch or in a repository, so that these are runs of a workflow."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from policies.workflows import LabelKind, WorkflowLabel
from storage.inserts import insert_of
from storage.tables import WorkflowLabelRow


def labels_of(session: Session, person_id: int) -> list[WorkflowLabel]:
    """A person's labels, oldest first."""
    query = (
        select(WorkflowLabelRow)
        .where(WorkflowLabelRow.person_id == person_id)
        .order_by(col(WorkflowLabelRow.id))
        .execution_options(populate_existing=True)
    )
    return [_label(row) for row in session.exec(query)]


def count_of(session: Session, person_id: int) -> int:
    """How many labels a person has."""
    query = select(func.count()).where(WorkflowLabelRow.person_id == person_id)
    return session.exec(query).one()


def people_with_labels(session: Session, person_ids: Collection[int]) -> list[int]:
    """Those of these people who have any, by id."""
    query = (
        select(WorkflowLabelRow.person_id)
        .where(col(WorkflowLabelRow.person_id).in_(sorted(person_ids)))
        .distinct()
        .order_by(col(WorkflowLabelRow.person_id))
    )
    return list(session.exec(query))


def put_label(
    session: Session, person_id: int, kind: LabelKind, value: str, name: str, now: datetime
) -> WorkflowLabel:
    """Call what is on a branch or in a repository by this name, in place of another name it had."""
    insert = insert_of(session)
    values = {
        "person_id": person_id,
        "kind": kind.value,
        "value": value,
        "name": name,
        "created_at": now,
    }
    statement = (
        insert(WorkflowLabelRow)
        .values(values)
        .on_conflict_do_update(
            index_elements=["person_id", "kind", "value"], set_={"name": name, "created_at": now}
        )
        .returning(col(WorkflowLabelRow.id))
    )
    return WorkflowLabel(session.exec(statement).scalar_one(), kind, value, name)


def take_away(session: Session, person_id: int, label_id: int) -> WorkflowLabel | None:
    """Remove one of a person's own labels; None where they have none with this id."""
    row = session.get(WorkflowLabelRow, label_id, populate_existing=True)
    if row is None or row.person_id != person_id:
        return None
    label = _label(row)
    session.delete(row)
    session.flush()
    return label


def absorb(session: Session, into: int, other: int) -> None:
    """Give one person's labels to another who turned out to be the same; what both named keeps its name."""
    kept = {(one.kind, one.value) for one in labels_of(session, into)}
    rows = session.exec(select(WorkflowLabelRow).where(WorkflowLabelRow.person_id == other)).all()
    for row in rows:
        if (row.kind, row.value) in kept:
            session.delete(row)
        else:
            row.person_id = into
            session.add(row)
    session.flush()


def forget(session: Session, person_id: int) -> None:
    """Remove all labels of a person."""
    session.exec(delete(WorkflowLabelRow).where(col(WorkflowLabelRow.person_id) == person_id))


def _label(row: WorkflowLabelRow) -> WorkflowLabel:
    if row.id is None:
        raise ValueError("a stored label has an id")
    return WorkflowLabel(row.id, LabelKind(row.kind), row.value, row.name)
