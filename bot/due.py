"""When a team's digest is due. CronTrigger does the calendar arithmetic in the team's zone."""

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from policies.people import Team
from policies.periods import IsoWeek


def digest_due(team: Team, now: datetime, grace: timedelta) -> tuple[IsoWeek, datetime] | None:
    """(the week it covers, when it was due) of the digest to be posted now; None when there is none.

    A digest covers the week that ended before the day it is posted on. One that was due longer than
    `grace` ago is left out: nobody wants last week's news on a Friday.
    """
    due: datetime | None = None
    fire = _next_fire(team, now - grace)
    while fire is not None and fire <= now:
        due = fire
        fire = _next_fire(team, fire + timedelta(seconds=1))
    if due is None:
        return None
    return IsoWeek.containing(due, team.zone).plus(-1), due


def next_digest_for(team: Team, week: IsoWeek) -> datetime:
    """When the digest of that week is posted: on the team's day in the week after it."""
    start, end = week.plus(1).bounds(team.zone)
    fire = _next_fire(team, start)
    return fire if fire is not None and fire < end else end


def _next_fire(team: Team, moment: datetime) -> datetime | None:
    """The first time at or after a moment, in UTC: in local time, adding a second in an hour that
    comes twice would stand still.
    """
    fire: datetime | None = _trigger(team).get_next_fire_time(None, moment.astimezone(UTC))
    return None if fire is None else fire.astimezone(UTC)


def _trigger(team: Team) -> CronTrigger:
    return CronTrigger(
        day_of_week=team.digest_day.iso - 1,
        hour=team.digest_hour,
        minute=team.digest_minute,
        second=0,
        timezone=team.zone,
    )
