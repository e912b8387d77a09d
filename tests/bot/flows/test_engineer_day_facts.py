"""What is known of people's running days, at a moment, in their own zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.amounts import BudgetUnit
from policies.budgets import BudgetPeriod, BudgetTerms, GrantKind
from policies.outcomes import KeyKind, OutcomeDraft, OutcomeKey
from policies.rules.facts import FactValue, SubjectKind
from policies.usage import Trust
from storage import attribution, budgets, people
from storage import focus as stored_focus
from storage import outcomes as stored_outcomes
from storage.budgets import GrantDraft
from storage.database import Database
from tests.bot.facts import GATHERING, gathered, team_of, uses
from tests.storage.records import usage_record

DAY = SubjectKind.ENGINEER_DAY
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday, 13:00 in Berlin and 17:30 in Kolkata."""
TOKENS = usage_record(1, "any").tokens.total
COST = 0.039


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def of(database: Database, person_id: int, as_of: datetime = NOON) -> dict[str, FactValue]:
    return gathered(database, DAY, as_of)[f"person:{person_id}"]


@pytest.fixture
def berlin(database: Database) -> dict[str, int]:
    return team_of(database, "Europe/Berlin", "ann", "bob")[1]


def some(found: dict[str, FactValue], prefix: str) -> dict[str, FactValue]:
    """The facts of a family that are not as they are without data."""
    return {
        name.removeprefix(prefix): value
        for name, value in found.items()
        if name.startswith(prefix) and value
    }


def test_a_day_holds_its_usage_by_hours_and_the_share_that_counts_for_nothing(
    database: Database, berlin: dict[str, int]
) -> None:
    for hours in (-4, -2, -1.9):
        uses(database, berlin["ann"], at(hours), requests=3)
    found = of(database, berlin["ann"])
    assert found["usage.tokens"] == 3 * TOKENS
    assert found["usage.requests"] == 9
    assert found["usage.cost_usd"] == pytest.approx(3 * COST)
    assert some(found, "day.") == {"hours_active": 2, "unattributed_share": 1.0}
    assert found["calls.peak_hour"] == 6


def test_only_who_used_anything_is_looked_at_unless_somebody_is_asked_for(
    database: Database, berlin: dict[str, int]
) -> None:
    uses(database, berlin["ann"], at(-1))
    assert set(gathered(database, DAY, NOON)) == {f"person:{berlin['ann']}"}
    asked = replace(GATHERING, person_ids=frozenset(berlin.values()))
    found = gathered(database, DAY, NOON, asked)
    assert found[f"person:{berlin['bob']}"]["usage.tokens"] == 0
    assert not any(found[f"person:{berlin['bob']}"].values())
    elsewhere = replace(GATHERING, team_ids=frozenset({999}))
    assert gathered(database, DAY, NOON, elsewhere) == {}


def test_people_without_a_team_have_days_of_utc(database: Database) -> None:
    with database.writing() as session:
        loner = people.ensure_person_by_email(session, "zoe@example.org").id
    uses(database, loner, at(-12))
    uses(database, loner, at(-12.1))
    assert of(database, loner)["usage.requests"] == 1


def test_what_is_known_of_models_and_cache_is_said_only_where_all_of_it_is(
    database: Database, berlin: dict[str, int]
) -> None:
    ann, bob = berlin["ann"], berlin["bob"]
    uses(database, ann, at(-1), model_id="claude-opus-4-5", cost_list_nusd=6_000_000_000)
    uses(database, ann, at(-2), cost_list_nusd=2_000_000_000)
    assert some(of(database, ann), "usage.") == {
        "tokens": 2 * TOKENS,
        "cost_usd": 8.0,
        "cost_known": True,
        "requests": 2,
        "input_tokens": 2 * (TOKENS - 900),
        "output_tokens": 1_800,
        "cache_read_share": pytest.approx(48_000 / 51_200),
        "cache_known": True,
        "frontier_cost_usd": 6.0,
        "frontier_share": 0.75,
        "classes_reviewed": True,
    }
    uses(database, bob, at(-1), model_id="new-model", cost_list_nusd=None, cache_read=None)
    assert some(of(database, bob), "usage.") == {
        "tokens": TOKENS - 48_000,
        "requests": 1,
        "input_tokens": 3_200,
        "output_tokens": 900,
    }


def test_prompts_are_counted_once_where_the_source_names_them(
    database: Database, berlin: dict[str, int]
) -> None:
    for hours, prompt in ((-1, "p1"), (-1.5, "p1"), (-2, "p2"), (-9, "p3"), (-3, None)):
        uses(database, berlin["ann"], at(hours), prompt_id=prompt)
    uses(database, berlin["bob"], at(-1))
    ann, bob = of(database, berlin["ann"]), of(database, berlin["bob"])
    assert (ann["day.turns_known"], ann["day.human_turns"], ann["night.human_turns"]) == (
        True,
        3,
        1,
    )
    assert (bob["day.turns_known"], bob["day.human_turns"]) == (False, 0)


def test_the_night_ends_at_six_local_time(database: Database, berlin: dict[str, int]) -> None:
    for hours in (-13, -12.5, -8.1, -7, 0):  # 00:00, 00:30, 04:54, 06:00 in Berlin
        uses(database, berlin["ann"], at(hours))
    found = of(database, berlin["ann"])
    assert some(found, "night.") == {
        "requests": 3,
        "cost_usd": pytest.approx(3 * COST),
        "hours_active": 2,
    }


def test_a_day_begins_at_local_midnight_in_a_zone_with_a_half_hour(database: Database) -> None:
    kiran = team_of(database, "Asia/Kolkata", "kiran")[1]["kiran"]
    midnight = datetime(2026, 11, 17, 18, 30, tzinfo=UTC)
    for minutes in (-1, 0, 59, 60):
        uses(database, kiran, midnight + timedelta(minutes=minutes))
    found = of(database, kiran)
    assert (found["usage.requests"], found["day.hours_active"]) == (3, 2)
    assert (found["night.requests"], found["night.hours_active"]) == (3, 2)


def test_the_day_on_which_clocks_go_back_has_a_longer_night(
    database: Database, berlin: dict[str, int]
) -> None:
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)  # the night of 25 October has seven hours
    for hours in (-0.1, 0, 6.9, 7, 24.9, 25):
        uses(database, berlin["ann"], midnight + timedelta(hours=hours))
    found = of(database, berlin["ann"], midnight + timedelta(hours=24, minutes=59))
    assert (found["usage.requests"], found["night.requests"]) == (4, 2)
    assert (found["day.hours_active"], found["night.hours_active"]) == (4, 2)


def test_what_arrives_later_changes_nothing_of_what_was_known(
    database: Database, berlin: dict[str, int]
) -> None:
    ann = berlin["ann"]
    uses(database, ann, at(-3))
    before = gathered(database, DAY, NOON)
    uses(database, ann, at(-2), arrived=at(1), api_key_ref="k", tool="whisper")
    uses(database, berlin["bob"], at(-2), arrived=at(1), api_key_ref="k")
    uses(database, ann, at(0))
    assert gathered(database, DAY, NOON) == before
    assert of(database, ann, at(2))["usage.requests"] == 3
    assert of(database, ann, at(2))["keys.shared"] == 1


def test_what_happened_before_its_source_was_connected_counts_then(
    database: Database, berlin: dict[str, int]
) -> None:
    uses(database, berlin["ann"], at(-3), arrived=at(50), source="csv")
    assert of(database, berlin["ann"])["usage.requests"] == 1


def declared(database: Database, owner: int, ticket: str, when: datetime) -> int:
    with database.writing() as session:
        team = people.home_team_of(session, owner)
        assert team is not None
        draft = OutcomeDraft("Work", keys=(OutcomeKey(KeyKind.TICKET, ticket),))
        outcome = stored_outcomes.add_outcome(session, draft, team.id, owner, when)
        attribution.outcomes_changed(session, outcome)
    return outcome.id


def test_tokens_for_an_outcome_of_a_colleague_are_told_apart(
    database: Database, berlin: dict[str, int]
) -> None:
    ann, bob = berlin["ann"], berlin["bob"]
    declared(database, ann, "PAY-1", at(-30))
    declared(database, bob, "PAY-2", at(-30))
    for ticket in ("PAY-1", "PAY-2", "PAY-2", "PAY-3"):
        uses(database, ann, at(-1), ticket=ticket, branch=f"b-{ticket}")
        uses(database, ann, at(-2), ticket=ticket, branch=None)
    found = of(database, ann)
    assert some(found, "colleagues.") == {"tokens": 2 * TOKENS, "share": pytest.approx(1 / 3)}
    assert found["day.unattributed_share"] == pytest.approx(1 / 3)


def test_usage_counts_for_no_outcome_that_was_not_declared_yet(
    database: Database, berlin: dict[str, int]
) -> None:
    uses(database, berlin["ann"], at(-3), ticket="PAY-9")
    declared(database, berlin["bob"], "PAY-9", at(-1))
    earlier, later = (of(database, berlin["ann"], moment) for moment in (at(-1), NOON))
    assert (earlier["day.unattributed_share"], earlier["colleagues.tokens"]) == (1.0, 0)
    assert (later["day.unattributed_share"], later["colleagues.tokens"]) == (0.0, TOKENS)


def test_usage_in_a_focus_window_counts_for_its_outcome_and_what_lies_beside_for_none(
    database: Database, berlin: dict[str, int]
) -> None:
    ann = berlin["ann"]
    outcome_id = declared(database, berlin["bob"], "PAY-7", at(-30))
    with database.writing() as session:
        stored_focus.start_focus(session, ann, outcome_id, at(-4))
        stored_focus.stop_focus(session, ann, at(-2))
    for hours in (-4.5, -4, -3, -2, -1):
        uses(database, ann, at(hours), ticket=None, branch=None)
    found = of(database, ann)
    assert found["colleagues.tokens"] == 2 * TOKENS
    assert found["day.unattributed_share"] == pytest.approx(3 / 5)


def with_budget(database: Database, person_id: int, unit: BudgetUnit, amount: int) -> None:
    with database.writing() as session:
        team = people.home_team_of(session, person_id)
        assert team is not None
        budgets.save_terms(session, BudgetTerms(team.id, unit, BudgetPeriod.WEEK, amount))
        first = datetime(2026, 11, 16, tzinfo=UTC).date()
        for kind, given, until in (
            (GrantKind.BASE, amount, 6),
            (GrantKind.EXTRA, amount, 1),  # ended on Tuesday
            (GrantKind.EARMARK, amount, 6),
        ):
            last = first + timedelta(days=until)
            draft = GrantDraft(team.id, person_id, kind, given, unit, first, last)
            budgets.add_grant(session, draft, at(-40))


def test_burn_is_measured_by_the_even_share_of_an_hour_of_what_is_granted(
    database: Database, berlin: dict[str, int]
) -> None:
    ann, bob = berlin["ann"], berlin["bob"]
    with_budget(database, ann, BudgetUnit.TOKENS, 168 * TOKENS)
    for minutes in (-61, -60, -30, -4):
        uses(database, ann, NOON + timedelta(minutes=minutes))
        uses(database, bob, NOON + timedelta(minutes=minutes))
    assert some(of(database, ann), "burn.") == {
        "known": True,
        "hour_multiple": pytest.approx(3.0),
        "five_minute_multiple": pytest.approx(12.0),
        "hour_usd": pytest.approx(3 * COST),
    }
    assert some(of(database, bob), "burn.") == {"hour_usd": pytest.approx(3 * COST)}


def test_burn_is_measured_in_the_unit_of_the_budget(
    database: Database, berlin: dict[str, int]
) -> None:
    with_budget(database, berlin["ann"], BudgetUnit.USD, 168 * 39_000_000)
    uses(database, berlin["ann"], at(-0.5))
    assert of(database, berlin["ann"])["burn.hour_multiple"] == pytest.approx(1.0)


def test_the_last_hour_reaches_back_over_midnight(
    database: Database, berlin: dict[str, int]
) -> None:
    uses(database, berlin["ann"], at(-13.2))
    found = of(database, berlin["ann"], at(-12.9))
    assert (found["usage.requests"], found["burn.hour_usd"]) == (0, pytest.approx(COST))


def test_client_and_provider_are_compared_once_both_have_delivered_all_of_yesterday(
    database: Database, berlin: dict[str, int]
) -> None:
    ann, bob = berlin["ann"], berlin["bob"]
    provider = {"source": "gateway", "trust": Trust.GATEWAY}
    uses(database, ann, at(-20), input_uncached=TOKENS)
    uses(database, ann, at(-20), **provider, session_id=None)
    uses(database, bob, at(-20))
    uses(database, bob, at(-1))
    assert not of(database, bob, at(-0.5))["reported.known"]
    uses(database, bob, at(-2), arrived=at(-0.4), **provider)
    asked = replace(GATHERING, person_ids=frozenset({ann, bob}))
    early, late = (gathered(database, DAY, moment, asked) for moment in (at(-0.5), NOON))
    assert not early[f"person:{ann}"]["reported.known"]
    assert some(late[f"person:{ann}"], "reported.") == {
        "known": True,
        "client_tokens": 2 * TOKENS - 1_200,
        "provider_tokens": TOKENS,
        "ratio": pytest.approx(2 - 1_200 / TOKENS),
    }
    assert not late[f"person:{bob}"]["reported.known"], "no provider told of yesterday"


def test_a_key_is_shared_when_somebody_else_used_it_on_the_same_day(
    database: Database, berlin: dict[str, int]
) -> None:
    ann, bob = berlin["ann"], berlin["bob"]
    kiran = team_of(database, "Asia/Kolkata", "kiran")[1]["kiran"]
    for who, key, hours in (
        (ann, "k1", -1), (bob, "k1", -2), (ann, "k2", -1), (kiran, "k2", -3),
        (ann, "k3", -1), (bob, "k3", -14), (bob, "k4", -1),
    ):  # fmt: skip
        uses(database, who, at(hours), api_key_ref=key)
    found = gathered(database, DAY, NOON)
    shared = {one: found[f"person:{one}"]["keys.shared"] for one in (ann, bob, kiran)}
    assert shared == {ann: 2, bob: 1, kiran: 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tool", "Meeting-Notes 2.1"),
        ("agent_name", "transcriber"),
        ("query_source", "notetaker"),
        ("model_id", "whisper-1"),
    ],
)
def test_transcription_goes_by_any_name_that_says_so(
    database: Database, berlin: dict[str, int], name: str, value: str
) -> None:
    for hours in (-1, -2, -1.9):
        uses(database, berlin["ann"], at(hours), **{name: value})
    uses(database, berlin["ann"], at(-5))
    assert some(of(database, berlin["ann"]), "transcription.") == {
        "hours": 2,
        "requests": 3,
        "cost_usd": pytest.approx(3 * COST),
    }
