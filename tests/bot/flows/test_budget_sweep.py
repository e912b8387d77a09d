"""The minute tick for budgets: base grants of a new period, and each warning once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.flows import budget_sweep, budgets, grants
from bot.flows.budget_sweep import HourlyWarnings, sweep_base_grants, sweep_warnings
from bot.flows.people import Speaker
from messages.pages.budgets import BudgetWarning
from policies.budget_requests import RequestDraft
from policies.budget_warnings import WarningKind
from policies.budgets import BudgetPeriod, Grant
from storage import budgets as stored
from storage import deliveries, people
from storage.database import Database
from storage.deliveries import Claim
from tests.bot.budgeted import NOW, M, asking, named, tokens, uses, with_terms
from tests.bot.seeded import introduce

LEASE = timedelta(minutes=3)


@pytest.fixture
def ben(database: Database) -> Speaker:
    """A member of Payments, which ana leads and which keeps budgets of 40M a month."""
    with_terms(database)
    return introduce(database, "ben")


def warnings_due(database: Database, now: datetime = NOW) -> list[Claim]:
    with database.writing() as session:
        claims = deliveries.claim_due(session, now, LEASE, limit=50)
    return [one for one in claims if one.kind == budget_sweep.BUDGET_WARNING]


def held_by(database: Database, who: Speaker) -> list[Grant]:
    with database.reading() as session:
        terms = stored.terms_of(session, who.team.id)
        assert terms is not None
        return stored.grants_of(session, who.team.id, [who.person.id], terms.unit)[who.person.id]


# Base grants


def test_a_new_period_gives_everybody_their_base_once(database: Database, ben: Speaker) -> None:
    december = NOW + timedelta(days=14)
    assert [sweep_base_grants(database, december) for _ in range(3)] == [6, 0, 0]
    (_, new) = held_by(database, ben)
    assert (new.first_day, new.last_day) == (date(2026, 12, 1), date(2026, 12, 31))


def test_who_joins_midway_gets_theirs_from_that_day_on_in_full(
    database: Database, ben: Speaker
) -> None:
    zoe = introduce(database, "zoe")
    with database.writing() as session:
        people_now = people.home_members_of(session, ben.team.id) | {zoe.person.id}
        draft = people.TeamDraft("Payments", "T0LIVE", "C0PAY", "Europe/Berlin")
        leads = [one.id for one in ben.required_roster.leads]
        people.save_team(session, draft, leads, people_now, NOW)
    assert sweep_base_grants(database, NOW) == 1
    (base,) = held_by(database, introduce(database, "zoe"))
    assert (base.amount, base.first_day) == (40 * M, NOW.date())


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        pytest.param(
            "Europe/Berlin",
            datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 10, 31, 23, 0, tzinfo=UTC),
            id="a month that begins a week after Berlin's clocks went back",
        ),
        pytest.param(
            "America/New_York",
            datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC),
            datetime(2026, 11, 1, 4, 0, tzinfo=UTC),
            id="on the very night on which New York's go back",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            datetime(2027, 2, 28, 12, 59, 59, tzinfo=UTC),
            datetime(2027, 2, 28, 13, 0, tzinfo=UTC),
            id="after a short February, half an hour off",
        ),
    ],
)
def test_a_month_begins_at_the_team_s_own_midnight(
    sqlite_database: Database, zone: str, before: datetime, after: datetime
) -> None:
    with_terms(sqlite_database, now=before, zone=zone)
    ben = introduce(sqlite_database, "ben")
    old = budgets.own_budget(sqlite_database, before, ben).balance.period
    assert sweep_base_grants(sqlite_database, before) == 0
    assert sweep_base_grants(sqlite_database, after) == 6
    new = budgets.own_budget(sqlite_database, after, ben).balance.period
    assert new.first == old.resets_on == after.astimezone(ZoneInfo(zone)).date()


def test_a_weekly_budget_begins_on_monday_in_the_week_of_a_clock_change(
    sqlite_database: Database,
) -> None:
    sunday_night = datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)
    with_terms(sqlite_database, period=BudgetPeriod.WEEK, now=sunday_night)
    assert sweep_base_grants(sqlite_database, sunday_night) == 0
    assert sweep_base_grants(sqlite_database, sunday_night + timedelta(seconds=1)) == 6


# Warnings


@pytest.mark.parametrize(
    ("used", "kind"),
    [
        pytest.param(32 * M - 1, None, id="just under 80 %"),
        pytest.param(32 * M, WarningKind.NEARLY, id="at exactly 80 %"),
        pytest.param(40 * M - 1, WarningKind.NEARLY, id="all but a token"),
        pytest.param(40 * M, WarningKind.USED_UP, id="at exactly 100 %"),
        pytest.param(90 * M, WarningKind.USED_UP, id="far over"),
    ],
)
def test_a_person_is_warned_at_80_and_at_100_percent(
    database: Database, ben: Speaker, used: int, kind: WarningKind | None
) -> None:
    uses(database, ben, used)
    assert sweep_warnings(database, NOW) == (kind is not None)
    claims = warnings_due(database)
    assert [one.period for one in claims] == ([f"2026-11-01:{kind}"] if kind else [])
    for claim in claims:
        post = budget_sweep.compose_warning(database, claim)
        assert post is not None
        assert post.channel_id == "U0BEN"
        assert isinstance(post.page, BudgetWarning)
        assert (post.page.kind, post.page.used) == (kind, tokens(used))


def test_each_warning_comes_once_a_period(database: Database, ben: Speaker) -> None:
    uses(database, ben, 33 * M)
    counts = [sweep_warnings(database, NOW + timedelta(hours=n)) for n in range(3)]
    uses(database, ben, 10 * M)
    counts += [sweep_warnings(database, NOW + timedelta(hours=n)) for n in range(3, 6)]
    assert counts == [1, 0, 0, 1, 0, 0]


def test_steady_use_that_will_not_last_is_told_before_it_is_nearly_used(
    database: Database, ben: Speaker
) -> None:
    for back in range(40):
        uses(database, ben, 1_500_000, NOW - timedelta(days=back))
    assert sweep_warnings(database, NOW) == 1
    (claim,) = warnings_due(database)
    assert claim.period == "2026-11-01:likely"
    post = budget_sweep.compose_warning(database, claim)
    assert post is not None
    assert isinstance(post.page, BudgetWarning)
    assert post.page.forecast is not None
    assert post.page.forecast.is_likely_to_run_out


@pytest.mark.parametrize(
    ("days", "warned"),
    [
        pytest.param(0, True, id="ends today"),
        pytest.param(2, True, id="ends in exactly two days"),
        pytest.param(3, False, id="ends in three"),
    ],
)
def test_an_extra_grant_with_something_left_is_told_before_it_expires(
    database: Database, ben: Speaker, days: int, warned: bool
) -> None:
    draft = RequestDraft(tokens(5 * M), NOW.date() + timedelta(days=days))
    ana = introduce(database, "ana")
    given = grants.grant(database, NOW, ana, named("ben"), draft).grant
    assert sweep_warnings(database, NOW) == warned
    expected = [f"2026-11-01:expiring:{given.label}"] if warned else []
    assert [one.period for one in warnings_due(database)] == expected


def test_a_base_that_ends_with_its_period_is_no_news(database: Database, ben: Speaker) -> None:
    assert sweep_warnings(database, datetime(2026, 11, 30, 12, tzinfo=UTC)) == 0


def test_what_no_longer_holds_is_not_posted(database: Database, ben: Speaker) -> None:
    uses(database, ben, 33 * M)
    sweep_warnings(database, NOW)
    (claim,) = warnings_due(database)
    grants.grant(database, NOW, introduce(database, "ana"), named("ben"), asking(20 * M))
    assert budget_sweep.compose_warning(database, claim) is None


def test_muted_means_quiet_until_the_period_ends(database: Database, ben: Speaker) -> None:
    uses(database, ben, 33 * M)
    sweep_warnings(database, NOW)
    (claim,) = warnings_due(database)
    for _ in range(2):
        budget_sweep.mute(database, NOW, ben, f"T-{ben.team.id} 2026-11-01")
    assert budget_sweep.compose_warning(database, claim) is None
    uses(database, ben, 10 * M)
    assert sweep_warnings(database, NOW) == 0
    december = NOW + timedelta(days=14)
    sweep_base_grants(database, december)
    uses(database, ben, 40 * M, december)
    assert sweep_warnings(database, december) == 1


@pytest.mark.parametrize(
    ("since", "looks"),
    [
        pytest.param(None, True, id="without a last time it looks everywhere"),
        pytest.param(timedelta(hours=1), True, id="so does one after an hour"),
        pytest.param(timedelta(minutes=1), False, id="the team's minute is not this one"),
        pytest.param(timedelta(minutes=59, seconds=1), True, id="a late tick catches up"),
        pytest.param(timedelta(seconds=1), False, id="nor is it a second later"),
    ],
)
def test_each_team_is_looked_at_once_an_hour(
    database: Database, ben: Speaker, since: timedelta | None, looks: bool
) -> None:
    uses(database, ben, 33 * M)
    assert ben.team.id % 60 == 1
    noon = NOW.replace(minute=0)
    assert sweep_warnings(database, noon, noon - since if since else None) == looks
    in_its_minute = noon + timedelta(minutes=1, seconds=30)
    again = sweep_warnings(database, in_its_minute, in_its_minute - timedelta(minutes=1))
    assert again == (not looks)


def test_after_a_start_each_team_waits_for_its_minute(database: Database, ben: Speaker) -> None:
    uses(database, ben, 33 * M)
    noon = NOW.replace(minute=0)
    sweep = HourlyWarnings()
    assert [sweep(database, noon + timedelta(minutes=n)) for n in range(3)] == [0, 1, 0]
    late = HourlyWarnings()
    uses(database, ben, 10 * M)
    assert late(database, noon + timedelta(minutes=1, seconds=50)) == 1
