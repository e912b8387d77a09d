"""The facts of every subject of a kind, as of a moment: what rules judge."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.engineer_day_facts import engineer_day_facts
from bot.flows.engineer_week_facts import engineer_week_facts
from bot.flows.gathering import Gatherer, Gathering
from bot.flows.outcome_facts import outcome_facts
from bot.flows.session_facts import facts_of_sessions
from bot.flows.source_facts import source_facts
from bot.flows.team_week_facts import team_week_facts
from bot.flows.workflow_facts import workflow_facts
from policies.rules.facts import SubjectKind
from policies.rules.subjects import SubjectFacts

__all__ = ["Gatherer", "Gathering", "facts_of"]

GATHERERS: Final[dict[SubjectKind, Gatherer]] = {
    SubjectKind.ENGINEER_DAY: engineer_day_facts,
    SubjectKind.ENGINEER_WEEK: engineer_week_facts,
    SubjectKind.OUTCOME: outcome_facts,
    SubjectKind.SESSION: facts_of_sessions,
    SubjectKind.WORKFLOW: workflow_facts,
    SubjectKind.TEAM_WEEK: team_week_facts,
    SubjectKind.SOURCE: source_facts,
}


def facts_of(
    session: Session, kind: SubjectKind, as_of: datetime, gathering: Gathering
) -> Iterator[SubjectFacts]:
    """Every subject of the kind with all its facts, as far as they were known at the moment.

    One at a time while the session goes on reading, zone by zone for people: no order of figures.
    Personal facts, for the pass alone, which shows each to whom it concerns.
    """
    return GATHERERS[kind](session, as_of, gathering)
