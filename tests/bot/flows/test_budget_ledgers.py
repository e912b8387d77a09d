"""Whatever people do with budgets, in any order: what they are shown follows from what is stored."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.flows import budget_moves, budget_requests, budgets, grants, outcomes
from bot.flows.allowances import shares_of
from bot.flows.budget_rights import desk_unasked, granted_from_pool
from bot.flows.refusals import Refusal
from policies.amounts import BudgetUnit
from policies.budget_requests import RequestDraft
from policies.budgets import Balance, Grant, GrantKind, balance_of
from policies.outcomes import NotAllowed, OutcomeDraft
from storage import attribution
from storage import budgets as stored
from storage.database import Database
from tests.bot.budgeted import named, tokens, uses, with_terms
from tests.bot.seeded import introduce

FIRST_NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE, POOL = 100, 800


@dataclass
class Team:
    """Ana leads, ben works on two outcomes; time goes on with what they do, past the month's end."""

    database: Database
    now: datetime
    outcome_ids: tuple[int, int]

    def __post_init__(self) -> None:
        self.ana = introduce(self.database, "ana")
        self.ben = introduce(self.database, "ben")

    def outcome(self, which: int) -> int | None:
        return (None, *self.outcome_ids)[which]

    def last_grant(self) -> Grant | None:
        extra = [one for one in self.all_grants() if one.kind is GrantKind.EXTRA]
        return extra[-1] if extra else None

    def all_grants(self) -> list[Grant]:
        with self.database.reading() as session:
            held = stored.grants_of(
                session, self.ben.team.id, [self.ben.person.id], BudgetUnit.TOKENS
            )
        return held[self.ben.person.id]

    def reckoned(self, day: date) -> Balance:
        """The balance from all that was ever stored, with nothing left out."""
        with self.database.reading() as session:
            terms = stored.terms_of(session, self.ben.team.id)
            used = attribution.spends_of(session, [self.ben.person.id], BudgetUnit.TOKENS)
        assert terms is not None
        period = terms.period.containing(day)
        return balance_of(self.all_grants(), used[self.ben.person.id], period, day)


Deed = Callable[[Team], object]


def use(count: int, which: int, days_ago: int) -> Deed:
    def deed(team: Team) -> None:
        at = team.now - timedelta(days=days_ago)
        uses(team.database, team.ben, count, at, team.outcome(which))

    return deed


def grant(count: int, which: int, days: int) -> Deed:
    def deed(team: Team) -> object:
        last = team.now.date() + timedelta(days=days)
        draft = RequestDraft(tokens(count), last, team.outcome(which))
        return grants.grant(team.database, team.now, team.ana, named("ben"), draft)

    return deed


def set_to(count: int) -> Deed:
    def deed(team: Team) -> None:
        grants.set_allowance(team.database, team.now, team.ana, named("ben"), tokens(count))
        assert_base_comes_to(team, count)

    return deed


def move(count: int, ends_at: tuple[int, int]) -> Deed:
    def deed(team: Team) -> object:
        ends = team.outcome(ends_at[0]), team.outcome(ends_at[1])
        before = team.reckoned(team.now.date()).left
        page = budget_moves.move(team.database, team.now, team.ben, tokens(count), *ends)
        assert team.reckoned(team.now.date()).left >= before
        return page

    return deed


def ask(count: int) -> Deed:
    def deed(team: Team) -> object:
        draft = RequestDraft(tokens(count))
        asked = budget_requests.request(team.database, team.now, team.ben, draft).request
        return budget_requests.approve(team.database, team.now, team.ana, asked.id)

    return deed


def void(team: Team) -> object:
    last = team.last_grant()
    return last and grants.void(team.database, team.now, team.ana, last.id, "")


def undo_lead(team: Team) -> object:
    return budget_moves.undo(team.database, team.now, team.ana)


def undo_own(team: Team) -> object:
    return budget_moves.undo(team.database, team.now, team.ben)


def wait(days: int) -> Deed:
    def deed(team: Team) -> None:
        team.now += timedelta(days=days)

    return deed


COUNTS = st.integers(1, 150)
WHICH = st.integers(0, 2)
ENDS = st.sampled_from([(0, 1), (0, 1), (0, 2), (1, 2), (2, 1), (1, 0), (2, 0)])
DEEDS = st.one_of(
    st.builds(use, st.integers(1, 50), WHICH, st.integers(0, 5)),
    st.builds(grant, COUNTS, WHICH, st.integers(0, 20)),
    st.builds(set_to, COUNTS),
    st.builds(move, st.integers(1, 30), ENDS),
    st.builds(ask, COUNTS),
    st.builds(wait, st.integers(1, 6)),
    st.sampled_from([void, undo_lead, undo_own]),
)


@contextmanager
def a_team(template: Path) -> Iterator[Team]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mileage.db"
        shutil.copyfile(template, path)
        database = Database.open(f"sqlite:///{path}")
        try:
            with_terms(database, base=BASE, pool=POOL, now=FIRST_NOON)
            ben = introduce(database, "ben")
            ids = [
                outcomes.declare(database, FIRST_NOON, ben, OutcomeDraft(title)).outcome.id
                for title in ("One", "Two")
            ]
            yield Team(database, FIRST_NOON, (ids[0], ids[1]))
        finally:
            database.dispose()


def assert_base_comes_to(team: Team, wanted: int) -> None:
    """What the base and all that was set aside of it burned and still hold is what was set."""
    today = team.now.date()
    now, before = team.reckoned(today), team.reckoned(today - timedelta(days=1))
    held = team.all_grants()
    base = {
        one.id for one in held if one.kind is GrantKind.BASE and one.first_day >= now.period.first
    }
    family = base | {one.id for one in shares_of(held, base)}
    burned = sum(line.burned for line in before.lines if line.grant.id in family)
    total = sum(line.burned + line.remaining for line in now.lines if line.grant.id in family)
    assert total == max(wanted, burned)


def assert_follows_from_what_is_stored(team: Team) -> None:
    shown = budgets.own_budget(team.database, team.now, team.ben).balance
    whole = team.reckoned(team.now.date())
    assert (shown.left, shown.used, shown.over) == (whole.left, whole.used, whole.over)
    assert shown.live == whole.live
    for line in whole.lines:
        parts = (line.burned, line.moved_out, line.returned, line.remaining, line.lapsed)
        assert sum(parts) == line.received
        assert min(parts) >= 0


def assert_within_the_pool(team: Team) -> None:
    with team.database.reading() as session:
        desk = desk_unasked(session, team.now, team.ben.team.id)
        assert desk is not None
        assert granted_from_pool(session, desk) <= POOL


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=st.lists(DEEDS, min_size=1, max_size=12))
def test_what_is_shown_follows_from_what_is_stored(
    migrated_sqlite: Path, deeds: list[Deed]
) -> None:
    with a_team(migrated_sqlite) as team:
        for deed in deeds:
            team.now += timedelta(seconds=20)
            with suppress(Refusal, NotAllowed):
                deed(team)
            assert_follows_from_what_is_stored(team)
            assert_within_the_pool(team)
