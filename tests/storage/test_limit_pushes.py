"""Pushes of limits: the newest stands for all before it, and goes to one replica at a time."""

from datetime import timedelta

import pytest

from storage import limit_pushes
from storage.database import Database
from storage.limit_pushes import Push, PushState
from tests.bot.seeded import MONDAY, introduce, payments
from tests.storage.pushes import pushes_of

LEASE = timedelta(minutes=2)
LATER = MONDAY + timedelta(minutes=5)


@pytest.fixture
def person_id(database: Database) -> int:
    payments(database)
    return introduce(database, "ben").person.id


def enqueue(database: Database, person_id: int, target: str = "litellm") -> None:
    with database.writing() as session:
        limit_pushes.enqueue(session, 1, person_id, target, MONDAY)


def claim(database: Database, target: str = "litellm", at: int = 0) -> Push | None:
    with database.writing() as session:
        return limit_pushes.claim_due(session, target, MONDAY + timedelta(minutes=at), LEASE)


def test_the_newest_push_stands_for_those_before_it(database: Database, person_id: int) -> None:
    for _ in range(3):
        enqueue(database, person_id)
    push = claim(database)
    assert push is not None
    assert (push.id, push.attempt) == (3, 1)
    assert claim(database) is None
    with database.writing() as session:
        assert limit_pushes.settle(session, push, PushState.SENT, LATER, 5_000)
        assert not limit_pushes.is_any_waiting(session)
    assert [one.limit_nusd for one in pushes_of(database, person_id)] == [5_000] * 3


def test_a_push_that_nobody_settles_is_due_again_after_the_lease(
    database: Database, person_id: int
) -> None:
    enqueue(database, person_id)
    first = claim(database)
    assert claim(database, at=1) is None
    second = claim(database, at=2)
    assert first is not None
    assert second is not None
    assert second.attempt == 2
    with database.writing() as session:
        assert not limit_pushes.settle(session, first, PushState.FAILED, LATER)
        assert limit_pushes.settle(session, second, PushState.SENT, LATER, 1)


def test_a_push_that_comes_while_another_is_sent_is_sent_after_it(
    database: Database, person_id: int
) -> None:
    enqueue(database, person_id)
    push = claim(database)
    enqueue(database, person_id)
    assert push is not None
    with database.writing() as session:
        assert limit_pushes.settle(session, push, PushState.SENT, LATER, 1)
    assert claim(database) is not None


def test_a_try_that_failed_waits_for_its_time(database: Database, person_id: int) -> None:
    enqueue(database, person_id)
    push = claim(database)
    assert push is not None
    with database.writing() as session:
        limit_pushes.settle(session, push, PushState.WAITING, LATER, 1, "x" * 999)
    assert claim(database, at=4) is None
    again = claim(database, at=5)
    assert again is not None
    assert again.error == "x" * limit_pushes.LONGEST_ERROR


def test_a_target_is_left_alone_as_long_as_it_asked(database: Database, person_id: int) -> None:
    enqueue(database, person_id)
    enqueue(database, person_id, "cursor")
    with database.writing() as session:
        limit_pushes.hold_off(session, "litellm", LATER)
    assert claim(database) is None
    assert claim(database, "cursor") is not None
    assert claim(database, at=5) is not None


def test_what_no_system_is_there_to_take_is_let_go(database: Database, person_id: int) -> None:
    enqueue(database, person_id)
    enqueue(database, person_id, "cursor")
    with database.writing() as session:
        limit_pushes.switch_off(session, ["cursor"])
    assert claim(database) is None
    assert [one.state for one in pushes_of(database, person_id)] == [PushState.OFF]
    assert claim(database, "cursor") is not None
