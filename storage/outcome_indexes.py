"""The outcomes that people's usage can count for: those of the teams that they were in at the time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from policies.attribution import Attributable, OutcomeIndex
from policies.outcomes import KeyKind, OutcomeKey, OutcomeState, local_day_of
from storage import memberships
from storage.memberships import TeamSpan
from storage.tables import OutcomeKeyRow, OutcomeMergeRow, OutcomeRow, TeamLeadRow, TeamRow
from storage.usage_ranges import slices


@dataclass(slots=True)
class OutcomeIndexes:
    """What `policies.attribution` looks usage up in, by person and day. Each index is made once."""

    spans: Mapping[int, Sequence[TeamSpan]]
    led: Mapping[int, frozenset[int]]
    outcomes: Mapping[int, Sequence[Attributable]]
    _made: dict[frozenset[int], OutcomeIndex] = field(default_factory=dict)

    def of(self, person_id: int, day: date) -> OutcomeIndex:
        """The outcomes of the teams that the person leads, or belonged to that day."""
        monday = day - timedelta(days=day.weekday())
        joined = {one.team_id for one in self.spans.get(person_id, ()) if one.covers(monday)}
        teams = self.led.get(person_id, frozenset()) | joined
        index = self._made.get(teams)
        if index is None:
            index = OutcomeIndex(one for team in teams for one in self.outcomes.get(team, ()))
            self._made[teams] = index
        return index


def indexes_for(session: Session, person_ids: Collection[int]) -> OutcomeIndexes:
    """What the usage of these people can count for."""
    spans = memberships.spans_of(session, person_ids)
    led = _led_by(session, person_ids)
    teams = {one.team_id for ones in spans.values() for one in ones}.union(*led.values())
    return OutcomeIndexes(spans, led, _outcomes_by_team(session, teams))


def family_of(session: Session, outcome_id: int) -> set[int]:
    """The outcome with all that was merged into it, directly or not, and all that it was merged into."""
    family = {outcome_id}
    merges = list(session.exec(select(OutcomeMergeRow.outcome_id, OutcomeMergeRow.into_id)))
    for here, there in ((0, 1), (1, 0)):
        found = {outcome_id}
        while found:
            found = {one[there] for one in merges if one[here] in found} - family
            family |= found
    return family


def _merges(session: Session) -> dict[int, int]:
    """All there are: few outcomes are ever merged."""
    return dict(session.exec(select(OutcomeMergeRow.outcome_id, OutcomeMergeRow.into_id)).all())


def _zones_of(session: Session, team_ids: Collection[int]) -> dict[int, ZoneInfo]:
    query = select(TeamRow.id, TeamRow.time_zone).where(col(TeamRow.id).in_(team_ids))
    return {team_id: ZoneInfo(name) for team_id, name in session.exec(query) if team_id}


def _led_by(session: Session, person_ids: Collection[int]) -> dict[int, frozenset[int]]:
    led: dict[int, set[int]] = {}
    for ids in slices(sorted(person_ids)):
        query = select(TeamLeadRow).where(col(TeamLeadRow.person_id).in_(ids))
        for row in session.exec(query):
            led.setdefault(row.person_id, set()).add(row.team_id)
    return {one: frozenset(teams) for one, teams in led.items()}


def _outcomes_by_team(
    session: Session, team_ids: Collection[int]
) -> dict[int, Sequence[Attributable]]:
    query = select(OutcomeRow).where(col(OutcomeRow.team_id).in_(team_ids))
    keys, merges = _keys_by_outcome(session, team_ids), _merges(session)
    zones = _zones_of(session, team_ids)
    found: dict[int, list[Attributable]] = {}
    for row in session.connection().execute(query):
        one = Attributable(
            id=row.id,
            declared_on=local_day_of(row.declared_at, zones[row.team_id]),
            keys=tuple(keys.get(row.id, ())),
            is_dropped=row.state == OutcomeState.DROPPED.value,
            merged_into=merges.get(row.id),
        )
        found.setdefault(row.team_id, []).append(one)
    return dict(found)


def _keys_by_outcome(session: Session, team_ids: Collection[int]) -> dict[int, list[OutcomeKey]]:
    query = (
        select(OutcomeKeyRow.outcome_id, OutcomeKeyRow.kind, OutcomeKeyRow.value)
        .join(OutcomeRow, col(OutcomeRow.id) == col(OutcomeKeyRow.outcome_id))
        .where(col(OutcomeRow.team_id).in_(team_ids))
    )
    keys: dict[int, list[OutcomeKey]] = {}
    for outcome_id, kind, value in session.exec(query):
        keys.setdefault(outcome_id, []).append(OutcomeKey(KeyKind(kind), value))
    return keys
