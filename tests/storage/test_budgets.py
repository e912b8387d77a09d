"""Grants and allowances on both engines: stored once, voided once, and kept when two people turn out one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest

from policies.amounts import BudgetUnit
from policies.budgets import BudgetPeriod, BudgetTerms, GrantKind, PeriodDays
from policies.people import SlackIdentity
from storage import budgets, people
from storage.budgets import GrantDraft
from storage.database import Database
from storage.people import TeamDraft

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
NOVEMBER = PeriodDays(date(2026, 11, 1), date(2026, 11, 30))
TOKENS = BudgetUnit.TOKENS


@pytest.fixture
def stored(database: Database) -> tuple[int, int]:
    """(team, person): Ada, who is known by her address alone, in Payments."""
    with database.writing() as session:
        ada = people.ensure_person_by_email(session, "ada@example.com")
        team = people.save_team(session, TeamDraft("Payments", "T1", "C1"), [], [ada.id], NOW)
        terms = BudgetTerms(team.id, TOKENS, BudgetPeriod.MONTH, 40)
        budgets.save_terms(session, terms)
    return team.id, ada.id


def draft(team_id: int, person_id: int, **changes: object) -> GrantDraft:
    values: dict[str, object] = {
        "team_id": team_id,
        "person_id": person_id,
        "kind": GrantKind.EXTRA,
        "amount": 10,
        "unit": TOKENS,
        "first_day": NOW.date(),
        "last_day": NOVEMBER.last,
    }
    return GrantDraft(**{**values, **changes})  # type: ignore[arg-type]  # a test's keyword arguments


def base(team_id: int, person_id: int) -> GrantDraft:
    first = NOVEMBER.first
    return draft(team_id, person_id, kind=GrantKind.BASE, amount=40, first_day=first, base_of=first)


def amounts(database: Database, team_id: int, person_id: int) -> list[tuple[int, bool]]:
    with database.reading() as session:
        held = budgets.grants_of(session, team_id, [person_id], TOKENS)[person_id]
    return [(one.amount, one.voided_on is None) for one in held]


def test_a_base_grant_comes_once_however_many_bring_it(
    database: Database, stored: tuple[int, int]
) -> None:
    together = Barrier(4)

    def bring(_: int) -> int:
        together.wait()
        with database.writing() as session:
            return budgets.add_base_grants(session, [base(*stored)], NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(bring, range(4))) == [0, 0, 0, 1]
    assert amounts(database, *stored) == [(40, True)]


def test_a_voided_base_does_not_come_again(database: Database, stored: tuple[int, int]) -> None:
    with database.writing() as session:
        budgets.add_base_grants(session, [base(*stored)], NOW)
    with database.reading() as session:
        (grant,) = budgets.grants_of(session, stored[0], [stored[1]], TOKENS)[stored[1]]
    with database.writing() as session:
        assert budgets.void(session, grant.id, NOW.date(), None, "", NOW)
        assert not budgets.void(session, grant.id, NOW.date(), None, "", NOW)
        assert budgets.add_base_grants(session, [base(*stored)], NOW) == 0
        assert budgets.teams_missing_base(session, [stored[0]], NOVEMBER.first) == set()


@pytest.mark.parametrize(
    ("voided_on", "counted"),
    [
        pytest.param(None, 10, id="holds"),
        pytest.param(NOW.date(), 0, id="undone on its first day"),
        pytest.param(date(2026, 11, 19), 10, id="voided later"),
    ],
)
def test_the_pool_counts_what_was_not_undone_at_once(
    database: Database, stored: tuple[int, int], voided_on: date | None, counted: int
) -> None:
    with database.writing() as session:
        grant = budgets.add_grant(session, draft(*stored), NOW)
        if voided_on is not None:
            budgets.void(session, grant.id, voided_on, None, "", NOW)
        assert budgets.extra_granted_in(session, stored[0], TOKENS, NOVEMBER) == counted


def test_grants_in_another_unit_are_another_budget(
    database: Database, stored: tuple[int, int]
) -> None:
    with database.writing() as session:
        budgets.add_grant(session, draft(*stored, unit=BudgetUnit.USD), NOW)
    assert amounts(database, *stored) == []


def test_budgets_follow_a_person_who_is_met_in_slack(
    database: Database, stored: tuple[int, int]
) -> None:
    team_id, ada_by_address = stored
    identity = SlackIdentity("", "T1", "U1")
    with database.writing() as session:
        ada = people.remember_person(session, identity, "Ada", None, "UTC")
        budgets.add_base_grants(session, [base(*stored), base(team_id, ada.id)], NOW)
        budgets.add_grant(session, draft(*stored, amount=7), NOW)
        budgets.save_allowance(session, team_id, ada_by_address, 60)
    with database.writing() as session:
        people.remember_person(session, identity, "Ada", "ada@example.com", "UTC")
    held = amounts(database, team_id, ada.id)
    assert sorted(held) == [(7, True), (40, False), (40, True)]
    with database.reading() as session:
        assert budgets.allowances_of(session, team_id)[ada.id].base == 60
        assert people.person_of(session, ada_by_address) is None


def test_a_person_s_own_allowance_wins_over_that_of_their_other_self(
    database: Database, stored: tuple[int, int]
) -> None:
    team_id, ada_by_address = stored
    identity = SlackIdentity("", "T1", "U1")
    with database.writing() as session:
        ada = people.remember_person(session, identity, "Ada", None, "UTC")
        budgets.save_allowance(session, team_id, ada_by_address, 60)
        budgets.save_allowance(session, team_id, ada.id, 50)
    with database.writing() as session:
        people.remember_person(session, identity, "Ada", "ada@example.com", "UTC")
    with database.reading() as session:
        assert {k: v.base for k, v in budgets.allowances_of(session, team_id).items()} == {
            ada.id: 50
        }


def test_a_persons_grants_reach_back_as_far_as_their_own_do(
    database: Database, stored: tuple[int, int]
) -> None:
    team_id, ada = stored
    october = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 31)}
    november = {"first_day": NOVEMBER.first, "last_day": NOVEMBER.last}
    across = {"first_day": date(2026, 10, 20), "last_day": date(2026, 11, 10)}
    with database.writing() as session:
        bob = people.ensure_person_by_email(session, "bob@example.com").id
        given = {
            who: [
                budgets.add_grant(session, draft(team_id, who, **days), NOW).id
                for days in ({"first_day": date(2026, 9, 1), "last_day": date(2026, 9, 30)}, *more)
            ]
            for who, more in ((ada, (october, november)), (bob, (october, across, november)))
        }
        found = budgets.grants_since(session, team_id, [ada, bob], TOKENS, NOVEMBER.first)
    assert {who: [one.id for one in grants] for who, grants in found.items()} == {
        ada: given[ada][2:],
        bob: given[bob][1:],
    }
