"""The facts of days and weeks against a naive reckoning over the same records, whatever they are."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.rules.facts import SubjectKind
from policies.usage import UsageRecord, microseconds
from storage.database import Database
from storage.usage import store_usage
from tests.bot.facts import gathered, team_of
from tests.storage.records import usage_record

ZONE = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 18, 12, 10, tzinfo=UTC)
MINUTES_BACK = st.integers(-200, 4 * 24 * 60)


@st.composite
def records(draw: st.DrawFn) -> dict[str, object]:
    """Changes of a record: when it began and arrived, and what it used."""
    began = NOW - timedelta(minutes=draw(MINUTES_BACK))
    return {
        "start_us": microseconds(began),
        "ingested_at_us": microseconds(began) + draw(st.sampled_from((0, 10, 3000))) * 60_000_000,
        "source": draw(st.sampled_from(("claude-code", "csv"))),
        "model_id": draw(st.sampled_from(("claude-opus-4-5", "claude-haiku-4-5", "other"))),
        "cost_list_nusd": draw(st.none() | st.integers(0, 10**11)),
        "requests": draw(st.none() | st.integers(1, 50)),
        "cache_read": draw(st.none() | st.integers(0, 10**6)),
        "input_uncached": draw(st.none() | st.integers(0, 10**6)),
        "prompt_id": draw(st.none() | st.sampled_from("abc")),
        "session_id": draw(st.none() | st.sampled_from("xyz")),
    }


def known(ones: Sequence[UsageRecord], since: datetime) -> list[UsageRecord]:
    """What had begun and arrived by now, or began before its source was connected."""
    first = {
        source: min(one.ingested_at_us for one in ones if one.source == source)
        for source in {one.source for one in ones}
    }
    now = microseconds(NOW)
    return [
        one
        for one in ones
        if microseconds(since) <= one.start_us < now
        and (one.ingested_at_us <= now or one.start_us < first[one.source])
    ]


def usage_of(ones: Sequence[UsageRecord]) -> dict[str, object]:
    cost = sum(one.cost_list_nusd or 0 for one in ones)
    frontier = sum(one.cost_list_nusd or 0 for one in ones if one.model_id == "claude-opus-4-5")
    sent = sum(one.tokens.input_total for one in ones)
    knows_cache = sent > 0 and all(one.cache_read is not None for one in ones)
    read = sum(one.cache_read or 0 for one in ones)
    return {
        "usage.tokens": sum(one.tokens.total for one in ones),
        "usage.cost_usd": pytest.approx(cost / 1e9),
        "usage.cost_known": all(one.cost_list_nusd is not None for one in ones),
        "usage.requests": sum(one.requests or 1 for one in ones),
        "usage.input_tokens": sent,
        "usage.output_tokens": sum(one.output_total or 0 for one in ones),
        "usage.cache_read_share": pytest.approx(read / sent) if knows_cache else 0.0,
        "usage.cache_known": knows_cache,
        "usage.frontier_cost_usd": pytest.approx(frontier / 1e9),
        "usage.frontier_share": pytest.approx(frontier / cost) if cost else 0.0,
        "usage.classes_reviewed": all(one.model_id != "other" for one in ones),
    }


def local(one: UsageRecord) -> datetime:
    return one.started_at.astimezone(ZONE)


def hours(ones: Sequence[UsageRecord]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in ones:
        found[local(one).hour] = found.get(local(one).hour, 0) + (one.requests or 1)
    return found


def day_of(ones: Sequence[UsageRecord]) -> dict[str, object]:
    night = [one for one in ones if local(one).hour < 6]
    return {
        **usage_of(ones),
        "day.hours_active": len(hours(ones)),
        "calls.peak_hour": max(hours(ones).values()),
        "day.turns_known": any(one.prompt_id for one in ones),
        "day.human_turns": len({one.prompt_id for one in ones} - {None}),
        "night.human_turns": len({one.prompt_id for one in night} - {None}),
        "night.requests": sum(hours(night).values()),
        "night.hours_active": len(hours(night)),
    }


def week_of(ones: Sequence[UsageRecord]) -> dict[str, object]:
    return {
        **usage_of(ones),
        "week.days_active": len({local(one).date() for one in ones}),
        "sessions.count": len({one.session_id for one in ones} - {None}),
    }


@pytest.mark.parametrize(
    ("kind", "starts", "naive"),
    [
        (SubjectKind.ENGINEER_DAY, datetime(2026, 11, 18, tzinfo=ZONE), day_of),
        (SubjectKind.ENGINEER_WEEK, datetime(2026, 11, 16, tzinfo=ZONE), week_of),
    ],
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=st.lists(records(), min_size=1, max_size=25))
def test_facts_are_what_a_naive_sum_says(
    database: Database,
    kind: SubjectKind,
    starts: datetime,
    naive: Callable[[Sequence[UsageRecord]], dict[str, object]],
    changes: list[dict[str, object]],
) -> None:
    with database.writing() as session:
        for table in ("usage", "usage_share", "engineer_day", "source_hour"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
    kiran = team_of(database, "Asia/Kolkata", "kiran")[1]["kiran"]
    stored = [usage_record(kiran, str(n), **one) for n, one in enumerate(changes)]  # type: ignore[arg-type]
    with database.writing() as session:
        store_usage(session, stored)
    ones = known(stored, starts)
    found = gathered(database, kind, NOW).get(f"person:{kiran}", {})
    expected = naive(ones) if ones else {}
    assert {name: found[name] for name in expected} == expected
    assert found or not ones
