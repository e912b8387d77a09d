"""The facts of workflows as they are gathered; the statistics are tested with policies/learning.py."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.comparison import at_prices_of
from policies.pricing import PriceBook
from policies.rules.facts import FactValue, SubjectKind
from policies.usage import TokenCounts, microseconds
from storage.database import Database
from tests.bot.facts import GATHERING, gathered, team_of, uses

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BOOK = PriceBook()
USD = 10**9


@pytest.fixture
def ann(database: Database) -> int:
    """A person of a team in Berlin."""
    return team_of(database, "Europe/Berlin", "ann", "bob")[1]["ann"]


def workflows(
    database: Database, as_of: datetime = NOON, **scope: frozenset[int]
) -> dict[str, dict[str, FactValue]]:
    return gathered(database, SubjectKind.WORKFLOW, as_of, replace(GATHERING, **scope))


def runs(
    database: Database,
    person_id: int,
    *costs: int | None,
    name: str = "release-notes",
    last: datetime = NOON - DAY,
    **changes: object,
) -> None:
    """A run a day, each of one request, the last on `last`."""
    for back, cost in enumerate(reversed(costs)):
        at = last - back * DAY
        run = {"workflow_id": name, "session_id": f"{name}-{at:%j}", "cost_list_nusd": cost}
        uses(database, person_id, at, **{**run, **changes})


def test_level_runs_are_told_with_their_slope(database: Database, ann: int) -> None:
    runs(database, ann, *[2 * USD] * 10)
    found = workflows(database)[f"workflow:{ann}:release-notes"]
    assert (found["workflow.name"], found["workflow.runs"]) == ("release-notes", 10)
    assert found["workflow.model"] == "claude-sonnet-4-5"
    assert (found["workflow.first_cost_usd"], found["workflow.last_cost_usd"]) == (2.0, 2.0)
    assert found["workflow.slope_known"] is True
    assert (found["workflow.slope_low"], found["workflow.slope_high"]) == (0.0, 0.0)
    excess = found["workflow.excess_usd"]
    assert isinstance(excess, float)
    assert excess > 2


def test_seven_runs_have_no_slope(database: Database, ann: int) -> None:
    runs(database, ann, *[2 * USD] * 7)
    found = workflows(database)[f"workflow:{ann}:release-notes"]
    assert (found["workflow.runs"], found["workflow.slope_known"]) == (7, False)
    assert found["workflow.slope_low"] == 0.0


def test_a_run_without_a_price_is_left_out(database: Database, ann: int) -> None:
    runs(database, ann, 2 * USD, None, 3 * USD)
    assert workflows(database)[f"workflow:{ann}:release-notes"]["workflow.runs"] == 2


def test_a_run_that_goes_on_is_left_out_until_an_hour_has_passed(
    database: Database, ann: int
) -> None:
    runs(database, ann, 2 * USD, 2 * USD, last=NOON - HOUR + timedelta(microseconds=1))
    assert workflows(database)[f"workflow:{ann}:release-notes"]["workflow.runs"] == 1
    assert workflows(database, NOON + HOUR)[f"workflow:{ann}:release-notes"]["workflow.runs"] == 2


def test_without_a_completed_run_nothing_is_known(database: Database, ann: int) -> None:
    runs(database, ann, 2 * USD, last=NOON - timedelta(minutes=5))
    found = workflows(database)[f"workflow:{ann}:release-notes"]
    assert (found["workflow.runs"], found["workflow.model"]) == (0, "")


def test_another_model_begins_anew(database: Database, ann: int) -> None:
    runs(database, ann, *[9 * USD] * 4, last=NOON - 5 * DAY, model_id="claude-opus-4-5")
    runs(database, ann, *[2 * USD] * 3)
    found = workflows(database)[f"workflow:{ann}:release-notes"]
    assert (found["workflow.runs"], found["workflow.first_cost_usd"]) == (3, 2.0)


def test_a_workflow_is_named_by_itself_or_its_agent_and_never_by_a_tool(
    database: Database, ann: int
) -> None:
    bob = team_of(database, "Asia/Kolkata", "cat", "dan")[1]["cat"]
    runs(database, ann, USD, agent_name="helper")
    runs(database, ann, USD, name="", agent_name="reviewer", last=NOON - 2 * DAY)
    runs(database, bob, USD)
    uses(database, ann, NOON - 3 * DAY, tool="claude-code", session_id="plain")
    uses(database, ann, NOON - 3 * DAY, workflow_id="loose", session_id=None)
    assert set(workflows(database)) == {
        f"workflow:{ann}:release-notes",
        f"workflow:{ann}:reviewer",
        f"workflow:{bob}:release-notes",
    }


def test_a_workflow_is_looked_at_for_four_weeks_and_half_a_year_back(
    database: Database, ann: int
) -> None:
    runs(database, ann, USD, last=NOON - 181 * DAY)
    runs(database, ann, USD, last=NOON - 179 * DAY)
    runs(database, ann, USD, last=NOON - 28 * DAY)
    assert workflows(database)[f"workflow:{ann}:release-notes"]["workflow.runs"] == 2
    assert workflows(database, NOON + HOUR) == {}


def test_nothing_that_began_or_arrived_later_counts(database: Database, ann: int) -> None:
    runs(database, ann, USD, USD)
    late = {"workflow_id": "release-notes", "cost_list_nusd": USD, "session_id": "late"}
    uses(database, ann, NOON - 5 * HOUR, NOON + HOUR, **late)
    key = f"workflow:{ann}:release-notes"
    assert workflows(database)[key]["workflow.runs"] == 2
    assert workflows(database, NOON + 2 * HOUR)[key]["workflow.runs"] == 3


def test_only_the_teams_and_people_asked_for_are_looked_at(database: Database, ann: int) -> None:
    runs(database, ann, USD)
    assert len(workflows(database, person_ids=frozenset({ann}))) == 1
    assert workflows(database, team_ids=frozenset({10**6})) == {}


def test_a_cost_follows_the_price_of_the_day() -> None:
    model, tokens = "deepseek-v4-flash", TokenCounts(1_000_000, 0, 0, 0, 0, 1_000)
    then, now = (microseconds(datetime(2026, 8, day, 15, tzinfo=UTC)) for day in (1, 20))
    before, after = BOOK.card(model, then), BOOK.card(model, now)
    assert before is not None
    assert after is not None
    cost, later = before.cost_nusd(tokens), after.cost_nusd(tokens)
    assert cost is not None
    assert cost != later
    assert at_prices_of(BOOK, model, tokens, cost, then, now) == pytest.approx(later)
    assert at_prices_of(BOOK, model, tokens, cost, then, then) == cost
    assert at_prices_of(BOOK, "house", tokens, cost, then, now) is None
    assert at_prices_of(BOOK, model, tokens, None, then, now) is None
