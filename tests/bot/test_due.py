"""When a digest is due, in the team's own zone, whatever the clocks do."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.due import digest_due, next_digest_for
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
