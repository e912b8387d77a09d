"""The facts of workflows that ran in the last four weeks: does a run get cheaper with repetition?"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.gathering import Gathering
from bot.flows.workflow_runs import HISTORY, completed_runs
from policies.learning import RepeatCost, Run, repeat_cost
from policies.pricing import PriceBook
from policies.rules.catalogue import facts_without_data
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.subjects import Subject, SubjectFacts
from policies.usage import microseconds
from storage.facts.homes import homes_by_zone
from storage.facts.known import known_as_of
from storage.facts.workflows import RunPart, runs_of_workflows
from storage.usage_ranges import slices

ACTIVE_WITHIN: Final = timedelta(days=28)
PEOPLE_AT_ONCE: Final = 500


def workflow_facts(
    session: Session, as_of: datetime, gathering: Gathering
) -> Iterator[SubjectFacts]:
    """Every workflow to look at with its facts, a part of the people at a time."""
    known = known_as_of(session, as_of)
    active_since = microseconds(as_of - ACTIVE_WITHIN)
    for homes in homes_by_zone(session, gathering.team_ids, gathering.person_ids):
        for part in slices(sorted(homes.teams), PEOPLE_AT_ONCE):
            found = runs_of_workflows(session, part, as_of - HISTORY, as_of, known)
            for (person_id, name), parts in found:
                if max(one.last_us for one in parts) >= active_since:
                    learnt = repeat_cost(_runs(parts, gathering.price_book, as_of))
                    subject = _subject_of(name, person_id, homes.teams[person_id])
                    yield SubjectFacts(subject, _values(name, learnt))


def _runs(parts: Sequence[RunPart], book: PriceBook, as_of: datetime) -> list[Run]:
    return [one.run for one in completed_runs(parts, book, as_of)]


def _values(name: str, learnt: RepeatCost | None) -> dict[str, FactValue]:
    values = {**facts_without_data(SubjectKind.WORKFLOW), "workflow.name": name}
    if learnt is None:
        return values
    values |= {
        "workflow.runs": learnt.runs,
        "workflow.model": learnt.model,
        "workflow.first_cost_usd": learnt.first_usd,
        "workflow.last_cost_usd": learnt.last_usd,
        "workflow.excess_usd": learnt.excess_usd,
        "workflow.change_low": learnt.change_low,
        "workflow.change_high": learnt.change_high,
    }
    if learnt.trend is not None:
        values |= {
            "workflow.slope_low": learnt.trend.low,
            "workflow.slope_high": learnt.trend.high,
            "workflow.slope_known": True,
        }
    return values


def _subject_of(name: str, person_id: int, team_id: int | None) -> Subject:
    labels = {
        "workflow": name,
        "person": str(person_id),
        "team": "" if team_id is None else str(team_id),
    }
    key = f"workflow:{person_id}:{name}"
    return Subject(SubjectKind.WORKFLOW, key, labels, person_id, team_id)
