"""Forgetting somebody: what goes, what stays, and what becomes of what they had under way."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlmodel import func, select

from bot.flows import budget_requests, budgets, digest, forgetting, outcomes, privacy, reviews
from bot.flows.refusals import Refusal
from messages.render import render
from policies.budget_requests import RequestState
from policies.outcomes import OutcomeDraft, OutcomeState
from policies.people import Team
from policies.periods import IsoWeek
from policies.personal_data import FORGOTTEN_NAME, DataKind
from policies.privacy import GroupRule
from policies.usage import microseconds
from storage import audit, people, team_weeks
from storage import budget_requests as stored_requests
from storage import outcomes as stored_outcomes
from storage.database import Database
from storage.tables import EngineerDayRow, PersonRow, UsageRow, UsageShareRow
from storage.usage import store_usage
from tests.bot.budgeted import NOW, asking, with_terms
from tests.bot.facts import DIGEST_TERMS
from tests.bot.forgetting_killed import RECORDS, much_usage
from tests.bot.seeded import (
    LAST_WEEK,
    MONDAY,
    introduce,
    payments,
    twelve_weeks_of_usage,
    verified_outcome,
)
from tests.storage.records import usage_record

ROOT = Path(__file__).parents[3]
WEEK = IsoWeek.of(LAST_WEEK.date())
DRAFT = OutcomeDraft("Faster search")
SHARE: Final = {
    "day": LAST_WEEK.date(),
    "place": 99,
    "method": "none",
    "confidence": "none",
    "records": 1,
    "tokens": 5,
    "tokens_unpriced": 0,
    "cost_list_nusd": 0,
}


@pytest.fixture
def team(database: Database) -> Team:
    """Payments with twelve weeks of usage of six people."""
    found = payments(database)
    twelve_weeks_of_usage(database)
    return found


def shown(database: Database, team: Team) -> str:
    """The digest of the last week as readers of the channel see it."""
    return str(render(digest.shown_digest_of(database, MONDAY, team, WEEK, DIGEST_TERMS)))


def rows_of(database: Database, person_id: int) -> int:
    """Usage, its sums and shares of somebody."""
    with database.reading() as session:
        return sum(
            session.exec(
                select(func.count()).select_from(table).where(table.person_id == person_id)
            ).one()
            for table in (UsageRow, EngineerDayRow, UsageShareRow)
        )


def test_a_week_that_was_shown_stands_though_somebody_of_it_is_forgotten(
    database: Database, team: Team
) -> None:
    before = shown(database, team)
    ben = introduce(database, "ben")
    forgetting.forget_me(database, MONDAY, ben)
    assert rows_of(database, ben.person.id) == 0
    assert shown(database, team) == before


def test_late_usage_does_not_restate_a_week_of_somebody_who_is_gone(
    database: Database, team: Team
) -> None:
    shown(database, team)
    forgetting.forget_me(database, MONDAY, introduce(database, "ben"))
    with database.writing() as session:
        before = team_weeks.closed_weeks(session, team.id, [WEEK])[WEEK]
        for name in ("ana", "chi", "dee", "eli", "fay"):
            one = people.ensure_person_by_email(session, f"{name}@example.com").id
            late = usage_record(one, f"late-{name}", microseconds(LAST_WEEK), input_uncached=9_000)
            store_usage(session, [late])
    shown(database, team)
    with database.reading() as session:
        assert team_weeks.closed_weeks(session, team.id, [WEEK])[WEEK] == before


def test_outcomes_stay_in_the_team_s_name(database: Database, team: Team) -> None:
    verified_outcome(database, "Cut p95")
    ben, dee = introduce(database, "ben"), introduce(database, "dee")
    open_id = outcomes.declare(database, LAST_WEEK, ben, DRAFT).outcome.id
    outcomes.claim(database, LAST_WEEK, ben, open_id, "https://git.example.com/shop/pull/9")
    forgetting.forget_me(database, MONDAY, ben)
    page = shown(database, team)
    assert "Cut p95" in page
    assert "Ben" not in page
    assert FORGOTTEN_NAME in page
    reviewed = reviews.review_form(database, MONDAY, dee, open_id, None)
    assert reviewed.owner.name == FORGOTTEN_NAME
    assert reviewed.usage.tokens == 0
    reviews.verify(database, MONDAY, dee, open_id)
    with database.reading() as session:
        after = stored_outcomes.outcome_of(session, open_id)
    assert after is not None
    assert after.state is OutcomeState.VERIFIED


def test_a_lead_can_drop_what_is_left_open(database: Database, team: Team) -> None:
    ben = introduce(database, "ben")
    open_id = outcomes.declare(database, LAST_WEEK, ben, DRAFT).outcome.id
    forgetting.forget_me(database, MONDAY, ben)
    outcomes.drop(database, MONDAY, introduce(database, "ana"), open_id, "Nobody works on it")


def test_the_only_lead_is_told_and_can_go(database: Database, team: Team) -> None:
    ana = introduce(database, "ana")
    form = forgetting.forget_form(database, ana, None)
    assert form.only_lead_of == ("Payments",)
    assert "only lead of Payments" in str(render(form))
    forgetting.forget_me(database, MONDAY, ana)
    with database.reading() as session:
        roster = people.roster_of(session, team.id)
    assert roster is not None
    assert roster.leads == ()
    assert len(roster.members) == 5
    assert introduce(database, "ana").roster is None


def test_requests_that_wait_are_withdrawn_and_their_reasons_go(database: Database) -> None:
    with_terms(database)
    ana, ben = introduce(database, "ana"), introduce(database, "ben")
    request_id = budget_requests.request(database, NOW, ben, asking(15_000_000)).request.id
    assert forgetting.forget_form(database, ben, None).waiting == 1
    forgetting.forget_me(database, NOW, ben)
    with database.reading() as session:
        asked = stored_requests.request_of(session, request_id)
    assert asked is not None
    assert (asked.state, asked.reason) == (RequestState.WITHDRAWN, "")
    assert len(budgets.team_budgets(database, NOW, ana).people) == 5


def test_who_comes_back_is_a_new_person_with_nothing(database: Database, team: Team) -> None:
    ben = introduce(database, "ben")
    forgetting.forget_me(database, MONDAY, ben)
    again = introduce(database, "ben")
    assert again.person.id != ben.person.id
    assert again.roster is None
    page = privacy.my_privacy(database, MONDAY, again, GroupRule(), None)
    assert [one.kind for one in page.kept] == [DataKind.IDENTITY]


def test_usage_that_arrives_later_is_a_new_person_s(database: Database, team: Team) -> None:
    ben = introduce(database, "ben")
    forgetting.forget_me(database, MONDAY, ben)
    with database.writing() as session:
        found = people.ensure_person_by_email(session, "ben@example.com")
        store_usage(session, [usage_record(found.id, "later")])
    assert found.id != ben.person.id
    assert rows_of(database, ben.person.id) == 0


def test_an_import_that_looked_them_up_before_stores_nothing(
    database: Database, team: Team
) -> None:
    ben = introduce(database, "ben")
    forgetting.forget_me(database, MONDAY, ben)
    with database.writing() as session:
        counts = store_usage(session, [usage_record(ben.person.id, "under-way")])
    assert (counts.new, counts.changed) == (0, 0)
    assert rows_of(database, ben.person.id) == 0


def test_what_a_pass_stored_meanwhile_is_swept(database: Database, team: Team) -> None:
    ben = introduce(database, "ben")
    forgetting.forget_me(database, MONDAY, ben)
    with database.writing() as session:
        session.add(UsageShareRow(**SHARE, person_id=ben.person.id))
    assert forgetting.sweep_forgotten(database, MONDAY + timedelta(minutes=1)) == 1
    assert rows_of(database, ben.person.id) == 0
    assert forgetting.sweep_forgotten(database, MONDAY + timedelta(minutes=2)) == 0


def test_it_is_audited_in_counts(database: Database, team: Team) -> None:
    ben = introduce(database, "ben")
    forgetting.forget_me(database, MONDAY, ben)
    with database.reading() as session:
        (entry,) = [
            one
            for one in audit.entries_about(session, f"person:{ben.person.id}")
            if one.action == forgetting.FORGOTTEN
        ]
    assert entry.details["usage"] == 12
    assert "ben" not in str(entry.details).lower()


def test_forgetting_twice_at_once_is_refused(database: Database, team: Team) -> None:
    ben = introduce(database, "ben")
    forgetting.forget_me(database, MONDAY, ben)
    with pytest.raises(Refusal, match="nothing about you"):
        forgetting.forget_me(database, MONDAY, ben)


def test_forgetting_killed_in_its_midst_has_done_nothing(
    database: Database, database_url: str
) -> None:
    payments(database)
    ben = introduce(database, "ben")
    much_usage(database, ben.person.id)
    before = rows_of(database, ben.person.id)
    assert before > RECORDS
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.forgetting_killed", database_url, str(ben.person.id)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "deleted\n"
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    assert process.wait(timeout=30) == -signal.SIGKILL
    assert rows_of(database, ben.person.id) == before
    with database.reading() as session:
        row = session.get(PersonRow, ben.person.id)
    assert row is not None
    assert (row.name, row.forgotten_at) == ("Ben Tester", None)
    forgetting.forget_me(database, MONDAY, ben)
    assert rows_of(database, ben.person.id) == 0
