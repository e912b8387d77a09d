"""The facts of outcomes: open ones, and those closed in the last two weeks.

What was used is what their owner used, since only the owner is told; what others used for an outcome is
told to nobody (bot/flows/outcome_usage.py).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flows.gathering import Gathering
from policies.comparison import Comparison, ModelUse, compare, thresholds_of
from policies.outcomes import outcome_label
from policies.periods import day_bounds
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.subjects import Subject, SubjectFacts
from policies.usage import NANOS_PER_USD, microseconds
from storage.facts.homes import homes_by_zone
from storage.facts.known import known_as_of
from storage.facts.outcome_states import OutcomeThen, outcomes_as_of
from storage.facts.outcome_usage import OutcomeUse, usage_of_outcomes
from storage.facts.usage_sums import UsageSums

CLOSED_FOR: Final = timedelta(days=14)
"""So long after it was closed an outcome is still looked at, so that findings about it end."""
OUTCOMES_AT_ONCE: Final = 2_000
US_PER_DAY: Final = 86_400_000_000
NO_COMPARISON: Final[dict[str, FactValue]] = {
    "cheaper.cost_usd": 0.0,
    "cheaper.saving_usd": 0.0,
    "cheaper.model": "",
    "cheaper.known": False,
}


def outcome_facts(
    session: Session, as_of: datetime, gathering: Gathering
) -> Iterator[SubjectFacts]:
    """Every outcome to look at with its facts, by the zone of its owner and by id."""
    closed_since = as_of - CLOSED_FOR
    found = list(
        outcomes_as_of(session, as_of, closed_since, gathering.team_ids, gathering.person_ids)
    )
    owners = {one.owner_id for one in found}
    for homes in homes_by_zone(session, person_ids=owners):
        of_zone = [one for one in found if one.owner_id in homes.teams]
        for start in range(0, len(of_zone), OUTCOMES_AT_ONCE):
            part = of_zone[start : start + OUTCOMES_AT_ONCE]
            yield from _facts_of(session, part, homes.zone, as_of, gathering)


def _facts_of(
    session: Session,
    outcomes: Sequence[OutcomeThen],
    zone: ZoneInfo,
    as_of: datetime,
    gathering: Gathering,
) -> Iterator[SubjectFacts]:
    classes = gathering.model_classes
    uses = usage_of_outcomes(
        session,
        [one.id for one in outcomes],
        zone,
        known_as_of(session, as_of),
        (classes.frontier_ids(), classes.reviewed_ids()),
        thresholds_of(classes, gathering.price_book, microseconds(as_of)),
    )
    used = {id_: list(group) for id_, group in groupby(uses, key=lambda use: use.outcome_id)}
    for outcome in outcomes:
        of_it = used.get(outcome.id, [])
        compared = compare((_model_use(one, zone) for one in of_it), classes, gathering.price_book)
        yield SubjectFacts(_subject_of(outcome), _values(outcome, of_it, compared, as_of))


def _values(
    outcome: OutcomeThen,
    uses: Sequence[OutcomeUse],
    compared: Comparison | None,
    as_of: datetime,
) -> dict[str, FactValue]:
    sums = UsageSums.total(one.sums for one in uses)
    before = sum(one.before_declared for one in uses)
    latest = max((one.last_us for one in uses), default=None)
    age = microseconds(as_of) - microseconds(outcome.declared_at)
    return {
        **sums.facts(),
        "outcome.kind": outcome.kind,
        "outcome.size": outcome.size,
        "outcome.complexity": outcome.complexity,
        "outcome.state": outcome.state.value,
        "outcome.is_open": outcome.is_open,
        "outcome.is_exploration": outcome.is_exploration,
        "outcome.age_days": age / US_PER_DAY,
        "outcome.days_since_usage": (
            (microseconds(as_of) - latest) / US_PER_DAY if latest is not None else 0.0
        ),
        "outcome.before_declared_share": before / sums.tokens if sums.tokens else 0.0,
        "outcome.has_evidence": outcome.has_evidence,
        "outcome.rejections": outcome.rejections,
        **(_compared(compared) if compared else NO_COMPARISON),
    }


def _compared(compared: Comparison) -> dict[str, FactValue]:
    return {
        "cheaper.cost_usd": compared.cost_nusd / NANOS_PER_USD,
        "cheaper.saving_usd": compared.saving_nusd / NANOS_PER_USD,
        "cheaper.model": compared.model,
        "cheaper.known": True,
    }


def _model_use(use: OutcomeUse, zone: ZoneInfo) -> ModelUse:
    """At the price of the day's noon: in UTC a local day lies on two."""
    start, end = day_bounds(use.day, zone)
    noon_us = microseconds(start + (end - start) / 2)
    cost = None if use.sums.unpriced else use.sums.cost_nusd
    return ModelUse(use.model_id, noon_us, use.above, use.classes, cost)


def _subject_of(outcome: OutcomeThen) -> Subject:
    labels = {
        "outcome": outcome_label(outcome.id),
        "person": str(outcome.owner_id),
        "team": str(outcome.team_id),
    }
    return Subject(
        SubjectKind.OUTCOME,
        f"outcome:{outcome.id}",
        labels,
        outcome.owner_id,
        outcome.team_id,
        outcome.id,
    )
