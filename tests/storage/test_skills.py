"""The work of people that shows a skill, as it is summed in the database."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.outcomes import Complexity, KeyKind, OutcomeDraft, OutcomeKey
from policies.skills import SessionRequest, Skill, SkillWork, cost_of_dragging_on
from policies.usage import UsageRecord, microseconds
from storage import attribution, outcomes
from storage.database import Database
from storage.facts.skills import skill_works
from storage.usage import store_usage
from tests.bot.facts import CLASSES, team_of, uses
from tests.storage.records import usage_record

ZONE = ZoneInfo("Asia/Kolkata")
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
NOON = datetime(2026, 11, 18, 12, tzinfo=ZONE)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OUTCOMES = {
    "PAY-1": OutcomeDraft("One", complexity=Complexity.TRIVIAL),
    "PAY-2": OutcomeDraft("Two", complexity=Complexity.STANDARD),
    "PAY-3": OutcomeDraft("Three", complexity=Complexity.TRIVIAL, exploration=True),
}
NO_KEYS = {"branch": None, "repo": None, "ticket": None}
NOTHING = dict.fromkeys(Skill, SkillWork(0, 0))


@pytest.fixture
def ann(database: Database) -> int:
    """A person of a team in Kolkata whose outcomes were declared on Wednesday at noon."""
    team_id, people = team_of(database, "Asia/Kolkata", "ann", "bob")
    with database.writing() as session:
        for ticket, draft in OUTCOMES.items():
            keyed = OutcomeDraft(
                draft.title,
                complexity=draft.complexity,
                exploration=draft.exploration,
                keys=(OutcomeKey(KeyKind.TICKET, ticket),),
            )
            outcome = outcomes.add_outcome(session, keyed, team_id, people["ann"], NOON)
            attribution.outcomes_changed(session, outcome)
    return people["ann"]


def works(
    database: Database, person_id: int, first: date = MONDAY, last: date = SUNDAY
) -> dict[Skill, SkillWork]:
    with database.reading() as session:
        return skill_works(session, [person_id], ZONE, first, last, CLASSES)[person_id]


def test_everybody_asked_for_is_in_the_answer_with_every_skill(database: Database) -> None:
    with database.reading() as session:
        found = skill_works(session, [7, 9], ZONE, MONDAY, SUNDAY, CLASSES)
        assert found == {7: NOTHING, 9: NOTHING}
        assert skill_works(session, [], ZONE, MONDAY, SUNDAY, CLASSES) == {}


def test_work_on_an_outcome_shows_scope_first_once_it_is_declared(
    database: Database, ann: int
) -> None:
    for hours in (-2, 0, 3):
        uses(database, ann, NOON + hours * HOUR, **NO_KEYS | {"ticket": "PAY-2"})
    uses(database, ann, NOON, **NO_KEYS)
    tokens = usage_record(ann, "any").tokens.total
    assert works(database, ann)[Skill.SCOPE_FIRST] == SkillWork(2 * tokens, 3 * tokens)


@pytest.mark.parametrize(
    ("ticket", "model", "expected"),
    [
        ("PAY-1", "claude-opus-4-5", SkillWork(0, 5)),
        ("PAY-1", "claude-sonnet-4-5", SkillWork(5, 5)),
        ("PAY-2", "claude-opus-4-5", SkillWork(5, 5)),
        ("PAY-1", "a-model-nobody-reviewed", SkillWork(0, 0)),
        ("PAY-3", "claude-opus-4-5", SkillWork(0, 0)),
        (None, "claude-opus-4-5", SkillWork(0, 0)),
    ],
)
def test_a_frontier_model_on_trivial_work_does_not_match(
    database: Database, ann: int, ticket: str | None, model: str, expected: SkillWork
) -> None:
    changes = {"ticket": ticket, "model_id": model, "cost_list_nusd": 5}
    uses(database, ann, NOON, **NO_KEYS | changes)
    assert works(database, ann)[Skill.MATCH_MODEL] == expected


def test_what_counts_for_an_exploration_shows_neither_scope_nor_model(
    database: Database, ann: int
) -> None:
    uses(database, ann, NOON, **NO_KEYS | {"ticket": "PAY-3", "cost_list_nusd": 5})
    found = works(database, ann)
    assert found[Skill.SCOPE_FIRST] == found[Skill.MATCH_MODEL] == SkillWork(0, 0)
    assert found[Skill.CURATE_CONTEXT].base > 0


def test_a_context_is_large_from_exactly_the_threshold_and_buckets_tell_none(
    database: Database, ann: int
) -> None:
    only = {"input_uncached": 0, "cache_write_5m": 0}
    uses(database, ann, NOON, cache_read=150_000, **only)
    uses(database, ann, NOON + HOUR, cache_read=149_999, **only)
    uses(database, ann, NOON + HOUR, cache_read=900_000, granularity="bucket", **only)
    assert works(database, ann)[Skill.CURATE_CONTEXT] == SkillWork(149_999, 299_999)


def session_of(database: Database, ann: int, starts: datetime, **changes: object) -> None:
    """A session of 30 cheap requests in an hour, and from the fifth on 20 large ones that drag on."""
    minute, later = timedelta(minutes=1), starts + 5 * HOUR
    small = {"cache_read": 10_000, "cost_list_nusd": 1}
    large = {"cache_read": 90_000, "cost_list_nusd": 100}
    course = [(starts + n * 2 * minute, small) for n in range(30)]
    course += [(later + n * minute, large) for n in range(20)]
    records = [
        usage_record(ann, str(at), microseconds(at), **{"session_id": "s1"} | used | changes)
        for at, used in course
    ]
    with database.writing() as session:
        store_usage(session, records)


def test_what_a_session_costs_once_it_drags_on_is_no_clean_restart(
    database: Database, ann: int
) -> None:
    session_of(database, ann, NOON)
    base = 30 + 20 * 100
    assert works(database, ann)[Skill.RESTART_CLEAN] == SkillWork(base - 17 * 100, base)


def test_a_session_begun_in_the_week_before_drags_on_in_this_one(
    database: Database, ann: int
) -> None:
    session_of(database, ann, datetime(2026, 11, 15, 21, tzinfo=ZONE))
    assert works(database, ann)[Skill.RESTART_CLEAN] == SkillWork(3 * 100, 20 * 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"agent_name": "nightly"},
        {"query_source": "sidechain"},
        {"session_id": None},
        {"granularity": "bucket"},
    ],
)
def test_only_the_main_threads_of_sessions_can_be_restarted(
    database: Database, ann: int, changes: dict[str, object]
) -> None:
    session_of(database, ann, NOON, **changes)
    assert works(database, ann)[Skill.RESTART_CLEAN] == SkillWork(0, 0)


def test_two_people_with_one_session_id_have_two_sessions(database: Database, ann: int) -> None:
    for n, person in enumerate((ann, ann + 1) * 20):
        uses(database, person, NOON + n * HOUR / 4, session_id="s1", cost_list_nusd=1)
    assert works(database, ann)[Skill.RESTART_CLEAN] == SkillWork(20, 20)


@st.composite
def records(draw: st.DrawFn) -> dict[str, object]:
    """Changes of a record around the week: when it began, what for and what it used."""
    minutes = draw(st.integers(-9 * 24 * 60, 6 * 24 * 60))
    return {
        "start_us": microseconds(NOON + timedelta(minutes=minutes)),
        "granularity": draw(st.sampled_from(("request", "request", "bucket"))),
        "model_id": draw(st.sampled_from(("claude-opus-4-5", "claude-haiku-4-5", "other"))),
        "cost_list_nusd": draw(st.none() | st.integers(0, 10**11)),
        "cache_read": draw(st.none() | st.integers(0, 300_000)),
        "output_total": draw(st.none() | st.integers(0, 900)),
        "ticket": draw(st.none() | st.sampled_from((*OUTCOMES, "PAY-9"))),
        "session_id": draw(st.none() | st.sampled_from("xyz")),
        "agent_name": draw(st.sampled_from((None, None, "", "nightly"))),
        "query_source": draw(st.sampled_from((None, "main", "sidechain"))),
    }


def naive(ones: Sequence[UsageRecord], first: date, last: date) -> dict[Skill, SkillWork]:
    """What one person's records come to, taken one after the other."""
    week = [one for one in ones if first <= one.started_at.astimezone(ZONE).date() <= last]
    linked = [one for one in week if one.ticket in ("PAY-1", "PAY-2")]
    first_declared = [one for one in linked if one.start_us >= microseconds(NOON)]
    sized = [one.tokens.input_total for one in week if one.granularity == "request"]
    classed = [one for one in linked if one.model_id in CLASSES.models]
    matched = [one for one in classed if one.ticket != "PAY-1" or "opus" not in one.model_id]
    main = [
        one
        for one in ones
        if one.granularity == "request"
        and one.session_id
        and not one.agent_name
        and one.query_source != "sidechain"
        and one.started_at.astimezone(ZONE).date() <= last
    ]
    in_sessions = sum(one.cost_list_nusd or 0 for one in main if one in week)
    return {
        Skill.SCOPE_FIRST: SkillWork(
            sum(one.tokens.total for one in first_declared), sum(one.tokens.total for one in linked)
        ),
        Skill.CURATE_CONTEXT: SkillWork(sum(n for n in sized if n < 150_000), sum(sized)),
        Skill.MATCH_MODEL: SkillWork(
            sum(one.cost_list_nusd or 0 for one in matched),
            sum(one.cost_list_nusd or 0 for one in classed),
        ),
        Skill.RESTART_CLEAN: SkillWork(in_sessions - dragged(main, first), in_sessions),
    }


def dragged(main: Sequence[UsageRecord], first: date) -> int:
    since = microseconds(datetime(first.year, first.month, first.day, tzinfo=ZONE))
    return sum(
        cost_of_dragging_on(
            (
                SessionRequest(
                    one.start_us,
                    one.tokens.input_total,
                    one.output_total or 0,
                    one.cost_list_nusd or 0,
                )
                for one in sorted(main, key=lambda one: (one.start_us, one.usage_key))
                if one.session_id == session_id
            ),
            since,
        )
        for session_id in "xyz"
    )


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=st.lists(st.tuples(st.integers(0, 1), records()), min_size=1, max_size=120))
def test_works_are_what_a_naive_reckoning_says_and_days_add_up(
    database: Database, ann: int, changes: list[tuple[int, dict[str, object]]]
) -> None:
    with database.writing() as session:
        for table in ("usage", "usage_share", "engineer_day", "source_hour"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
    made = [
        usage_record(ann + whose, str(n), branch=None, **one)
        for n, (whose, one) in enumerate(changes)
    ]
    with database.writing() as session:
        store_usage(session, made)
    for person in (ann, ann + 1):
        own = [one for one in made if one.person_id == person]
        assert works(database, person) == naive(own, MONDAY, SUNDAY)
        assert works(database, person, MONDAY, MONDAY + DAY) == naive(own, MONDAY, MONDAY + DAY)
