import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from policies.metrics import OutcomeCounts
from policies.outcomes import (
    Complexity,
    KeyKind,
    Outcome,
    OutcomeDraft,
    OutcomeEvent,
    OutcomeKey,
    OutcomeKind,
    OutcomeSize,
    OutcomeState,
)
from storage import outcomes, people
from storage.database import Database
from storage.errors import EvidenceTaken
from storage.people import TeamDraft
from tests.storage.records import NOON

HOUR = timedelta(hours=1)
LINK = "https://git.example.org/pay/pull/7"
DRAFT = OutcomeDraft(
    title="Cut checkout p95 to 300 ms",
    kind=OutcomeKind.FIX,
    size=OutcomeSize.L,
    complexity=Complexity.HARD,
    exploration=True,
    deadline=date(2026, 12, 1),
    keys=(OutcomeKey(KeyKind.TICKET, "PAY-9"), OutcomeKey(KeyKind.BRANCH, "a/b")),
)


@dataclass(frozen=True, slots=True)
class Cast:
    session: Session
    team_id: int
    other_team_id: int
    ann: int
    bob: int

    def declare(self, title: str = "One") -> Outcome:
        return outcomes.add_outcome(self.session, OutcomeDraft(title), self.team_id, self.ann, NOON)

    def step(self, before: Outcome, after: Outcome, actor: int, hours: int = 1) -> bool:
        at = NOON + hours * HOUR
        event = OutcomeEvent(before.id, actor, at, before.state, after.state)
        return outcomes.save_transition(self.session, before, after, event)

    def verified(self, title: str, link: str) -> Outcome:
        declared = self.declare(title)
        claimed = declared.claim(link, NOON + HOUR)
        done = claimed.verify(self.bob, NOON + 2 * HOUR, verified_for_me_today=False)
        assert self.step(declared, claimed, self.ann)
        assert self.step(claimed, done, self.bob, 2)
        return done


@pytest.fixture
def cast(database: Database) -> Iterator[Cast]:
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org")
        bob = people.ensure_person_by_email(session, "bob@example.org")
        team = people.save_team(
            session, TeamDraft("Payments", "T1", "C1"), [], [ann.id, bob.id], NOON
        )
        other = people.save_team(session, TeamDraft("Search", "T1", "C2"), [], [], NOON)
        yield Cast(session, team.id, other.id, ann.id, bob.id)


def test_an_outcome_comes_back_as_it_was_declared(cast: Cast) -> None:
    stored = outcomes.add_outcome(cast.session, DRAFT, cast.team_id, cast.ann, NOON)
    cast.session.expunge_all()
    assert outcomes.outcome_of(cast.session, stored.id) == stored
    assert stored.keys == DRAFT.keys
    assert (stored.kind, stored.size, stored.deadline) == (DRAFT.kind, DRAFT.size, DRAFT.deadline)
    assert stored.declared_at == NOON
    assert outcomes.outcome_of(cast.session, stored.id + 1) is None


def test_a_key_given_twice_is_kept_once(cast: Cast) -> None:
    draft = replace(DRAFT, keys=DRAFT.keys + DRAFT.keys)
    assert (
        outcomes.add_outcome(cast.session, draft, cast.team_id, cast.ann, NOON).keys == DRAFT.keys
    )


def test_each_transition_is_an_event_in_the_same_transaction(cast: Cast) -> None:
    done = cast.verified("One", LINK)
    assert outcomes.outcome_of(cast.session, done.id) == done
    assert [(e.before, e.after, e.actor_id) for e in outcomes.events_of(cast.session, done.id)] == [
        (None, OutcomeState.DECLARED, cast.ann),
        (OutcomeState.DECLARED, OutcomeState.CLAIMED, cast.ann),
        (OutcomeState.CLAIMED, OutcomeState.VERIFIED, cast.bob),
    ]


def test_a_step_from_a_state_that_has_passed_is_lost_and_leaves_no_event(cast: Cast) -> None:
    declared = cast.declare()
    claimed = declared.claim(LINK, NOON)
    assert cast.step(declared, claimed, cast.ann)
    assert not cast.step(declared, replace(declared, state=OutcomeState.DROPPED), cast.ann)
    assert len(outcomes.events_of(cast.session, declared.id)) == 2


def test_a_link_is_evidence_of_one_outcome_until_that_is_dropped(cast: Cast) -> None:
    first, second = cast.declare("One"), cast.declare("Two")
    claimed = first.claim(LINK, NOON)
    assert cast.step(first, claimed, cast.ann)
    assert outcomes.evidence_owner(cast.session, LINK) == claimed
    with pytest.raises(EvidenceTaken, match=first.label):
        cast.step(second, second.claim(LINK, NOON), cast.ann)
    assert outcomes.outcome_of(cast.session, second.id) == second
    assert cast.step(claimed, replace(claimed, state=OutcomeState.DROPPED), cast.ann)
    assert outcomes.evidence_owner(cast.session, LINK) is None
    assert cast.step(second, second.claim(LINK, NOON), cast.ann)


def test_open_outcomes_and_those_of_a_team_are_listed_oldest_first(cast: Cast) -> None:
    done = cast.verified("One", LINK)
    open_one, open_two = cast.declare("Two"), cast.declare("Three")
    assert outcomes.open_outcomes_of(cast.session, cast.ann) == [open_one, open_two]
    assert outcomes.open_outcomes_of(cast.session, cast.bob) == []
    assert outcomes.outcomes_of_team(cast.session, cast.team_id) == [done, open_one, open_two]
    assert outcomes.outcomes_of_team(cast.session, cast.team_id, [OutcomeState.VERIFIED]) == [done]
    assert outcomes.outcomes_of_team(cast.session, cast.other_team_id) == []


def test_counts_are_by_event_and_the_end_is_outside(cast: Cast) -> None:
    cast.verified("One", LINK)
    cast.declare("Two")
    counted = {
        (start, end): outcomes.counts_between(
            cast.session, cast.team_id, NOON + start * HOUR, NOON + end * HOUR
        )
        for start, end in [(0, 3), (0, 1), (1, 2), (2, 3), (3, 9)]
    }
    assert counted == {
        (0, 3): OutcomeCounts(2, 1, 1),
        (0, 1): OutcomeCounts(2, 0, 0),
        (1, 2): OutcomeCounts(0, 1, 0),
        (2, 3): OutcomeCounts(0, 0, 1),
        (3, 9): OutcomeCounts(0, 0, 0),
    }
    nobody = outcomes.counts_between(cast.session, cast.other_team_id, NOON, NOON + 9 * HOUR)
    assert nobody == OutcomeCounts(0, 0, 0)


def test_an_outcome_claimed_twice_in_a_week_counts_once(cast: Cast) -> None:
    declared = cast.declare()
    claimed = declared.claim(LINK, NOON)
    rejected = replace(claimed, state=OutcomeState.REJECTED)
    assert cast.step(declared, claimed, cast.ann)
    assert cast.step(claimed, rejected, cast.bob)
    assert cast.step(rejected, claimed, cast.ann)
    counts = outcomes.counts_between(cast.session, cast.team_id, NOON, NOON + 9 * HOUR)
    assert counts == OutcomeCounts(1, 1, 0)


def test_a_change_is_no_step_and_counts_for_none(cast: Cast) -> None:
    declared = cast.declare()
    for hour, change in enumerate(("size", "keys", "evidence"), start=1):
        outcomes.note_change(cast.session, declared, cast.ann, change, "M to L", NOON + hour * HOUR)
    later = (NOON + HOUR, NOON + 9 * HOUR)
    assert outcomes.counts_between(cast.session, cast.team_id, *later) == OutcomeCounts(0, 0, 0)
    reached = outcomes.outcomes_reaching
    assert reached(cast.session, cast.team_id, OutcomeState.DECLARED, *later) == []
    assert [one.is_step for one in outcomes.events_of(cast.session, declared.id)] == [
        True,
        False,
        False,
        False,
    ]


def test_a_verification_that_was_reverted_counts_only_where_figures_stood_before(
    cast: Cast,
) -> None:
    done = cast.verified("One", LINK)
    assert cast.step(done, done.revert(), cast.ann, hours=5)
    window = (cast.session, cast.team_id, NOON + 2 * HOUR, NOON + 3 * HOUR)
    counted = {
        known_at: outcomes.counts_between(*window, known_at).verified
        for known_at in (None, NOON + 4 * HOUR, NOON + 5 * HOUR, NOON + 6 * HOUR)
    }
    assert counted == {None: 0, NOON + 4 * HOUR: 1, NOON + 5 * HOUR: 1, NOON + 6 * HOUR: 0}
    reaching = (*window[:2], OutcomeState.VERIFIED, *window[2:])
    assert outcomes.outcomes_reaching(*reaching) == []
    assert [one.id for one in outcomes.outcomes_reaching(*reaching, NOON + 5 * HOUR)] == [done.id]
    whole = outcomes.counts_between(cast.session, cast.team_id, NOON, NOON + 9 * HOUR)
    assert whole == OutcomeCounts(1, 1, 0, reverted=1)


def test_an_assessment_is_stored_once(cast: Cast) -> None:
    before = cast.declare()
    after = before.resize(OutcomeSize.L)
    assert outcomes.save_assessment(cast.session, before, after)
    assert not outcomes.save_assessment(cast.session, before, before.resize(OutcomeSize.S))
    assert outcomes.outcome_of(cast.session, before.id) == after


def test_outcomes_reaching_a_state_are_those_of_the_window(cast: Cast) -> None:
    done = cast.verified("One", LINK)
    reached = outcomes.outcomes_reaching
    window = (NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert reached(cast.session, cast.team_id, OutcomeState.VERIFIED, *window) == [done]
    assert reached(cast.session, cast.team_id, OutcomeState.CLAIMED, *window) == []
    assert reached(cast.session, cast.other_team_id, OutcomeState.VERIFIED, *window) == []


def test_who_verified_for_whom_is_answered_for_a_window(cast: Cast) -> None:
    cast.verified("One", LINK)
    asked = outcomes.has_verified_between
    assert asked(cast.session, cast.bob, cast.ann, NOON, NOON + 3 * HOUR)
    assert not asked(cast.session, cast.ann, cast.bob, NOON, NOON + 3 * HOUR)
    assert not asked(cast.session, cast.bob, cast.ann, NOON, NOON + 2 * HOUR)


def test_of_many_who_verify_at_once_one_wins(database: Database) -> None:
    with database.writing() as session:
        people_ids = [
            people.ensure_person_by_email(session, f"p{n}@example.org").id for n in range(8)
        ]
        team = people.save_team(session, TeamDraft("Payments", "T1", "C1"), [], people_ids, NOON)
        declared = outcomes.add_outcome(session, DRAFT, team.id, people_ids[0], NOON)
        claimed = declared.claim(LINK, NOON)
        event = OutcomeEvent(declared.id, people_ids[0], NOON, declared.state, claimed.state)
        assert outcomes.save_transition(session, declared, claimed, event)
    winners: list[int] = []
    start = threading.Barrier(7)

    def verify(person_id: int) -> None:
        after = claimed.verify(person_id, NOON, verified_for_me_today=False)
        event = OutcomeEvent(claimed.id, person_id, NOON, claimed.state, after.state)
        start.wait()
        with database.writing() as session:
            if outcomes.save_transition(session, claimed, after, event):
                winners.append(person_id)

    threads = [threading.Thread(target=verify, args=(one,)) for one in people_ids[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        stored = outcomes.outcome_of(session, claimed.id)
        events = outcomes.events_of(session, claimed.id)
    assert stored is not None
    assert winners == [stored.verified_by]
    assert len(events) == 3
