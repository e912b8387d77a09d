"""Budgets as flows on both engines: granted, set, moved, voided and undone, each in one transaction."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.flows import budget_moves, budget_setup, budgets, grants
from bot.flows import outcomes as outcome_flows
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from messages.metadata import FormContext
from policies.amounts import Amount, BudgetUnit
from policies.bands import Band
from policies.budget_requests import RequestDraft, TermsDraft
from policies.budgets import BudgetPeriod, Grant
from policies.outcomes import NotAllowed
from storage import audit
from storage import budgets as stored
from storage.database import Database
from tests.bot.budgeted import NOW, M, asking, declared, named, tokens, uses, with_terms
from tests.bot.seeded import introduce, payments

SECOND = timedelta(seconds=1)
TWO_DAYS = timedelta(days=2)
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def ana(database: Database) -> Speaker:
    """The lead of Payments, which keeps budgets of 40M a month."""
    with_terms(database)
    return introduce(database, "ana")


@pytest.fixture
def ben(database: Database, ana: Speaker) -> Speaker:
    """A member."""
    return introduce(database, "ben")


def left(database: Database, who: Speaker, now: datetime = NOW) -> int:
    return budgets.own_budget(database, now, who).balance.left


def left_for(database: Database, who: Speaker, outcome_id: int | None) -> int:
    return budgets.own_budget(database, NOW, who).balance.left_for(outcome_id)


def grants_of(database: Database, who: Speaker) -> list[Grant]:
    assert who.roster is not None
    with database.reading() as session:
        found = stored.grants_of(session, who.roster.team.id, [who.person.id], BudgetUnit.TOKENS)
    return found[who.person.id]


def actions(database: Database, label: str) -> list[str]:
    with database.reading() as session:
        return [entry.action for entry in audit.entries_about(session, label)]


# Looking


def test_a_team_without_terms_says_what_to_do_first(database: Database) -> None:
    payments(database)
    with pytest.raises(Refusal, match="keeps no budgets yet") as told:
        budgets.own_budget(database, NOW, introduce(database, "ben"))
    assert told.value.next_step == "Ask a lead to set them up with “/budget setup”."
    with pytest.raises(Refusal) as told:
        budgets.own_budget(database, NOW, introduce(database, "ana"))
    assert told.value.next_step == "Set them up with “/budget setup”."


def test_everybody_has_their_base_and_what_they_used_of_it(
    database: Database, ben: Speaker
) -> None:
    uses(database, ben, 15 * M, YESTERDAY)
    page = budgets.own_budget(database, NOW, ben)
    assert (page.left, page.used, page.over) == (tokens(25 * M), tokens(15 * M), tokens(0))
    assert page.balance.period.resets_on.isoformat() == "2026-12-01"


def test_a_team_is_shown_by_name_with_amounts_and_bands_and_no_usage(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    uses(database, ben, 40 * M)
    grants.grant(database, NOW, ana, named("chi"), asking(10 * M))
    page = budgets.team_budgets(database, NOW, ana)
    shown = [(one.person.name, one.granted.value // M, one.band) for one in page.by_name]
    assert shown[:3] == [
        ("Ana Tester", 40, Band.ON_PACE),
        ("Ben Tester", 40, Band.USED_UP),
        ("Chi Tester", 50, Band.ON_PACE),
    ]


def test_the_first_look_in_a_period_gives_the_base_once(database: Database, ben: Speaker) -> None:
    december = NOW + timedelta(days=14)
    for _ in range(2):
        assert budgets.own_budget(database, december, ben).balance.left == 40 * M
    assert [one.first_day.isoformat() for one in grants_of(database, ben)] == [
        "2026-11-01",
        "2026-12-01",
    ]


# Granting


def test_a_grant_ends_with_the_period_unless_a_day_is_named(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    outcome_id = declared(database, ben)
    friday = NOW.date() + timedelta(days=2)
    plain = grants.grant(database, NOW, ana, named("ben"), asking(10 * M))
    tied = grants.grant(
        database, NOW, ana, named("ben"), RequestDraft(tokens(5 * M), friday, outcome_id, "load")
    )
    assert plain.grant.last_day is not None
    assert plain.grant.last_day.isoformat() == "2026-11-30"
    assert (tied.grant.last_day, tied.grant.outcome_id) == (friday, outcome_id)
    assert left(database, ben) == 55 * M
    assert actions(database, tied.grant.label) == ["budget.granted"]


def test_a_command_that_slack_repeats_grants_once(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    first, again = (
        grants.grant(database, NOW, ana, named("ben"), asking(10 * M), "trigger:1")
        for _ in range(2)
    )
    assert first.grant == again.grant
    assert left(database, ben) == 50 * M


def test_one_reply_names_each_thing_that_is_wrong(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    bad = RequestDraft(Amount(50 * 10**9, BudgetUnit.USD), YESTERDAY.date(), 999)
    with pytest.raises(Refusal) as told:
        grants.grant(database, NOW, ana, named("ben"), bad)
    assert told.value.sentence == (
        "Payments reckons in tokens: write 40M, not dollars. Payments has no outcome O-999. "
        "2026-11-17 is past."
    )
    assert left(database, ben) == 40 * M


def test_the_pool_is_granted_to_its_last_token_and_no_further(database: Database) -> None:
    with_terms(database, pool=250 * M)
    ana, ben = introduce(database, "ana"), introduce(database, "ben")
    with pytest.raises(Refusal, match="10M tokens left"):
        grants.grant(database, NOW, ana, named("ben"), asking(10 * M + 1))
    assert grants.grant(database, NOW, ana, named("ben"), asking(10 * M)).pool_left == tokens(0)
    assert left(database, ben) == 50 * M


# Allowances


def test_an_allowance_makes_the_base_of_the_running_period_come_to_it(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    uses(database, ben, 15 * M, YESTERDAY)
    uses(database, ben, 5 * M, NOW)
    page = grants.set_allowance(database, NOW, ana, named("ben"), tokens(60 * M))
    assert page.grant is not None
    assert page.grant.amount == 60 * M
    assert left(database, ben) == 40 * M
    december = NOW + timedelta(days=14)
    assert budgets.own_budget(database, december, ben).balance.left == 60 * M


def test_what_was_set_aside_today_stays_set_aside_under_a_new_allowance(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    outcome_id = declared(database, ben)
    budget_moves.earmark(database, NOW, ben, outcome_id, tokens(10 * M))
    grants.set_allowance(database, NOW + SECOND, ana, named("ben"), tokens(60 * M))
    assert left_for(database, ben, outcome_id) == 10 * M
    assert left(database, ben) == 60 * M


def test_nothing_that_a_lead_sees_of_a_new_allowance_tells_what_was_used(
    database: Database, ana: Speaker
) -> None:
    """Ben used 23M and chi nothing; all a lead is shown of the two is the same."""
    seen = []
    for name, used in (("ben", 23 * M), ("chi", 0)):
        who = introduce(database, name)
        uses(database, who, used, YESTERDAY)
        page = grants.set_allowance(database, NOW, ana, named(name), tokens(60 * M))
        assert page.grant is not None
        row = budgets.team_budgets(database, NOW, ana)
        shown = next(one for one in row.people if one.person == who.person)
        undone = budget_moves.undo(database, NOW + SECOND, ana)
        seen.append((page.grant.amount, shown.granted, shown.band, undone.grants[0].amount))
    assert seen[0] == seen[1]


def test_the_pool_counts_allowances_and_not_what_was_left_of_them(database: Database) -> None:
    with_terms(database, pool=300 * M)
    ana, ben = introduce(database, "ana"), introduce(database, "ben")
    uses(database, ben, 30 * M, YESTERDAY)
    page = grants.set_allowance(database, NOW, ana, named("ben"), tokens(60 * M))
    assert page.pool_left == tokens(40 * M)


def test_a_pool_does_not_fill_again_with_what_was_voided(database: Database) -> None:
    with_terms(database, pool=250 * M)
    ana = introduce(database, "ana")
    given = grants.grant(database, YESTERDAY, ana, named("ben"), asking(10 * M)).grant
    grants.void(database, NOW, ana, given.id, "")
    with pytest.raises(Refusal, match="0 tokens left"):
        grants.grant(database, NOW, ana, named("ben"), asking(10 * M))


def test_an_allowance_can_be_lowered_in_a_pool_that_is_exceeded(
    database: Database, ana: Speaker
) -> None:
    grants.set_allowance(database, NOW, ana, named("ben"), tokens(90 * M))
    with database.writing() as session:
        terms = stored.terms_of(session, ana.team.id)
        assert terms is not None
        stored.save_terms(session, replace(terms, pool=200 * M))
    grants.set_allowance(database, NOW, ana, named("ben"), tokens(50 * M))
    with pytest.raises(Refusal, match="more than the pool"):
        grants.set_allowance(database, NOW, ana, named("ben"), tokens(51 * M))


def test_what_was_set_aside_earlier_is_still_there_to_be_moved_under_a_new_allowance(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    one = declared(database, ben)
    budget_moves.move(database, NOW, ben, tokens(10 * M), None, one)
    grants.set_allowance(database, NOW + TWO_DAYS, ana, named("ben"), tokens(60 * M))
    assert left(database, ben, NOW + TWO_DAYS) == 60 * M
    budget_moves.move(database, NOW + 2 * TWO_DAYS, ben, tokens(10 * M), one, None)
    assert left(database, ben, NOW + 2 * TWO_DAYS) == 60 * M


def test_what_was_set_aside_before_a_new_allowance_comes_back_to_it(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    outcome_id = declared(database, ben)
    budget_moves.earmark(database, YESTERDAY, ben, outcome_id, tokens(10 * M))
    grants.set_allowance(database, NOW, ana, named("ben"), tokens(60 * M))
    budget_moves.move(database, NOW + SECOND, ben, tokens(4 * M), outcome_id, None)
    assert left_for(database, ben, outcome_id) == 6 * M
    assert left(database, ben) == 60 * M
    budget_moves.move(database, NOW + 2 * SECOND, ben, tokens(6 * M), outcome_id, None)
    assert left_for(database, ben, None) == 60 * M


def test_usage_that_becomes_known_after_a_new_allowance_counts_against_it(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    grants.set_allowance(database, NOW, ana, named("ben"), tokens(60 * M))
    uses(database, ben, 15 * M, YESTERDAY)
    assert left(database, ben) == 45 * M


# Setting aside and moving


def test_an_earmark_takes_what_is_free_and_says_what_is_missing(
    database: Database, ben: Speaker
) -> None:
    outcome_id = declared(database, ben)
    page = budget_moves.earmark(database, NOW, ben, outcome_id, tokens(60 * M))
    assert (page.earmarked, page.missing) == (tokens(40 * M), tokens(20 * M))
    assert page.request_value == f"O-{outcome_id} 20000000"
    assert left_for(database, ben, outcome_id) == 40 * M
    assert left(database, ben) == 40 * M


def test_what_is_set_aside_moves_between_outcomes_and_back(
    database: Database, ben: Speaker
) -> None:
    one, two = declared(database, ben, "One"), declared(database, ben, "Two")
    budget_moves.earmark(database, NOW, ben, one, tokens(40 * M))
    page = budget_moves.move(database, NOW, ben, tokens(15 * M), one, two)
    assert (page.left_of_source, page.left_of_target) == (tokens(25 * M), tokens(15 * M))
    budget_moves.move(database, NOW, ben, tokens(5 * M), two, None)
    held = [left_for(database, ben, which) // M for which in (one, two, None)]
    assert held == [25, 10, 5]
    assert left(database, ben) == 40 * M


def test_a_move_of_what_was_set_aside_earlier_keeps_what_was_used_where_it_was(
    database: Database, ben: Speaker
) -> None:
    one = declared(database, ben)
    budget_moves.earmark(database, YESTERDAY, ben, one, tokens(20 * M))
    uses(database, ben, 4 * M, YESTERDAY)
    budget_moves.move(database, NOW, ben, tokens(5 * M), one, None)
    assert left_for(database, ben, one) == 15 * M
    assert left(database, ben) == 36 * M


def test_more_than_there_is_moves_nothing(database: Database, ben: Speaker) -> None:
    one = declared(database, ben)
    before = grants_of(database, ben)
    with pytest.raises(Refusal, match="40M tokens left"):
        budget_moves.move(database, NOW, ben, tokens(40 * M + 1), None, one)
    assert grants_of(database, ben) == before


def test_what_was_granted_for_one_outcome_alone_is_not_moved(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    one, two = declared(database, ben, "One"), declared(database, ben, "Two")
    given = grants.grant(database, NOW, ana, named("ben"), asking(10 * M, one)).grant
    with pytest.raises(Refusal, match=f"{given.label} was granted for O-{one} alone"):
        budget_moves.move(database, NOW, ben, tokens(5 * M), one, two)
    assert left_for(database, ben, one) == 10 * M


# Voiding and undoing


def test_a_void_is_done_once(database: Database, ana: Speaker, ben: Speaker) -> None:
    given = grants.grant(database, NOW, ana, named("ben"), asking(10 * M)).grant
    grants.void(database, NOW, ana, given.id, "wrong person")
    assert left(database, ben) == 40 * M
    with pytest.raises(NotAllowed, match="voided already"):
        grants.void(database, NOW, ana, given.id, "again")
    assert actions(database, given.label) == ["budget.granted", "budget.voided"]


@pytest.mark.parametrize(
    ("wait", "works"),
    [
        pytest.param(timedelta(0), True, id="at once"),
        pytest.param(timedelta(minutes=5), True, id="at exactly five minutes"),
        pytest.param(timedelta(minutes=5, microseconds=1), False, id="just after them"),
    ],
)
def test_a_grant_is_undone_within_five_minutes(
    database: Database, ana: Speaker, ben: Speaker, wait: timedelta, works: bool
) -> None:
    grants.grant(database, NOW, ana, named("ben"), asking(10 * M))
    if works:
        budget_moves.undo(database, NOW + wait, ana)
    else:
        with pytest.raises(Refusal, match="nothing of yours to undo"):
            budget_moves.undo(database, NOW + wait, ana)
    assert left(database, ben) == (40 if works else 50) * M


def test_undo_takes_one_action_after_the_other_and_a_repeated_command_no_further(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    grants.grant(database, NOW, ana, named("ben"), asking(1 * M))
    grants.grant(database, NOW + SECOND, ana, named("ben"), asking(2 * M))
    for _ in range(2):
        page = budget_moves.undo(database, NOW + 2 * SECOND, ana, "trigger:undo")
        assert [one.amount for one in page.grants] == [2 * M]
    assert left(database, ben) == 41 * M
    budget_moves.undo(database, NOW + 3 * SECOND, ana, "trigger:other")
    assert left(database, ben) == 40 * M


def test_an_allowance_that_is_undone_is_what_it_was(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    uses(database, ben, 15 * M, YESTERDAY)
    grants.set_allowance(database, NOW, ana, named("ben"), tokens(60 * M))
    budget_moves.undo(database, NOW + SECOND, ana)
    assert left(database, ben) == 25 * M
    december = NOW + timedelta(days=14)
    assert budgets.own_budget(database, december, ben).balance.left == 40 * M


def test_a_move_that_is_undone_is_back_where_it_was(database: Database, ben: Speaker) -> None:
    one, two = declared(database, ben, "One"), declared(database, ben, "Two")
    budget_moves.earmark(database, YESTERDAY, ben, one, tokens(30 * M))
    budget_moves.move(database, NOW, ben, tokens(10 * M), one, two)
    budget_moves.undo(database, NOW + SECOND, ben)
    held = [left_for(database, ben, which) // M for which in (one, two, None)]
    assert held == [30, 0, 10]


def test_nobody_undoes_what_another_did(database: Database, ana: Speaker, ben: Speaker) -> None:
    grants.grant(database, NOW, ana, named("ben"), asking(10 * M))
    with pytest.raises(Refusal, match="nothing of yours"):
        budget_moves.undo(database, NOW, ben)
    assert left(database, ben) == 50 * M


def test_what_was_set_aside_of_a_grant_ends_with_it(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    one = declared(database, ben)
    given = grants.grant(database, NOW, ana, named("ben"), asking(10 * M)).grant
    budget_moves.earmark(database, NOW, ben, one, tokens(50 * M))
    grants.void(database, NOW, ana, given.id, "")
    assert left(database, ben) == 40 * M


def test_an_allowance_is_not_voided(database: Database, ana: Speaker, ben: Speaker) -> None:
    (base,) = grants_of(database, ben)
    with pytest.raises(Refusal, match="is a base, not a grant of its own"):
        grants.void(database, NOW, ana, base.id, "")


def test_what_was_set_aside_for_a_dropped_outcome_is_free_again(
    database: Database, ben: Speaker
) -> None:
    one = declared(database, ben)
    budget_moves.earmark(database, NOW, ben, one, tokens(10 * M))
    outcome_flows.drop(database, NOW, ben, one, "no longer needed")
    assert (left_for(database, ben, one), left_for(database, ben, None)) == (0, 40 * M)


# Terms


def test_a_pool_below_what_is_granted_already_is_refused_and_changes_nothing(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    context = FormContext(team_id=ana.team.id)
    small = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.MONTH, tokens(40 * M), tokens(239 * M))
    with pytest.raises(Refusal, match="less than what is granted"):
        budget_setup.set_terms(database, NOW, ana, context, small)
    assert budgets.own_budget(database, NOW, ben).terms.pool is None


def test_another_base_holds_from_the_running_period_on(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    uses(database, ben, 15 * M, YESTERDAY)
    context = FormContext(team_id=ana.team.id)
    more = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.MONTH, tokens(60 * M))
    budget_setup.set_terms(database, NOW, ana, context, more)
    assert left(database, ben) == 45 * M


def test_another_unit_begins_anew(database: Database, ana: Speaker, ben: Speaker) -> None:
    grants.set_allowance(database, NOW, ana, named("ben"), tokens(60 * M))
    context = FormContext(team_id=ana.team.id)
    fifty = Amount(50 * 10**9, BudgetUnit.USD)
    budget_setup.set_terms(
        database, NOW, ana, context, TermsDraft(BudgetUnit.USD, BudgetPeriod.MONTH, fifty)
    )
    page = budgets.own_budget(database, NOW, ben)
    assert (page.left, page.over) == (fifty, Amount(0, BudgetUnit.USD))


def test_weeks_in_place_of_months_give_a_week_s_base(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    context = FormContext(team_id=ana.team.id)
    weekly = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.WEEK, tokens(10 * M))
    budget_setup.set_terms(database, NOW, ana, context, weekly)
    page = budgets.own_budget(database, NOW, ben)
    assert (page.left, page.balance.period.last.isoformat()) == (tokens(10 * M), "2026-11-22")


def test_a_form_about_another_team_changes_nothing_and_is_audited(
    database: Database, ana: Speaker
) -> None:
    terms = TermsDraft(BudgetUnit.TOKENS, BudgetPeriod.WEEK, tokens(10 * M))
    with pytest.raises(NotYours, match="another team"):
        budget_setup.set_terms(database, NOW, ana, FormContext(team_id=999), terms)
    assert actions(database, "team:999") == ["budget.refused"]


def test_asking_what_if_is_audited_and_never_in_fine_steps(
    database: Database, ana: Speaker
) -> None:
    budgets.what_if(database, NOW, ana, -20)
    with database.reading() as session:
        noted = audit.entries_about(session, f"team:{ana.team.id}")
    assert [dict(one.details) for one in noted if one.action == budgets.WHAT_IF] == [
        {"percent": -20}
    ]
    with pytest.raises(Refusal):
        budgets.what_if(database, NOW, ana, -21)


def test_a_team_is_asked_about_with_one_change_a_period(database: Database, ana: Speaker) -> None:
    budgets.what_if(database, NOW, ana, -20)
    budgets.what_if(database, NOW + TWO_DAYS, ana, -20)
    with pytest.raises(Refusal, match="an order of people"):
        budgets.what_if(database, NOW + TWO_DAYS, ana, -30)
    budgets.what_if(database, NOW + timedelta(days=14), ana, -30)


def test_an_allowance_that_holds_already_is_not_set_again(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    grants.set_allowance(database, NOW, ana, named("ben"), tokens(60 * M))
    with pytest.raises(Refusal, match="already"):
        grants.set_allowance(database, NOW + SECOND, ana, named("ben"), tokens(60 * M))
    budget_moves.undo(database, NOW + SECOND, ana)
    assert left(database, ben) == 40 * M


def test_changing_an_allowance_and_looking_again_does_not_measure_what_was_used(
    database: Database, ana: Speaker, ben: Speaker
) -> None:
    uses(database, ben, 20 * M, YESTERDAY)
    bands = set()
    for step, allowance in enumerate((1, 10, 19, 20, 21, 30, 90)):
        later = NOW + timedelta(hours=3 * step)  # past midnight as well: a date can be moved
        grants.set_allowance(database, later, ana, named("ben"), tokens(allowance * M))
        seen = budgets.team_budgets(database, later, ana)
        bands |= {one.band for one in seen.people if one.person.id == ben.person.id}
    assert bands == {Band.ON_PACE}
    grants.set_allowance(database, NOW + timedelta(days=1), ana, named("ben"), tokens(20 * M))
    (ben_seen,) = (
        one
        for one in budgets.team_budgets(database, NOW + TWO_DAYS, ana).people
        if one.person.id == ben.person.id
    )
    assert ben_seen.band is Band.USED_UP
