"""What is known of people's running weeks, at a moment, in their own zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.flows import outcomes
from bot.flows.people import Speaker
from policies.outcomes import Complexity, KeyKind, OutcomeDraft, OutcomeKey
from policies.rules.facts import FactValue, SubjectKind
from storage.database import Database
from tests.bot import budgeted
from tests.bot.budgeted import with_terms
from tests.bot.facts import GATHERING, gathered, uses
from tests.bot.seeded import introduce, payments
from tests.storage.records import usage_record

WEEK = SubjectKind.ENGINEER_WEEK
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday, 13:00 in Berlin."""
TOKENS = usage_record(1, "any").tokens.total


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


@pytest.fixture
def ben(database: Database) -> Speaker:
    payments(database)
    return introduce(database, "ben")


def of(database: Database, speaker: Speaker, as_of: datetime = NOON) -> dict[str, FactValue]:
    return gathered(database, WEEK, as_of)[f"person:{speaker.person.id}"]


def some(found: dict[str, FactValue], prefix: str) -> dict[str, FactValue]:
    return {
        name.removeprefix(prefix): value
        for name, value in found.items()
        if name.startswith(prefix) and value
    }


def declare(
    database: Database, speaker: Speaker, when: datetime, title: str = "Cut p95", ticket: str = "",
    complexity: Complexity = Complexity.STANDARD,
) -> int:  # fmt: skip
    keys = (OutcomeKey(KeyKind.TICKET, ticket),) if ticket else ()
    draft = OutcomeDraft(title, keys=keys, complexity=complexity)
    return outcomes.declare(database, when, speaker, draft).outcome.id


def test_a_week_begins_on_monday_at_local_midnight(database: Database, ben: Speaker) -> None:
    monday = datetime(2026, 11, 15, 23, tzinfo=UTC)
    for hours, session in ((-0.1, "s0"), (0, "s1"), (10, "s2"), (34, "s2"), (61, None)):
        uses(database, ben.person.id, monday + timedelta(hours=hours), session_id=session)
    found = of(database, ben, at(1))
    assert (found["usage.requests"], found["week.days_active"]) == (4, 3)
    assert found["sessions.count"] == 2
    assert of(database, ben, monday + timedelta(hours=20))["week.days_active"] == 1


def test_the_week_in_which_clocks_go_back_has_an_hour_more(
    database: Database, ben: Speaker
) -> None:
    sunday_night = datetime(2026, 10, 25, 22, 59, tzinfo=UTC)
    uses(database, ben.person.id, sunday_night)
    assert of(database, ben, sunday_night + timedelta(seconds=1))["week.days_active"] == 1


def test_usage_before_its_outcome_was_declared_is_told_apart(
    database: Database, ben: Speaker
) -> None:
    declare(database, ben, at(-20), ticket="PAY-1")
    for hours, ticket in ((-30, "PAY-1"), (-21, "PAY-1"), (-20, "PAY-1"), (-1, "PAY-2")):
        uses(database, ben.person.id, at(hours), ticket=ticket)
    found = of(database, ben)
    assert found["week.attributed_known"]
    assert found["week.declared_first_share"] == pytest.approx(1 / 3)
    assert found["week.unattributed_share"] == pytest.approx(1 / 4)
    before = of(database, ben, at(-20.5))
    assert not before["week.attributed_known"]
    assert before["week.unattributed_share"] == 1.0


def test_outcomes_are_counted_by_how_they_were_declared(database: Database, ben: Speaker) -> None:
    declare(database, ben, at(-24 * 4), "Last week's")
    first = declare(database, ben, at(-30), "Fix test 1", complexity=Complexity.TRIVIAL)
    second = declare(database, ben, at(-30), "Fix test 2", complexity=Complexity.TRIVIAL)
    declare(database, ben, at(-20), "Move the queue")
    outcomes.claim(database, at(-29.5), ben, first, "https://git.example.com/shop/pull/1")
    outcomes.claim(database, at(-28.9), ben, second, "https://git.example.com/shop/pull/2")
    found = of(database, ben)
    assert some(found, "outcomes.") == {"declared": 3, "trivial": 2, "retro": 1, "split": 2}
    early = of(database, ben, at(-29.8))
    assert some(early, "outcomes.") == {"declared": 2, "trivial": 2, "split": 2}
    outcomes.drop(database, at(-10), ben, second, "")
    assert of(database, ben)["outcomes.split"] == 0
    assert of(database, ben, at(-11))["outcomes.split"] == 2


def test_who_did_neither_is_looked_at_only_when_asked_for(database: Database, ben: Speaker) -> None:
    assert gathered(database, WEEK, NOON) == {}
    asked = replace(GATHERING, person_ids=frozenset({ben.person.id}))
    (found,) = gathered(database, WEEK, NOON, asked).values()
    assert not any(found.values())


def test_what_arrives_later_changes_nothing_of_what_was_known(
    database: Database, ben: Speaker
) -> None:
    uses(database, ben.person.id, at(-30))
    before = gathered(database, WEEK, NOON)
    uses(database, ben.person.id, at(-20), arrived=at(1), session_id="other")
    uses(database, ben.person.id, at(2))
    assert gathered(database, WEEK, NOON) == before
    assert of(database, ben, at(3))["usage.requests"] == 3


@pytest.fixture
def granted(database: Database) -> Speaker:
    """Ben, with a base of forty requests a month, given ten days ago."""
    with_terms(database, base=40 * TOKENS, now=at(-24 * 10))
    return introduce(database, "ben")


def test_a_budget_is_known_with_three_weeks_of_days(database: Database, granted: Speaker) -> None:
    uses(database, granted.person.id, at(-1))
    found = of(database, granted)
    assert some(found, "budget.") == {"used_share": pytest.approx(1 / 40), "days_left": 13}
    uses(database, granted.person.id, at(-24 * 22))
    found = of(database, granted)
    assert found["budget.known"]
    assert found["budget.chance_used_up"] == 0.0
    budgeted.uses(database, granted, 38 * TOKENS)
    for back in range(1, 21):
        budgeted.uses(database, granted, TOKENS, at(-24 * back))
    assert 0.9 < float(of(database, granted, at(24))["budget.chance_used_up"]) <= 1.0


def test_a_budget_is_used_up_when_nothing_is_left(database: Database, granted: Speaker) -> None:
    for hours in range(40):
        uses(database, granted.person.id, at(-hours - 1))
    found = of(database, granted)
    assert (found["budget.is_used_up"], found["budget.used_share"]) == (True, 1.0)
    early = of(database, granted, at(-2))
    assert not early["budget.is_used_up"]
    assert early["budget.used_share"] == pytest.approx(38 / 40)


def test_without_a_budget_nothing_is_known_of_it(database: Database, ben: Speaker) -> None:
    uses(database, ben.person.id, at(-1))
    assert some(of(database, ben), "budget.") == {}
