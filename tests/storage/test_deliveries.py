import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from storage import deliveries
from storage.database import Database
from storage.deliveries import Claim, DeliveryState
from tests.storage.claimers import claim_everything
from tests.storage.records import NOON

LEASE = timedelta(minutes=2)
LATER = NOON + LEASE
ROOT = Path(__file__).parents[2]


def enqueue(session: Session, audience: str = "team:1", period: str = "2026-W46") -> bool:
    return deliveries.enqueue(session, "digest", audience, period, "1", NOON)


def claim_one(session: Session) -> Claim:
    [claim] = deliveries.claim_due(session, NOON, LEASE)
    return claim


def state(session: Session) -> DeliveryState:
    found = deliveries.delivery_of(session, "digest", "team:1", "2026-W46")
    assert found is not None
    return found.state


def test_the_same_period_is_enqueued_once(database: Database) -> None:
    with database.writing() as session:
        assert enqueue(session)
        assert not enqueue(session)
        assert enqueue(session, audience="team:2")
        assert enqueue(session, period="2026-W47")


def test_only_what_is_due_is_claimed_earliest_first(database: Database) -> None:
    with database.writing() as session:
        for number, minutes in enumerate([2, 1, 60]):
            due = NOON - timedelta(hours=1) + timedelta(minutes=minutes + 1)
            deliveries.enqueue(session, "digest", f"team:{number}", "2026-W46", "1", due)
        claims = deliveries.claim_due(session, NOON, LEASE)
        assert [claim.audience for claim in claims] == ["team:1", "team:0"]
        assert deliveries.claim_due(session, NOON, LEASE) == []


def test_a_posted_delivery_is_never_claimed_again(database: Database) -> None:
    with database.writing() as session:
        enqueue(session)
        claim = claim_one(session)
        assert deliveries.confirm(session, claim, "C1", "1700000000.000100", NOON)
        assert not enqueue(session)
        assert deliveries.claim_due(session, LATER + LEASE, LEASE) == []
        assert deliveries.stale_claims(session, LATER + LEASE) == []
        found = deliveries.delivery_of(session, "digest", "team:1", "2026-W46")
    assert found is not None
    assert (found.state, found.channel_id, found.message_ts) == (
        DeliveryState.POSTED,
        "C1",
        "1700000000.000100",
    )


def test_a_released_claim_is_due_again_at_its_time(database: Database) -> None:
    with database.writing() as session:
        enqueue(session)
        assert deliveries.release(session, claim_one(session), LATER, "Slack said 503" * 100)
        assert deliveries.claim_due(session, NOON, LEASE) == []
        [again] = deliveries.claim_due(session, LATER, LEASE)
    assert again.attempt == 2


def test_an_abandoned_delivery_stays_abandoned(database: Database) -> None:
    with database.writing() as session:
        enqueue(session)
        claim = claim_one(session)
        assert deliveries.abandon(session, claim, "channel_not_found", NOON)
        assert deliveries.claim_due(session, LATER, LEASE) == []
        assert not deliveries.confirm(session, claim, "C1", "1.1", NOON)
        assert state(session) is DeliveryState.ABANDONED


def test_a_claim_is_stale_when_its_lease_ends(database: Database) -> None:
    with database.writing() as session:
        enqueue(session)
        claim = claim_one(session)
        assert deliveries.stale_claims(session, LATER - timedelta(seconds=1)) == []
        assert deliveries.stale_claims(session, LATER) == [claim]
        assert deliveries.claim_due(session, LATER, LEASE) == []


def test_one_replica_takes_a_stale_claim_over_and_the_first_holder_is_out(
    database: Database,
) -> None:
    with database.writing() as session:
        enqueue(session)
        claim = claim_one(session)
        taken = deliveries.take_over(session, claim, LATER, LEASE)
        assert taken is not None
        assert deliveries.take_over(session, claim, LATER, LEASE) is None
        assert not deliveries.confirm(session, claim, "C1", "1.1", LATER)
        assert not deliveries.release(session, claim, LATER, "late")
        assert deliveries.stale_claims(session, LATER) == []
        assert deliveries.confirm(session, taken, "C1", "1.1", LATER)


def test_of_many_threads_one_enqueues_and_one_claims(database: Database) -> None:
    enqueued: list[bool] = []
    claimed: list[Claim] = []
    start = threading.Barrier(8)

    def sweep() -> None:
        start.wait()
        with database.writing() as session:
            enqueued.append(enqueue(session))
        with database.writing() as session:
            claimed.extend(deliveries.claim_due(session, NOON, LEASE))

    threads = [threading.Thread(target=sweep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(enqueued) == {True: 1, False: 7}
    assert len(claimed) == 1


def test_of_many_processes_each_delivery_goes_to_one(database: Database, database_url: str) -> None:
    with database.writing() as session:
        for number in range(40):
            enqueue(session, audience=f"team:{number}")
    command = [sys.executable, "-m", "tests.storage.claimers", database_url]
    workers = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    claimed = " ".join(worker.communicate(timeout=60)[0] for worker in workers).split()
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert sorted(map(int, claimed)) == list(range(1, 41))
    assert claim_everything(database_url) == []


@pytest.mark.postgres
def test_a_claim_in_progress_does_not_hold_up_the_others(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    with database.writing() as session:
        enqueue(session)
        enqueue(session, audience="team:2")
    with database.writing() as first:
        assert len(deliveries.claim_due(first, NOON, LEASE, limit=1)) == 1
        with database.writing() as second:
            assert len(deliveries.claim_due(second, NOON, LEASE, limit=5)) == 1
    database.dispose()
