"""Whatever people use, and however what it counts for changes: what a week shows is what it was made of."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, update

from bot.flows import outcomes
from bot.flows.team_weeks import fix_weeks, weeks_of
from policies.metrics import PersonWeek, WeekSums
from policies.outcomes import Complexity, KeyKind, OutcomeDraft, OutcomeKey
from policies.people import Team
from policies.periods import IsoWeek
from policies.privacy import reason_to_withhold
from policies.usage import microseconds
from policies.week_parts import CLASSES, SPLITS
from storage import team_weeks
from storage.database import Database
from storage.tables import OutcomeRow
from storage.usage import store_usage
from tests.bot.facts import GATHERING
from tests.bot.live import PEOPLE
from tests.bot.seeded import LAST_WEEK, MONDAY, introduce, payments
from tests.storage.records import usage_record

WEEK = IsoWeek(2026, 46)
RULE = GATHERING.group_rule
MODELS = ("claude-opus-4-5", "claude-haiku-4-5", "unreviewed")
NAMES = [name for split in SPLITS for name in split]

USES = st.tuples(
    st.just("use"),
    st.sets(st.integers(0, len(PEOPLE) - 1), min_size=1),
    st.sampled_from(MODELS),
)
CROWD_USES = st.tuples(st.just("use"), st.just(set(range(len(PEOPLE)))), st.sampled_from(MODELS))
JUDGED = st.tuples(st.just("judge"), st.just(set[int]()), st.sampled_from(tuple(Complexity)))
STEPS = st.lists(st.one_of(CROWD_USES, CROWD_USES, USES, JUDGED), min_size=1, max_size=8)


class World:
    """A team that works on one ticket, and each statement of its week with what it was made of."""

    def __init__(self, session: Session, team: Team, people: Sequence[int]) -> None:
        self.session, self.team, self.people = session, team, people
        self.serial = 0
        self.stated: list[tuple[WeekSums, dict[int, PersonWeek]]] = []

    def step(self, what: str, who: set[int], which: str) -> None:
        if what == "judge":
            self.session.exec(update(OutcomeRow).values(complexity=which))
        else:
            self.use([self.people[n] for n in sorted(who)], which)
        fix_weeks(self.session, MONDAY, self.team, [WEEK], GATHERING)
        self.note()

    def use(self, people: Sequence[int], model: str) -> None:
        self.serial += 1
        at = microseconds(LAST_WEEK + timedelta(minutes=self.serial))
        large = 200_000 if self.serial % 3 == 0 else 0
        records = [
            usage_record(
                one,
                f"{one}-{self.serial}",
                at,
                model_id=model,
                input_uncached=1_000 + one + large,
                cost_list_nusd=None if model == "unreviewed" else 1_000_000 + one,
            )
            for one in people
        ]
        store_usage(self.session, records)

    def note(self) -> None:
        """What stands now, where it differs from what stood."""
        closed = team_weeks.closed_weeks(self.session, self.team.id, [WEEK]).get(WEEK)
        if closed is None or (self.stated and self.stated[-1][0] == closed.sums):
            return
        used = team_weeks.usage_at_closing(self.session, self.team.id, WEEK)
        self.stated.append((closed.sums, {one.person_id: one for one in used}))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_each_statement_is_the_sum_of_its_people_and_differs_from_others_by_what_may_be_told(
    database: Database, steps: list[tuple[str, set[int], str]]
) -> None:
    team, people = _team_with_an_outcome(database)
    with database.writing() as session:
        example = session.begin_nested()
        world = World(session, team, people)
        for step in steps:
            world.step(*step)
        shown = weeks_of(session, team, [WEEK], GATHERING)[0].figures.shown
        example.rollback()
    for sums, used in world.stated:
        _assert_added_up(sums, used)
    for place, (after, used_after) in enumerate(world.stated):
        for before, used_before in world.stated[:place]:
            _assert_may_stand_beside(before, used_before, after, used_after)
    if world.stated:
        assert shown is not None
        assert shown.tokens == world.stated[-1][0].tokens


def _team_with_an_outcome(database: Database) -> tuple[Team, list[int]]:
    """Payments, whose one ticket everybody's usage carries; set up by the first example."""
    ben = introduce(database, "ben")
    if ben.roster is None:
        payments(database)
        ben = introduce(database, "ben")
        draft = OutcomeDraft("It", keys=(OutcomeKey(KeyKind.TICKET, "PAY-123"),))
        outcomes.declare(database, LAST_WEEK - timedelta(days=1), ben, draft)
    return ben.team, [introduce(database, name).person.id for name in PEOPLE]


def _assert_added_up(sums: WeekSums, used: dict[int, PersonWeek]) -> None:
    assert sums.parts is not None
    assert sums.tokens == sum(one.tokens for one in used.values())
    assert sums.cost_list == sum(one.cost_list for one in used.values())
    for name in set(NAMES) & set(sums.parts):
        amounts = {person_id: one.parts[name] for person_id, one in used.items()}
        assert sums.parts[name] == sum(amounts.values())
        assert reason_to_withhold(amounts, RULE) is None
    if CLASSES[0] in sums.parts:
        assert sum(sums.parts[name] for name in CLASSES) == sums.tokens


def _assert_may_stand_beside(
    before: WeekSums,
    used_before: dict[int, PersonWeek],
    after: WeekSums,
    used_after: dict[int, PersonWeek],
) -> None:
    assert before.parts is not None
    assert after.parts is not None
    assert set(after.parts) <= set(before.parts)
    for name in set(NAMES) & set(after.parts):
        change = {
            one: used.parts[name] - (used_before[one].parts[name] if one in used_before else 0)
            for one, used in used_after.items()
        }
        assert after.parts[name] - before.parts[name] == sum(change.values())
        assert reason_to_withhold(change, RULE) is None
