"""The whole life of an outcome: every step from every state, and what holds after any sequence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from policies.outcomes import (
    ALLOWED_TRANSITIONS,
    DURABLE_DAYS,
    OPEN_STATES,
    Complexity,
    NotAllowed,
    Outcome,
    OutcomeSize,
    OutcomeState,
)
from tests.policies.test_outcomes import COLLEAGUE, LINK, NOW, OWNER, an_outcome

S = OutcomeState
LATER = NOW + timedelta(days=DURABLE_DAYS)


def in_state(state: OutcomeState) -> Outcome:
    return replace(an_outcome(state), verified_at=NOW)


def other(**changes: object) -> Outcome:
    return replace(an_outcome(), id=15, **changes)  # type: ignore[arg-type]  # a test's arguments


STEPS: dict[str, tuple[Callable[[Outcome], Outcome], OutcomeState | None, set[OutcomeState]]] = {
    # step: what it does, where it leads (None: the state stays), from where it is allowed
    "claim": (lambda o: o.claim(LINK, NOW), S.CLAIMED, {S.DECLARED, S.REJECTED}),
    "verify": (
        lambda o: o.verify(COLLEAGUE, NOW, verified_for_me_today=False),
        S.VERIFIED,
        {S.CLAIMED},
    ),
    "reject": (lambda o: o.reject(), S.REJECTED, {S.CLAIMED}),
    "drop": (lambda o: o.drop(), S.DROPPED, {S.DECLARED, S.CLAIMED, S.REJECTED}),
    "revert": (lambda o: o.revert(), S.REVERTED, {S.VERIFIED, S.DURABLE}),
    "endure": (lambda o: o.endure(LATER, DURABLE_DAYS), S.DURABLE, {S.VERIFIED}),
    "resize": (lambda o: o.resize(OutcomeSize.L), None, {S.DECLARED, S.CLAIMED, S.REJECTED}),
    "reassess": (lambda o: o.reassess(Complexity.HARD), None, {S.DECLARED, S.CLAIMED, S.REJECTED}),
    "set keys": (lambda o: o.with_keys(()), None, {S.DECLARED, S.REJECTED}),
    "merge": (lambda o: o.merge_into(other()), S.DROPPED, {S.DECLARED, S.CLAIMED, S.REJECTED}),
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_allowed_where_the_table_says(step: str, state: OutcomeState) -> None:
    take, leads_to, allowed_from = STEPS[step]
    if state in allowed_from:
        assert take(in_state(state)).state is (leads_to or state)
    else:
        with pytest.raises(NotAllowed, match=f"O-12 is {state}"):
            take(in_state(state))


def test_every_transition_that_is_allowed_is_some_step() -> None:
    made = {(before, to) for _, to, allowed in STEPS.values() if to for before in allowed}
    assert made == {(one, to) for one, targets in ALLOWED_TRANSITIONS.items() for to in targets}


def test_an_outcome_is_durable_once_the_days_are_full() -> None:
    verified = in_state(S.VERIFIED)
    with pytest.raises(NotAllowed, match="has not stood for 30 days"):
        verified.endure(LATER - timedelta(seconds=1), DURABLE_DAYS)
    assert verified.endure(LATER, DURABLE_DAYS).state is S.DURABLE


def test_an_outcome_sent_back_keeps_its_evidence_and_its_claim() -> None:
    claimed = an_outcome().claim(LINK, NOW)
    assert claimed.reject() == replace(claimed, state=S.REJECTED)


@pytest.mark.parametrize(
    ("whole", "why"),
    [
        (an_outcome(), "into itself"),
        (other(team_id=2), "different teams"),
        (other(state=S.DROPPED), "O-15 is dropped"),
        (other(state=S.REVERTED), "O-15 is reverted"),
        (other(state=S.CLAIMED), "O-15 is claimed, and its keys do not change"),
    ],
)
def test_what_cannot_be_merged_into_is_named(whole: Outcome, why: str) -> None:
    with pytest.raises(NotAllowed, match=why):
        an_outcome().merge_into(whole)


class Life(RuleBasedStateMachine):
    """Anybody trying anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.outcome = an_outcome()
        self.reached = [S.DECLARED]

    def attempt(self, take: Callable[[Outcome], Outcome]) -> None:
        before = self.outcome
        try:
            self.outcome = take(before)
        except NotAllowed:
            return
        if self.outcome.state is not before.state:
            assert self.outcome.state in ALLOWED_TRANSITIONS[before.state]
            self.reached.append(self.outcome.state)

    @rule(days=st.integers(0, 40))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def claim(self) -> None:
        self.attempt(lambda o: o.claim(LINK, self.now))

    @rule(who=st.sampled_from([OWNER, COLLEAGUE]), is_mutual=st.booleans())
    def verify(self, who: int, is_mutual: bool) -> None:
        self.attempt(lambda o: o.verify(who, self.now, verified_for_me_today=is_mutual))

    @rule()
    def reject(self) -> None:
        self.attempt(lambda o: o.reject())

    @precondition(lambda self: self.outcome.state in (S.VERIFIED, S.DURABLE))
    @rule()
    def revert(self) -> None:
        self.attempt(lambda o: o.revert())

    @rule()
    def endure(self) -> None:
        self.attempt(lambda o: o.endure(self.now, DURABLE_DAYS))

    @rule(size=st.sampled_from(OutcomeSize))
    def resize(self, size: OutcomeSize) -> None:
        before = self.outcome
        self.attempt(lambda o: o.resize(size))
        assert before.state in OPEN_STATES or self.outcome == before

    @rule()
    def drop(self) -> None:
        self.attempt(lambda o: o.drop())

    @invariant()
    def what_counts_was_verified_by_another(self) -> None:
        if self.outcome.state in (S.VERIFIED, S.DURABLE, S.REVERTED):
            assert self.outcome.verified_by == COLLEAGUE
            assert self.outcome.evidence_url
            assert S.CLAIMED in self.reached

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for ended in (S.DROPPED, S.REVERTED):
            assert ended not in self.reached[:-1]

    @invariant()
    def nothing_counts_twice(self) -> None:
        assert self.reached.count(S.VERIFIED) <= 1

    @invariant()
    def durable_stood_its_days(self) -> None:
        verified_at = self.outcome.verified_at
        if self.outcome.state is S.DURABLE:
            assert verified_at is not None
            assert self.now >= verified_at + timedelta(days=DURABLE_DAYS)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
