import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlmodel import Session

from policies.people import Person, Role, SlackIdentity, Weekday
from storage import people, rollups, usage
from storage.database import Database
from storage.errors import AlreadyAtHome, NameTaken
from storage.people import TeamDraft
from tests.storage.records import NOON, NOON_US, usage_record

PAYMENTS = TeamDraft("Payments", "T1", "C1", "Europe/Berlin", Weekday.TUESDAY, 10, 15)
SEARCH = TeamDraft("Search", "T1", "C2", "America/New_York")
HALF_PAST_MIDNIGHT_IN_BERLIN = NOON_US + 11 * 3_600_000_000 + 1_800_000_000


def slack(user: str) -> SlackIdentity:
    return SlackIdentity("E1", "T1", user)


def known(session: Session, name: str) -> Person:
    return people.remember_person(session, slack(name), name, f"{name}@example.org", "UTC")


def test_a_person_is_found_by_slack_identity_and_by_email_in_any_case(database: Database) -> None:
    with database.writing() as session:
        ann = people.remember_person(session, slack("U1"), "Ann", " Ann@Example.org", "UTC")
        assert people.find_person_by_slack(session, slack("U1")) == ann
        assert people.find_person_by_email(session, "ANN@example.ORG ") == ann
        assert people.person_of(session, ann.id) == ann
        assert people.persons_of(session, {ann.id, 999}) == {ann.id: ann}
        assert people.find_person_by_slack(session, slack("U2")) is None


def test_the_same_user_id_in_another_workspace_is_another_person(database: Database) -> None:
    with database.writing() as session:
        here = people.remember_person(session, slack("U1"), "Ann", None, "UTC")
        there = people.remember_person(session, SlackIdentity("E1", "T2", "U1"), "Bo", None, "UTC")
    assert here.id != there.id


def test_what_slack_says_anew_replaces_what_was_known(database: Database) -> None:
    with database.writing() as session:
        before = people.remember_person(session, slack("U1"), "Ann", None, "UTC")
        after = people.remember_person(session, slack("U1"), "Ann B", "a@example.org", "Asia/Tokyo")
    assert after == Person(before.id, "Ann B", "a@example.org", slack("U1"), "Asia/Tokyo")


def test_an_import_and_slack_meet_in_one_person(database: Database) -> None:
    with database.writing() as session:
        imported = people.ensure_person_by_email(session, "Ann@example.org")
        seen = people.remember_person(session, slack("U1"), "Ann", "ann@example.org", "UTC")
        assert seen.id == imported.id
        assert people.ensure_person_by_email(session, "ann@EXAMPLE.org") == seen


def test_two_halves_of_a_person_become_one_with_all_usage(database: Database) -> None:
    with database.writing() as session:
        nameless = people.remember_person(session, slack("U1"), "Ann", None, "UTC")
        imported = people.ensure_person_by_email(session, "ann@example.org")
        team = people.save_team(session, PAYMENTS, [imported.id], [imported.id], NOON)
        usage.store_usage(session, [usage_record(imported.id, "a"), usage_record(imported.id, "b")])
        usage.store_usage(session, [usage_record(nameless.id, "b", revision=2, output_total=7)])
        merged = people.remember_person(session, slack("U1"), "Ann", "ann@example.org", "UTC")
        assert merged.id == nameless.id
        assert people.person_of(session, imported.id) is None
        assert people.home_team_of(session, merged.id) == team
        assert people.teams_led_by(session, merged.id) == [team]
        [day] = rollups.person_days(session, merged.id, date(2026, 1, 1), date(2026, 12, 31))
    assert day.tokens.output_total == 900 + 7
    assert day.tokens.cache_read == 2 * 48_000


def test_an_address_stays_with_the_slack_identity_that_has_it(database: Database) -> None:
    with database.writing() as session:
        first = people.remember_person(session, slack("U1"), "Ann", "a@example.org", "UTC")
        guest = people.remember_person(session, slack("U2"), "Ann", "a@example.org", "UTC")
        assert guest.email is None
        assert people.find_person_by_email(session, "a@example.org") == first


def test_a_team_is_saved_with_its_leads_and_members_in_name_order(database: Database) -> None:
    with database.writing() as session:
        zoe, ann, lead = known(session, "zoe"), known(session, "Ann"), known(session, "lead")
        team = people.save_team(session, PAYMENTS, [lead.id], [zoe.id, ann.id], NOON)
        roster = people.roster_of(session, team.id)
        assert roster is not None
        assert [(m.person.name, m.role) for m in roster.members] == [
            ("Ann", Role.MEMBER),
            ("lead", Role.LEAD),
            ("zoe", Role.MEMBER),
        ]
        assert people.team_of_channel(session, "T1", "C1") == team
        assert people.team_named(session, " payments ") == team
        assert people.home_team_of(session, ann.id) == team
        assert people.home_team_of(session, lead.id) is None
        assert people.teams_led_by(session, lead.id) == [team]
        assert (team.digest_day, team.digest_hour, team.digest_minute) == (Weekday.TUESDAY, 10, 15)


def test_saving_the_team_of_a_channel_again_changes_it(database: Database) -> None:
    with database.writing() as session:
        ann, bob = known(session, "ann"), known(session, "bob")
        before = people.save_team(session, PAYMENTS, [ann.id], [ann.id, bob.id], NOON)
        renamed = TeamDraft("Checkout", "T1", "C1", "UTC")
        after = people.save_team(session, renamed, [bob.id], [bob.id], NOON)
        assert (after.id, after.name) == (before.id, "Checkout")
        assert people.home_team_of(session, ann.id) is None
        assert people.teams_led_by(session, ann.id) == []
        assert people.all_teams(session) == [after]


def test_members_of_another_team_are_named_and_moved_only_on_purpose(database: Database) -> None:
    with database.writing() as session:
        ann, bob = known(session, "ann"), known(session, "bob")
        people.save_team(session, PAYMENTS, [], [ann.id, bob.id], NOON)
        with pytest.raises(AlreadyAtHome, match="ann, bob") as refused:
            people.save_team(session, SEARCH, [], [bob.id, ann.id], NOON)
        assert refused.value.names == ("ann", "bob")
        search = people.save_team(session, SEARCH, [], [bob.id], NOON, move=True)
        assert people.home_team_of(session, bob.id) == search


def test_a_team_name_is_taken_once_in_a_workspace_in_any_case(database: Database) -> None:
    with database.writing() as session:
        people.save_team(session, PAYMENTS, [], [], NOON)
        with pytest.raises(NameTaken, match="Payments"):
            people.save_team(session, TeamDraft("payments", "T1", "C9"), [], [], NOON)
        people.save_team(session, TeamDraft("payments", "T2", "C9"), [], [], NOON)
        assert people.team_named(session, "payments") is None
        assert people.team_named(session, "payments", "T1") is not None


def test_days_follow_the_zone_of_the_home_team(database: Database) -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    with database.writing() as session:
        ann = known(session, "ann")
        usage.store_usage(session, [usage_record(ann.id, "late", HALF_PAST_MIDNIGHT_IN_BERLIN)])
        assert [d.day for d in rollups.person_days(session, ann.id, *year)] == [date(2026, 11, 18)]
        people.save_team(session, PAYMENTS, [], [ann.id], NOON)
        assert [d.day for d in rollups.person_days(session, ann.id, *year)] == [date(2026, 11, 19)]
        people.save_team(
            session, TeamDraft("Payments", "T1", "C1", "America/Lima"), [], [ann.id], NOON
        )
        assert [d.day for d in rollups.person_days(session, ann.id, *year)] == [date(2026, 11, 18)]
        people.save_team(session, PAYMENTS, [], [ann.id], NOON)
        people.save_team(session, PAYMENTS, [], [], NOON)
        assert [d.day for d in rollups.person_days(session, ann.id, *year)] == [date(2026, 11, 18)]


def test_people_seen_several_times_at_once_are_stored_once(database: Database) -> None:
    names = [f"ann{number}" for number in range(20)]  # one alone races in a fourth of the runs
    threads = 6
    start = threading.Barrier(threads)

    def see(name: str, by_email: bool) -> int:
        start.wait()
        with database.writing() as session:
            if by_email:
                return people.ensure_person_by_email(session, f"{name}@example.org").id
            return known(session, name).id

    with ThreadPoolExecutor(threads) as pool:
        for name in names:
            seen = [pool.submit(see, name, number % 2 == 0) for number in range(threads)]
            assert len({one.result() for one in seen}) == 1
