"""When a digest is due, in the team's own zone, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.due import digest_due, moment_of, next_digest_for
from policies.people import Team, Weekday
from policies.periods import IsoWeek

GRACE = timedelta(hours=48)


def team(zone: str, day: Weekday = Weekday.MONDAY, hour: int = 9, minute: int = 30) -> Team:
    return Team(1, "Payments", "T0", "C0", zone, day, hour, minute)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ROWS = [
    ("Berlin in winter", team("Europe/Berlin"), "2026-11-16 08:30", "2026-W46"),
    ("Berlin in summer", team("Europe/Berlin"), "2026-07-13 07:30", "2026-W28"),
    ("the week the clocks go back", team("Europe/Berlin"), "2026-10-26 08:30", "2026-W43"),
    ("the week they go forward", team("Europe/Berlin"), "2026-03-30 07:30", "2026-W13"),
    ("Denver after its change", team("America/Denver"), "2026-11-02 16:30", "2026-W44"),
    ("Denver before its change", team("America/Denver"), "2026-10-26 15:30", "2026-W43"),
    ("Kolkata's half hour", team("Asia/Kolkata"), "2026-11-16 04:00", "2026-W46"),
    ("Auckland's Monday is UTC's Sunday", team("Pacific/Auckland"), "2026-11-15 20:30", "2026-W46"),
    (
        "a Friday digest covers the full week before",
        team("UTC", Weekday.FRIDAY),
        "2026-11-20 09:30",
        "2026-W46",
    ),
    ("the turn of a year with 53 weeks", team("UTC"), "2027-01-04 09:30", "2026-W53"),
]


@pytest.mark.parametrize(("sentence", "whose", "moment", "week"), ROWS, ids=[r[0] for r in ROWS])
def test_a_digest_is_due_from_its_minute_on(
    sentence: str, whose: Team, moment: str, week: str
) -> None:
    due_at = utc(moment)
    assert digest_due(whose, due_at - timedelta(seconds=1), timedelta(hours=1)) is None
    found = digest_due(whose, due_at, GRACE)
    assert found is not None
    assert (str(found[0]), found[1]) == (week, due_at)
    assert next_digest_for(whose, found[0]) == due_at


def test_it_stays_due_for_the_grace_and_no_longer() -> None:
    due_at = utc("2026-11-16 08:30")
    whose = team("Europe/Berlin")
    assert digest_due(whose, due_at + GRACE - timedelta(minutes=1), GRACE) is not None
    assert digest_due(whose, due_at + GRACE + timedelta(minutes=1), GRACE) is None


def test_an_hour_that_does_not_exist_is_posted_once_right_after_it() -> None:
    whose = team("Europe/Berlin", Weekday.SUNDAY, 2, 30)  # 2026-03-29 goes from 02:00 to 03:00
    due = {
        digest_due(whose, utc("2026-03-29 00:00") + timedelta(minutes=m), timedelta(hours=6))
        for m in range(300)
    } - {None}
    assert len({found[0] for found in due if found}) == 1


def test_an_hour_that_comes_twice_names_one_week_only() -> None:
    whose = team("Europe/Berlin", Weekday.SUNDAY, 2, 30)  # 2026-10-25 has 02:30 twice
    weeks = {
        found[0]
        for m in range(300)
        if (found := digest_due(whose, utc("2026-10-24 23:00") + timedelta(minutes=m), GRACE))
    }
    assert weeks == {IsoWeek(2026, 42)}


def test_every_week_of_a_year_is_due_once_in_three_zones() -> None:
    for zone in ("Europe/Berlin", "America/Denver", "Pacific/Auckland"):
        whose, seen = team(zone), []
        for hour in range(0, 366 * 24, 24):
            found = digest_due(whose, utc("2026-01-01 00:00") + timedelta(hours=hour), GRACE)
            if found is not None and found[0] not in seen:
                seen.append(found[0])
        assert seen == sorted(seen)
        assert len(seen) == 52


SKIPPED = [
    ("Havana's midnight", "America/Havana", Weekday.SUNDAY, "00:00", "2026-03-08 05:00"),
    ("Havana's midnight", "America/Havana", Weekday.SUNDAY, "00:00", "2027-03-14 05:00"),
    ("Havana's midnight", "America/Havana", Weekday.SUNDAY, "00:00", "2028-03-12 05:00"),
    ("half past it", "America/Havana", Weekday.SUNDAY, "00:30", "2026-03-08 05:00"),
    ("Beirut's midnight", "Asia/Beirut", Weekday.SUNDAY, "00:00", "2026-03-28 22:00"),
    ("Beirut's midnight", "Asia/Beirut", Weekday.SUNDAY, "00:00", "2027-03-27 22:00"),
    ("Beirut's midnight", "Asia/Beirut", Weekday.SUNDAY, "00:00", "2028-03-25 22:00"),
    ("half past Santiago's", "America/Santiago", Weekday.SUNDAY, "00:30", "2026-09-06 04:00"),
    ("half past Santiago's", "America/Santiago", Weekday.SUNDAY, "00:30", "2027-09-05 04:00"),
    ("half past Santiago's", "America/Santiago", Weekday.SUNDAY, "00:30", "2028-09-03 04:00"),
    ("Cairo's midnight", "Africa/Cairo", Weekday.FRIDAY, "00:00", "2026-04-23 22:00"),
    ("Cairo's midnight", "Africa/Cairo", Weekday.FRIDAY, "00:00", "2027-04-29 22:00"),
    ("Cairo's midnight", "Africa/Cairo", Weekday.FRIDAY, "00:00", "2028-04-27 22:00"),
    ("Berlin's half past two", "Europe/Berlin", Weekday.SUNDAY, "02:30", "2026-03-29 01:00"),
    ("Lord Howe's half hour", "Australia/Lord_Howe", Weekday.SUNDAY, "02:15", "2026-10-03 15:30"),
    ("Nuuk's Saturday night", "America/Nuuk", Weekday.SATURDAY, "23:30", "2027-03-28 01:00"),
    ("a day that Samoa left out", "Pacific/Apia", Weekday.FRIDAY, "09:30", "2011-12-30 10:00"),
]


@pytest.mark.parametrize(
    ("sentence", "zone", "day", "shown", "moment"),
    SKIPPED,
    ids=[f"{row[0]} {row[4][:4]}" for row in SKIPPED],
)
def test_a_time_that_the_clocks_skip_is_due_the_moment_they_do(
    sentence: str, zone: str, day: Weekday, shown: str, moment: str
) -> None:
    hour, minute = (int(part) for part in shown.split(":"))
    whose, due_at = team(zone, day, hour, minute), utc(moment)
    assert digest_due(whose, due_at - timedelta(seconds=1), timedelta(hours=1)) is None
    found = digest_due(whose, due_at, timedelta(hours=1))
    assert found is not None
    assert found[1] == due_at
    assert next_digest_for(whose, found[0]) == due_at
    assert next_digest_for(whose, found[0].plus(-1)) < due_at - timedelta(days=6)


CHANGING = [
    ("America/Havana", Weekday.SUNDAY, 0, 0),
    ("Asia/Beirut", Weekday.SUNDAY, 0, 0),
    ("Asia/Beirut", Weekday.SATURDAY, 23, 30),
    ("America/Santiago", Weekday.SUNDAY, 0, 30),
    ("America/Santiago", Weekday.SATURDAY, 23, 30),
    ("Africa/Cairo", Weekday.FRIDAY, 0, 0),
    ("Africa/Cairo", Weekday.THURSDAY, 23, 30),
    ("Europe/Berlin", Weekday.SUNDAY, 2, 30),
    ("Australia/Lord_Howe", Weekday.SUNDAY, 1, 45),
    ("America/Nuuk", Weekday.SATURDAY, 23, 0),
    ("Africa/Casablanca", Weekday.SUNDAY, 2, 30),
]


@pytest.mark.parametrize(("zone", "day", "hour", "minute"), CHANGING)
def test_every_week_of_three_years_is_due_once_and_within_the_hour(
    zone: str, day: Weekday, hour: int, minute: int
) -> None:
    whose, start = team(zone, day, hour, minute), utc("2026-01-01 00:00")
    days = (start + timedelta(days=number) for number in range(3 * 365 + 1))
    just_ended = timedelta(days=1, seconds=-1)  # so that the days looked at neither meet nor part
    seen = [found for now in days if (found := digest_due(whose, now, just_ended))]
    for week, due_at in seen:
        wall = datetime.combine(week.plus(1).monday, time(hour, minute), UTC)
        wall += timedelta(days=day.iso - 1)
        late = due_at.astimezone(whose.zone).replace(tzinfo=UTC) - wall
        assert timedelta(0) <= late <= timedelta(hours=1)
    weeks = [week for week, _ in seen]
    assert weeks == [weeks[0].plus(number) for number in range(len(weeks))]
    assert len(weeks) in (156, 157)


def test_a_moment_shows_its_time_or_is_the_change_that_skips_it() -> None:
    zone, day = ZoneInfo("America/Havana"), date(2026, 3, 8)
    for minutes in range(24 * 60):
        wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)
        shown = moment_of(wall, zone).astimezone(zone).replace(tzinfo=None)
        assert shown == max(wall, datetime(2026, 3, 8, 1))  # noqa: DTZ001 - a wall-clock time has no zone
