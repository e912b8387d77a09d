"""Setting teams up, whose team is meant, and the digest's figures, on both engines."""

from datetime import timedelta

import pytest

from bot.flows import digest, me, teams
from bot.flows.people import Introduction, Speaker, recognise
from bot.flows.refusals import Refusal
from bot.flows.teams import TeamChannel
from bot.intents.forms import SetUp
from messages.pages.digest import DigestPreview
from policies.digest import digest_json
from policies.people import SlackIdentity, Weekday
from policies.periods import IsoWeek
from policies.pricing import PriceBook
from policies.rules.ruleset import RuleSet
from storage import people
from storage.database import Database
from storage.errors import AlreadyAtHome
from tests.bot.facts import DIGEST_TERMS
from tests.bot.live import PEOPLE
from tests.bot.seeded import MONDAY, introduce, payments, twelve_weeks_of_usage, verified_outcome

WEEK = IsoWeek(2026, 46)
GRACE = timedelta(hours=48)
CHANNEL = TeamChannel("T0LIVE", "C0NEW", "new-team")


def introduction(name: str) -> Introduction:
    identity = SlackIdentity("", "T0LIVE", f"U0{name.upper()}")
    return Introduction(identity, f"{name.capitalize()} Tester", f"{name}@example.com", "UTC")


def wish(*members: str, lead: str = "ana") -> SetUp:
    ids = tuple(f"U0{name.upper()}" for name in members)
    return SetUp("New team", (f"U0{lead.upper()}",), ids, "Europe/Berlin", Weekday.MONDAY, 9, 30)


def speaker(database: Database, name: str, *, is_admin: bool = False) -> Speaker:
    who = introduction(name)
    told = Introduction(who.identity, who.name, who.email, who.time_zone, is_admin)
    return recognise(database, told, CHANNEL.channel_id)


def set_up(database: Database, who: Speaker, wanted: SetUp, *names: str) -> None:
    known = [introduction(name) for name in names]
    teams.set_up(database, MONDAY, who, CHANNEL, wanted, known)


def test_anybody_sets_up_a_new_team_and_then_its_leads_alone(database: Database) -> None:
    set_up(database, speaker(database, "ben"), wish("ana", "ben"), "ana", "ben")
    with pytest.raises(Refusal, match="only its leads change it"):
        set_up(database, speaker(database, "ben"), wish("ben", lead="ben"), "ben")
    set_up(database, speaker(database, "ana"), wish("ana", "ben", "chi"), "ana", "ben", "chi")
    set_up(database, speaker(database, "dee", is_admin=True), wish("ana"), "ana")
    roster = speaker(database, "ana").required_roster
    assert [one.person.name for one in roster.members] == ["Ana Tester"]


def test_a_lead_has_to_be_known(database: Database) -> None:
    with pytest.raises(Refusal, match="guests and apps cannot lead"):
        set_up(database, speaker(database, "ben"), wish("ben", lead="guest"), "ben")


def test_nobody_is_taken_from_their_home_team(database: Database) -> None:
    payments(database)
    with pytest.raises(AlreadyAtHome, match="Ben Tester"):
        set_up(database, speaker(database, "gil"), wish("gil", "ben", lead="gil"), "gil", "ben")


def test_the_form_is_filled_with_the_channels_people(database: Database) -> None:
    page = teams.setup_form(
        database, speaker(database, "ana"), CHANNEL, [introduction("ana"), introduction("ben")]
    )
    assert page.team_name == "New team"
    assert page.members == ("U0ANA", "U0BEN")
    assert page.leads == ("U0ANA",)


def test_the_channels_team_is_meant_where_one_belongs_to_it_else_the_home_team(
    database: Database,
) -> None:
    payments(database)
    set_up(database, speaker(database, "gil"), wish("gil", lead="ana"), "gil", "ana")
    assert introduce(database, "ana", "C0NEW").team.name == "New team"
    assert introduce(database, "ana", "C0PAY").team.name == "Payments"
    assert introduce(database, "ben", "C0NEW").team.name == "Payments"
    assert introduce(database, "ben", None).team.name == "Payments"


def test_the_digest_publishes_ratios_of_sums(database: Database) -> None:
    team = payments(database)
    twelve_weeks_of_usage(database)
    verified_outcome(database, "Retire the old ledger")
    verified_outcome(database, "Drop the beta flag")
    found = digest_json(digest.digest_of(database, MONDAY, team, WEEK, DIGEST_TERMS).digest)
    assert found["outcomes"]["verified"] == 2
    assert found["contributors"] == len(PEOPLE)
    assert found["outcomes_per_million_tokens"] == pytest.approx(2e6 / found["tokens"], rel=1e-5)
    assert found["cost_per_verified_outcome_usd"] == pytest.approx(found["cost_list_usd"] / 2)
    assert [one["week"] for one in found["history"]] == [str(w) for w in WEEK.plus(-1).last(11)]


def test_below_the_minimum_group_consumption_is_withheld(database: Database) -> None:
    few = PEOPLE[:4]
    team = payments(database, people=few)
    twelve_weeks_of_usage(database, few)
    found = digest_json(digest.digest_of(database, MONDAY, team, WEEK, DIGEST_TERMS).digest)
    assert found["suppressed"] is True
    assert {found[key] for key in ("tokens", "cost_list_usd", "outcomes_per_million_tokens")} == {
        None
    }
    assert found["contributors"] == 4


def test_a_digest_is_noted_once_a_week(database: Database) -> None:
    payments(database)
    assert digest.enqueue_due(database, MONDAY - timedelta(seconds=1), GRACE) == 0
    assert digest.enqueue_due(database, MONDAY, GRACE) == 1
    assert digest.enqueue_due(database, MONDAY + timedelta(minutes=1), GRACE) == 0
    assert digest.enqueue_due(database, MONDAY + timedelta(days=7), GRACE) == 1


def test_a_team_set_up_after_the_hour_waits_for_the_next_week(database: Database) -> None:
    who, late = speaker(database, "ana"), MONDAY + timedelta(hours=2)
    teams.set_up(database, late, who, CHANNEL, wish("ana"), [introduction("ana")])
    assert digest.enqueue_due(database, late, GRACE) == 0
    assert digest.enqueue_due(database, MONDAY + timedelta(days=7), GRACE) == 1


def test_a_preview_says_when_it_will_be_posted(database: Database) -> None:
    payments(database)
    ana = introduce(database, "ana")
    page = digest.preview(database, MONDAY - timedelta(hours=1), ana, None, DIGEST_TERMS)
    assert isinstance(page, DigestPreview)
    assert page.digest.this_week.week == WEEK
    assert page.posts_at == MONDAY
    after = digest.preview(database, MONDAY + timedelta(hours=1), ana, WEEK, DIGEST_TERMS)
    assert after.posts_at is None


def test_own_weeks_hold_own_usage_alone(database: Database) -> None:
    payments(database)
    twelve_weeks_of_usage(database)
    ben, chi = introduce(database, "ben"), introduce(database, "chi")
    of_ben, of_chi = (
        me.my_weeks(database, MONDAY, who, PriceBook(), RuleSet()) for who in (ben, chi)
    )
    assert [week.week for week in of_ben.weeks] == list(IsoWeek(2026, 47).last(8))
    assert of_ben.weeks[-2].tokens.input_uncached == 10_000 * ben.person.id
    assert of_chi.weeks[-2].tokens.input_uncached == 10_000 * chi.person.id


def test_people_are_stored_again_only_when_slack_says_something_new(database: Database) -> None:
    first = recognise(database, introduction("ana"), None)
    with database.reading() as session:
        assert people.person_of(session, first.person.id) == first.person
    renamed = Introduction(introduction("ana").identity, "Ana Maria", None, "UTC")
    again = recognise(database, renamed, None)
    assert (again.person.id, again.person.name) == (first.person.id, "Ana Maria")
