"""The demo's story: believable, repeatable, and lived through by the real flows."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from bot.demo.organisation import load_organisation, workspace_file
from bot.demo.plan import plan_outcomes
from bot.demo.rules import STAGES, seed_rules
from bot.demo.seed import seed_outcomes, seed_people
from bot.demo.usage import write_logs
from bot.demo.workflows import WORKFLOWS, write_runs
from bot.settings import load_settings
from bot.wiring import gathering_of
from policies.outcomes import Complexity, OutcomeState
from storage import rule_settings
from storage.database import Database
from storage.tables import OutcomeRow

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
ORGANISATION = load_organisation()


def test_three_teams_of_about_twenty_people_and_one_of_them_too_small_for_figures() -> None:
    sizes = [len(team.members) for team in ORGANISATION.teams]
    assert len(sizes) == 3
    assert 18 <= sum(sizes) <= 22
    assert min(sizes) < 5 <= max(sizes)


def test_names_and_ids_are_unique() -> None:
    workspace = workspace_file(ORGANISATION)
    users = workspace["users"]
    assert isinstance(users, list)
    for key in ("id", "name", "email", "real_name"):
        assert len({user[key] for user in users}) == len(users)


def test_the_same_moment_gives_the_same_story() -> None:
    assert plan_outcomes(ORGANISATION, NOW) == plan_outcomes(ORGANISATION, NOW)


def test_nobody_has_two_pieces_of_work_on_one_day() -> None:
    plan = plan_outcomes(ORGANISATION, NOW)
    for _, member in ORGANISATION.people():
        own = [outcome for outcome in plan if outcome.owner is member]
        assert all(before.last_day < after.first_day for before, after in pairwise(own))
        assert all(outcome.verifier is not member for outcome in own)


@pytest.mark.parametrize("day", range(16, 23))
def test_on_any_weekday_there_is_something_open_and_something_to_verify(day: int) -> None:
    now = NOW.replace(day=day)
    plan = plan_outcomes(ORGANISATION, now)
    assert any(one.declared_at <= now < one.claimed_at for one in plan)
    assert any(one.claimed_at <= now < one.verified_at for one in plan)


@pytest.mark.parametrize("day", range(16, 23))
def test_on_any_day_somebody_has_trivial_work_in_hand_that_a_rule_will_find(day: int) -> None:
    now = NOW.replace(day=day)
    in_hand = [one for one in plan_outcomes(ORGANISATION, now) if one.habit is not None]
    assert len(in_hand) == 1
    assert in_hand[0].draft.complexity is Complexity.TRIVIAL
    assert in_hand[0].declared_at < now < in_hand[0].claimed_at


def test_the_real_flows_live_through_the_story_and_every_state_occurs(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'demo.db'}")
    database.migrate()
    speakers = seed_people(database, ORGANISATION, NOW)
    declared = seed_outcomes(database, speakers, plan_outcomes(ORGANISATION, NOW), NOW)
    with database.reading() as session:
        states = Counter(session.exec(select(OutcomeRow.state)).all())
    database.dispose()
    assert sum(states.values()) == declared
    assert set(states) == set(OutcomeState)


def test_rules_come_to_their_stages_without_a_line_of_the_log(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'demo.db'}")
    database.migrate()
    speakers = seed_people(database, ORGANISATION, NOW)
    seed_outcomes(database, speakers, plan_outcomes(ORGANISATION, NOW), NOW)
    gathering = gathering_of(load_settings())
    with capture_logs() as logged:
        seed_rules(database, ORGANISATION, speakers, gathering, NOW)
    assert logged == []
    with database.reading() as session:
        assert rule_settings.settings(session).keys() == STAGES.keys()


def test_the_logs_are_in_the_tools_own_format_and_end_now(tmp_path: Path) -> None:
    homes = write_logs(ORGANISATION, plan_outcomes(ORGANISATION, NOW), NOW, tmp_path)
    assert len(homes) == sum(len(team.members) for team in ORGANISATION.teams)
    first = next(homes[0][1].glob("projects/*/*.jsonl")).read_text("utf-8").splitlines()
    line = json.loads(first[1])
    assert {"sessionId", "requestId", "gitBranch", "cwd", "timestamp", "message"} <= set(line)
    assert datetime.fromisoformat(line["timestamp"]) <= NOW


def test_everybody_runs_workflows_and_nothing_of_them_lies_ahead(tmp_path: Path) -> None:
    count = write_runs(ORGANISATION, NOW, tmp_path / "runs.csv")
    with (tmp_path / "runs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["session_id"] for row in rows}) == count
    assert max(datetime.fromisoformat(row["timestamp"]) for row in rows) <= NOW
    for workflow in WORKFLOWS:
        people = {row["person"] for row in rows if row["workflow"] == workflow.name}
        assert len(people) == len(list(ORGANISATION.people()))
