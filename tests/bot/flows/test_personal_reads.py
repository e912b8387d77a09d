"""Whoever is shown something of somebody else leaves a note that this person can read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.flows import budget_notices, budget_requests, budgets, home, outcomes, privacy, reviews
from bot.flows.findings_for_leads import FINDING_FOR_LEAD, compose_for_lead, tell_leads
from bot.flows.people import Speaker
from bot.flows.rule_exceptions import make
from bot.flows.rule_views import show_rule
from bot.intents.rule_forms import ExceptionWanted
from messages.pages.privacy import LookLine
from policies.personal_data import ReadKind
from policies.privacy import GroupRule
from storage import deliveries
from storage.database import Database
from tests.bot.budgeted import NOW, asking, declared, with_terms
from tests.bot.flows.test_coaching import a_told_tip, posted
from tests.bot.rule_scene import rulebook
from tests.bot.ruled import TUESDAY, ruled
from tests.bot.seeded import introduce

DAY = timedelta(days=1)


@pytest.fixture
def ana(database: Database) -> Speaker:
    """The lead of Payments, which keeps budgets of 40M a month."""
    with_terms(database)
    return introduce(database, "ana")


@pytest.fixture
def ben(database: Database, ana: Speaker) -> Speaker:
    """A member."""
    return introduce(database, "ben")


def looks_at(database: Database, who: Speaker) -> list[tuple[str, ReadKind, str]]:
    """(reader, what, subject) as the person reads it, latest first."""
    page = privacy.my_privacy(database, NOW, who, GroupRule(), None)
    return [_as_read(one) for one in page.looks]


def _as_read(one: LookLine) -> tuple[str, ReadKind, str]:
    assert one.reader is not None
    assert one.what is not None
    return one.reader.name.split()[0], one.what, one.subject


def claimed(database: Database, who: Speaker) -> int:
    outcome_id = declared(database, who)
    outcomes.claim(database, NOW, who, outcome_id, "https://git.example.com/shop/pull/1")
    return outcome_id


def asked(database: Database, who: Speaker) -> int:
    return budget_requests.request(database, NOW, who, asking(15_000_000)).request.id


def test_a_lead_who_looks_at_budgets_is_noted_for_everybody_but_themself(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    budgets.team_budgets(database, NOW, ana)
    assert looks_at(database, ben) == [("Ana", ReadKind.BUDGET_BAND, "")]
    assert looks_at(database, introduce(database, "fay")) == [("Ana", ReadKind.BUDGET_BAND, "")]
    assert looks_at(database, ana) == []


def test_a_look_is_noted_once_a_day(database: Database, ana: Speaker, ben: Speaker) -> None:
    for now in (NOW, NOW + timedelta(minutes=5), NOW + DAY):
        budgets.team_budgets(database, now, ana)
        home.my_home(database, now, ana)
    page = privacy.my_privacy(database, NOW, ben, GroupRule(), None)
    assert [one.day for one in page.looks] == [date(2026, 11, 19), date(2026, 11, 18)]


def test_the_card_of_a_request_is_noted_when_a_lead_gets_it(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    asked(database, ben)
    with database.writing() as session:
        (claim,) = deliveries.claim_due(session, NOW, timedelta(minutes=3))
    assert looks_at(database, ben) == []
    assert budget_notices.compose_request(database, claim) is not None
    assert looks_at(database, ben) == [("Ana", ReadKind.REQUEST, "R-1")]


def test_a_request_on_a_lead_s_home_is_noted(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    asked(database, ben)
    home.my_home(database, NOW, ana)
    assert set(looks_at(database, ben)) == {
        ("Ana", ReadKind.REQUEST, "R-1"),
        ("Ana", ReadKind.BUDGET_BAND, ""),
    }


def test_the_form_of_a_review_is_noted_for_the_owner(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    outcome_id = claimed(database, ben)
    reviews.review_form(database, NOW, introduce(database, "chi"), outcome_id, None)
    assert looks_at(database, ben) == [("Chi", ReadKind.REVIEW_TOKENS, "O-1")]


def test_an_exception_that_others_are_told_of_is_noted(
    database: Database, ana: Speaker, ben: Speaker, tmp_path: Path
) -> None:
    rules = rulebook(tmp_path / "rules").current
    wanted = ExceptionWanted(None, covers_team=False, reason="A trial", last_day=NOW.date() + DAY)
    make(database, NOW, ben, rules, "big-day", wanted)
    for reader in (ben, ana, introduce(database, "dee")):
        show_rule(database, NOW, reader, rules, (), GroupRule(), "big-day")
    assert looks_at(database, ben) == [("Ana", ReadKind.EXCEPTION, "big-day")]


def test_a_finding_that_a_lead_hears_of_is_noted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ruled(database, tmp_path, monkeypatch)
    posted(world, a_told_tip(world))
    now = TUESDAY + 8 * DAY
    tell_leads(database, now, world.rulebook.current.judges.values())
    (claim,) = world.due(FINDING_FOR_LEAD, now)
    assert compose_for_lead(database, claim, world.rulebook) is not None
    (found,) = world.found("ben")
    assert looks_at(database, world.person("ben")) == [("Ana", ReadKind.FINDING, found.label)]


REFUSED: list[Callable[[Database, Speaker, int], object]] = [
    lambda database, who, _: budgets.team_budgets(database, NOW, who),
    lambda database, who, outcome_id: reviews.review_form(database, NOW, who, outcome_id, None),
]


@pytest.mark.parametrize("look", REFUSED)
def test_who_is_refused_saw_nothing(
    database: Database, ana: Speaker, ben: Speaker, look: Callable[[Database, Speaker, int], object]
) -> None:
    outcome_id = claimed(database, ben)
    stranger = replace(introduce(database, "nel"), roster=ben.roster)
    with pytest.raises(Exception, match=r"Only|verify"):
        look(database, stranger, outcome_id)
    assert looks_at(database, ben) == []


def test_admins_read_counts_and_members_do_not(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    admin = replace(ana, is_admin=True)
    group = privacy.my_privacy(database, NOW, admin, GroupRule(7), 365).organisation
    assert group is not None
    assert (group.group_rule.minimum, group.people, group.forgotten) == (7, 6, 0)
    assert privacy.my_privacy(database, NOW, ben, GroupRule(), 365).organisation is None
