"""What was used for an outcome, told to its reviewer and its owner, and what a drop gives back."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.flows import budgets, merges, outcome_story, outcomes, reviews
from bot.flows.budget_moves import earmark
from bot.flows.people import Speaker
from messages.render import render
from policies.amounts import Amount, BudgetUnit
from policies.outcomes import KeyKind, OutcomeDraft, OutcomeKey
from policies.usage import microseconds
from storage.database import Database
from storage.usage import store_usage
from tests.bot.budgeted import with_terms
from tests.bot.seeded import introduce
from tests.storage.records import usage_record

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
TICKET = OutcomeKey(KeyKind.TICKET, "PAY-123")
TOKENS = usage_record(1, "any").tokens.total
M = 10**6


def use(database: Database, who: Speaker, name: str, at: datetime = NOW, **changes: object) -> None:
    with database.writing() as session:
        record = usage_record(who.person.id, name, microseconds(at), **changes)
        store_usage(session, [record])


def claimed(database: Database, who: Speaker) -> int:
    draft = OutcomeDraft("Cut p95", keys=(TICKET,))
    outcome_id = outcomes.declare(database, NOW, who, draft).outcome.id
    outcomes.claim(database, NOW, who, outcome_id, f"https://git.example.com/pull/{outcome_id}")
    return outcome_id


@pytest.fixture
def ben(database: Database) -> Speaker:
    """A member of Payments, which ana leads and which keeps budgets of 40M a month."""
    with_terms(database)
    return introduce(database, "ben")


def test_the_reviewer_is_told_what_the_owner_used_and_whether_it_came_first(
    database: Database, ben: Speaker
) -> None:
    chi = introduce(database, "chi")
    use(database, ben, "early", NOW - timedelta(days=2))
    outcome_id = claimed(database, ben)
    form = reviews.review_form(database, NOW, chi, outcome_id, None)
    assert form.usage is not None
    assert (form.usage.tokens, form.is_retro) == (TOKENS, True)
    assert "claude-code" in str(render(form))
    use(database, ben, "late", cost_list_nusd=None)
    form = reviews.review_form(database, NOW, chi, outcome_id, None)
    assert form.usage is not None
    assert (form.usage.tokens, form.usage.tokens_unpriced) == (2 * TOKENS, TOKENS)
    assert form.is_retro is False  # half is not more than half


def test_of_what_others_used_the_reviewer_is_told_only_that_there_is_some(
    database: Database, ben: Speaker
) -> None:
    chi, dee = introduce(database, "chi"), introduce(database, "dee")
    use(database, ben, "own")
    outcome_id = claimed(database, ben)
    alone = reviews.review_form(database, NOW, chi, outcome_id, None)
    assert alone.is_shared is False
    use(database, dee, "hers", NOW - timedelta(days=2), input_uncached=23_456_789)
    shared = reviews.review_form(database, NOW, chi, outcome_id, None)
    assert shared.is_shared is True
    assert (shared.usage, shared.is_retro) == (alone.usage, False)
    assert "Others used something for it too" in str(render(shared))


def test_usage_of_the_day_of_the_declaration_makes_nothing_retro(
    database: Database, ben: Speaker
) -> None:
    use(database, ben, "morning", NOW - timedelta(hours=5))
    form = reviews.review_form(
        database, NOW, introduce(database, "chi"), claimed(database, ben), None
    )
    assert form.is_retro is False


def test_the_story_tells_the_owner_of_their_own_usage_and_nobody_else(
    database: Database, ben: Speaker
) -> None:
    chi = introduce(database, "chi")
    outcome_id = claimed(database, ben)
    use(database, ben, "own")
    use(database, chi, "hers")
    own = outcome_story.show(database, NOW, ben, outcome_id)
    assert own.usage is not None
    assert own.usage.tokens == TOKENS
    for name in ("chi", "ana"):
        story = outcome_story.show(database, NOW, introduce(database, name), outcome_id)
        assert story.usage is None
        assert "tokens" not in str(render(story))


def test_the_card_and_the_verdict_tell_no_figure(database: Database, ben: Speaker) -> None:
    use(database, ben, "own")
    outcome_id = claimed(database, ben)
    page = reviews.verify(database, NOW, introduce(database, "chi"), outcome_id)
    assert "tokens" not in str(render(page))


def test_a_dropped_outcome_gives_back_what_was_set_aside_and_its_usage(
    database: Database, ben: Speaker
) -> None:
    outcome_id = claimed(database, ben)
    use(database, ben, "own")
    earmark(database, NOW, ben, outcome_id, Amount(10 * M, BudgetUnit.TOKENS))
    assert budgets.own_budget(database, NOW, ben).balance.left_for(None) < 31 * M
    outcomes.drop(database, NOW, ben, outcome_id, "not needed")
    balance = budgets.own_budget(database, NOW, ben).balance
    assert balance.left_for(None) == balance.left == 40 * M - TOKENS
    story = outcome_story.show(database, NOW, ben, outcome_id)
    assert story.usage is not None
    assert story.usage.tokens == 0


def test_usage_of_a_part_counts_for_the_whole(database: Database, ben: Speaker) -> None:
    whole = outcomes.declare(database, NOW, ben, OutcomeDraft("Whole")).outcome.id
    part = claimed(database, ben)
    use(database, ben, "own")
    merges.merge(database, NOW, ben, part, whole)
    story = outcome_story.show(database, NOW, ben, whole)
    assert story.usage is not None
    assert story.usage.tokens == TOKENS
    use(database, ben, "later")
    story = outcome_story.show(database, NOW, ben, whole)
    assert story.usage is not None
    assert story.usage.tokens == 2 * TOKENS
