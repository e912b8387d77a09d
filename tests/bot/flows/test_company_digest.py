"""The week of all teams: what an admin is shown, and what it never tells."""

from datetime import timedelta

import pytest

from bot.flows import digest
from bot.flows.company_digest import NOT_YET, Wanted, settle_rest, show_company
from bot.flows.people import Introduction, Speaker, recognise
from bot.flows.refusals import NotYours, Refusal
from messages.pages.company import Company
from policies.people import SlackIdentity, Weekday
from policies.periods import IsoWeek
from policies.privacy import GroupRule, kept_back
from policies.usage import microseconds
from storage import audit
from storage.database import Database
from storage.people import TeamDraft, ensure_person_by_email, save_team, team_named
from storage.usage import store_usage
from tests.bot.facts import DIGEST_TERMS
from tests.bot.seeded import LAST_WEEK, MONDAY
from tests.storage.records import usage_record

RULE = GroupRule()
WEEK = IsoWeek(2026, 46)
A_DAY = timedelta(days=1)
SETTLED = MONDAY + 8 * A_DAY


def admin(database: Database, *, is_admin: bool = True) -> Speaker:
    introduction = Introduction(
        SlackIdentity("", "T1", "U0ADMIN"), "Admin", "admin@example.com", "UTC", is_admin
    )
    return recognise(database, introduction, None)


def team(
    database: Database, name: str, people: int, tokens: int = 10_000, zone: str = "UTC"
) -> int:
    """A team of so many people, who each used so much in the week."""
    with database.writing() as session:
        ids = [
            ensure_person_by_email(session, f"{name}-{n}@example.com".lower()).id
            for n in range(people)
        ]
        draft = TeamDraft(name, "T1", f"C{name}", zone, Weekday.MONDAY, 8, 0)
        made = save_team(session, draft, [], ids, MONDAY)
    for one in ids:
        use(database, one, tokens)
    return made.id


def use(database: Database, person_id: int, tokens: int, key: str = "1") -> None:
    plain = {"cache_read": 0, "cache_write_5m": 0, "output_total": 0}
    record = usage_record(
        person_id,
        f"{person_id}-{key}",
        microseconds(LAST_WEEK),
        input_uncached=tokens,
        cost_list_nusd=1_000 * tokens,
        **plain,
    )
    with database.writing() as session:
        store_usage(session, [record])


def shown_to_itself(database: Database, name: str, at: timedelta = timedelta()) -> int | None:
    """Show a team its digest; returns its tokens."""
    with database.reading() as session:
        found = team_named(session, name)
    assert found is not None
    page = digest.shown_digest_of(database, MONDAY + at, found, WEEK, DIGEST_TERMS)
    figures = page.digest.this_week.figures.shown
    return figures.tokens if figures else None


def company(database: Database, *names: str, at: timedelta = timedelta()) -> Company:
    return show_company(database, MONDAY + at, admin(database), Wanted(WEEK, names), RULE)


def told(page: Company) -> dict[str, int | None]:
    """The tokens of each team, None where they are not told."""
    return {
        one.name: (figures.tokens if (figures := one.week.figures.shown) else None)
        for one in page.digest.teams
    }


def rest(page: Company) -> int | None:
    found = page.digest.this_week.rest
    return found.shown.tokens if found and found.shown else None


def test_each_team_stands_by_name_with_what_it_was_shown_itself(database: Database) -> None:
    for name in ("Zeta", "alpha", "Mid"):
        team(database, name, 6)
    shown_to_itself(database, "Zeta")
    shown_to_itself(database, "alpha")
    page = company(database)
    assert told(page) == {"alpha": 60_000, "Mid": None, "Zeta": 60_000}
    assert list(told(page)) == ["alpha", "Mid", "Zeta"]
    assert (page.digest.open, page.digest.withheld) == (1, 0)
    sums = page.digest.this_week.shown.shown
    assert sums is not None
    assert (sums.teams, sums.tokens) == (2, 120_000)


def test_a_look_at_all_teams_shows_no_team_its_week_first(database: Database) -> None:
    team(database, "Alpha", 6)
    assert told(company(database, at=21 * A_DAY)) == {"Alpha": None}


def test_teams_stand_as_the_reader_names_them(sqlite_database: Database) -> None:
    for name in ("Alpha", "Beta", "Gamma"):
        team(sqlite_database, name, 6)
        shown_to_itself(sqlite_database, name)
    page = company(sqlite_database, "gamma", "ALPHA", "Delta", "gamma")
    assert list(told(page)) == ["Gamma", "Alpha"]
    assert page.digest.unknown == ("Delta",)
    sums = page.digest.this_week.shown.shown
    assert sums is not None
    assert sums.tokens == 120_000


def test_withheld_teams_are_told_together_where_they_are_enough(database: Database) -> None:
    team(database, "Alpha", 6)
    team(database, "Few", 3)
    team(database, "Small", 4, tokens=20_000)
    shown_to_itself(database, "Alpha")
    assert rest(company(database)) is None
    page = company(database, at=8 * A_DAY)
    assert rest(page) == 3 * 10_000 + 4 * 20_000
    assert told(page) == {"Alpha": 60_000, "Few": None, "Small": None}


@pytest.mark.parametrize(
    ("teams", "why"),
    [
        ({"Few": (4, 10_000)}, "one withheld team is what is left of the total"),
        ({"Few": (2, 10_000), "Small": (2, 10_000)}, "together they are still too few"),
        ({"Few": (4, 10_000), "Huge": (1, 900_000)}, "one person is most of it"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_withheld_teams_are_not_told_together(
    sqlite_database: Database, teams: dict[str, tuple[int, int]], why: str
) -> None:
    team(sqlite_database, "Alpha", 6)
    shown_to_itself(sqlite_database, "Alpha")
    for name, (people, tokens) in teams.items():
        team(sqlite_database, name, people, tokens)
    assert rest(company(sqlite_database, at=8 * A_DAY)) is None, why


def test_a_team_that_counts_in_the_rest_is_never_shown_that_week_alone(database: Database) -> None:
    few = team(database, "Few", 4)
    team(database, "Small", 3)
    assert rest(company(database, at=8 * A_DAY)) == 70_000
    with database.writing() as session:
        late = [ensure_person_by_email(session, f"few-{n}@example.com").id for n in range(4)]
    assert few
    for one in late:
        use(database, one, 5_000, "late")
    assert shown_to_itself(database, "Few", 8 * A_DAY) is None
    page = company(database, at=15 * A_DAY)
    assert rest(page) == 70_000
    assert told(page) == {"Few": None, "Small": None}


def test_a_team_shown_before_the_rest_is_told_is_not_in_it(database: Database) -> None:
    team(database, "Few", 4)
    team(database, "Small", 3)
    team(database, "Wide", 5)
    assert shown_to_itself(database, "Wide") == 50_000
    assert rest(company(database, at=8 * A_DAY)) == 70_000


def test_a_fit_team_that_nobody_looked_at_is_in_no_sum_and_is_shown_later(
    database: Database,
) -> None:
    team(database, "Few", 4)
    team(database, "Small", 3)
    team(database, "Wide", 5)
    page = company(database, at=8 * A_DAY)
    assert (rest(page), page.digest.open) == (70_000, 1)
    assert shown_to_itself(database, "Wide", 8 * A_DAY) == 50_000


def test_the_rest_of_named_teams_is_never_told(sqlite_database: Database) -> None:
    team(sqlite_database, "Few", 4)
    team(sqlite_database, "Small", 3)
    assert rest(company(sqlite_database, at=8 * A_DAY)) == 70_000
    assert rest(company(sqlite_database, "Few", at=8 * A_DAY)) is None


def test_that_the_rest_was_told_is_audited_once(sqlite_database: Database) -> None:
    team(sqlite_database, "Few", 4)
    team(sqlite_database, "Small", 3)
    for _ in range(2):
        settle_rest(sqlite_database, SETTLED, "T1", WEEK, RULE)
    with sqlite_database.reading() as session:
        [entry] = audit.entries_about(session, f"company:{WEEK}")
    assert entry.details == {"teams": 2}


def test_a_raised_minimum_withholds_the_rest_too(sqlite_database: Database) -> None:
    team(sqlite_database, "Few", 4)
    team(sqlite_database, "Small", 3)
    company(sqlite_database, at=8 * A_DAY)
    stricter = GroupRule(minimum=8)
    page = show_company(sqlite_database, SETTLED, admin(sqlite_database), Wanted(WEEK), stricter)
    assert rest(page) is None


def test_only_an_admin_sees_all_teams_and_an_attempt_is_noted(sqlite_database: Database) -> None:
    speaker = admin(sqlite_database, is_admin=False)
    with pytest.raises(NotYours):
        show_company(sqlite_database, MONDAY, speaker, Wanted(), RULE)
    with sqlite_database.reading() as session:
        assert [one.action for one in audit.entries_about(session, "company")] == [
            "company.refused"
        ]


def test_teams_of_another_workspace_are_not_there(sqlite_database: Database) -> None:
    team(sqlite_database, "Alpha", 6)
    with sqlite_database.writing() as session:
        save_team(session, TeamDraft("Theirs", "T2", "C2"), [], [], MONDAY)
    assert list(told(company(sqlite_database))) == ["Alpha"]


def test_a_week_that_runs_is_refused(sqlite_database: Database) -> None:
    speaker = admin(sqlite_database)
    page = show_company(sqlite_database, MONDAY, speaker, Wanted(), RULE)
    assert page.digest.this_week.week == WEEK
    with pytest.raises(Refusal, match="2026-W47 has not ended") as refused:
        show_company(sqlite_database, MONDAY, speaker, Wanted(WEEK.plus(1)), RULE)
    assert refused.value.next_step == "The latest full week is 2026-W46, 9 to 15 November 2026."


def test_of_a_week_that_still_runs_in_the_teams_zone_nothing_is_told(
    sqlite_database: Database,
) -> None:
    team(sqlite_database, "Few", 3, zone="Pacific/Honolulu")
    [line] = company(sqlite_database).digest.teams
    assert (line.is_open, line.week.figures.withheld) == (True, kept_back(NOT_YET).withheld)
    [line] = company(sqlite_database, at=A_DAY).digest.teams
    assert not line.is_open
