"""The facts of sources of usage: how long each has been silent, and how long it usually is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.gathering import Gathering
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.subjects import Subject, SubjectFacts
from storage.facts import sources
from storage.facts.sources import Silence

KIND: Final = SubjectKind.SOURCE


def source_facts(
    session: Session, as_of: datetime, _gathering: Gathering
) -> Iterator[SubjectFacts]:
    """Every source that delivered in the eight weeks before the moment. Nothing is counted per person."""
    for silence in sources.silences(session, as_of):
        name = silence.source
        subject = Subject(KIND, f"source:{name}", {"source": name})
        yield SubjectFacts(subject, _facts(silence))


def _facts(silence: Silence) -> dict[str, FactValue]:
    return {
        "source.name": silence.source,
        "source.hours_since_data": silence.hours,
        "source.usual_gap_hours": silence.usual or 0.0,
        "source.gap_known": silence.usual is not None,
        "source.trust": silence.trust,
    }
