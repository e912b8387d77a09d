"""Who counts in which team in which week."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from policies.metrics import PersonWeek, WeekSums
from policies.people import SlackIdentity
from policies.periods import IsoWeek
from policies.usage import usd_from_nanos
from storage import memberships, people, rollups, team_weeks, usage
from storage.database import Database
from storage.people import TeamDraft
from storage.tables import MembershipRow
from tests.storage.records import NOON, usage_record
from tests.storage.test_people import known

WEEK = IsoWeek(2026, 47)
ZONES = ("Pacific/Kiritimati", "UTC", "Pacific/Honolulu")


SLACK = SlackIdentity("E1", "T1", "U1")


def summed(used: list[PersonWeek]) -> WeekSums:
    return WeekSums(len(used), sum(one.tokens for one in used), used[0].cost_list, 0)


def draft(number: int = 1, zone: str = "UTC") -> TeamDraft:
    return TeamDraft(f"Team {number}", "T1", f"C{number}", zone)


def cohorts(session: Session, team_id: int, *weeks: int) -> list[list[int]]:
    return [memberships.cohort_of(session, team_id, WEEK.plus(offset)) for offset in weeks]


def test_the_first_home_counts_since_ever_and_leaving_waits_for_the_weeks_end(
    database: Database,
) -> None:
    with database.writing() as session:
        ann, bob = known(session, "ann").id, known(session, "bob").id
        team = people.save_team(session, draft(), [], [ann, bob], NOON)
        assert cohorts(session, team.id, -500, -1, 0, 1) == [[ann, bob]] * 4
        people.save_team(session, draft(), [], [ann], NOON)
        assert cohorts(session, team.id, -500, -1, 0, 1) == [[ann, bob]] * 3 + [[ann]]
        assert people.home_members_of(session, team.id) == {ann}


def test_who_joins_an_existing_team_counts_from_the_next_week_on(database: Database) -> None:
    with database.writing() as session:
        ann, bob = known(session, "ann").id, known(session, "bob").id
        team = people.save_team(session, draft(), [], [ann], NOON)
        people.save_team(session, draft(), [], [ann, bob], NOON + timedelta(weeks=2))
        assert cohorts(session, team.id, 1, 2, 3) == [[ann], [ann], [ann, bob]]


def test_in_the_week_of_its_set_up_a_team_is_still_being_put_together(database: Database) -> None:
    with database.writing() as session:
        ann, bob, cid = (known(session, name).id for name in ("ann", "bob", "cid"))
        team = people.save_team(session, draft(), [], [ann], NOON)
        people.save_team(session, draft(), [], [ann, bob], NOON + timedelta(days=1))
        assert cohorts(session, team.id, -9) == [[ann, bob]]
        used = [PersonWeek(ann, 1, usd_from_nanos(0))]
        assert team_weeks.close(session, team.id, WEEK.plus(-1), summed(used), used, NOON)
        people.save_team(session, draft(), [], [ann, bob, cid], NOON + timedelta(days=1))
        assert cohorts(session, team.id, -9, 0, 1) == [[ann, bob], [ann, bob], [ann, bob, cid]]


def test_a_move_and_a_return_leave_no_week_counted_twice(database: Database) -> None:
    with database.writing() as session:
        ann = known(session, "ann").id
        one = people.save_team(session, draft(1), [], [ann], NOON)
        two = people.save_team(session, draft(2), [], [ann], NOON, move=True)
        assert cohorts(session, one.id, 0, 1) == [[ann], []]
        assert cohorts(session, two.id, 0, 1) == [[], [ann]]
        people.save_team(session, draft(1), [], [ann], NOON, move=True)
        assert cohorts(session, one.id, -1, 0, 1) == [[ann]] * 3
        assert cohorts(session, two.id, 0, 1, 2) == [[], [], []]


def test_figures_follow_the_cohort_and_not_todays_roster(database: Database) -> None:
    with database.writing() as session:
        ann = known(session, "ann").id
        team = people.save_team(session, draft(), [], [ann], NOON)
        usage.store_usage(session, [usage_record(ann, "1")])
        people.save_team(session, draft(), [], [], NOON)
        assert [one.person_id for one in rollups.person_weeks(session, team.id, WEEK)] == [ann]
        assert rollups.person_weeks(session, team.id, WEEK.plus(1)) == []


def test_two_halves_of_a_person_keep_one_history(database: Database) -> None:
    with database.writing() as session:
        imported = people.ensure_person_by_email(session, "ann@example.org").id
        team = people.save_team(session, draft(), [], [imported], NOON)
        nameless = people.remember_person(session, SLACK, "Ann", None, "UTC").id
        used = [PersonWeek(imported, 7, usd_from_nanos(5), 2)]
        team_weeks.close(session, team.id, WEEK, summed(used), used, NOON)
        people.remember_person(session, SLACK, "Ann", "ann@example.org", "UTC")
        assert cohorts(session, team.id, 0) == [[nameless]]
        [kept] = team_weeks.usage_at_closing(session, team.id, WEEK)
        assert (kept.person_id, kept.tokens, kept.tokens_unpriced) == (nameless, 7, 2)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sets(st.integers(0, 3)),
        st.integers(0, 40),
        st.sampled_from(ZONES),
    ),
    max_size=8,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_whatever_set_ups_do_nobody_is_ever_in_two_cohorts_of_a_week(
    sqlite_database: Database, steps: list[tuple[int, set[int], int, str]]
) -> None:
    now: datetime = NOON
    with sqlite_database.writing() as session:
        example = session.begin_nested()
        ids = [known(session, f"p{n}").id for n in range(4)]
        for number, members, hours, zone in steps:
            now += timedelta(hours=hours)
            chosen = [ids[n] for n in members]
            people.save_team(session, draft(number, zone), [], chosen, now, move=True)
        rows = session.exec(select(MembershipRow)).all()
        for offset in range(-2, 8):
            week = WEEK.plus(offset)
            counted = [
                row.person_id
                for row in rows
                if (row.from_week is None or row.from_week <= week.monday)
                and (row.until_week is None or row.until_week > week.monday)
            ]
            assert len(counted) == len(set(counted)), week
        example.rollback()
