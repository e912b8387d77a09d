"""The facts of outcomes: what its owner used, as of a moment, and what cheaper models would have cost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.flows import focus, merges, outcomes, reviews
from bot.flows.people import Speaker
from policies.outcomes import (
    Complexity,
    KeyKind,
    OutcomeDraft,
    OutcomeKey,
    OutcomeSize,
)
from policies.pricing import PriceBook
from policies.rules.facts import FactValue, SubjectKind
from policies.usage import microseconds
from storage import attribution
from storage.database import Database
from storage.usage import store_usage
from tests.bot.budgeted import with_terms
from tests.bot.facts import GATHERING, gathered
from tests.bot.seeded import introduce
from tests.storage.records import usage_record

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
HOUR = timedelta(hours=1)
TICKET = OutcomeKey(KeyKind.TICKET, "PAY-123")
TOKENS = usage_record(1, "any").tokens.total
OPUS, SONNET, HAIKU = "claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"
BOOK = PriceBook()


@pytest.fixture
def ben(database: Database) -> Speaker:
    """A member of Payments in Berlin, which ana leads."""
    with_terms(database)
    return introduce(database, "ben")


def use(database: Database, who: Speaker, name: str, at: datetime = NOW, **changes: object) -> None:
    start_us = microseconds(at)
    record = usage_record(who.person.id, name, start_us, model_id=SONNET)._replace(**changes)
    with database.writing() as session:
        store_usage(session, [record])


def declare(
    database: Database, who: Speaker, at: datetime = NOW, draft: OutcomeDraft | None = None
) -> int:
    draft = draft or OutcomeDraft("Cut p95", complexity=Complexity.TRIVIAL, keys=(TICKET,))
    return outcomes.declare(database, at, who, draft).outcome.id


def facts(database: Database, outcome_id: int, as_of: datetime = LATER) -> dict[str, FactValue]:
    return gathered(database, SubjectKind.OUTCOME, as_of)[f"outcome:{outcome_id}"]


def test_what_the_owner_used_is_summed_and_compared_with_the_cheaper_model(
    database: Database, ben: Speaker
) -> None:
    outcome_id = declare(database, ben, NOW - HOUR)
    use(database, ben, "dear", model_id=OPUS, cost_list_nusd=65_000_000)
    use(database, ben, "mid", cost_list_nusd=39_000_000)
    found = facts(database, outcome_id)
    assert (found["usage.tokens"], found["usage.requests"]) == (2 * TOKENS, 2)
    assert found["usage.cost_usd"] == pytest.approx(0.104)
    assert found["usage.frontier_cost_usd"] == pytest.approx(0.065)
    card = BOOK.card(SONNET, microseconds(NOW))
    assert card is not None
    cheaper = card.cost_nusd(usage_record(1, "any").tokens)
    assert cheaper is not None
    assert found["cheaper.known"] is True
    assert found["cheaper.model"] == SONNET
    assert found["cheaper.cost_usd"] == pytest.approx(cheaper / 1e9)
    assert found["cheaper.saving_usd"] == pytest.approx(0.065 - cheaper / 1e9)


def test_a_declaration_is_told_as_it_was_made(database: Database, ben: Speaker) -> None:
    draft = OutcomeDraft("Try it", size=OutcomeSize.L, complexity=Complexity.HARD, exploration=True)
    outcome_id = declare(database, ben, NOW, draft)
    found = facts(database, outcome_id, NOW + timedelta(days=3))
    assert found["outcome.kind"] == "feature"
    assert (found["outcome.size"], found["outcome.complexity"]) == ("L", "hard")
    assert (found["outcome.state"], found["outcome.is_open"]) == ("declared", True)
    assert (found["outcome.is_exploration"], found["outcome.has_evidence"]) == (True, False)
    assert found["outcome.age_days"] == 3.0
    assert (found["usage.cost_known"], found["cheaper.known"]) == (False, False)
    assert (found["outcome.days_since_usage"], found["outcome.before_declared_share"]) == (0, 0)


def test_of_what_others_used_for_it_nothing_is_told(database: Database, ben: Speaker) -> None:
    chi = introduce(database, "chi")
    outcome_id = declare(database, ben, NOW - HOUR)
    use(database, chi, "hers", model_id=OPUS, cost_list_nusd=65_000_000)
    assert facts(database, outcome_id)["usage.tokens"] == 0
    use(database, ben, "his")
    assert facts(database, outcome_id)["usage.tokens"] == TOKENS


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"cost_list_nusd": None}, id="a frontier request without a price"),
        pytest.param({"model_id": SONNET}, id="no frontier request"),
        pytest.param({"model_id": "house-model"}, id="a model that nobody reviewed"),
    ],
)
def test_what_cannot_be_compared_is_unknown(
    database: Database, ben: Speaker, changes: dict[str, object]
) -> None:
    outcome_id = declare(database, ben, NOW - HOUR)
    use(database, ben, "one", **{"model_id": OPUS, **changes})
    found = facts(database, outcome_id)
    assert (found["cheaper.known"], found["cheaper.saving_usd"]) == (False, 0.0)
    assert found["usage.classes_reviewed"] is (changes.get("model_id") != "house-model")


def test_a_long_request_is_compared_at_the_long_price(database: Database, ben: Speaker) -> None:
    outcome_id = declare(database, ben, NOW - HOUR)
    card = BOOK.card(SONNET, microseconds(NOW))
    assert card is not None
    expected = 0
    for number, read in enumerate((100_000, 250_000, 300_000)):
        use(database, ben, f"r{number}", model_id=OPUS, cache_read=read, cost_list_nusd=10**9)
        tokens = usage_record(1, "any", cache_read=read).tokens
        expected += card.cost_nusd(tokens) or 0
    compared = facts(database, outcome_id)["cheaper.cost_usd"]
    assert compared == pytest.approx(expected / 1e9)


def test_usage_before_the_declaration_is_told_as_a_share(database: Database, ben: Speaker) -> None:
    use(database, ben, "before", NOW - 2 * HOUR)
    use(database, ben, "after", NOW + HOUR)
    outcome_id = declare(database, ben, NOW)
    found = facts(database, outcome_id, NOW + 7 * HOUR)
    assert found["outcome.before_declared_share"] == 0.5
    assert found["outcome.days_since_usage"] == 0.25


def test_nothing_that_happened_or_arrived_later_counts(database: Database, ben: Speaker) -> None:
    outcome_id = declare(database, ben, NOW - HOUR)
    use(database, ben, "in time")
    use(database, ben, "began later", NOW + 3 * HOUR)
    use(database, ben, "arrived later", ingested_at_us=microseconds(NOW + 3 * HOUR))
    outcomes.assess(database, NOW + 2 * HOUR, ben, outcome_id, Complexity.HARD)
    outcomes.assess(database, NOW + 3 * HOUR, ben, outcome_id, Complexity.STANDARD)
    outcomes.claim(database, NOW + 4 * HOUR, ben, outcome_id, "https://git.example.com/pull/1")
    then = facts(database, outcome_id, NOW + HOUR)
    assert (then["usage.tokens"], then["outcome.complexity"]) == (TOKENS, "trivial")
    assert (then["outcome.state"], then["outcome.has_evidence"]) == ("declared", False)
    now = facts(database, outcome_id, NOW + 5 * HOUR)
    assert (now["usage.tokens"], now["outcome.complexity"]) == (3 * TOKENS, "standard")
    assert (now["outcome.state"], now["outcome.has_evidence"]) == ("claimed", True)
    earlier = gathered(database, SubjectKind.OUTCOME, NOW - 2 * HOUR)
    assert f"outcome:{outcome_id}" not in earlier


def test_what_was_sent_back_is_open_and_counts_its_rejections(
    database: Database, ben: Speaker
) -> None:
    chi = introduce(database, "chi")
    outcome_id = declare(database, ben, NOW)
    for number in (1, 2):
        outcomes.claim(database, NOW, ben, outcome_id, f"https://git.example.com/pull/{number}")
        reviews.reject(database, NOW, chi, outcome_id, "Not yet")
    found = facts(database, outcome_id)
    assert (found["outcome.rejections"], found["outcome.is_open"]) == (2, True)
    assert (found["outcome.state"], found["outcome.has_evidence"]) == ("rejected", True)


def test_a_closed_outcome_is_looked_at_for_two_weeks(database: Database, ben: Speaker) -> None:
    outcome_id = declare(database, ben, NOW)
    outcomes.drop(database, NOW + HOUR, ben, outcome_id, "No longer needed")
    found = facts(database, outcome_id, NOW + timedelta(days=14))
    assert (found["outcome.state"], found["outcome.is_open"]) == ("dropped", False)
    assert gathered(database, SubjectKind.OUTCOME, NOW + timedelta(days=14, hours=1)) == {}


def test_a_merged_outcome_counts_for_what_it_became_part_of(
    database: Database, ben: Speaker
) -> None:
    part = declare(database, ben, NOW - HOUR)
    whole = declare(database, ben, NOW - HOUR, OutcomeDraft("Whole"))
    use(database, ben, "one")
    merges.merge(database, NOW, ben, part, whole)
    assert facts(database, whole)["usage.tokens"] == TOKENS
    assert facts(database, part)["usage.tokens"] == 0


def test_usage_in_a_focus_window_counts_and_what_lies_beside_it_does_not(
    database: Database, ben: Speaker
) -> None:
    outcome_id = declare(database, ben, NOW - 2 * HOUR, OutcomeDraft("Focused"))
    focus.start(database, NOW - HOUR, ben, outcome_id)
    loose = {"ticket": None, "branch": None, "repo": None}
    use(database, ben, "in focus", NOW, **loose)
    use(database, ben, "just in", NOW - HOUR, **loose)
    use(database, ben, "outside", NOW - HOUR - timedelta(microseconds=1), **loose)
    assert facts(database, outcome_id)["usage.tokens"] == 2 * TOKENS


def test_only_the_teams_and_people_asked_for_are_looked_at(
    database: Database, ben: Speaker
) -> None:
    declare(database, ben, NOW)
    other = replace(GATHERING, team_ids=frozenset({10**6}))
    assert gathered(database, SubjectKind.OUTCOME, LATER, other) == {}
    his = replace(GATHERING, person_ids=frozenset({ben.person.id}))
    assert len(gathered(database, SubjectKind.OUTCOME, LATER, his)) == 1
    hers = replace(GATHERING, person_ids=frozenset({introduce(database, "chi").person.id}))
    assert gathered(database, SubjectKind.OUTCOME, LATER, hers) == {}


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_of_an_outcome_are_those_of_its_shares(
    database: Database, ben: Speaker, seed: int
) -> None:
    chance = Random(seed)
    quarters = [timedelta(minutes=15 * chance.randrange(9 * 24 * 4)) for _ in range(40)]
    outcome_id = declare(database, ben, NOW - quarters[0])
    focus.start(database, NOW - min(quarters[:2]), ben, outcome_id)
    for number, back in enumerate(quarters):
        key, price = chance.choice([None, "PAY-123", "PAY-9"]), chance.choice([None, 10**7])
        changes = {"ticket": key, "branch": None, "cost_list_nusd": price}
        changes |= {"model_id": chance.choice([OPUS, SONNET, "house-model"])}
        changes |= {"cache_read": chance.choice([None, 100_000, 300_000])}
        use(database, ben, f"r{number}", NOW - back, **changes)
    found = facts(database, outcome_id, NOW + timedelta(seconds=1))
    with database.reading() as session:
        shares = attribution.usage_of_person(session, ben.person.id, outcome_id)
    assert 0 < shares.tokens == found["usage.tokens"]
    assert found["usage.cost_usd"] == pytest.approx(float(shares.cost_list))
