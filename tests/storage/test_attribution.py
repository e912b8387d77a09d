"""What usage counts for, as it is stored: with every change, and as if rebuilt from the beginning."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copyfile
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from policies.amounts import BudgetUnit
from policies.attribution import UsageKeys
from policies.budgets import Spend
from policies.linking import UnattributedUsage
from policies.outcomes import Outcome, OutcomeDraft, OutcomeKey, OutcomeState, parse_key
from policies.usage import UsageRecord, microseconds
from storage import attribution, focus, outcomes, people, rollups, usage
from storage.attribution import AttributedUsage
from storage.database import Database
from storage.people import TeamDraft
from storage.tables import OutcomeKeyRow, OutcomeMergeRow, OutcomeRow, table_of
from storage.usage_shares import share_table
from tests.storage.records import NOON, NOON_US, usage_record

DAY = NOON.date()
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
TOKENS = usage_record(1, "any").tokens.total
COST = Decimal("0.039")
KEYLESS = {"ticket": None, "branch": None, "repo": None}
EVER = (date(2000, 1, 1), date(2100, 1, 1))


@dataclass
class Team:
    """A team of two, and what its tests do."""

    database: Database
    id: int
    ann: int
    bob: int

    @classmethod
    def of_two(cls, database: Database, zone: str = "UTC") -> "Team":
        with database.writing() as session:
            ann, bob = (people.ensure_person_by_email(session, f"{n}@example.org").id for n in "ab")
            team = people.save_team(
                session, TeamDraft("One", "T1", "C1", zone), [], [ann, bob], NOON
            )
        return cls(database, team.id, ann, bob)

    def declare(self, *keys: str, at: datetime = NOON, owner: int = 0, team: int = 0) -> Outcome:
        parsed = tuple(map(_key, keys))
        draft = OutcomeDraft("Faster checkout", keys=parsed)
        with self.database.writing() as session:
            outcome = outcomes.add_outcome(session, draft, team or self.id, owner or self.ann, at)
            attribution.outcomes_changed(session, outcome)
        return outcome

    def use(self, name: str, start_us: int = NOON_US, person: int = 0, **changes: object) -> None:
        self.store(usage_record(person or self.ann, name, start_us, **changes))

    def store(self, *records: UsageRecord) -> None:
        with self.database.writing() as session:
            usage.store_usage(session, records)

    def change(
        self, outcome: Outcome, *, state: str = "", keys: Sequence[str] | None = None
    ) -> None:
        with self.database.writing() as session:
            if state:
                session.connection().execute(
                    update(table_of(OutcomeRow))
                    .where(table_of(OutcomeRow).c.id == outcome.id)
                    .values(state=state)
                )
            if keys is not None:
                _set_keys(session, outcome.id, keys)
            attribution.outcomes_changed(session, outcome, outcome.keys)

    def merge(self, outcome: Outcome, into: int) -> None:
        with self.database.writing() as session:
            session.connection().execute(
                insert(table_of(OutcomeMergeRow)).values(outcome_id=outcome.id, into_id=into)
            )
            attribution.outcomes_changed(session, outcome)

    def taken(self) -> dict[int | None, int]:
        """Records by the outcome they count for."""
        with self.database.reading() as session:
            found = session.connection().execute(
                select(share_table.c.outcome_id, share_table.c.records)
            )
            taken: dict[int | None, int] = {}
            for outcome_id, records in found:
                taken[outcome_id] = taken.get(outcome_id, 0) + records
        return taken

    def shares(self) -> list[tuple[object, ...]]:
        with self.database.reading() as session:
            return [tuple(row) for row in session.connection().execute(_all_shares())]

    def rebuilt_shares(self) -> list[tuple[object, ...]]:
        with self.database.writing() as session:
            rollups.rebuild_people(session, {self.ann, self.bob})
        return self.shares()


def _key(text: str) -> OutcomeKey:
    key = parse_key(text)
    assert key is not None
    return key


def _all_shares() -> object:
    key = (share_table.c.person_id, share_table.c.day, share_table.c.place)
    return select(share_table).order_by(*key)


def _set_keys(session: Session, outcome_id: int, keys: Sequence[str]) -> None:
    table = table_of(OutcomeKeyRow)
    session.connection().execute(delete(table).where(table.c.outcome_id == outcome_id))
    for place, key in enumerate(map(_key, keys)):
        session.connection().execute(
            insert(table).values(
                outcome_id=outcome_id, place=place, kind=key.kind.value, value=key.value
            )
        )


@pytest.fixture
def team(database: Database) -> Team:
    return Team.of_two(database)


def test_usage_counts_for_the_outcome_whose_key_it_carries(team: Team) -> None:
    outcome = team.declare("PAY-123")
    team.use("1")
    team.use("2", ticket="PAY-9")
    team.use("3", person=team.bob, cost_list_nusd=None)
    assert team.taken() == {outcome.id: 2, None: 1}
    with team.database.reading() as session:
        used = attribution.tokens_of_outcome(session, outcome.id)
    assert used == AttributedUsage(2 * TOKENS, COST, TOKENS)


def test_an_outcome_declared_later_takes_what_was_used_before(team: Team) -> None:
    team.use("1")
    team.use("2", ticket="PAY-9", outcome_tag="o-1")
    team.use("3", ticket="PAY-9", pull_request="acme/app#7")
    team.use("4", ticket="PAY-9", branch="refs/heads/x")
    team.use("5", ticket="PAY-9")
    outcome = team.declare("PAY-123", "https://github.com/acme/app/pull/7", "branch:x")
    assert team.taken() == {outcome.id: 4, None: 1}
    assert team.shares() == team.rebuilt_shares()


def test_another_teams_people_and_people_without_a_team_take_part_in_nothing(team: Team) -> None:
    with team.database.writing() as session:
        stray = people.ensure_person_by_email(session, "stray@example.org").id
        eve = people.ensure_person_by_email(session, "eve@example.org").id
        people.save_team(session, TeamDraft("Two", "T1", "C2"), [], [eve], NOON)
    outcome = team.declare("PAY-123")
    for one in (stray, eve):
        team.use("x", person=one, outcome_tag=outcome.label)
    assert team.taken() == {None: 2}
    team.declare("branch:pay-123-faster-checkout")
    assert team.taken() == {None: 2}


def test_a_lead_who_is_at_home_elsewhere_works_on_outcomes_of_the_team_too(team: Team) -> None:
    with team.database.writing() as session:
        lead = people.ensure_person_by_email(session, "lead@example.org").id
        people.save_team(session, TeamDraft("Two", "T1", "C2"), [], [lead], NOON)
    team.use("1", person=lead)
    outcome = team.declare("PAY-123")
    assert team.taken() == {None: 1}
    with team.database.writing() as session:
        draft = TeamDraft("One", "T1", "C1")
        people.save_team(session, draft, [lead], [team.ann, team.bob], NOON)
    assert team.taken() == {outcome.id: 1}


def test_who_changes_team_leaves_what_they_used_before_behind(team: Team) -> None:
    old = team.declare("PAY-123")
    team.use("1", NOON_US - 14 * DAY_US)
    team.use("2", NOON_US + 1)
    with team.database.writing() as session:
        draft = TeamDraft("Two", "T1", "C2")
        other = people.save_team(session, draft, [], [team.ann], NOON, move=True)
    new = team.declare("PAY-123", owner=team.ann, team=other.id, at=NOON + timedelta(hours=1))
    # In the week of the change both teams' outcomes are there, and the later declared takes it.
    assert team.taken() == {old.id: 1, new.id: 1}
    team.use("3", NOON_US + 14 * DAY_US)
    assert team.taken() == {old.id: 1, new.id: 2}
    assert team.shares() == team.rebuilt_shares()


@pytest.mark.parametrize(
    ("change", "first", "second"),
    [
        (lambda t, one, _: t.change(one, state=OutcomeState.DROPPED.value), 0, 2),
        (lambda t, one, _: t.change(one, state=OutcomeState.VERIFIED.value), 2, 0),
        (lambda t, one, _: t.change(one, keys=["PAY-5"]), 0, 2),
        (lambda t, one, two: t.merge(one, two.id), 0, 2),
        (lambda t, one, two: t.merge(two, one.id), 2, 0),
    ],
    ids=["dropped", "verified", "other keys", "merged away", "another merged into it"],
)
def test_a_change_of_an_outcome_moves_its_usage(
    team: Team, change: Callable[[Team, Outcome, Outcome], None], first: int, second: int
) -> None:
    one = team.declare("PAY-123")
    two = team.declare("PAY-123", at=NOON + timedelta(days=1))
    team.use("1")
    team.use("2", person=team.bob)
    change(team, one, two)
    assert (team.taken().get(one.id, 0), team.taken().get(two.id, 0)) == (first, second)
    assert team.shares() == team.rebuilt_shares()


def test_what_is_left_alone_with_a_key_is_sure_of_it_again(team: Team) -> None:
    team.declare("PAY-123")
    team.use("1")
    second = team.declare("PAY-123", at=NOON + timedelta(days=1))
    assert [row[10:12] for row in team.shares()] == [("ticket", "medium")]
    team.change(second, keys=["PAY-5"])
    assert [row[10:12] for row in team.shares()] == [("ticket", "high")]


def test_a_revision_is_attributed_by_what_it_says_now(team: Team) -> None:
    outcome = team.declare("PAY-9")
    first = usage_record(team.ann, "1")
    team.store(first)
    team.store(first._replace(revision=2, ticket="PAY-9"))
    assert team.taken() == {outcome.id: 1}


def test_a_person_who_turns_out_to_be_another_takes_their_usage_along(team: Team) -> None:
    outcome = team.declare("PAY-123")
    team.use("1")
    with team.database.writing() as session:
        usage.move_usage(session, team.ann, team.bob)
        rollups.rebuild_people(session, {team.bob})
    assert team.taken() == {outcome.id: 1}


# Focus


def test_usage_without_keys_counts_for_the_outcome_in_focus_while_it_is(team: Team) -> None:
    outcome = team.declare("PAY-1")
    with team.database.writing() as session:
        assert focus.start_focus(session, team.ann, outcome.id, NOON)
        assert not focus.start_focus(session, team.ann, outcome.id, NOON + timedelta(minutes=1))
        stopped = focus.stop_focus(session, team.ann, NOON + timedelta(hours=2))
        assert focus.stop_focus(session, team.ann, NOON + timedelta(hours=3)) is None
    assert stopped is not None
    assert stopped.started_at == NOON
    team.store(
        *(
            usage_record(team.ann, f"{moment}", NOON_US + moment, **KEYLESS)
            for moment in (-1, 0, 2 * HOUR_US - 1, 2 * HOUR_US)
        ),
        usage_record(team.ann, "keyed", NOON_US, ticket="PAY-1"),
        usage_record(team.bob, "another's", NOON_US, **KEYLESS),
    )
    assert team.taken() == {outcome.id: 3, None: 3}
    assert {row[8:12] for row in team.shares() if row[9]} == {
        (outcome.id, outcome.id, "focus", "low"),
        (outcome.id, outcome.id, "ticket", "high"),
    }


def test_a_new_focus_ends_the_one_before(team: Team) -> None:
    one, two = team.declare("PAY-1"), team.declare("PAY-2")
    with team.database.writing() as session:
        focus.start_focus(session, team.ann, one.id, NOON)
        focus.start_focus(session, team.ann, two.id, NOON + timedelta(hours=1))
        window = focus.focus_of(session, team.ann)
    assert window is not None
    assert (window.outcome_id, window.ended_at) == (two.id, None)
    for hour in range(3):
        team.use(str(hour), NOON_US + hour * HOUR_US, **KEYLESS)
    assert team.taken() == {one.id: 1, two.id: 2}


def test_a_focus_goes_over_midnight_and_ends_with_its_outcome(team: Team) -> None:
    one = team.declare("PAY-1")
    with team.database.writing() as session:
        focus.start_focus(session, team.ann, one.id, NOON)
        focus.end_focus_on(session, one.id, NOON + timedelta(days=1))
        assert focus.focus_of(session, team.ann) is None
    for hour in (0, 20, 30):
        team.use(str(hour), NOON_US + hour * HOUR_US, **KEYLESS)
    assert team.taken() == {one.id: 2, None: 1}


def test_linking_a_day_fills_what_no_window_takes(team: Team) -> None:
    one, two = team.declare("PAY-1"), team.declare("PAY-2")
    with team.database.writing() as session:
        focus.start_focus(session, team.ann, one.id, NOON)
        focus.stop_focus(session, team.ann, NOON + timedelta(hours=1))
        focus.start_focus(session, team.ann, one.id, NOON + timedelta(hours=3))
        focus.stop_focus(session, team.ann, NOON + timedelta(hours=4))
    for hour in (-12, -1, 0, 2, 3, 5, 11, 12):
        team.use(str(hour), NOON_US + hour * HOUR_US, **KEYLESS)
    assert team.taken() == {one.id: 2, None: 6}
    with team.database.writing() as session:
        focus.add_window(session, team.ann, two.id, DAY, NOON + timedelta(hours=10))
        focus.add_window(session, team.ann, one.id, DAY, NOON + timedelta(hours=10))
    assert team.taken() == {one.id: 2, two.id: 4, None: 2}
    assert team.shares() == team.rebuilt_shares()


def test_a_linked_day_is_the_teams_day(database: Database) -> None:
    team = Team.of_two(database, "Asia/Kathmandu")
    outcome = team.declare("PAY-1")
    midnight_us = NOON_US + 6 * HOUR_US + HOUR_US // 4  # 00:00 on the 19th there
    for name, moment in (("before", -1), ("first", 0), ("last", DAY_US - 1), ("after", DAY_US)):
        team.use(name, midnight_us + moment, **KEYLESS)
    with team.database.writing() as session:
        day = DAY + timedelta(days=1)
        focus.add_window(session, team.ann, outcome.id, day, NOON + timedelta(days=9))
    assert team.taken() == {outcome.id: 2, None: 2}


# What is asked for


def test_spends_are_by_person_day_and_outcome_in_the_teams_unit(team: Team) -> None:
    outcome = team.declare("PAY-123")
    team.use("1")
    team.use("2", branch="another")
    team.use("3", ticket=None, branch=None)
    team.use("4", NOON_US - DAY_US, cost_list_nusd=None)
    with team.database.reading() as session:
        tokens = attribution.spends_of(session, [team.ann, team.bob], BudgetUnit.TOKENS)
        since = attribution.spends_of(session, [team.ann], BudgetUnit.USD, DAY - timedelta(days=1))
        later = attribution.spends_of(session, [team.ann], BudgetUnit.TOKENS, DAY)
    assert {**tokens, team.ann: set(tokens[team.ann])} == {
        team.ann: {
            Spend(DAY, outcome.id, 2 * TOKENS),
            Spend(DAY, None, TOKENS),
            Spend(DAY - timedelta(days=1), outcome.id, TOKENS),
        },
        team.bob: [],
    }
    assert set(since[team.ann]) == {
        Spend(DAY, outcome.id, 78_000_000),
        Spend(DAY, None, 39_000_000),
    }
    assert {one.day for one in later[team.ann]} == {DAY}


def test_what_was_used_before_a_day_is_told(team: Team) -> None:
    team.use("1", NOON_US - DAY_US)
    team.use("2")
    outcome = team.declare("PAY-123")
    with team.database.reading() as session:
        assert attribution.tokens_before(session, team.ann, outcome.id, DAY) == TOKENS
        assert attribution.tokens_before(session, team.bob, outcome.id, DAY) == 0
        before = DAY - timedelta(days=1)
        assert attribution.tokens_before(session, team.ann, outcome.id, before) == 0
        assert attribution.tokens_of_outcome(session, 99) == AttributedUsage(0, Decimal(0), 0)


def test_unattributed_usage_comes_by_day_and_keys(team: Team) -> None:
    team.declare("PAY-123")
    team.use("attributed")
    team.use("1", NOON_US - DAY_US, ticket="PAY-9", cost_list_nusd=None)
    team.use("2", ticket="PAY-9")
    team.use("3", ticket="PAY-9")
    team.use("4", **KEYLESS)
    team.use("another's", person=team.bob, ticket="PAY-9")
    pay_9 = UsageKeys("checkout", None, "PAY-9", None, "pay-123-faster-checkout")
    with team.database.reading() as session:
        found = attribution.unattributed_of(session, team.ann, *EVER)
        today = attribution.unattributed_of(session, team.ann, DAY, DAY)
    yesterday = UnattributedUsage(DAY - timedelta(days=1), pay_9, TOKENS, TOKENS)
    assert found[0] == yesterday
    by_keys = {one.keys: one for one in today}
    assert by_keys == {
        pay_9: UnattributedUsage(DAY, pay_9, 2 * TOKENS, 0),
        UsageKeys(): UnattributedUsage(DAY, UsageKeys(), TOKENS, 0),
    }


# At the same time


def _while_it_is_open(
    database: Database, first: Callable[[Session], None], second: Callable[[Session], None]
) -> None:
    """Begin `second` in its own transaction when `first` has done its work and not yet committed."""
    is_done = Event()

    def hurry() -> None:
        assert is_done.wait(10)
        with database.writing() as session:
            second(session)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(hurry)
        with database.writing() as session:
            first(session)
            is_done.set()
            time.sleep(0.2)
        other.result(timeout=30)


@pytest.mark.parametrize("import_is_first", [True, False])
def test_an_import_and_a_declaration_at_once_miss_nothing(
    team: Team, import_is_first: bool
) -> None:
    def store(session: Session) -> None:
        usage.store_usage(session, [usage_record(team.ann, "1")])

    def declare(session: Session) -> None:
        draft = OutcomeDraft("Faster checkout", keys=(_key("PAY-123"),))
        outcome = outcomes.add_outcome(session, draft, team.id, team.bob, NOON)
        attribution.outcomes_changed(session, outcome)

    order = (store, declare) if import_is_first else (declare, store)
    _while_it_is_open(team.database, *order)
    assert team.taken() == {1: 1}


# Whatever happens, in whatever order

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["use", "use", "use", "declare", "drop", "keys", "merge", "focus", "day"]),
        st.integers(0, 3),
        st.sampled_from(["PAY-1", "PAY-2", "#7", "branch:b", "tag:t"]),
        st.integers(0, 71),
    ),
    min_size=6,
    max_size=14,
)
CARRIED = [{}, {"ticket": "pay-1"}, {"pull_request": "7"}, {"branch": "b"}, {"outcome_tag": "O-1"}]


class World:
    """A team that uses, declares and changes its mind; hours count from a day and a half before noon."""

    def __init__(self, database: Database) -> None:
        self.team = Team.of_two(database)
        self.declared: list[Outcome] = []

    def act(self, what: str, which: int, key: str, hour: int) -> None:
        now = NOON + timedelta(hours=hour - 36)
        if what == "use":
            keys = {**KEYLESS, **CARRIED[hour % len(CARRIED)]}
            person = (self.team.ann, self.team.bob)[which % 2]
            self.team.use(f"{hour}/{key}", microseconds(now), person, **keys)
        elif what == "declare" or not self.declared:
            self.declared.append(self.team.declare(key, at=now))
        else:
            getattr(self, what)(self.declared[which % len(self.declared)], key, now)

    def drop(self, one: Outcome, _key: str, _now: datetime) -> None:
        self.team.change(one, state=OutcomeState.DROPPED.value)

    def keys(self, one: Outcome, key: str, _now: datetime) -> None:
        with self.team.database.reading() as session:
            current = outcomes.outcome_of(session, one.id)
        assert current is not None
        self.team.change(current, keys=[key, "PAY-1"])

    def merge(self, one: Outcome, _key: str, _now: datetime) -> None:
        with self.team.database.reading() as session:
            is_merged = session.get(OutcomeMergeRow, one.id) is not None
        if not is_merged:
            self.team.merge(one, self.declared[0].id)

    def focus(self, one: Outcome, _key: str, now: datetime) -> None:
        with self.team.database.writing() as session:
            window = focus.focus_of(session, self.team.ann)
            if window is None or window.started_at < now:
                focus.start_focus(session, self.team.ann, one.id, now)

    def day(self, one: Outcome, _key: str, now: datetime) -> None:
        with self.team.database.writing() as session:
            later = now + timedelta(days=2)
            focus.add_window(session, self.team.bob, one.id, now.date(), later)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_every_sequence_leaves_what_a_rebuild_gives_and_loses_no_token(
    acts: list[tuple[str, int, str, int]],
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("shares") / "s.db"
    copyfile(migrated_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    world = World(database)
    for act in acts:
        world.act(*act)
    team = world.team
    assert team.shares() == team.rebuilt_shares()
    with database.reading() as session:
        for person in (team.ann, team.bob):
            spends = attribution.spends_of(session, [person], BudgetUnit.TOKENS)[person]
            days = rollups.person_days(session, person, *EVER)
            assert sum(one.amount for one in spends) == sum(one.tokens_total for one in days)
    database.dispose()
