"""Which usage is that of transcription and meeting bots: by the names that sources give it."""

from typing import Final

from sqlalchemy import ColumnElement, false, or_, select
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


def is_bot(session: Session, homes: Homes, day: RunningDay) -> ColumnElement[bool]:
    """The condition on records of the day to be of such a bot.

    The few different names of a day are compared here and looked up in the records: to compare each
    record with each pattern costs more than all the sums together.
    """
    query = (
        select(*_named)
        .where(_raw.person_id.in_(homes.ids), between(day.starts, day.as_of))
        .distinct()
    )
    found = session.connection().execute(query).all()
    conditions = []
    for place, column in enumerate(_named):
        names = {row[place] for row in found if row[place] and _listens(row[place])}
        if names:
            conditions.append(column.in_(sorted(names)))
    return or_(false(), *conditions)


def _listens(name: str) -> bool:
    folded = name.casefold()
    return any(part in folded for part in NAMES)
