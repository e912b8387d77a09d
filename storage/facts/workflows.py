"""Runs of workflows: each session in which somebody ran one, by model, as of a moment.

A workflow is what the source names as one, else the agent that ran, else what the person called their
sessions on the branch or in the repository; a tool alone is none, since one tool serves for everything.
Each person's runs are apart: what one learns does not make another's cheaper.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session

from policies.usage import Granularity, TokenCounts
from policies.workflows import LabelKind
from storage.facts.usage_sums import rows_where
from storage.facts.windows import between
from storage.tables import WorkflowLabelRow, table_of
from storage.usage_ranges import TOKEN_CLASSES, usage_table
from storage.workflow_labels import people_with_labels

ROWS_AT_ONCE: Final = 5_000

_raw = usage_table.c
_label = table_of(WorkflowLabelRow).c

NAMED: Final[ColumnElement[Any]] = func.coalesce(
    func.nullif(_raw.workflow_id, ""), func.nullif(_raw.agent_name, "")
)
"""The name of the workflow that a record belongs to, as its source tells it; null for none."""


class RunPart(NamedTuple):
    """What one model took of one run. `cost_nusd` is at the list prices of its time, None if not all is known."""

    session_id: str
    model_id: str
    model_raw: str
    first_us: int
    last_us: int
    cost_nusd: int | None
    tokens: TokenCounts


def runs_of_workflows(
    session: Session,
    person_ids: Collection[int],
    first: datetime,
    as_of: datetime,
    known: ColumnElement[bool],
) -> Iterator[tuple[tuple[int, str], list[RunPart]]]:
    """The runs of these people from `first` on, by person and workflow."""
    workflow = _workflow(people_with_labels(session, person_ids))
    by = (_raw.person_id, workflow.label("workflow"), _raw.session_id, _raw.model_id)
    query = (
        select(
            *by,
            func.min(_raw.model_raw),
            func.min(_raw.start_us),
            func.max(_raw.start_us),
            func.sum(_raw.cost_list_nusd),
            rows_where(_raw.cost_list_nusd.is_(None)),
            *(func.sum(_raw[name]) for name in TOKEN_CLASSES),
        )
        .where(
            _raw.person_id.in_(sorted(person_ids)),
            between(first, as_of),
            workflow.is_not(None),
            _raw.session_id.is_not(None),
            _raw.granularity == Granularity.REQUEST.value,
            known,
        )
        .group_by(_raw.person_id, "workflow", _raw.session_id, _raw.model_id)
        .order_by(_raw.person_id, "workflow")
    )
    found = session.connection().execute(query.execution_options(yield_per=ROWS_AT_ONCE))
    for key, rows in groupby(found, itemgetter(0, 1)):
        yield key, [_part_of(*row[2:]) for row in rows]


def _workflow(labelling: Collection[int]) -> ColumnElement[Any]:
    """The name of the workflow of a record; `labelling` are those of the people who have labels."""
    if not labelling:
        return NAMED
    return func.coalesce(NAMED, case((_raw.person_id.in_(labelling), _name_of_label())))


def _name_of_label() -> ColumnElement[Any]:
    """What the person of a record calls its branch, by the longest beginning, else its repository."""
    begins = func.substr(_raw.branch, 1, func.length(_label.value)) == _label.value
    names_branch = _label.kind == LabelKind.BRANCH.value
    is_of_it = or_(
        and_(names_branch, begins),
        and_(_label.kind == LabelKind.REPOSITORY.value, _label.value == _raw.repo),
    )
    return (
        select(_label.name)
        .where(_label.person_id == _raw.person_id, is_of_it)
        .order_by(case((names_branch, 0), else_=1), func.length(_label.value).desc())
        .limit(1)
        .correlate(usage_table)
        .scalar_subquery()
    )


def _part_of(
    session_id: str,
    model_id: str,
    model_raw: str,
    first_us: int,
    last_us: int,
    cost: Any,  # noqa: ANN401 - a sum is a decimal on PostgreSQL
    unpriced: int,
    *classes: Any,  # noqa: ANN401
) -> RunPart:
    known = None if unpriced or cost is None else int(cost)
    tokens = TokenCounts(*(None if count is None else int(count) for count in classes))
    return RunPart(session_id, model_id, model_raw, first_us, last_us, known, tokens)
