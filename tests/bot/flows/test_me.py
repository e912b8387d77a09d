"""The personal view: one's own workflows and tips, and nobody else's."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flows.finding_answers import answer
from bot.flows.me import my_weeks
from bot.rulebook import Rulebook
from messages.pages.people import Me
from policies.people import Team
from policies.pricing import PriceBook
from policies.rules.findings import Answer, FindingState
from policies.workflows import Course
from storage import findings
from storage.database import Database
from tests.bot.facts import uses
from tests.bot.rule_scene import NOW, rulebook, told
from tests.bot.seeded import introduce, payments

DAY = timedelta(days=1)
USD = 10**9


@pytest.fixture
def team(database: Database) -> Team:
    return payments(database)


@pytest.fixture
def rules(tmp_path: Path) -> Rulebook:
    return rulebook(tmp_path / "rules")


def me(database: Database, who: str, rules: Rulebook) -> Me:
    return my_weeks(database, NOW, introduce(database, who), PriceBook(), rules.current)


def runs(database: Database, who: str, name: str, *costs: int, until: timedelta = DAY) -> None:
    person_id = introduce(database, who).person.id
    for back, cost in enumerate(reversed(costs)):
        at = NOW - until - back * DAY
        run = {"workflow_id": name, "session_id": f"{name}-{at:%j}", "cost_list_nusd": cost}
        uses(database, person_id, at, **run)


def test_own_workflows_come_by_name_with_each_runs_cost(
    database: Database, team: Team, rules: Rulebook
) -> None:
    runs(database, "ben", "triage", *[2 * USD] * 10)
    runs(database, "ben", "docs", USD, 3 * USD)
    runs(database, "chi", "secret", *[5 * USD] * 10)
    docs, triage = me(database, "ben", rules).workflows
    assert (docs.curve.name, docs.curve.course) == ("docs", Course.TOO_FEW_RUNS)
    assert docs.costs_usd == (1.0, 3.0)
    assert (triage.curve.name, triage.curve.course) == ("triage", Course.LEVEL)
    assert "secret" not in str(me(database, "ben", rules))


def test_a_workflow_of_long_ago_is_not_shown(
    database: Database, team: Team, rules: Rulebook
) -> None:
    runs(database, "ben", "docs", USD, USD, until=29 * DAY)
    assert me(database, "ben", rules).workflows == ()


def test_the_curve_drawn_is_that_of_the_workflow_with_the_most_runs(
    database: Database, team: Team, rules: Rulebook
) -> None:
    runs(database, "ben", "docs", *[2 * USD] * 8)
    runs(database, "ben", "triage", *[2 * USD] * 12)
    runs(database, "ben", "upgrade", USD, USD)
    chart = me(database, "ben", rules).curve
    assert chart is not None
    assert "triage" in chart.title


def test_an_open_tip_is_shown_until_it_is_settled(
    database: Database, team: Team, rules: Rulebook
) -> None:
    finding = told(database, team)
    (tip,) = me(database, "ben", rules).tips
    assert (tip.label, tip.is_tried) == (finding.label, False)
    assert me(database, "chi", rules).tips == ()
    ben = introduce(database, "ben")
    answer(database, NOW, ben, finding.id, Answer.TRIED)
    (tip,) = me(database, "ben", rules).tips
    assert tip.is_tried


def test_what_was_found_and_not_told_is_no_tip(
    database: Database, team: Team, rules: Rulebook
) -> None:
    finding = told(database, team)
    with database.writing() as session:
        assert findings.change(session, finding, replace(finding, state=FindingState.OPEN), NOW)
    assert me(database, "ben", rules).tips == ()
