"""Which outcome usage counts for."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.attribution import (
    UNATTRIBUTED,
    Attributable,
    AttributionMethod,
    Confidence,
    OutcomeIndex,
    Share,
    UsageKeys,
    attribute,
)
from policies.outcomes import OutcomeKey, parse_key

DAY = date(2026, 11, 18)
METHODS = list(AttributionMethod)
CERTAINTY = [Confidence.NONE, Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH]


def outcome(
    number: int,
    *keys: str,
    on: date = DAY,
    dropped: bool = False,
    into: int | None = None,
) -> Attributable:
    return Attributable(number, on, tuple(map(key, keys)), dropped, into)


def key(text: str) -> OutcomeKey:
    parsed = parse_key(text)
    assert parsed is not None, text
    return parsed


def share_of(keys: UsageKeys, *outcomes: Attributable, day: date = DAY) -> Share:
    return attribute(keys, day, OutcomeIndex(outcomes))


EVERYTHING = UsageKeys("acme/app", "O-1", "PAY-2", "#3", "four", 5)


@pytest.mark.parametrize(
    ("without", "method", "confidence", "outcome_id"),
    [
        ({}, "tag", "high", 1),
        ({"outcome_tag": None}, "ticket", "high", 2),
        ({"outcome_tag": "O-99"}, "ticket", "high", 2),
        ({"outcome_tag": None, "ticket": None}, "pull_request", "high", 3),
        ({"outcome_tag": None, "ticket": "X-1", "pull_request": "#9"}, "branch", "medium", 4),
        (
            {"outcome_tag": None, "ticket": None, "pull_request": None, "branch": "main"},
            "focus",
            "low",
            5,
        ),
    ],
    ids=["a tag", "a ticket", "an unknown tag is no tag", "a pull request", "a branch", "a focus"],
)
def test_the_most_explicit_key_decides(
    without: dict[str, str | None], method: str, confidence: str, outcome_id: int
) -> None:
    team = [outcome(1), outcome(2, "PAY-2"), outcome(3, "#3"), outcome(4, "branch:four")]
    share = share_of(EVERYTHING._replace(**without), *team, outcome(5))
    assert share == Share(outcome_id, AttributionMethod(method), Confidence(confidence))


URL = "https://github.com/acme/app/pull/481"


@pytest.mark.parametrize(
    ("typed", "carried", "repo", "meet"),
    [
        ("#481", "#481", None, True),
        ("#481", "481", "app", True),
        ("#481", URL, None, True),
        (URL, "#481", None, True),
        (URL, "481", "acme/app", True),
        (URL, "#481", "App", True),
        (URL, "#481", "git@github.com:acme/app.git", True),
        (URL, "#481", "https://github.com/acme/app", True),
        (URL, "#481", "acme/shop", False),
        (URL, "https://github.com/acme/shop/pull/481", "acme/app", False),
        (URL, URL + "/files?w=1", None, True),
        (URL, "acme/app#481", None, True),
        (URL, "other/app#481", None, False),
        ("#481", "#48", None, False),
        ("https://gitlab.com/a/b/c/-/merge_requests/7", "!7", "a/b/c", True),
        ("https://gitlab.com/a/b/c/-/merge_requests/7", "!7", "a/b", False),
        ("pr:deploy", "Deploy", None, True),
        ("pr:deploy", "#1", None, False),
    ],
)
def test_a_pull_request_is_known_in_every_form(
    typed: str, carried: str, repo: str | None, meet: bool
) -> None:
    share = share_of(UsageKeys(repo=repo, pull_request=carried), outcome(1, typed))
    assert (share.outcome_id == 1) is meet


@pytest.mark.parametrize(
    ("typed", "keys", "meet"),
    [
        ("PAY-1", UsageKeys(ticket="pay-1"), True),
        ("tag:Checkout", UsageKeys(outcome_tag="checkout"), True),
        ("tag:checkout", UsageKeys(ticket="checkout"), False),
        ("branch:fix", UsageKeys(branch="refs/heads/fix"), True),
        ("branch:Fix", UsageKeys(branch="fix"), False),
        ("PAY-1", UsageKeys(branch="PAY-1"), False),
        ("PAY-1", UsageKeys(ticket=""), False),
    ],
)
def test_keys_meet_as_people_write_them(typed: str, keys: UsageKeys, meet: bool) -> None:
    assert (share_of(keys, outcome(1, typed)).outcome_id == 1) is meet


@pytest.mark.parametrize("tag", ["O-12", "o-12", "O12"])
def test_a_tag_that_is_an_id_means_that_outcome(tag: str) -> None:
    share = share_of(UsageKeys(outcome_tag=tag), outcome(12), outcome(13, f"tag:{tag}"))
    assert share.outcome_id == 12


@pytest.mark.parametrize("tag", ["12", "O-0", "O-12x", " O-12"])
def test_other_tags_are_no_ids(tag: str) -> None:
    assert share_of(UsageKeys(outcome_tag=tag), outcome(12)) == UNATTRIBUTED


@pytest.mark.parametrize(
    ("day", "outcome_id"),
    [(-9, 1), (0, 1), (4, 1), (5, 2), (9, 2), (10, 3), (99, 3)],
)
def test_of_several_with_one_key_the_last_declared_by_then_takes_it_with_less_certainty(
    day: int, outcome_id: int
) -> None:
    team = [outcome(n, "PAY-1", on=DAY + timedelta(days=5 * (n - 1))) for n in (1, 2, 3)]
    share = share_of(UsageKeys(ticket="PAY-1"), *team, day=DAY + timedelta(days=day))
    assert share == Share(outcome_id, AttributionMethod.TICKET, Confidence.MEDIUM)


def test_a_dropped_outcome_takes_nothing() -> None:
    dropped = outcome(1, "PAY-1", dropped=True)
    keys = UsageKeys(outcome_tag="O-1", ticket="PAY-1", focus_id=1)
    assert share_of(keys, dropped) == UNATTRIBUTED
    share = share_of(keys, dropped, outcome(2, "PAY-1"))
    assert share == Share(2, AttributionMethod.TICKET, Confidence.HIGH)


def test_what_was_merged_counts_for_the_last_of_the_line() -> None:
    team = [outcome(1, "PAY-1", dropped=True, into=2), outcome(2, dropped=True, into=3), outcome(3)]
    for keys in (UsageKeys(ticket="PAY-1"), UsageKeys(outcome_tag="O-1"), UsageKeys(focus_id=2)):
        assert share_of(keys, *team).outcome_id == 3


def test_one_key_of_two_that_were_merged_is_as_sure_as_one() -> None:
    team = [outcome(1, "PAY-1", dropped=True, into=2), outcome(2, "PAY-1")]
    assert share_of(UsageKeys(ticket="PAY-1"), *team).confidence is Confidence.HIGH


def test_what_was_merged_into_a_dropped_or_unknown_one_or_in_a_circle_takes_nothing() -> None:
    circle = [outcome(1, "AB-1", into=2), outcome(2, into=1)]
    lost = [outcome(3, "AB-1", into=4), outcome(4, dropped=True), outcome(5, "AB-1", into=99)]
    assert share_of(UsageKeys(ticket="AB-1"), *circle, *lost) == UNATTRIBUTED


# Whatever the outcomes and the usage are

WORDS = ["PAY-1", "PAY-2", "#1", "#2", "branch:a", "branch:b", "tag:x", "tag:O-3", URL]
OUTCOMES = st.lists(
    st.builds(
        Attributable,
        id=st.integers(1, 6),
        declared_on=st.integers(-3, 3).map(lambda n: DAY + timedelta(days=n)),
        keys=st.lists(st.sampled_from(WORDS).map(key), max_size=4).map(tuple),
        is_dropped=st.booleans(),
        merged_into=st.one_of(st.none(), st.integers(1, 7)),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)
USAGE = st.builds(
    UsageKeys,
    repo=st.sampled_from([None, "app", "acme/app", "shop"]),
    outcome_tag=st.sampled_from([None, "x", "O-1", "O-3", "O-9"]),
    ticket=st.sampled_from([None, "PAY-1", "pay-2", "X-9"]),
    pull_request=st.sampled_from([None, "1", "#2", "#481", URL]),
    branch=st.sampled_from([None, "a", "b", "main"]),
    focus_id=st.one_of(st.none(), st.integers(1, 7)),
)


@given(OUTCOMES, st.lists(USAGE, max_size=8))
def test_each_usage_counts_for_one_live_outcome_or_none_and_nothing_is_lost(
    outcomes: list[Attributable], usage: list[UsageKeys]
) -> None:
    index = OutcomeIndex(outcomes)
    live = {one.id for one in outcomes if not one.is_dropped and one.merged_into is None}
    taken: dict[int | None, int] = {}
    for tokens, keys in enumerate(usage, start=1):
        share = attribute(keys, DAY, index)
        assert share.outcome_id in live | {None}
        assert (share.outcome_id is None) is (share == UNATTRIBUTED)
        taken[share.outcome_id] = taken.get(share.outcome_id, 0) + tokens
    assert sum(taken.values()) == sum(range(1, len(usage) + 1))


@given(OUTCOMES, USAGE, st.randoms(use_true_random=False))
def test_neither_the_order_of_outcomes_nor_of_keys_matters(
    outcomes: list[Attributable], keys: UsageKeys, random: Random
) -> None:
    shuffled = [
        Attributable(o.id, o.declared_on, o.keys[::-1], o.is_dropped, o.merged_into)
        for o in outcomes
    ]
    random.shuffle(shuffled)
    assert share_of(keys, *shuffled) == share_of(keys, *outcomes)


@given(OUTCOMES, USAGE)
def test_precedence_never_inverts(outcomes: list[Attributable], keys: UsageKeys) -> None:
    """A key alone finds what it finds among others, unless a more explicit one finds something."""
    alone = [
        UsageKeys(keys.repo, **{name: getattr(keys, name)})
        for name in ("outcome_tag", "ticket", "pull_request", "branch", "focus_id")
    ]
    shares = [share_of(one, *outcomes) for one in alone]
    expected = next((one for one in shares if one.outcome_id is not None), UNATTRIBUTED)
    assert share_of(keys, *outcomes) == expected


@given(OUTCOMES, USAGE, st.sampled_from(WORDS))
def test_another_outcome_with_a_key_never_makes_anything_surer(
    outcomes: list[Attributable], keys: UsageKeys, word: str
) -> None:
    before = share_of(keys, *outcomes)
    after = share_of(keys, *outcomes, outcome(8, word))
    if before.method is after.method:
        assert CERTAINTY.index(after.confidence) <= CERTAINTY.index(before.confidence)
    assert METHODS.index(after.method) <= METHODS.index(before.method)
