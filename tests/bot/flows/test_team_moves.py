"""A team moves to another channel when one of its leads says so, on both engines."""

import pytest

from bot.flows import teams
from bot.flows.people import Introduction, Speaker, recognise
from bot.flows.refusals import Refusal
from bot.flows.teams import TeamChannel
from bot.intents.forms import SetUp
from policies.people import SlackIdentity, Weekday
from storage import audit, people
from storage.database import Database
from storage.errors import ChannelTaken
from tests.bot.live import PEOPLE
from tests.bot.seeded import MONDAY, introduce, payments

NEW = TeamChannel("T0LIVE", "C0NEW", "new-pay")
EVERYBODY = tuple(f"U0{name.upper()}" for name in PEOPLE)


def introduction(name: str, *, is_admin: bool = False) -> Introduction:
    identity = SlackIdentity("", "T0LIVE", f"U0{name.upper()}")
    email = f"{name}@example.com"
    return Introduction(identity, f"{name.capitalize()} Tester", email, "Europe/Berlin", is_admin)


def move(
    database: Database, who: Speaker, team_id: int | None, channel: TeamChannel = NEW
) -> teams.SetupDone:
    wanted = SetUp("Payments", ("U0ANA",), EVERYBODY, "Europe/Berlin", Weekday.MONDAY, 9, 30)
    known = [introduction(name) for name in PEOPLE]
    return teams.set_up(database, MONDAY, who, channel, wanted, known, team_id)


def test_a_lead_moves_it_with_its_people_and_the_same_form_twice_is_harmless(
    database: Database,
) -> None:
    team = payments(database)
    ana = introduce(database, "ana", NEW.channel_id)
    for _ in range(2):
        page = move(database, ana, team.id)
        assert (page.team.id, page.team.channel_id, page.members) == (team.id, "C0NEW", 6)
    with database.reading() as session:
        assert people.team_of_channel(session, "T0LIVE", "C0PAY") is None
        entries = audit.entries_about(session, f"team:{team.id}")
    moves = [entry.details for entry in entries if entry.action == "team.moved"]
    assert moves == [{"from": "C0PAY", "to": "C0NEW"}]


@pytest.mark.parametrize("name", ["ben", "gil"])
def test_nobody_else_moves_it_whatever_the_form_says(database: Database, name: str) -> None:
    team = payments(database)
    with pytest.raises(Refusal, match="Only a lead"):
        move(database, introduce(database, name, NEW.channel_id), team.id)
    with pytest.raises(Refusal, match="Only a lead"):
        move(database, introduce(database, "ana"), team.id + 99)
    with database.reading() as session:
        assert people.team_of_channel(session, "T0LIVE", "C0NEW") is None


def test_a_channel_has_one_team(database: Database) -> None:
    team = payments(database)
    gil = recognise(database, introduction("gil"), NEW.channel_id)
    wanted = SetUp("Gil's", ("U0GIL",), ("U0GIL",), "UTC", Weekday.MONDAY, 9, 30)
    teams.set_up(database, MONDAY, gil, NEW, wanted, [introduction("gil")])
    with pytest.raises(Refusal, match="the channel of Gil's"):
        move(database, introduce(database, "ana"), team.id)
    with pytest.raises(ChannelTaken), database.writing() as session:
        people.move_team(session, team.id, NEW.channel_id)


def test_the_form_offers_the_one_team_that_somebody_leads(database: Database) -> None:
    team = payments(database)
    ana, ben = (introduce(database, name, NEW.channel_id) for name in ("ana", "ben"))
    admin = recognise(database, introduction("chi", is_admin=True), NEW.channel_id)
    at_home = TeamChannel("T0LIVE", "C0PAY")
    assert teams.movable_team(database, ana, NEW) == team
    assert teams.movable_team(database, admin, NEW) == team
    assert teams.movable_team(database, ben, NEW) is None
    assert teams.movable_team(database, ana, at_home) is None
    page = teams.setup_form(database, ana, NEW, [introduction("ana")], team)
    assert (page.movable_name, page.moves, page.team_name) == ("Payments", False, "New pay")
    assert page.context.team_id == team.id


def test_a_team_whose_channel_is_gone_fills_the_form(database: Database) -> None:
    team = payments(database)
    ana = introduce(database, "ana", NEW.channel_id)
    page = teams.setup_form(database, ana, NEW, [introduction("ana")], team, is_stranded=True)
    assert (page.movable_name, page.moves, page.team_name) == ("Payments", True, "Payments")
    assert page.members == EVERYBODY
    assert page.context.channel_id == "C0NEW"


def test_only_who_is_at_home_in_a_team_stays_in_it_without_the_channel(database: Database) -> None:
    """Anybody can be named as a lead, so that alone may not make them a member later."""
    gil = recognise(database, introduction("gil"), NEW.channel_id)
    wanted = SetUp("Gil's", ("U0GIL", "U0ANA"), ("U0GIL",), "UTC", Weekday.MONDAY, 9, 30)
    known = [introduction("gil"), introduction("ana")]
    page = teams.set_up(database, MONDAY, gil, NEW, wanted, known)
    assert teams.slack_members(database, page.team.id) == {"U0GIL"}
    assert teams.slack_members(database, None) == set()
