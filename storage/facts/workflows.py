"""Runs of workflows: each session in which somebody ran one, by model, as of a moment.

A workflow is what the source names as one, else the agent that ran; a tool alone is none, since one tool
serves for everything. Each person's runs are apart: what one learns does not make another's cheaper.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from policies.usage import Granularity, TokenCounts
from storage.facts.usage_sums import rows_where
from storage.facts.windows import between
from storage.usage_ranges import TOKEN_CLASSES, usage_table

ROWS_AT_ONCE: Final = 5_000

_raw = usage_table.c

WORKFLOW: Final[ColumnElement[Any]] = func.coalesce(
    func.nullif(_raw.workflow_id, ""), func.nullif(_raw.agent_name, "")
)
"""The name of the workflow that a record belongs to; null for none."""


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
    by = (_raw.person_id, WORKFLOW.label("workflow"), _raw.session_id, _raw.model_id)
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
            WORKFLOW.is_not(None),
            _raw.session_id.is_not(None),
            _raw.granularity == Granularity.REQUEST.value,
            known,
        )
        .group_by(_raw.person_id, "workflow", _raw.session_id, _raw.model_id)
        .order_by(_raw.person_id, "workflow")
    )
    found = session.connection().execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    for key, rows in groupby(found, itemgetter(0, 1)):
        yield key, [_part_of(*row[2:]) for row in rows]


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
