"""A screen leaves out only what does not match: CEL is the oracle, for any condition and any facts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules.catalogue import facts_without_data
from policies.rules.compiled import compile_rule
from policies.rules.evaluation import Verdict
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.reading import read_rules
from policies.rules.screen import Screen
from tests.policies.rules.written import SOUND, judge_of, small, subject_with

DOUBLES = st.recursive(
    st.sampled_from(
        ["usage.cost_usd", "cheaper.cost_usd", "5.0", "-0.5", "double(7)", "1.0 / 0.0", "0.0"]
    ),
    lambda one: (
        st.builds("({} {} {})".format, one, st.sampled_from("+-*/"), one)
        | st.builds("(outcome.is_open ? {} : {})".format, one, one)
    ),
    max_leaves=4,
)
INTS = st.recursive(
    st.sampled_from(["usage.tokens", "outcome.rejections", "3", "9223372036854775807", "-1"]),
    lambda one: (
        st.builds("({} {} {})".format, one, st.sampled_from("+-*/%"), one)
        | st.builds("-({})".format, one)
    ),
    max_leaves=3,
)
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
CONDITIONS = st.recursive(
    st.builds("{} {} {}".format, DOUBLES, SIGNS, DOUBLES)
    | st.builds("{} {} {}".format, INTS, SIGNS, INTS)
    | st.sampled_from(
        [
            *('outcome.size in ["S", "M"]', 'outcome.size == "S"', "outcome.is_open", "true"),
            *('outcome.size.startsWith("S")', "usage.tokens in [3, 1 + 2]", 'outcome.size < "T"'),
        ]
    ),
    lambda one: (
        st.builds("({} {} {})".format, one, st.sampled_from(["&&", "||"]), one)
        | st.builds("!({})".format, one)
        | st.builds("({} ? {} : {})".format, one, one, one)
    ),
    max_leaves=5,
)
FACTS = st.fixed_dictionaries(
    {
        "usage.cost_usd": st.sampled_from([0.0, -0.0, 5.0, 0.5, 1e300, 1e-320]),
        "cheaper.cost_usd": st.sampled_from([0.0, 5.0, 2.5]),
        "usage.tokens": st.sampled_from([0, 3, 2**62, -(2**63)]),
        "outcome.rejections": st.sampled_from([0, -1, 2**63 - 1]),
        "outcome.size": st.sampled_from(["", "S", "M", "L"]),
        "outcome.is_open": st.booleans(),
    }
)


@settings(max_examples=400, deadline=None)
@given(CONDITIONS, FACTS)
def test_what_matches_or_fails_is_let_through(when: str, facts: dict[str, FactValue]) -> None:
    reading = read_rules(small(f"|-\n      {when}"), "file")
    if reading.problems:  # units, or a pattern of nesting that is refused
        return
    judge = compile_rule(reading.rules[0])
    values = facts_without_data(SubjectKind.OUTCOME) | facts
    let_through = Screen([judge]).candidates(values) == (judge,)
    verdict = judge.evaluate(
        subject_with(**{k.replace(".", "__"): v for k, v in facts.items()}), {}
    ).verdict
    if verdict in (Verdict.MATCHES, Verdict.ERROR):
        assert let_through


@pytest.mark.parametrize(
    ("cost", "requests", "floor", "passes"),
    [(6.0, 20, 5.0, True), (6.0, 19, 5.0, False), (6.0, 20, 7.0, False), (4.0, 20, 5.0, False)],
)
def test_a_screen_knows_params_and_the_least_data(
    cost: float, requests: int, floor: float, *, passes: bool
) -> None:
    judge = judge_of(SOUND)
    screen = Screen([judge], {judge.rule.id: {"floor_usd": floor}})
    subject = subject_with(
        outcome__complexity="trivial", usage__frontier_cost_usd=cost,
        usage__requests=requests, cheaper__known=True,
    )  # fmt: skip
    assert bool(screen.candidates(subject.values)) is passes


def test_a_fact_that_has_vanished_is_let_through_so_that_the_rule_says_so() -> None:
    judge = judge_of(SOUND)
    assert Screen([judge]).candidates({}) == (judge,)
