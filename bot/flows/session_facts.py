"""The facts of sessions with a request in the last week: for the pass, which shows each to the person alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.gathering import Gathering
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.subjects import Subject, SubjectFacts
from policies.sessions import session_facts
from policies.usage import microseconds
from storage.facts.homes import Homes, homes_by_zone
from storage.facts.known import known_as_of
from storage.facts.sessions import (
    SessionKey,
    SessionSums,
    SessionWindow,
    session_requests,
    session_sums,
)
from storage.usage_ranges import slices

PEOPLE_AT_ONCE: Final = 200


def facts_of_sessions(
    session: Session, as_of: datetime, gathering: Gathering
) -> Iterator[SubjectFacts]:
    """Every session to look at with its facts, a part of the people at a time."""
    classes = gathering.model_classes
    reviewed = (classes.frontier_ids(), classes.reviewed_ids())
    known = known_as_of(session, as_of)
    for homes in homes_by_zone(session, gathering.team_ids, gathering.person_ids):
        window = SessionWindow.of(as_of, homes.zone)
        for part in slices(sorted(homes.teams), PEOPLE_AT_ONCE):
            sums = session_sums(session, part, window, known, reviewed)
            if not sums:
                continue
            active = {person_id for person_id, _ in sums}
            for key, requests in session_requests(session, active, window, known):
                if key in sums:
                    course = session_facts(requests, microseconds(as_of))
                    yield SubjectFacts(_subject_of(key, homes), _values(sums[key], course))


def _values(found: SessionSums, course: dict[str, FactValue]) -> dict[str, FactValue]:
    is_attributed = 2 * found.attributed > found.sums.tokens
    return {**found.sums.facts(), **course, "session.is_attributed": is_attributed}


def _subject_of(key: SessionKey, homes: Homes) -> Subject:
    person_id, session_id = key
    team_id = homes.teams[person_id]
    labels = {
        "session": session_id,
        "person": str(person_id),
        "team": "" if team_id is None else str(team_id),
    }
    return Subject(
        SubjectKind.SESSION, f"session:{person_id}:{session_id}", labels, person_id, team_id
    )
