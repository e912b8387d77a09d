"""Four replicas over ten weeks in which clocks change both ways, with everything going wrong that can.

Replicas are ended with SIGKILL, at chosen points and at any; Slack limits, fails, cuts connections, and
posts what it does not confirm. Each digest and each reply below it stands in Slack once. What is due is
reckoned here minute by minute, knowing nothing of how the program does it. A year instead of ten weeks:
MILEAGE_FLEET_WEEKS=52, and MILEAGE_FLEET_SEED for other accidents.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from slack_sdk import WebClient
from sqlmodel import col, select

from bot.posting import delivery_ref
from policies.people import Team, Weekday
from policies.periods import IsoWeek
from storage.database import Database
from storage.deliveries import Claim
from storage.people import TeamDraft, save_team
from storage.tables import DeliveryRow
from tests.bot.delivery.fleet import Fleet
from tests.bot.delivery.replica import POINTS
from tests.bot.delivery.scene import all_is_well, fault
from tests.bot.live import APP_TOKEN, BOT_TOKEN, Json, sandbox_process
from tests.bot.seeded import introduce

WEEKS = int(os.environ.get("MILEAGE_FLEET_WEEKS", "10"))
SEED = int(os.environ.get("MILEAGE_FLEET_SEED", "5"))
BEGIN = datetime(2026, 9, 5, 12, tzinfo=UTC)
END = BEGIN + timedelta(weeks=WEEKS)
GRACE, MINUTE, HOUR = timedelta(hours=48), timedelta(minutes=1), timedelta(hours=1)
REPLICAS = 4
LEADS = ("ana", "ben", "chi", "dee", "eli", "fay", "gus")
TEAMS = (
    ("Europe/Berlin", Weekday.MONDAY, 9, 30),  # back on 25 October
    ("America/New_York", Weekday.MONDAY, 9, 30),  # back on 1 November
    ("Asia/Kolkata", Weekday.MONDAY, 9, 30),
    ("Pacific/Auckland", Weekday.MONDAY, 9, 30),  # forward on 27 September
    ("Australia/Lord_Howe", Weekday.SUNDAY, 2, 15),  # skipped on 4 October
    ("America/Havana", Weekday.SUNDAY, 0, 30),  # twice on 1 November
    ("Europe/London", Weekday.FRIDAY, 16, 0),
)
DOWN = (
    (datetime(2026, 9, 20, 6, tzinfo=UTC), datetime(2026, 9, 22, 3, tzinfo=UTC)),  # a late start
    (datetime(2026, 10, 11, 6, tzinfo=UTC), datetime(2026, 10, 14, 18, tzinfo=UTC)),  # beyond grace
)
"""When no replica runs."""
OUTAGE = (datetime(2026, 11, 2, 6, tzinfo=UTC), datetime(2026, 11, 3, 2, tzinfo=UTC))
"""When Slack answers nothing but errors."""
FAULTS: tuple[Json, ...] = (
    {"method": "chat.postMessage", "kind": "rate_limited", "retry_after": 30, "times": 3},
    {"method": "chat.postMessage", "kind": "rate_limited", "retry_after": 90, "times": 2},
    {"method": "chat.postMessage", "kind": "server_error", "times": 2},
    {"method": "chat.postMessage", "kind": "server_error", "status": 503, "applied": True},
    {"method": "chat.postMessage", "kind": "drop_connection"},
    {"method": "chat.postMessage", "kind": "drop_connection", "applied": True, "times": 2},
    {"method": "chat.postMessage", "kind": "timeout", "seconds": 0.1, "applied": True},
    {"method": "chat.postMessage", "kind": "error", "error": "internal_error"},
    {"method": "chat.postMessage", "kind": "error", "error": "service_unavailable"},
    {"method": "conversations.history", "kind": "server_error", "times": 2},
    {"method": "conversations.history", "kind": "rate_limited", "retry_after": 30, "times": 2},
    {"method": "conversations.replies", "kind": "drop_connection"},
    {"method": "conversations.replies", "kind": "rate_limited", "retry_after": 30},
    {"method": "conversations.info", "kind": "rate_limited", "retry_after": 60, "times": 2},
    {"method": "conversations.info", "kind": "server_error"},
)


@dataclass(frozen=True)
class Due:
    """A digest that is due: whose, for which week, and from which minute on."""

    team: Team
    week: IsoWeek
    at: datetime


@dataclass
class Accidents:
    """What happens when: a deck of everything that can, shuffled anew whenever it is used up."""

    chance: random.Random
    points: list[str] = field(default_factory=list)
    faults: list[Json] = field(default_factory=list)

    def next_point(self) -> str:
        """Where a replica ends next."""
        self.points = self.points or self.chance.sample(POINTS, len(POINTS))
        return self.points.pop()

    def next_fault(self) -> Json:
        """What Slack gets wrong next."""
        self.faults = self.faults or self.chance.sample(FAULTS, len(FAULTS))
        return self.faults.pop()


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A sandbox where each team has a channel."""
    users = [
        {"id": f"U0{one.upper()}", "name": one, "real_name": f"{one.capitalize()} Tester"}
        for one in LEADS
    ]
    members = [*(str(one["id"]) for one in users), "U0BOT"]
    channels = [
        {"id": f"C0T{place}", "name": f"team-{place}", "members": members}
        for place in range(len(TEAMS))
    ]
    team = {"id": "T0LIVE", "domain": "live", "name": "Live"}
    workspace = {"team": team, "users": users, "channels": channels}
    with sandbox_process(tmp_path, workspace) as (_, url):
        yield url


@pytest.fixture
def teams(database: Database) -> list[Team]:
    """A team for each way in which clocks change."""
    found = list[Team]()
    for place, (zone, day, hour, minute) in enumerate(TEAMS):
        lead = introduce(database, LEADS[place]).person.id
        draft = TeamDraft(f"Team {place}", "T0LIVE", f"C0T{place}", zone, day, hour, minute)
        with database.writing() as session:
            found.append(save_team(session, draft, [lead], [lead], BEGIN))
    return found


def test_a_fleet_posts_each_digest_and_each_reply_once(
    database: Database, database_url: str, url: str, teams: list[Team], tmp_path: Path
) -> None:
    due = sorted(all_due(teams), key=lambda one: one.at)
    environment = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "MILEAGE_SLACK_API_URL": f"{url}/api/",
        "MILEAGE_DATABASE_URL": database_url,
        "MILEAGE_LOG_LEVEL": "critical",
    }
    with (
        httpx.Client(base_url=url, trust_env=False, timeout=30) as slack,
        Fleet(REPLICAS, environment, tmp_path / "ends") as fleet,
    ):
        live_through(fleet, slack, database, [one.at for one in due])
    expected = [one for one in due if can_be_posted(one)]
    assert len(expected) < len(due)
    assert fleet.ended > WEEKS
    stands = what_stands(WebClient(BOT_TOKEN, f"{url}/api/"), expected)
    assert stands == Counter({(k, o.team.id, o.week): 1 for o in expected for k in KINDS})
    assert_in_time(database, expected)


KINDS = ("digest", "digest_details")


def live_through(
    fleet: Fleet, slack: httpx.Client, database: Database, moments: list[datetime]
) -> None:
    """Go through all moments at which something is due, and on from each until all is settled."""
    accidents = Accidents(random.Random(SEED))
    now = BEGIN
    for moment in dict.fromkeys(moments):
        if moment < now:
            continue
        if (down := next((one for one in DOWN if one[0] <= moment < one[1]), None)) is not None:
            fleet.stop()
            now = down[1]
            fleet.start()
        elif OUTAGE[0] <= moment < OUTAGE[1]:
            now = live_through_outage(fleet, slack, moment)
        else:
            fleet.live_at(moment - MINUTE)
            now = moment
            fault(slack, **accidents.next_fault())
            (fleet.ends / accidents.next_point()).touch()
            fleet.kill(*accident_at_any_time(accidents), now)
        now = settle(fleet, database, now)
        all_is_well(slack)


def accident_at_any_time(accidents: Accidents) -> tuple[int, float]:
    """Which replica is killed, and after how many real seconds."""
    return accidents.chance.randrange(REPLICAS), accidents.chance.uniform(0, 0.2)


def live_through_outage(fleet: Fleet, slack: httpx.Client, now: datetime) -> datetime:
    """Try every ten minutes, and find nothing but errors."""
    fault(slack, "*", "server_error", status=503, times=None)
    while now < OUTAGE[1]:
        fleet.live_at(now)
        now += 10 * MINUTE
    all_is_well(slack)
    return now


def settle(fleet: Fleet, database: Database, now: datetime) -> datetime:
    """Live minute by minute until nothing is under way; the moment when that is so."""
    end = now + 3 * HOUR
    while True:
        fleet.live_at(now)
        under_way = unsettled(database)
        if not under_way:
            return now
        assert now < end, under_way
        now += MINUTE


def unsettled(database: Database) -> list[tuple[str, str, str, str, str | None]]:
    """What is noted and neither posted nor given up."""
    query = select(DeliveryRow).where(col(DeliveryRow.state).in_(("due", "claimed")))
    with database.reading() as session:
        rows = session.exec(query).all()
        return [(row.kind, row.audience, row.period, row.state, row.error) for row in rows]


def all_due(teams: list[Team]) -> Iterator[Due]:
    """Every digest that is due from shortly before the beginning to the end."""
    for team in teams:
        day = (BEGIN - GRACE).date()
        while day <= END.date():
            if day.isoweekday() == team.digest_day.iso:
                at = first_minute(team, day)
                if BEGIN - GRACE <= at < END:
                    yield Due(team, IsoWeek.of(day - timedelta(weeks=1)), at)
            day += timedelta(days=1)


def first_minute(team: Team, day: date) -> datetime:
    """The first at which the clocks of the team's zone show the time of its digest, or a later one."""
    zone, wanted = ZoneInfo(team.time_zone), time(team.digest_hour, team.digest_minute)
    moment = datetime.combine(day, time(), UTC) - 14 * HOUR
    while moment.astimezone(zone).replace(tzinfo=None) < datetime.combine(day, wanted):
        moment += MINUTE
    return moment


def can_be_posted(due: Due) -> bool:
    """Whether a replica runs at some moment between its time and the end of its grace."""
    return not any(begin <= due.at and due.at + GRACE < end for begin, end in DOWN)


def what_stands(client: WebClient, due: list[Due]) -> Counter[tuple[str, int, IsoWeek]]:
    """How often each digest and each reply stands in Slack; a reply counts below its own digest alone."""
    known = {mark_of(kind, one): (kind, one.team.id, one.week) for one in due for kind in KINDS}
    stands = Counter[tuple[str, int, IsoWeek]]()
    for team in {one.team.id: one.team for one in due}.values():
        for digest in messages_of(client, "conversations.history", channel=team.channel_id):
            kind, team_id, week = known[mark_in(digest)]
            assert (kind, team_id) == ("digest", team.id)
            stands[kind, team_id, week] += 1
            thread = {"channel": team.channel_id, "ts": digest["ts"]}
            for reply in messages_of(client, "conversations.replies", **thread):
                if reply["ts"] != digest["ts"]:
                    found = known[mark_in(reply)]
                    assert found[1:] == (team_id, week)
                    stands[found] += 1
    return stands


def messages_of(client: WebClient, method: str, **asked: str) -> Iterator[Json]:
    """All messages, page by page."""
    cursor = ""
    while True:
        params = {**asked, "include_all_metadata": "true", "limit": "200", "cursor": cursor}
        answer = client.api_call(method, params=params)
        yield from answer["messages"]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def mark_in(message: Json) -> str:
    """What a message says it is, without the number of its delivery."""
    return str(message["metadata"]["event_payload"]["delivery"]).partition("-")[2]


def mark_of(kind: str, due: Due) -> str:
    """What the message of a delivery says it is."""
    week = str(due.week)
    claim = Claim(0, kind, f"team:{due.team.id}", week, week, due.at, due.at, 0, due.at)
    return delivery_ref(claim).partition("-")[2]


def assert_in_time(database: Database, due: list[Due]) -> None:
    """None was posted before its minute, nor after its grace; nothing else was ever noted of digests."""
    with database.reading() as session:
        rows = session.exec(select(DeliveryRow).where(DeliveryRow.kind == "digest")).all()
        settled = {(row.audience, row.period): row.settled_at for row in rows}
        first = {(row.audience, row.period): row.first_due_at for row in rows}
        notices = select(DeliveryRow).where(DeliveryRow.kind == "lead_notice")
        assert session.exec(notices).all() == []
    expected = {(f"team:{one.team.id}", str(one.week)): one.at for one in due}
    assert first == expected
    for key, at in expected.items():
        posted_at = settled[key]
        assert posted_at is not None
        assert at <= posted_at <= at + GRACE
