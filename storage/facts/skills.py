"""How much of each person's work shows each of the four skills; policies/skills.py says what counts.

Sums of whole tokens and nano-dollars over the records of some local days, as they are linked now.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlmodel import Session

from policies.model_classes import ModelClasses
from policies.outcomes import Complexity
from policies.periods import day_bounds
from policies.sessions import SIDECHAIN
from policies.skills import (
    DRAGS_AFTER_US,
    DRAGS_FROM_REQUEST,
    LARGE_CONTEXT,
    LOOKED_BACK,
    SessionRequest,
    Skill,
    SkillWork,
    cost_of_dragging_on,
)
from policies.usage import Granularity, microseconds
from storage.facts.attributed import IS_AFTER_DECLARATION, outcome_table, with_outcomes
from storage.facts.usage_sums import SENT, TOKENS, sum_where
from storage.facts.windows import between
from storage.usage_ranges import slices, usage_table

SkillWorks = dict[int, dict[Skill, SkillWork]]

ROWS_AT_ONCE: Final = 5_000
SESSIONS_AT_ONCE: Final = 500

_raw, _outcome = usage_table.c, outcome_table.c
_COST: Final = func.coalesce(_raw.cost_list_nusd, 0)
_IS_REQUEST: Final = _raw.granularity == Granularity.REQUEST.value
_IS_SCORED: Final = and_(_outcome.id.is_not(None), _outcome.exploration.is_(False))
_IS_COUNTED: Final = and_(
    _IS_REQUEST,
    _raw.session_id.is_not(None),
    func.coalesce(_raw.agent_name, "") == "",
    func.coalesce(_raw.query_source, "") != SIDECHAIN,
)
"""Whether a record is a request of a session's main thread."""
_REQUEST: Final = (_raw.start_us, SENT, func.coalesce(_raw.output_total, 0), _COST)
"""The columns of a `SessionRequest`."""


def skill_works(
    session: Session,
    person_ids: Collection[int],
    zone: ZoneInfo,
    first_day: date,
    last_day: date,
    classes: ModelClasses,
) -> SkillWorks:
    """The work of each of these people from `first_day` to `last_day`, local days of the zone, by skill.

    Everybody asked for is in the answer with every skill. For a group's sums, as `person_weeks` are,
    and for the person alone.
    """
    days = _days(first_day, last_day, zone)
    starts, ends = day_bounds(first_day, zone)[0], day_bounds(last_day, zone)[1]
    found: SkillWorks = {one: dict.fromkeys(Skill, SkillWork(0, 0)) for one in sorted(person_ids)}
    for ids in slices(sorted(found)):
        of_people = _raw.person_id.in_(ids)
        in_records = _in_records(classes, days).where(of_people, between(starts, ends))
        dragged = _cost_of_dragging_on(session, ids, starts, ends)
        for person_id, *sums in session.connection().execute(in_records):
            found[person_id] = _works_of(sums, dragged.get(person_id, 0))
    return found


def _days(first: date, last: date, zone: ZoneInfo) -> list[tuple[date, datetime]]:
    """The days, each with its end."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [(day, day_bounds(day, zone)[1]) for day in days]


def _works_of(sums: Sequence[Any], dragged: int) -> dict[Skill, SkillWork]:
    """The works by skill, of the columns of `_in_records`; PostgreSQL sums whole numbers to decimals."""
    declared, linked, sound, sent, matched, classed, in_sessions = map(int, sums)
    return {
        Skill.SCOPE_FIRST: SkillWork(declared, linked),
        Skill.CURATE_CONTEXT: SkillWork(sound, sent),
        Skill.MATCH_MODEL: SkillWork(matched, classed),
        Skill.RESTART_CLEAN: SkillWork(in_sessions - dragged, in_sessions),
    }


def _in_records(classes: ModelClasses, days: Sequence[tuple[date, datetime]]) -> Select[Any]:
    """What each record tells by itself, by person, in the order in which `_works_of` takes it."""
    is_classed = and_(_IS_SCORED, _raw.model_id.in_(sorted(classes.reviewed_ids())))
    is_mismatch = and_(
        _outcome.complexity == Complexity.TRIVIAL.value,
        _raw.model_id.in_(sorted(classes.frontier_ids())),
    )
    return (
        select(
            _raw.person_id,
            sum_where(and_(_IS_SCORED, IS_AFTER_DECLARATION), TOKENS),
            sum_where(_IS_SCORED, TOKENS),
            sum_where(and_(_IS_REQUEST, SENT < LARGE_CONTEXT), SENT),
            sum_where(_IS_REQUEST, SENT),
            sum_where(and_(is_classed, ~is_mismatch), _COST),
            sum_where(is_classed, _COST),
            sum_where(_IS_COUNTED, _COST),
        )
        .select_from(with_outcomes(days))
        .group_by(_raw.person_id)
    )


def _cost_of_dragging_on(
    session: Session, person_ids: Collection[int], starts: datetime, ends: datetime
) -> dict[int, int]:
    """What sessions cost within the stretch while they dragged on, by person."""
    found: dict[int, int] = {}
    window = between(starts - LOOKED_BACK, ends)
    long = _long_sessions(session, _raw.person_id.in_(person_ids), window, starts)
    for keys in slices(long, SESSIONS_AT_ONCE):
        people = {person_id for person_id, _ in keys}
        in_order = (_raw.person_id, _raw.session_id, _raw.start_us, _raw.usage_key)
        query = (
            select(_raw.person_id, _raw.session_id, *_REQUEST)
            .where(_raw.person_id.in_(people), window, _IS_COUNTED)
            .where(tuple_(_raw.person_id, _raw.session_id).in_(keys))
            .order_by(*in_order)
        )
        rows = session.connection().execute(query.execution_options(yield_per=ROWS_AT_ONCE))
        for (person_id, _), requests in groupby(rows, itemgetter(0, 1)):
            course = (SessionRequest(*row[2:]) for row in requests)
            cost = cost_of_dragging_on(course, microseconds(starts))
            found[person_id] = found.get(person_id, 0) + cost
    return found


def _long_sessions(
    session: Session, of_people: ColumnElement[bool], window: ColumnElement[bool], starts: datetime
) -> list[tuple[int, str]]:
    """The sessions that can have dragged on within the stretch that begins there, by person and id."""
    last = func.max(_raw.start_us)
    query = (
        select(_raw.person_id, _raw.session_id)
        .where(of_people, window, _IS_COUNTED)
        .group_by(_raw.person_id, _raw.session_id)
        .having(
            last >= microseconds(starts),
            last - func.min(_raw.start_us) >= DRAGS_AFTER_US,
            func.count() >= DRAGS_FROM_REQUEST,
        )
    )
    return sorted((one, id_) for one, id_ in session.connection().execute(query))
