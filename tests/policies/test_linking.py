"""What a person can link with one tap."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.attribution import Attributable, OutcomeIndex, UsageKeys, attribute
from policies.linking import (
    UnattributedUsage,
    groups_of,
    key_to_link,
    link_value,
    read_link_value,
)

DAY = date(2026, 11, 18)


def used(tokens: int, back: int = 0, **keys: str) -> UnattributedUsage:
    return UnattributedUsage(DAY - timedelta(days=back), UsageKeys(**keys), tokens)


@pytest.mark.parametrize(
    ("keys", "linked_by"),
    [
        ({"outcome_tag": "Checkout", "ticket": "PAY-9"}, "tag checkout"),
        ({"outcome_tag": "O-99", "ticket": "pay-9"}, "ticket PAY-9"),
        ({"ticket": "PAY-9", "pull_request": "#1", "branch": "b"}, "ticket PAY-9"),
        ({"pull_request": "#1", "branch": "b"}, "pr #1"),
        ({"pull_request": "1", "repo": "git@github.com:Acme/app.git"}, "pr github.com/acme/app#1"),
        ({"pull_request": "https://x.org/a/b/pull/1", "repo": "c"}, "pr x.org/a/b#1"),
        ({"branch": "refs/heads/fix"}, "branch fix"),
        ({"branch": "main"}, None),
        ({"branch": "Develop", "repo": "app"}, None),
        ({"branch": "b" * 201}, None),
        ({"ticket": "PAY\u202e9", "branch": "fix"}, "branch fix"),
        ({"repo": "app"}, None),
        ({}, None),
    ],
)
def test_the_most_explicit_key_that_names_one_piece_of_work_links(
    keys: dict[str, str], linked_by: str | None
) -> None:
    key = key_to_link(UsageKeys(**keys))
    assert (f"{key.kind} {key.value}" if key else None) == linked_by


def test_usage_is_grouped_by_key_over_days_and_else_by_day() -> None:
    groups = groups_of(
        [
            used(5, ticket="PAY-9", repo="shop"),
            used(6, back=1, ticket="pay-9", repo="app"),
            used(3, branch="main"),
            used(1),
            used(2, back=1),
        ]
    )
    assert [(one.key and one.key.value, one.tokens) for one in groups] == [
        ("PAY-9", 11),
        (None, 4),
        (None, 2),
    ]
    assert groups[0].repos == ("app", "shop")
    assert groups[0].days == (DAY - timedelta(days=1), DAY)
    assert len({one.ref for one in groups}) == 3


@pytest.mark.parametrize("value", ["", "O-1", ":O-1", "abc:", "abc:O-x", "abc"])
def test_other_texts_are_no_link(value: str) -> None:
    assert read_link_value(value) is None


def test_a_link_says_which_group_and_which_outcome() -> None:
    [group] = groups_of([used(1, ticket="PAY-9")])
    assert read_link_value(link_value(group, "O-12")) == (group.ref, 12)


WORDS = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["#7", "O-1", "a/b#7", "main"]))


@given(
    st.builds(
        UsageKeys, repo=WORDS, outcome_tag=WORDS, ticket=WORDS, pull_request=WORDS, branch=WORDS
    )
)
def test_a_key_that_links_finds_the_usage_it_was_made_from(keys: UsageKeys) -> None:
    key = key_to_link(keys)
    if key is not None:
        share = attribute(keys, DAY, OutcomeIndex([Attributable(500, DAY, (key,))]))
        assert share.outcome_id == 500
