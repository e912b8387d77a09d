"""People and teams: who somebody is, where they are at home, who leads what."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select, update

from policies.people import Membership, Person, Role, Roster, SlackIdentity, Team, Weekday
from policies.periods import IsoWeek
from storage import (
    attribution,
    budgets,
    finding_merges,
    limit_pushes,
    memberships,
    personal_reads,
    rollups,
    team_weeks,
    team_workflows,
    usage,
    workflow_labels,
)
from storage.errors import AlreadyAtHome, ChannelTaken, NameTaken
from storage.locks import Lock, hold
from storage.tables import PersonRow, TeamLeadRow, TeamRow
from storage.usage_ranges import slices


@dataclass(frozen=True, slots=True)
class TeamDraft:
    """What a lead sets up; the channel says which team it is."""

    name: str
    workspace_id: str
    channel_id: str
    time_zone: str = "UTC"
    digest_day: Weekday = Weekday.MONDAY
    digest_hour: int = 9
    digest_minute: int = 30


def find_person_by_slack(session: Session, identity: SlackIdentity) -> Person | None:
    """The person with this Slack identity, None while unknown."""
    return _person_or_none(_row_by_slack(session, identity))


def find_person_by_email(session: Session, email: str) -> Person | None:
    """The person with this address, in any case; None while unknown."""
    return _person_or_none(_row_by_email(session, email))


def person_of(session: Session, person_id: int) -> Person | None:
    """The person with this id."""
    return _person_or_none(session.get(PersonRow, person_id))


def persons_of(session: Session, person_ids: Collection[int]) -> dict[int, Person]:
    """People by id; unknown ids are left out."""
    found: dict[int, Person] = {}
    for ids in slices(sorted(person_ids)):
        rows = session.exec(select(PersonRow).where(col(PersonRow.id).in_(ids)))
        found |= {person.id: person for person in map(_person, rows)}
    return found


def time_zones_in_slack(session: Session) -> list[str]:
    """The time zones of everybody who is in Slack."""
    query = select(PersonRow.time_zone).where(col(PersonRow.slack_user_id).is_not(None)).distinct()
    return sorted(session.exec(query))


def in_slack(session: Session, time_zone: str, turn: int, of: int) -> list[Person]:
    """Everybody in Slack whose own time zone this is, and whose id divided by `of` leaves `turn`; by id."""
    query = (
        select(PersonRow)
        .where(
            PersonRow.time_zone == time_zone,
            col(PersonRow.slack_user_id).is_not(None),
            col(PersonRow.id) % of == turn,
        )
        .order_by(col(PersonRow.id))
    )
    return [_person(row) for row in session.exec(query)]


def remember_person(
    session: Session, identity: SlackIdentity, name: str, email: str | None, time_zone: str
) -> Person:
    """Store what Slack says of somebody, and link whatever an import stored under their address.

    A person whom an import created by e-mail alone becomes this person; where both exist already,
    the usage of the one is moved to the other. An address that belongs to another Slack identity
    stays there.
    """
    hold(session.connection(), Lock.PEOPLE)
    by_slack = _row_by_slack(session, identity)
    by_email = _row_by_email(session, email) if email else None
    row = by_slack or (by_email if by_email and by_email.slack_user_id is None else None)
    if row is None:
        row = PersonRow(name=name)
    elif by_email is not None and by_email is not row and by_email.slack_user_id is None:
        _absorb(session, row, by_email)
        by_email = None
    row.name, row.time_zone = name, time_zone
    row.enterprise_id, row.workspace_id = identity.enterprise_id, identity.workspace_id
    row.slack_user_id = identity.user_id
    if email and by_email in (None, row):
        row.email = _normal(email)
    session.add(row)
    session.flush()
    return _person(row)


def ensure_person_by_email(session: Session, email: str, name: str | None = None) -> Person:
    """The person with this address, created when unknown (named by its local part by default)."""
    if known := find_person_by_email(session, email):
        return known
    hold(session.connection(), Lock.PEOPLE)
    row = _row_by_email(session, email)
    if row is None:
        address = _normal(email)
        row = PersonRow(name=name or address.partition("@")[0], email=address)
        session.add(row)
        session.flush()
    return _person(row)


def team_of_channel(session: Session, workspace_id: str, channel_id: str) -> Team | None:
    """The team that has this channel."""
    return _team_or_none(_row_of_channel(session, workspace_id, channel_id))


def team_of(session: Session, team_id: int) -> Team | None:
    """The team with this id."""
    return _team_or_none(session.get(TeamRow, team_id))


def home_team_of(session: Session, person_id: int) -> Team | None:
    """The team in which the person's usage counts."""
    at_home = select(PersonRow.home_team_id).where(PersonRow.id == person_id)
    return _team_or_none(
        session.exec(select(TeamRow).where(col(TeamRow.id).in_(at_home))).one_or_none()
    )


def team_named(session: Session, name: str, workspace_id: str | None = None) -> Team | None:
    """The team with this name, in any case; None when there is none, or several workspaces have it."""
    query = select(TeamRow).where(TeamRow.name_key == name_key(name))
    if workspace_id is not None:
        query = query.where(TeamRow.workspace_id == workspace_id)
    rows = session.exec(query.limit(2)).all()
    return _team(rows[0]) if len(rows) == 1 else None


def name_key(name: str) -> str:
    """What two names have alike where people would call them the same, in every script."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def all_teams(session: Session) -> list[Team]:
    """Every team, by name."""
    return [
        _team(row) for row in session.exec(select(TeamRow).order_by(TeamRow.name, col(TeamRow.id)))
    ]


def teams_led_by(session: Session, person_id: int) -> list[Team]:
    """The teams that the person leads, by name."""
    led = select(TeamLeadRow.team_id).where(TeamLeadRow.person_id == person_id)
    query = select(TeamRow).where(col(TeamRow.id).in_(led)).order_by(TeamRow.name)
    return [_team(row) for row in session.exec(query)]


def roster_of(session: Session, team_id: int) -> Roster | None:
    """The team with its members and leads in name order; None for an unknown team."""
    team = session.get(TeamRow, team_id)
    if team is None:
        return None
    leads = _leads_of(session, team_id)
    rows = session.exec(
        select(PersonRow).where(
            (col(PersonRow.home_team_id) == team_id) | col(PersonRow.id).in_(leads)
        )
    )
    people = sorted(map(_person, rows), key=lambda person: (person.name.casefold(), person.id))
    return Roster(
        _team(team),
        tuple(
            Membership(person, team_id, Role.LEAD if person.id in leads else Role.MEMBER)
            for person in people
        ),
    )


def home_members_of(session: Session, team_id: int | None) -> set[int]:
    """The people at home in the team today."""
    if team_id is None:
        return set()
    found = session.exec(select(PersonRow.id).where(PersonRow.home_team_id == team_id))
    return {person_id for person_id in found if person_id is not None}


def people_without_team(session: Session) -> set[int]:
    """The people who are at home in no team today."""
    found = session.exec(select(PersonRow.id).where(col(PersonRow.home_team_id).is_(None)))
    return {person_id for person_id in found if person_id is not None}


def save_team(
    session: Session,
    draft: TeamDraft,
    lead_ids: Iterable[int],
    member_ids: Iterable[int],
    now: datetime,
    *,
    move: bool = False,
) -> Team:
    """Create or change the team of the draft's channel, with exactly these leads and members.

    Members become at home here, and who is no longer listed is at home nowhere; a lead need not be
    a member. Figures follow with the next week (storage/memberships.py). Raises AlreadyAtHome for members of other teams unless `move`, and NameTaken. Rollups
    of everybody whose zone changes are rebuilt in the same transaction.
    """
    members = set(member_ids)
    row = _row_of_channel(session, draft.workspace_id, draft.channel_id) or _new_team_row(
        draft, now
    )
    _refuse_taken_name(session, draft, row.id)
    if not move:
        _refuse_members_of_others(session, members, row.id)
    here, led_before = home_members_of(session, row.id), _leads_of(session, row.id)
    leads = set(lead_ids)
    concerned = members | here
    rollups.hold_people(session, concerned | leads | led_before)
    zones_before = rollups.zones_by_person(session, concerned)
    for field in ("name", "workspace_id", "channel_id", "time_zone", "digest_day"):
        setattr(row, field, str(getattr(draft, field)))
    row.name_key = name_key(draft.name)
    row.digest_hour, row.digest_minute = draft.digest_hour, draft.digest_minute
    session.add(row)
    session.flush()
    team = _team(row)
    _set_leads(session, team.id, leads)
    _set_members(session, row, members, IsoWeek.containing(now, team.zone))
    zones_after = rollups.zones_by_person(session, set(zones_before))
    rollups.rebuild_people(
        session, {one for one, zone in zones_before.items() if zones_after[one] != zone}
    )
    attribution.reattribute_people(session, (here ^ members) | (leads ^ led_before))
    return team


def move_team(session: Session, team_id: int, channel_id: str) -> None:
    """Give a team another channel of its workspace; ChannelTaken where a team has that one."""
    change = update(TeamRow).where(col(TeamRow.id) == team_id).values(channel_id=channel_id)
    try:
        with session.begin_nested():
            session.exec(change.execution_options(synchronize_session="fetch"))
    except IntegrityError as error:
        raise ChannelTaken("This channel has a team already.") from error


def _normal(email: str) -> str:
    return email.strip().lower()


def _leads_of(session: Session, team_id: int | None) -> set[int]:
    found = session.exec(select(TeamLeadRow.person_id).where(TeamLeadRow.team_id == team_id))
    return set(found)


def _set_leads(session: Session, team_id: int, lead_ids: set[int]) -> None:
    session.exec(delete(TeamLeadRow).where(col(TeamLeadRow.team_id) == team_id))
    session.add_all(TeamLeadRow(team_id=team_id, person_id=lead) for lead in sorted(lead_ids))
    session.flush()


def _set_members(session: Session, team: TeamRow, member_ids: set[int], now: IsoWeek) -> None:
    team_id = _id_of(team)
    here = home_members_of(session, team_id)
    is_new = memberships.is_new(session, team_id, team.created_week, now)
    # Who joins has left another team, if any; both count from the next week on.
    memberships.leave(session, here ^ member_ids, now)
    memberships.join(session, team_id, member_ids - here, now, is_new=is_new)
    for ids, home in ((here - member_ids, None), (member_ids, team_id)):
        session.exec(update(PersonRow).where(col(PersonRow.id).in_(ids)).values(home_team_id=home))


def _refuse_members_of_others(session: Session, members: set[int], team_id: int | None) -> None:
    elsewhere = select(PersonRow.name).where(
        col(PersonRow.id).in_(members), col(PersonRow.home_team_id).is_not(None)
    )
    if team_id is not None:
        elsewhere = elsewhere.where(col(PersonRow.home_team_id) != team_id)
    if names := session.exec(elsewhere).all():
        raise AlreadyAtHome(names)


def _refuse_taken_name(session: Session, draft: TeamDraft, team_id: int | None) -> None:
    same = team_named(session, draft.name, draft.workspace_id)
    if same is not None and same.id != team_id:
        raise NameTaken(f"Another team is called “{same.name}”. Choose a different name.")


def _absorb(session: Session, into: PersonRow, other: PersonRow) -> None:
    """Make everything of an e-mail-only person the Slack person's own."""
    source, target = _id_of(other), _id_of(into)
    rollups.hold_people(session, {source, target})
    if not memberships.has_ever_been_at_home(session, target):
        into.home_team_id = other.home_team_id
    finding_merges.absorb(session, target, source)
    memberships.absorb(session, target, source)
    team_weeks.absorb(session, target, source)
    team_workflows.absorb(session, target, source)
    workflow_labels.absorb(session, target, source)
    budgets.absorb(session, target, source)
    usage.move_usage(session, source, target)
    limit_pushes.absorb(session, target, source)
    personal_reads.absorb(session, target, source)
    led = session.exec(select(TeamLeadRow.team_id).where(TeamLeadRow.person_id == source)).all()
    for team_id in led:
        session.merge(TeamLeadRow(team_id=team_id, person_id=target))
    session.exec(delete(TeamLeadRow).where(col(TeamLeadRow.person_id) == source))
    session.delete(other)
    session.flush()
    rollups.rebuild_people(session, {target})


def _row_by_slack(session: Session, identity: SlackIdentity) -> PersonRow | None:
    return session.exec(
        select(PersonRow).where(
            PersonRow.workspace_id == identity.workspace_id,
            PersonRow.slack_user_id == identity.user_id,
            PersonRow.enterprise_id == identity.enterprise_id,
        )
    ).one_or_none()


def _row_by_email(session: Session, email: str) -> PersonRow | None:
    query = select(PersonRow).where(PersonRow.email == _normal(email))
    return session.exec(query).one_or_none()


def _row_of_channel(session: Session, workspace_id: str, channel_id: str) -> TeamRow | None:
    return session.exec(
        select(TeamRow).where(
            TeamRow.workspace_id == workspace_id, TeamRow.channel_id == channel_id
        )
    ).one_or_none()


def _new_team_row(draft: TeamDraft, now: datetime) -> TeamRow:
    return TeamRow(
        created_week=IsoWeek.containing(now, ZoneInfo(draft.time_zone)).monday,
        name="",
        name_key="",
        workspace_id="",
        channel_id="",
        time_zone="",
        digest_day="",
        digest_hour=0,
        digest_minute=0,
    )


def _id_of(row: PersonRow | TeamRow) -> int:
    if row.id is None:
        raise ValueError("The row is not stored yet.")
    return row.id


def _person_or_none(row: PersonRow | None) -> Person | None:
    return None if row is None else _person(row)


def _person(row: PersonRow) -> Person:
    slack = None
    if row.slack_user_id and row.workspace_id:
        slack = SlackIdentity(row.enterprise_id or "", row.workspace_id, row.slack_user_id)
    return Person(_id_of(row), row.name, row.email, slack, row.time_zone)


def _team_or_none(row: TeamRow | None) -> Team | None:
    return None if row is None else _team(row)


def _team(row: TeamRow) -> Team:
    return Team(
        id=_id_of(row),
        name=row.name,
        workspace_id=row.workspace_id,
        channel_id=row.channel_id,
        time_zone=row.time_zone,
        digest_day=Weekday(row.digest_day),
        digest_hour=row.digest_hour,
        digest_minute=row.digest_minute,
    )
