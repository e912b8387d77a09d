"""When a team's digest is due. CronTrigger does the calendar arithmetic, on the team's wall clock.

A wall clock runs evenly through a change of the clocks; only then is what it shows made a moment. Given
the zone itself, CronTrigger steps from a midnight that does not exist to the same day a week later.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from policies.people import Team
from policies.periods import IsoWeek

LONGEST_CHANGE = timedelta(days=1)
"""The most that clocks were ever set forward or back: Samoa left out a whole day."""


def digest_due(team: Team, now: datetime, grace: timedelta) -> tuple[IsoWeek, datetime] | None:
    """(the week it covers, when it was due) of the digest to be posted now; None when there is none.

    A digest covers the week that ended before the day it is posted on. One that was due longer than
    `grace` ago is left out: nobody wants last week's news on a Friday.
    """
    due: tuple[IsoWeek, datetime] | None = None
    latest = _wall_clock(now, team.zone) + LONGEST_CHANGE
    for wall in _fires(team, _wall_clock(now - grace, team.zone) - LONGEST_CHANGE):
        if wall > latest:
            break
        moment = moment_of(wall, team.zone)
        if now - grace <= moment <= now:
            due = IsoWeek.of(wall.date()).plus(-1), moment
    return due


def next_digest_for(team: Team, week: IsoWeek) -> datetime:
    """When the digest of that week is posted: on the team's day in the week after it."""
    monday = datetime.combine(week.plus(1).monday, time.min)
    return moment_of(next(_fires(team, monday)), team.zone)


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """When a zone's clocks show a naive time, in UTC: the first of two, and where they skip it, the
    moment they do so.
    """
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall_clock(moment, zone) == wall:
        return moment
    # PEP 495: of a time that is skipped, fold 0 lies after the change and fold 1 before it.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset = moment.astimezone(zone).utcoffset()

    def has_changed(seconds: int) -> bool:
        return (before + timedelta(seconds=seconds)).astimezone(zone).utcoffset() == offset

    span = range(round((moment - before).total_seconds()))
    return before + timedelta(seconds=bisect_left(span, x=True, key=has_changed))


def _fires(team: Team, wall: datetime) -> Iterator[datetime]:
    """What the team's clocks show at each of its digests, from a time they show on; both naive."""
    trigger = CronTrigger(
        day_of_week=team.digest_day.iso - 1,
        hour=team.digest_hour,
        minute=team.digest_minute,
        second=0,
        timezone=UTC,  # stands for the wall clock
    )
    while True:
        fire: datetime = trigger.get_next_fire_time(None, wall.replace(tzinfo=UTC))
        yield fire.replace(tzinfo=None)
        wall = fire + timedelta(seconds=1)


def _wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
