"""Judges: verdicts with their notes, the money at stake, and clauses that explain themselves."""

from decimal import Decimal

import pytest

from policies.rules.evaluation import Clause, Verdict
from policies.rules.facts import FactValue
from tests.policies.rules.written import SOUND, judge_of, small, subject_with

KNOWN = {"usage__requests": 20, "cheaper__known": True, "outcome__complexity": "trivial"}


@pytest.mark.parametrize(
    ("facts", "verdict", "note"),
    [
        ({"usage__frontier_cost_usd": 5.0}, Verdict.MATCHES, ""),
        ({"usage__frontier_cost_usd": 4.9}, Verdict.BETWEEN, ""),
        ({"usage__frontier_cost_usd": 2.4}, Verdict.CLEAR, ""),
        ({"usage__requests": 12}, Verdict.TOO_LITTLE, "12 of 20 requests"),
        ({"cheaper__known": False}, Verdict.TOO_LITTLE, "cheaper.known is false"),
        ({"usage__frontier_cost_usd": 9.0, "cheaper__saving_usd": -1.0}, Verdict.ERROR, "“impact_usd” comes to -1.0."),
        ({"usage__frontier_cost_usd": 9}, Verdict.ERROR, "usage.frontier_cost_usd has no value of its type."),
        ({"usage__frontier_cost_usd": float("nan")}, Verdict.ERROR, "usage.frontier_cost_usd is nan, which is no number."),
        ({"usage__frontier_cost_usd": float("inf")}, Verdict.ERROR, "usage.frontier_cost_usd is inf, which is no number."),
    ],
)  # fmt: skip
def test_a_rule_judges(facts: dict[str, FactValue], verdict: Verdict, note: str) -> None:
    judge = judge_of(SOUND)
    found = judge.evaluate(subject_with(**KNOWN | facts), judge.rule.defaults)
    assert (found.verdict, found.note) == (verdict, note)


def test_the_money_at_stake_is_a_decimal() -> None:
    judge = judge_of(SOUND)
    subject = subject_with(**KNOWN, usage__frontier_cost_usd=9.0, cheaper__saving_usd=0.1)
    assert judge.evaluate(subject, {"floor_usd": 8.0}).impact_usd == Decimal("0.1")
    assert judge.evaluate(subject, {"floor_usd": 9.5}).verdict is Verdict.BETWEEN


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("usage.cost_usd / usage.frontier_share > 1.0", "divide by zero"),
        ("usage.cost_usd / usage.cost_usd < 1.0", "divide by zero"),
        ("usage.tokens / usage.requests > 1", "divide by zero"),
        ("usage.tokens % usage.requests > 1", "modulus by zero"),
        ("usage.tokens + 9223372036854775807 > 1", "integer overflow"),
        ("int(usage.cost_usd * 1e15) > 1", "out of int64 range"),
    ],
)
def test_what_cannot_be_reckoned_is_an_error_and_no_match(when: str, reason: str) -> None:
    judge = judge_of(small(when))
    facts = {"usage__tokens": 5, "usage__cost_usd": 5e9 if "1e15" in when else 0.0}
    found = judge.evaluate(subject_with(**facts), {})
    assert found.verdict is Verdict.ERROR
    assert reason in found.note


@pytest.mark.parametrize(
    ("when", "kind", "verdict"),
    [
        ('outcome.kind.matches(r"^fix\\d$")', "fix7", Verdict.MATCHES),
        ('outcome.kind.matches("^fix[0-9]$")', "fixed", Verdict.CLEAR),
        ('outcome.kind == "caf\u00e9 \U0001f642"', "caf\u00e9 \U0001f642", Verdict.MATCHES),
        ('outcome.kind.startsWith("f") && size(outcome.kind) == 3', "fix", Verdict.MATCHES),
        ('!(outcome.kind in ["fix", "chore"])', "fix", Verdict.CLEAR),
        ("outcome.kind.endsWith('x') ? true : outcome.is_open", "fix", Verdict.MATCHES),
        ("-(1 + 2) * 3 == -9 && 7 - (3 - 2) == 6", "", Verdict.MATCHES),
        ("12.0 / (2.0 * 3.0) == 2.0 && 12.0 / 2.0 * 3.0 == 18.0", "", Verdict.MATCHES),
    ],
)
def test_the_language_means_what_it_says(when: str, kind: str, verdict: Verdict) -> None:
    judge = judge_of(small(f"|-\n      {when}"))
    assert judge.evaluate(subject_with(outcome__kind=kind), {}).verdict is verdict


def test_a_division_that_is_guarded_is_none() -> None:
    judge = judge_of(
        small("usage.frontier_share > 0.0 && usage.cost_usd / usage.frontier_share > 1.0")
    )
    assert judge.evaluate(subject_with(), {}).verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    ("when", "clears"),
    [
        ("usage.cost_usd > 5.0", "usage.cost_usd at most 5.0"),
        ("5.0 <= usage.cost_usd", "usage.cost_usd below 5.0"),
        ("usage.cost_usd + usage.frontier_cost_usd < 2.5 * 2.0", "usage.cost_usd + usage.frontier_cost_usd at least 5.0"),
        ("usage.cost_usd <= cheaper.cost_usd", "usage.cost_usd above cheaper.cost_usd"),
        ('outcome.size == "S"', "outcome.size other than S"),
        ('outcome.size in ["S", "M"]', 'outcome.size none of "S", "M"'),
        ("outcome.is_open", "outcome.is_open false"),
        ("!outcome.is_open", "outcome.is_open true"),
        ("outcome.is_open || usage.tokens > 5", ""),
    ],
)  # fmt: skip
def test_a_clause_says_what_would_clear_it(when: str, clears: str) -> None:
    (clause,) = judge_of(small(f"'{when}'")).clauses(subject_with(), {})
    assert clause.clears == clears


def test_clauses_hold_their_values() -> None:
    judge = judge_of(SOUND)
    subject = subject_with(outcome__complexity="trivial", usage__frontier_cost_usd=4.0)
    assert judge.clauses(subject, {"floor_usd": 6.0}) == (
        Clause(
            'outcome.complexity == "trivial"',
            holds=True,
            named={"outcome.complexity": "trivial"},
            clears="outcome.complexity other than trivial",
        ),
        Clause(
            "usage.frontier_cost_usd >= params.floor_usd",
            holds=False,
            named={"usage.frontier_cost_usd": 4.0, "params.floor_usd": 6.0},
            clears="usage.frontier_cost_usd below 6.0",
        ),
    )
