"""The life of an outcome and the keys by which usage finds it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.outcomes import (
    ALLOWED_TRANSITIONS,
    Complexity,
    KeyKind,
    NotAllowed,
    Outcome,
    OutcomeKind,
    OutcomeSize,
    OutcomeState,
    is_evidence_url,
    parse_key,
    parse_outcome_label,
)

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
OWNER, COLLEAGUE = 1, 2
LINK = "https://git.example.com/shop/pull/481"


def an_outcome(state: OutcomeState = OutcomeState.DECLARED) -> Outcome:
    return Outcome(
        id=12,
        team_id=1,
        owner_id=OWNER,
        title="Cut checkout p95 to 300 ms",
        kind=OutcomeKind.FEATURE,
        size=OutcomeSize.M,
        complexity=Complexity.STANDARD,
        exploration=False,
        state=state,
        keys=(),
        deadline=None,
        evidence_url=None,
        declared_at=NOW,
        claimed_at=None,
        verified_at=None,
        verified_by=None,
    )


def test_an_outcome_is_declared_then_claimed_then_verified_by_a_colleague() -> None:
    claimed = an_outcome().claim(LINK, NOW)
    verified = claimed.verify(COLLEAGUE, NOW, verified_for_me_today=False)
    assert (claimed.state, claimed.evidence_url) == (OutcomeState.CLAIMED, LINK)
    assert (verified.state, verified.verified_by) == (OutcomeState.VERIFIED, COLLEAGUE)


def test_nobody_verifies_their_own_outcome() -> None:
    with pytest.raises(NotAllowed, match="your own"):
        an_outcome(OutcomeState.CLAIMED).verify(OWNER, NOW, verified_for_me_today=False)


def test_two_people_do_not_verify_each_other_on_one_day() -> None:
    with pytest.raises(NotAllowed, match="Ask another colleague"):
        an_outcome(OutcomeState.CLAIMED).verify(COLLEAGUE, NOW, verified_for_me_today=True)


@pytest.mark.parametrize(
    "state", [s for s in OutcomeState if OutcomeState.CLAIMED not in ALLOWED_TRANSITIONS[s]]
)
def test_an_outcome_is_claimed_only_from_a_state_that_leads_there(state: OutcomeState) -> None:
    with pytest.raises(NotAllowed, match=f"O-12 is {state}"):
        an_outcome(state).claim(LINK, NOW)


@pytest.mark.parametrize("state", [s for s in OutcomeState if s is not OutcomeState.CLAIMED])
def test_only_a_claimed_outcome_is_verified(state: OutcomeState) -> None:
    with pytest.raises(NotAllowed, match=f"O-12 is {state}"):
        an_outcome(state).verify(COLLEAGUE, NOW, verified_for_me_today=False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("PAY-123", KeyKind.TICKET),
        ("#481", KeyKind.PULL_REQUEST),
        (LINK, KeyKind.PULL_REQUEST),
        ("https://git.example.com/shop/-/merge_requests/7", KeyKind.PULL_REQUEST),
        ("branch:feat/faster-checkout", KeyKind.BRANCH),
        ("tag:nightly", KeyKind.TAG),
    ],
)
def test_a_key_is_recognised_by_its_shape(text: str, kind: KeyKind) -> None:
    key = parse_key(text)
    assert key is not None
    assert key.kind is kind


@pytest.mark.parametrize(
    "word",
    ["latency", "p95", "Pay-123", "A-1", "#", "branch:", "http://x/y", "COVID-", "branch:a\0b",
     "tag:x\u202eg", "pr:\ud800", "https://git.example.com@evil.example/x/pull/1"],
)  # fmt: skip
def test_an_ordinary_word_is_no_key(word: str) -> None:
    assert parse_key(word) is None


@pytest.mark.parametrize(
    ("text", "number"), [("O-12", 12), ("o12", 12), (" 12 ", 12), ("o-007", 7)]
)
def test_an_outcome_is_named_as_people_type_it(text: str, number: int) -> None:
    assert parse_outcome_label(text) == number


@pytest.mark.parametrize("text", ["", "O-", "O-x", "G-7", "O-12-3", "O--1", "1234567890", "O-१२"])
def test_what_names_no_outcome_is_none(text: str) -> None:
    assert parse_outcome_label(text) is None


@pytest.mark.parametrize(
    "url",
    [
        LINK,
        "http://wiki.example.com/page?id=3#top",
        "https://git.example.com:8443/shop/pull/481",
        "https://medium.example.com/@ana/why?to=ana@example.com",
        "https://[2001:db8::1]/build/7",
        "https://wiki.example.com/größe",
    ],
)
def test_a_plain_link_is_evidence(url: str) -> None:
    assert is_evidence_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "done", "javascript:alert(1)", "https://", "https://a b.com", "https://x.com/<!channel>",
     "https://x.com/a|b", "ftp://x.com/a", "https://[bad", "https://x.com/" + "a" * 1000],
)  # fmt: skip
def test_what_is_no_plain_link_is_not_evidence(url: str) -> None:
    assert not is_evidence_url(url)


@pytest.mark.parametrize(
    "url",
    ["https://good.example@evil.example/x", "https://good.example:443@evil.example/x",
     "https://good.example\\@evil.example/x", "https://good.example\\.evil.example/x",
     "https://evil.example/\u202egnp.481/llup", "https://evil.example/\u2066x", "https://x.com/\u200bx",
     "https://x.com/\0", "https://x.com/\x1b[31m", "https://x.com/\ud800", "https://x.com:port/"],
)  # fmt: skip
def test_a_link_that_could_deceive_its_reader_is_not_evidence(url: str) -> None:
    assert not is_evidence_url(url)


@given(st.text())
def test_no_text_breaks_the_readers_of_keys_links_and_ids(text: str) -> None:
    parse_key(text)
    parse_outcome_label(text)
    is_evidence_url(text)
