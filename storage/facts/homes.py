"""People by the zone of their home team: whose local day or week is the same is looked at together."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlmodel import Session

from storage.tables import PersonRow, TeamRow, table_of
from storage.usage_ranges import slices

NO_TEAM_ZONE = "UTC"
_person, _team = table_of(PersonRow).c, table_of(TeamRow).c
_zone = func.coalesce(_team.time_zone, NO_TEAM_ZONE)


@dataclass(frozen=True, slots=True)
class Homes:
    """People whose days begin at the same moment, with the home team of each (None without one).

    `ids` selects them in a statement.
    """

    zone: ZoneInfo
    teams: Mapping[int, int | None]
    ids: Select[tuple[int]] = field(repr=False)


def homes_by_zone(
    session: Session,
    team_ids: Collection[int] | None = None,
    person_ids: Collection[int] | None = None,
) -> Iterator[Homes]:
    """Everybody of these teams, zone by zone; of all teams and of none without `team_ids`.

    With `person_ids` only these people, in parts that one statement takes.
    """
    parts = [None] if person_ids is None else slices(sorted(person_ids))
    for part in parts:
        people = select(_person.id, _person.home_team_id, _zone).select_from(
            table_of(PersonRow).outerjoin(table_of(TeamRow), _team.id == _person.home_team_id)
        )
        if part is not None:
            people = people.where(_person.id.in_(part))
        if team_ids is not None:
            people = people.where(_person.home_team_id.in_(sorted(team_ids)))
        found: dict[str, dict[int, int | None]] = {}
        for person_id, team_id, zone in session.connection().execute(people):
            found.setdefault(zone, {})[person_id] = team_id
        for zone in sorted(found):
            ids = people.with_only_columns(_person.id).where(_zone == zone)
            yield Homes(ZoneInfo(zone), found[zone], ids)
