from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal

import pytest

from policies.metrics import PersonWeek
from policies.periods import IsoWeek
from policies.usage import Trust
from policies.week_parts import CACHE_READ, CACHE_WRITE, INPUT, OUTPUT
from storage import people, rollups, usage
from storage.database import Database
from storage.people import TeamDraft
from storage.rollups import ModelShare, UsageSource
from tests.storage.records import NOON, NOON_US, usage_record

WEEK = IsoWeek(2026, 47)
DAY_US = 24 * 3_600_000_000
TOKENS = usage_record(1, "any").tokens.total


@pytest.fixture
def team(database: Database) -> tuple[int, list[int]]:
    with database.writing() as session:
        ids = [people.ensure_person_by_email(session, f"{n}@example.org").id for n in "abc"]
        team = people.save_team(session, TeamDraft("One", "T1", "C1"), [ids[2]], ids[:2], NOON)
    return team.id, ids


def by_class(records: int) -> dict[str, int]:
    one = {INPUT: 1_200, CACHE_READ: 48_000, CACHE_WRITE: 2_000, OUTPUT: 900}
    return {name: records * tokens for name, tokens in one.items()}


def test_a_week_is_summed_per_person_at_home_in_the_team(
    database: Database, team: tuple[int, list[int]]
) -> None:
    team_id, (ann, bob, outside_lead) = team
    with database.writing() as session:
        usage.store_usage(
            session,
            [
                usage_record(bob, "1"),
                usage_record(ann, "2", NOON_US - 2 * DAY_US),
                usage_record(ann, "3", NOON_US + 4 * DAY_US, cost_list_nusd=None),
                usage_record(ann, "sunday before", NOON_US - 3 * DAY_US),
                usage_record(ann, "monday after", NOON_US + 5 * DAY_US),
                usage_record(outside_lead, "4"),
            ],
        )
    with database.reading() as session:
        assert rollups.person_weeks(session, team_id, WEEK) == [
            PersonWeek(ann, 2 * TOKENS, Decimal("0.039"), TOKENS, 2 * TOKENS, by_class(2)),
            PersonWeek(bob, TOKENS, Decimal("0.039"), 0, TOKENS, by_class(1)),
        ]
        by_week = [rollups.person_weeks(session, team_id, week) for week in WEEK.plus(1).last(4)]
        assert [[one.tokens // TOKENS for one in week] for week in by_week] == [
            [],
            [1],
            [2, 1],
            [1],
        ]


def test_the_models_of_a_person_come_by_name(
    database: Database, team: tuple[int, list[int]]
) -> None:
    ann = team[1][0]
    with database.writing() as session:
        usage.store_usage(
            session,
            [
                usage_record(ann, "1", model_id="opus", model_class="frontier"),
                usage_record(ann, "2", model_id="haiku", model_class="small", cost_list_nusd=1),
                usage_record(ann, "3", NOON_US + DAY_US, model_id="opus", cost_list_nusd=None),
            ],
        )
        mix = rollups.model_mix(session, ann, NOON.date(), NOON.date() + timedelta(days=1))
    assert mix == [
        ModelShare("haiku", "small", TOKENS, 0, Decimal("0.000000001")),
        ModelShare("opus", "frontier", 2 * TOKENS, TOKENS, Decimal("0.039")),
    ]


def test_a_source_shows_its_lowest_trust_and_its_latest_delivery(
    database: Database, team: tuple[int, list[int]]
) -> None:
    ann, bob, _ = team[1]
    later = NOON_US + DAY_US
    with database.writing() as session:
        usage.store_usage(
            session,
            [
                usage_record(ann, "1", trust=Trust.PROVIDER),
                usage_record(ann, "2", later, cost_basis="reported", trust=Trust.GATEWAY),
                usage_record(bob, "3", source="csv"),
            ],
        )
        assert rollups.usage_sources(session, [ann, bob]) == [
            UsageSource("claude-code", 2, ("rate_card", "reported"), NOON + timedelta(days=1)),
            UsageSource("csv", 0, ("rate_card",), NOON),
        ]
        assert rollups.usage_sources(session, []) == []


def test_a_record_that_a_revision_moves_over_midnight_leaves_the_day_before(
    database: Database,
) -> None:
    before_midnight = NOON_US + 6 * 3_600_000_000 + 600_000_000  # 23:55 in Kathmandu
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "a@example.org").id
        people.save_team(session, TeamDraft("Trek", "T1", "C1", "Asia/Kathmandu"), [], [ann], NOON)
        first = usage_record(ann, "1", before_midnight)
        usage.store_usage(session, [first])
        moved = first._replace(revision=2, start_us=before_midnight + 600_000_000)
        usage.store_usage(session, [moved])
        days = rollups.person_days(session, ann, date(2026, 11, 1), date(2026, 11, 30))
    assert [day.day for day in days] == [date(2026, 11, 19)]


def test_rebuilding_a_day_without_records_empties_it(
    database: Database, team: tuple[int, list[int]]
) -> None:
    ann = team[1][0]
    with database.writing() as session:
        usage.store_usage(session, [usage_record(ann, "1")])
        usage.move_usage(session, ann, team[1][1])
        rollups.rebuild_days(session, {(ann, NOON.date()), (team[1][1], NOON.date())})
        assert rollups.person_days(session, ann, NOON.date(), NOON.date()) == []
        [day] = rollups.person_days(session, team[1][1], NOON.date(), NOON.date())
    assert day.tokens_total == TOKENS


def test_a_persons_week_carries_no_name_to_order_by() -> None:
    assert {field.name for field in fields(PersonWeek)} == {
        "person_id",
        "tokens",
        "cost_list",
        "tokens_unpriced",
        "tokens_unattributed",
        "parts",
    }
