"""Finding somebody's usage out by adding and subtracting what an admin is shown of all teams.

The attacker is an admin who is also told what each team is told: they look at all teams as often as they like,
in any order, before and after late usage arrives.
"""

import itertools
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.flows import digest
from bot.flows.company_digest import Wanted, show_company
from bot.flows.people import Speaker, recognise
from policies.periods import IsoWeek
from policies.privacy import GroupRule
from storage import company_weeks, people, rollups
from storage.database import Database
from tests.attacker import IN_WEEK, MONDAY, RULE, WEEK, introduction, set_up, use
from tests.bot.facts import DIGEST_TERMS

TEAMS: Mapping[str, str] = {"C1": "abcdef", "C2": "ghijk", "C3": "lmn", "C4": "o"}
"""Who is in which team: one is fit by itself, the others together are, and none of them alone."""
Used = Mapping[int, int]


def admin(database: Database) -> Speaker:
    return recognise(database, replace(introduction("root"), is_admin=True), None)


class World:
    """A workspace of several teams, and each sum that anybody was told of the week, by person."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = MONDAY
        self.serial = 0
        self.told: dict[tuple[str, int], Used] = {}
        for channel, names in TEAMS.items():
            set_up(database, *names, channel=channel, lead=names[0], now=self.now)

    def step(self, what: str, which: str, who: set[str]) -> None:
        if what == "use":
            self.use(who)
        elif what == "look":
            self.look(which)
        elif what == "company":
            self.look_at_all()
        else:
            self.now += timedelta(days=4)

    def use(self, who: set[str]) -> None:
        for name in sorted(who):
            self.serial += 1
            use(self.database, name, str(self.serial), 1_000 + self.serial * 37 % 400, IN_WEEK)

    def look(self, channel: str) -> None:
        """What the team is told of its week in its channel."""
        with self.database.reading() as session:
            team = people.team_of_channel(session, "T1", channel)
        assert team is not None
        used = self._used([team.id])
        page = digest.shown_digest_of(self.database, self.now, team, WEEK, DIGEST_TERMS)
        if (figures := page.digest.this_week.figures.shown) and figures.tokens:
            self._note(channel, figures.tokens, used)

    def look_at_all(self) -> None:
        """What an admin is told: each team, the sums, and the rest."""
        page = show_company(self.database, self.now, admin(self.database), Wanted(WEEK), RULE)
        found = page.digest.this_week
        for line in page.digest.teams:
            figures = line.week.figures.shown
            if figures is not None and figures.tokens:
                assert (line.name, figures.tokens) in self.told, (
                    "shown here before it was shown there"
                )
        if found.rest is not None and (rest := found.rest.shown) is not None:
            with self.database.reading() as session:
                counted = company_weeks.rests_of(session, "T1", [WEEK])[WEEK].team_ids
            self._note("rest", rest.tokens, self._used(counted))

    def _used(self, team_ids: object) -> Used:
        with self.database.reading() as session:
            return {
                one.person_id: one.tokens
                for team_id in team_ids  # type: ignore[attr-defined]
                for one in rollups.person_weeks(session, team_id, WEEK)
            }

    def _note(self, what: str, tokens: int, used: Used) -> None:
        """Keep what a sum was made of when it was told first; standing sums are told again and again."""
        name = what if what == "rest" else f"Team {what}"
        self.told.setdefault((name, tokens), used)

    def derived(self) -> Iterator[Used]:
        """By person, whatever two or three told sums give when they are added and subtracted."""
        for many in (1, 2, 3):
            for some in itertools.combinations(self.told.values(), many):
                for signs in itertools.product((1, -1), repeat=many - 1):
                    yield combined(some, (1, *signs))


def combined(sums: tuple[Used, ...], signs: tuple[int, ...]) -> Used:
    everybody = {one for used in sums for one in used}
    made = {
        one: sum(sign * used.get(one, 0) for used, sign in zip(sums, signs, strict=True))
        for one in everybody
    }
    return {one: amount for one, amount in made.items() if amount}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("use"), st.just(""), st.sets(st.sampled_from("abcdefghijklmno"))),
        st.tuples(st.just("look"), st.sampled_from(sorted(TEAMS)), st.just(frozenset[str]())),
        st.tuples(st.just("company"), st.just(""), st.just(frozenset[str]())),
        st.tuples(st.just("wait"), st.just(""), st.just(frozenset[str]())),
    ),
    min_size=4,
    max_size=14,
)
ALL_TEAMS = [("look", channel, set[str]()) for channel in TEAMS]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
@example(
    steps=[
        ("use", "", set("abcdefghijlmo")),
        *ALL_TEAMS,
        ("wait", "", set()),
        ("wait", "", set()),
        ("company", "", set()),
        ("use", "", set("k")),
        ("company", "", set()),
        *ALL_TEAMS,
    ]
)
def test_no_sum_over_teams_less_others_tells_of_few_people(
    steps: list[tuple[str, str, set[str]]],
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("company") / "w.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    world = World(database)
    for step in steps:
        world.step(*step)
    for made in world.derived():
        assert len(made) == 0 or len(made) >= RULE.minimum, (made, world.told)
    database.dispose()


def test_a_team_that_becomes_fit_after_the_rest_was_told_cannot_be_subtracted(
    database: Database,
) -> None:
    """Without the weeks held back, the rest less this team would be what four people used."""
    set_up(database, *"abcdef", channel="C1", lead="a")
    set_up(database, *"ghij", channel="C2", lead="g")
    for name in "abcghij":
        use(database, name, "1", 10_000)
    late = MONDAY + timedelta(days=8)
    found = show_company(database, late, admin(database), Wanted(WEEK), RULE)
    rest = found.digest.this_week.rest
    assert rest is not None
    assert rest.shown is not None
    assert rest.shown.tokens == 70_000
    for name in "def":
        use(database, name, "1", 10_000)
    with database.reading() as session:
        team = people.team_of_channel(session, "T1", "C1")
    assert team is not None
    page = digest.shown_digest_of(database, late, team, WEEK, DIGEST_TERMS)
    assert page.digest.this_week.figures.shown is None
    operators = digest.digest_of(database, late, team, WEEK, DIGEST_TERMS)
    assert operators.digest.this_week.figures.shown is None


def test_a_lowered_minimum_does_not_show_what_was_told_together(sqlite_database: Database) -> None:
    set_up(sqlite_database, *"abcd", channel="C1", lead="a")
    set_up(sqlite_database, *"ghij", channel="C2", lead="g")
    for name in "abcdghij":
        use(sqlite_database, name, "1", 10_000)
    late = MONDAY + timedelta(days=8)
    show_company(sqlite_database, late, admin(sqlite_database), Wanted(WEEK), RULE)
    looser = replace(DIGEST_TERMS.gathering, group_rule=GroupRule(minimum=3))
    with sqlite_database.reading() as session:
        team = people.team_of_channel(session, "T1", "C1")
    assert team is not None
    terms = replace(DIGEST_TERMS, gathering=looser)
    page = digest.shown_digest_of(sqlite_database, late, team, WEEK, terms)
    assert page.digest.this_week.figures.shown is None


@pytest.mark.parametrize("week", [WEEK, IsoWeek(2026, 45)])
def test_asking_for_named_teams_tells_nothing_more(
    sqlite_database: Database, week: IsoWeek
) -> None:
    """Whoever may name teams could name all but one of the withheld ones."""
    for channel, names in TEAMS.items():
        set_up(sqlite_database, *names, channel=channel, lead=names[0])
    for name in "abcdefghilmo":
        use(sqlite_database, name, "1", 10_000)
        use(sqlite_database, name, "2", 10_000, IN_WEEK - timedelta(weeks=1))
    late = MONDAY + timedelta(days=8)
    everybody = admin(sqlite_database)
    for names in itertools.combinations([f"Team {channel}" for channel in TEAMS], 2):
        page = show_company(sqlite_database, late, everybody, Wanted(week, names), RULE)
        assert page.digest.this_week.rest is None
        assert page.digest.this_week.shown.shown is None
