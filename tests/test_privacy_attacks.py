"""Finding one person's usage out from what a team is shown: each way that was thought of, and that it fails.

The attacker is a lead: they set teams up, look at previews and read what is posted, and know
everybody's usage but one person's. Everything runs through the real flows.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.flows import digest, outcomes
from bot.flows.posts import NotYet
from bot.flows.refusals import Refusal
from messages.digest_text import digest_text
from messages.render import render
from policies.digest import digest_json
from policies.metrics import PersonWeek
from policies.outcomes import KeyKind, OutcomeDraft, OutcomeKey
from policies.periods import IsoWeek
from policies.privacy import reason_to_withhold
from storage import audit, deliveries, people, rollups
from storage.database import Database
from storage.errors import AlreadyAtHome
from tests.attacker import (
    ALL,
    IN_WEEK,
    MONDAY,
    RULE,
    SUMS,
    WEEK,
    differences,
    everybody_uses,
    person_id,
    posted,
    preview,
    set_up,
    speaker,
    sums,
    use,
)
from tests.bot.facts import DIGEST_TERMS

# Differencing by membership


def test_dropping_a_member_and_looking_again_shows_the_same_weeks(database: Database) -> None:
    set_up(database, *ALL)
    everybody_uses(database)
    before = preview(database)
    assert before["tokens"] == 61_500
    set_up(database, *ALL[:5])
    assert differences(before, preview(database)) == {}
    assert differences(before, posted(database, MONDAY)) == {}
    later = posted(database, MONDAY + timedelta(weeks=1))
    assert differences(before, later) == {}


def test_adding_a_member_and_looking_again_shows_the_same_weeks(database: Database) -> None:
    set_up(database, *ALL[:5])
    everybody_uses(database)
    before = posted(database, MONDAY)
    assert before["tokens"] is not None
    set_up(database, *ALL)
    assert differences(before, preview(database)) == {}
    later = posted(database, MONDAY + timedelta(weeks=1))
    assert differences(before, later) == {}
    assert later["history"][-1]["contributors"] == 5


def test_a_joiner_counts_from_a_week_of_their_own(database: Database) -> None:
    set_up(database, *ALL[:5], now=MONDAY - timedelta(weeks=3))
    everybody_uses(database)
    set_up(database, *ALL)
    assert preview(database)["tokens"] == 51_000
    for name in ALL:
        use(database, name, "later", 7_000, IN_WEEK + timedelta(weeks=2))
    assert posted(database, MONDAY + timedelta(weeks=2))["tokens"] == 42_000


def test_a_second_team_of_the_same_people_but_one_shows_nothing_of_the_past(
    database: Database,
) -> None:
    set_up(database, *ALL)
    everybody_uses(database)
    assert preview(database)["tokens"] is not None
    set_up(database)
    set_up(database, *ALL[:5], channel="C2")
    second = preview(database, channel="C2")
    assert second["contributors"] == 0
    assert all(week[0] in (0, None) for week in sums(second).values())


def test_a_set_up_notes_who_came_and_went(sqlite_database: Database) -> None:
    set_up(sqlite_database, *ALL[:5])
    set_up(sqlite_database, *ALL[1:])
    ana, fay = (person_id(sqlite_database, name) for name in ("ana", "fay"))
    with sqlite_database.reading() as session:
        changed = audit.entries_about(session, "team:1")[-1]
    assert (changed.details["joined"], changed.details["left"]) == (str(fay), str(ana))


# Differencing in time


def test_a_running_week_is_not_shown(sqlite_database: Database) -> None:
    set_up(sqlite_database, *ALL)
    everybody_uses(sqlite_database)
    with pytest.raises(Refusal, match="2026-W47 ends on Sunday 22 Nov") as refused:
        preview(sqlite_database, IsoWeek(2026, 47))
    assert refused.value.next_step == "The latest full week is 2026-W46."
    with pytest.raises(Refusal, match="has not begun"):
        preview(sqlite_database, IsoWeek(2026, 48))


def test_a_digest_waits_where_a_new_zone_lets_its_week_run_on(sqlite_database: Database) -> None:
    set_up(sqlite_database, *ALL, zone="Pacific/Kiritimati")
    set_up(sqlite_database, *ALL, zone="Pacific/Honolulu")
    with sqlite_database.writing() as session:
        early = datetime(2026, 11, 15, 20, tzinfo=UTC)
        deliveries.enqueue(session, "digest", "team:1", str(WEEK), str(WEEK), early)
        [claim] = deliveries.claim_due(session, early, timedelta(minutes=1))
    with pytest.raises(NotYet):
        digest.compose_digest(sqlite_database, claim, lambda: DIGEST_TERMS)


@pytest.mark.parametrize("late", [ALL[:1], ALL[:4]], ids=["one person", "four people"])
def test_usage_of_few_that_arrives_late_changes_nothing(
    database: Database, late: tuple[str, ...]
) -> None:
    set_up(database, *ALL)
    everybody_uses(database, *ALL[1:])
    before = preview(database)
    assert before["contributors"] == 5
    for name in late:
        use(database, name, "late", 1_234)
    assert differences(before, preview(database)) == {}
    assert differences(before, posted(database, MONDAY)) == {}


def test_usage_of_enough_people_that_arrives_late_is_added_at_once(database: Database) -> None:
    set_up(database, *ALL)
    everybody_uses(database)
    assert preview(database)["tokens"] == 61_500
    for name in ALL[:4]:
        use(database, name, "late", 1_000)
    assert preview(database)["tokens"] == 61_500
    use(database, "eli", "late", 1_000)
    assert preview(database)["tokens"] == 66_500


def test_late_usage_that_is_mostly_one_persons_stays_out(sqlite_database: Database) -> None:
    set_up(sqlite_database, *ALL)
    everybody_uses(sqlite_database)
    before = preview(sqlite_database)
    for name in ALL:
        use(sqlite_database, name, "late", 30_000 if name == "fay" else 1)
    assert differences(before, preview(sqlite_database)) == {}


def test_another_zone_does_not_recount_a_shown_week(sqlite_database: Database) -> None:
    set_up(sqlite_database, *ALL)
    everybody_uses(sqlite_database)
    use(sqlite_database, "fay", "night", 999, datetime(2026, 11, 15, 22, tzinfo=UTC))
    before = preview(sqlite_database)
    set_up(sqlite_database, *ALL, zone="Asia/Tokyo")
    assert differences(before, preview(sqlite_database)) == {}


# One person's share


def test_a_cost_that_is_mostly_one_persons_is_withheld(sqlite_database: Database) -> None:
    set_up(sqlite_database, *ALL)
    for name in ALL:
        cost = 500_000_000_000 if name == "fay" else 1_000_000
        use(sqlite_database, name, "1", 10_000, cost_list_nusd=cost)
    told = preview(sqlite_database)
    assert (told["suppressed"], told["tokens"], told["cost_list_usd"]) == (True, None, None)


def test_the_unpriced_tokens_of_one_person_are_not_counted_out(sqlite_database: Database) -> None:
    set_up(sqlite_database, *ALL)
    everybody_uses(sqlite_database)
    use(sqlite_database, "fay", "secret", 777, cost_list_nusd=None, model_id="secret-model")
    page = digest.preview(
        sqlite_database, MONDAY, speaker(sqlite_database, "ana"), None, DIGEST_TERMS
    )
    assert digest_json(page.digest)["tokens_unpriced"] is None
    for said in (str(render(page)), digest_text(page.digest)):
        assert "Some tokens have no known price" in " ".join(said.split())
        assert "secret-model" not in said


def test_a_source_of_few_people_is_not_named_and_no_minute_is_told(
    sqlite_database: Database,
) -> None:
    set_up(sqlite_database, *ALL)
    everybody_uses(sqlite_database)
    last = datetime(2026, 11, 13, 23, 47, 11, tzinfo=UTC)
    use(sqlite_database, "fay", "night", 5, last, source="night-tool")
    use(sqlite_database, "fay", "night2", 5, last)
    told = preview(sqlite_database)
    [source] = told["sources"]
    assert (source["source"], source["as_of"]) == ("claude-code", "2026-11-13")
    assert set(source) == {"source", "trust", "as_of", "is_stale"}
    assert told["other_sources"] == 1
    page = digest.preview(
        sqlite_database, MONDAY, speaker(sqlite_database, "ana"), None, DIGEST_TERMS
    )
    for said in (str(render(page)), digest_text(page.digest)):
        assert "night-tool" not in said
        assert "23:4" not in said
        assert "1 other source" in " ".join(said.split())


def test_a_withheld_week_tells_of_no_source(sqlite_database: Database) -> None:
    set_up(sqlite_database, *ALL[:4])
    everybody_uses(sqlite_database, *ALL[:4])
    told = preview(sqlite_database)
    assert (told["suppressed"], told["sources"], told["other_sources"]) == (True, [], 0)
    assert told["price_basis"] == ""


# What counts for no outcome


def declare(database: Database, key: str, name: str = "ana") -> None:
    """An outcome that takes everybody's usage of a ticket, also what was used before."""
    draft = OutcomeDraft("Faster checkout", keys=(OutcomeKey(KeyKind.TICKET, key),))
    outcomes.declare(database, MONDAY, speaker(database, name), draft)


@pytest.mark.parametrize(
    ("linked", "told"),
    [
        ("", 1.0),
        ("a", None),
        ("abcde", None),
        ("abcdef", 0.0),
    ],
    ids=["nobody linked anything", "one did", "all but one did", "all did"],
)
def test_the_part_without_an_outcome_is_told_only_where_both_parts_are_of_enough_people(
    database: Database, linked: str, told: float | None
) -> None:
    set_up(database, *ALL)
    for name in ALL:
        use(database, name, "1", 10_000, ticket="IN-1" if name[0] in linked else "OUT-1")
    declare(database, "IN-1")
    page = digest.preview(database, MONDAY, speaker(database, "ana"), None, DIGEST_TERMS)
    assert digest_json(page.digest)["unattributed_share"] == told
    for said in (str(render(page)), digest_text(page.digest)):
        assert ("tokens are linked to" in " ".join(said.split())) is (told is not None)


def test_a_part_that_everybody_has_is_told_and_stands(database: Database) -> None:
    set_up(database, *ALL)
    for name in ALL:
        use(database, name, "1", 3_000, ticket="IN-1")
        use(database, name, "2", 1_000, ticket=f"OUT-{name[0].upper()}")
    declare(database, "IN-1")
    before = preview(database)
    assert before["unattributed_share"] == 0.25
    assert "25% of the tokens are linked to no outcome." in digest_text(
        digest.preview(database, MONDAY, speaker(database, "ana"), None, DIGEST_TERMS).digest
    )
    declare(database, "OUT-F", "fay")
    assert differences(before, preview(database)) == {}
    assert differences(before, posted(database, MONDAY)) == {}


def test_what_one_person_linked_is_not_seen_when_a_week_is_stated_anew(
    sqlite_database: Database,
) -> None:
    set_up(sqlite_database, *ALL)
    for name in ALL:
        use(sqlite_database, name, "1", 3_000, ticket="IN-1")
        use(sqlite_database, name, "2", 1_000, ticket=f"OUT-{name[0].upper()}")
    declare(sqlite_database, "IN-1")
    assert preview(sqlite_database)["unattributed_share"] == 0.25
    declare(sqlite_database, "OUT-F", "fay")
    for name in ALL:
        use(sqlite_database, name, "late", 1_000, ticket="IN-1")
    told = preview(sqlite_database)
    assert (told["tokens"], told["unattributed_share"]) == (30_000, None)


# Any sequence

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("team"), st.sampled_from("12"), st.sets(st.integers(0, 7), min_size=3)),
        st.tuples(st.just("use"), st.sampled_from("001122"), st.sets(st.integers(0, 7))),
        st.tuples(st.just("look"), st.sampled_from("12"), st.just(frozenset[int]())),
        st.tuples(st.just("wait"), st.sampled_from("137"), st.just(frozenset[int]())),
    ),
    min_size=4,
    max_size=14,
)
CROWD = tuple("pqrstuvw")


class World:
    """A workspace in which people set teams up, use tokens and look, and what was shown meanwhile."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = MONDAY
        self.serial = 0
        self.shown: dict[tuple[str, str], list[tuple[int, dict[int, PersonWeek]]]] = {}
        self.set_up("1", set(range(6)))
        for back in "01":
            self.use(back, set(range(8)))
        self.look("1")

    def step(self, what: str, which: str, who: set[int]) -> None:
        if what == "team":
            self.set_up(which, who)
        elif what == "use":
            self.use(which, who)
        elif what == "look":
            self.look(which)
        else:
            self.now += timedelta(days=int(which))

    def set_up(self, team: str, who: set[int]) -> None:
        with suppress(AlreadyAtHome):  # they stay where they are, and nothing happens
            set_up(
                self.database,
                *(CROWD[n] for n in sorted(who)),
                channel=f"C{team}",
                now=self.now,
            )

    def use(self, back: str, who: set[int]) -> None:
        at = self.now - timedelta(weeks=int(back))
        for one in sorted(who):
            self.serial += 1
            tokens = 1_000 + (self.serial * 37) % 400
            use(self.database, CROWD[one], str(self.serial), tokens, at)

    def look(self, team: str) -> None:
        with self.database.reading() as session:
            found = people.team_of_channel(session, "T1", f"C{team}")
        if found is None:
            return
        told = preview(self.database, now=self.now, channel=f"C{team}")
        for week, (tokens, *_) in sums(told).items():
            if tokens:
                usage = self._usage(found.id, IsoWeek.parse(week))
                before = self.shown.setdefault((team, week), [])
                if before and before[-1][0] == tokens:
                    usage = before[-1][1]  # a figure that stands tells nothing of what came since
                before.append((tokens, usage))

    def _usage(self, team_id: int, week: IsoWeek) -> dict[int, PersonWeek]:
        with self.database.reading() as session:
            used = rollups.person_weeks(session, team_id, week)
        return {one.person_id: one for one in used}

    def changes(self) -> Iterator[tuple[int, dict[int, int]]]:
        """(difference of two figures of one week, what each person adds to it)."""
        for told in self.shown.values():
            for later, (after, used_after) in enumerate(told):
                for before, used_before in told[:later]:
                    everybody = {*used_after, *used_before}
                    yield (
                        after - before,
                        {
                            one: _tokens(used_after, one) - _tokens(used_before, one)
                            for one in everybody
                        },
                    )


def _tokens(usage: Mapping[int, PersonWeek], one: int) -> int:
    return usage[one].tokens if one in usage else 0


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
@example(steps=[("use", "1", {0, 1, 2, 3}), ("use", "1", {4})])
def test_two_figures_of_one_week_never_differ_by_what_few_people_used(
    steps: list[tuple[str, str, set[int]]],
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("world") / "w.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    world = World(database)
    for step in steps:
        world.step(*step)
        for team in "12":
            world.look(team)
    assert world.shown
    for difference, by_person in world.changes():
        if difference:
            grown = {one: amount for one, amount in by_person.items() if amount > 0}
            assert len(grown) >= RULE.minimum, (difference, by_person)
            assert difference not in by_person.values()
    database.dispose()


def test_the_attacks_would_be_seen() -> None:
    """The comparison finds a leak where there is one."""
    before = {"week": "2026-W46", **dict.fromkeys(SUMS, 1)}
    after = {**before, "tokens": 8}
    assert differences({**before, "history": []}, {**after, "history": []})
    assert reason_to_withhold({1: Decimal(2)}, RULE) is not None
