"""What a rule says: numbers with their units, and to a lead nothing that somebody used."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from messages.rule_words import rounded_usd, value
from messages.said import coach_words, lead_words
from policies.rules.facts import FactValue, Unit
from policies.rules.model import Say
from tests.messages.rule_examples import finding, mismatch

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FOUND = finding(
    NOW,
    facts={
        "usage.frontier_cost_usd": 6.0,
        "usage.requests": 1,
        "usage.frontier_share": 0.875,
        "outcome.complexity": "trivial",
        "cheaper.model": "claude-haiku-4-5",
    },
)


def plain(text: str) -> str:
    return text


def test_facts_thresholds_labels_and_money_are_filled_in_with_their_units() -> None:
    rule = mismatch(
        plain,
        say=Say(
            "{usage.frontier_cost_usd} ({usage.frontier_share}) in {usage.requests} for {outcome} "
            "of { person }, {outcome.complexity}; from {params.floor_usd} on. {impact_usd} less "
            "with {cheaper.model}."
        ),
    )
    assert coach_words(rule, FOUND) == (
        "$6.00 (88%) in 1 request for O-12 of you, trivial; from $5.00 on. $8.70 less "
        "with claude-haiku-4-5."
    )


def test_a_lead_reads_no_fact_of_what_was_used_whatever_the_template_says() -> None:
    rule = mismatch(
        plain,
        say=Say(lead="{person}: {outcome} is {outcome.complexity}, {usage.requests}, {impact_usd}"),
    )
    said = lead_words(rule, FOUND, {"person": "Ada Byron"})
    assert said == "Ada Byron: O-12 is trivial, {usage.requests}, {impact_usd}"


def test_braces_in_a_value_are_not_filled_in_again() -> None:
    rule = mismatch(plain, say=Say("{cheaper.model}"))
    found = finding(NOW, facts={"cheaper.model": "{impact_usd}"})
    assert coach_words(rule, found) == "{impact_usd}"


@pytest.mark.parametrize(
    ("of", "unit", "said"),
    [
        (40_000_000, Unit.TOKENS, "40M tokens"),
        (6.0, Unit.USD, "$6.00"),
        (0.125, Unit.SHARE, "12%"),
        (2.5, Unit.TIMES, "2.5 times"),
        (1, Unit.HOURS, "1 hour"),
        (1.5, Unit.HOURS, "1.5 hours"),
        (3, Unit.TURNS, "3 prompts"),
        (12, Unit.PEOPLE, "12 people"),
        (20000, Unit.REQUESTS, "20,000 requests"),
        (True, Unit.NONE, "yes"),
        ("", Unit.NONE, "nothing"),
        (3, Unit.NONE, "3"),
        (1 / 3, Unit.HOURS, "0.33 hours"),
    ],
)
def test_a_value_has_its_unit(of: FactValue, unit: Unit, said: str) -> None:
    assert value(of, unit) == said


@pytest.mark.parametrize(
    ("money", "said"),
    [("8.73", "$8.70"), ("9.04", "$9"), ("0.128", "$0.13"), ("1234", "$1,200"), ("41.7", "$42")],
)
def test_money_at_stake_has_two_digits(money: str, said: str) -> None:
    assert rounded_usd(Decimal(money)) == said
