"""By which names the usage of a day goes, and which of it is that of transcription and meeting bots."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session

from storage.facts.homes import Homes
from storage.facts.windows import RunningDay, between
from storage.usage_ranges import usage_table

NAMES: Final = (
    "transcri",
    "whisper",
    "meeting",
    "notetaker",
    "note-taker",
    "otter.ai",
    "fireflies",
)
"""What a tool, agent, origin or model is called that listens to people."""

_raw = usage_table.c
_named: Final = (_raw.tool, _raw.agent_name, _raw.query_source, _raw.model_id)


class DayNames(NamedTuple):
    """What the records of a day are called, and whether they name the API key that they went by."""

    tool: str | None
    agent_name: str | None
    query_source: str | None
    model_id: str
    has_key: bool


def names_of(session: Session, homes: Homes, day: RunningDay) -> list[DayNames]:
    """The few different names of all records of the day."""
    query = (
        select(*_named, _raw.api_key_ref.is_not(None))
        .where(_raw.person_id.in_(homes.ids), between(day.starts, day.as_of))
        .distinct()
    )
    return [DayNames(*row) for row in session.connection().execute(query)]


def is_bot(names: Sequence[DayNames]) -> ColumnElement[bool] | None:
    """The condition on records that go by these names to be of such a bot; None where none can be.

    The names are compared here and looked up in the records: to compare each record with each pattern
    costs more than all the sums together.
    """
    conditions = []
    for place, column in enumerate(_named):
        listening = {name for one in names if (name := one[place]) and _listens(str(name))}
        if listening:
            conditions.append(column.in_(sorted(listening)))
    return or_(*conditions) if conditions else None


def _listens(name: str) -> bool:
    folded = name.casefold()
    return any(part in folded for part in NAMES)
