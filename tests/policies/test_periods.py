"""Weeks, local days and deadlines."""

import contextlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.periods import IsoWeek, NotAPeriod, day_bounds, parse_deadline

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")
SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Fri", date(2026, 11, 27)),
        ("friday", date(2026, 11, 27)),
        ("sun", date(2026, 11, 29)),
        ("today", date(2026, 11, 22)),
        ("Tomorrow", date(2026, 11, 23)),
        ("+3d", date(2026, 11, 25)),
        ("+2w", date(2026, 12, 6)),
        ("2026-12-01", date(2026, 12, 1)),
        ("1 Dec", date(2026, 12, 1)),
        ("December 1", date(2026, 12, 1)),
        ("3 Jan", date(2027, 1, 3)),
        ("29 Feb", date(2028, 2, 29)),
    ],
)
def test_a_deadline_is_read_in_every_documented_form(text: str, day: date) -> None:
    assert parse_deadline(text, SUNDAY, BERLIN) == day


@pytest.mark.parametrize(
    "text", ["", "fr", "someday", "2026-13-01", "+3x", "32 Dec", "-1d", "+9999d"]
)
def test_what_is_no_deadline_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(NotAPeriod, match="Write Fri"):
        parse_deadline(text, SUNDAY, BERLIN)


def test_a_deadline_in_the_past_is_refused_with_the_first_day_that_is_not() -> None:
    with pytest.raises(NotAPeriod, match="from 2026-11-22 on"):
        parse_deadline("2026-11-21", SUNDAY, BERLIN)


def test_today_is_the_zones_day_and_not_the_servers() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert parse_deadline("today", late, KOLKATA) == date(2026, 11, 23)
    assert parse_deadline("today", late, NEW_YORK) == date(2026, 11, 22)


@given(st.text(max_size=40))
def test_any_text_is_a_day_from_today_on_or_a_sentence(text: str) -> None:
    with contextlib.suppress(NotAPeriod):
        assert parse_deadline(text, SUNDAY, BERLIN) >= date(2026, 11, 22)


@pytest.mark.parametrize("text", ["2026-W46", " 2026-w46 "])
def test_a_week_is_read_as_it_is_written(text: str) -> None:
    assert str(IsoWeek.parse(text)) == "2026-W46"


@pytest.mark.parametrize(
    "text", ["2026-46", "W46", "2026-W00", "2025-W53", "2026-W46-1", "२०२६-W46"]
)
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(NotAPeriod):
        IsoWeek.parse(text)


@pytest.mark.parametrize("text", ["0000-W01", "0001-W01", "1999-W52", "2200-W01", "9999-W52"])
def test_a_week_at_the_end_of_the_calendar_is_refused_before_it_overflows(text: str) -> None:
    with pytest.raises(NotAPeriod, match=f"Nothing is known of the year {text[:4]}"):
        IsoWeek.parse(text)


@pytest.mark.parametrize("text", ["2000-W01", "2199-W52"])
def test_the_first_and_the_last_week_can_be_compared_with_their_past(text: str) -> None:
    week = IsoWeek.parse(text)
    assert len(list(week.last(12))) == 12
    assert week.bounds(KOLKATA)[0] < week.plus(1).bounds(KOLKATA)[0]


@pytest.mark.parametrize(
    ("zone", "week", "hours"),
    [
        (BERLIN, IsoWeek(2026, 13), 167),
        (BERLIN, IsoWeek(2026, 43), 169),
        (NEW_YORK, IsoWeek(2026, 10), 167),
        (KOLKATA, IsoWeek(2026, 13), 168),
    ],
)
def test_a_week_lasts_an_hour_less_or_more_when_the_clocks_change(
    zone: ZoneInfo, week: IsoWeek, hours: int
) -> None:
    start, end = week.bounds(zone)
    assert end - start == timedelta(hours=hours)


@given(
    st.datetimes(
        min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis takes naive bounds and adds the zone
        max_value=datetime(2035, 1, 1),  # noqa: DTZ001 - as above
        timezones=st.just(UTC),
    ),
    st.sampled_from([BERLIN, NEW_YORK, KOLKATA, ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]),
)
def test_every_moment_lies_in_exactly_its_own_week(moment: datetime, zone: ZoneInfo) -> None:
    week = IsoWeek.containing(moment, zone)
    start, end = week.bounds(zone)
    assert start <= moment < end
    assert week.plus(1).bounds(zone)[0] == end
    assert week.plus(-1).plus(1) == week


def test_the_last_weeks_cross_the_year_and_end_with_this_one() -> None:
    weeks = [str(week) for week in IsoWeek(2027, 1).last(3)]
    assert weeks == ["2026-W52", "2026-W53", "2027-W01"]


def test_a_days_bounds_are_its_own_midnights() -> None:
    start, end = day_bounds(date(2026, 10, 25), BERLIN)
    assert (start, end - start) == (datetime(2026, 10, 24, 22, tzinfo=UTC), timedelta(hours=25))
