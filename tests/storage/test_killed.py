"""An import killed at any moment loses and doubles nothing once it is run again."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from policies.amounts import BudgetUnit
from policies.budgets import Spend
from storage import attribution, people, rollups
from storage.database import Database
from tests.storage.ingest import BATCH, EVER, RECORDS, expected_tokens, ingest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("batches_before_the_kill", [0, 2])
def test_a_killed_ingest_run_again_is_complete(
    database: Database, database_url: str, batches_before_the_kill: int
) -> None:
    with database.writing() as session:
        ann = people.ensure_person_by_email(session, "ann@example.org").id
    _kill_after(database_url, ann, batches_before_the_kill)
    with database.reading() as session:
        stored = session.connection().scalar(text("SELECT count(*) FROM usage"))
        summed = sum(day.tokens_total for day in rollups.person_days(session, ann, *EVER))
        shared = sum(one.amount for one in _spends(session, ann))
    assert stored % BATCH == 0
    assert stored >= batches_before_the_kill * BATCH
    assert summed == shared == expected_tokens(ann, stored)
    ingest(database, ann)
    with database.reading() as session:
        assert session.connection().scalar(text("SELECT count(*) FROM usage")) == RECORDS
        summed = sum(day.tokens_total for day in rollups.person_days(session, ann, *EVER))
        shared = sum(one.amount for one in _spends(session, ann))
    assert summed == shared == expected_tokens(ann, RECORDS)


def _spends(session: Session, person_id: int) -> list[Spend]:
    return attribution.spends_of(session, [person_id], BudgetUnit.TOKENS)[person_id]


def _kill_after(url: str, person_id: int, batches: int) -> None:
    """Start an ingest that reports each committed batch, and SIGKILL it in the midst of the next."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.ingest", url, str(person_id)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for _ in range(batches + 1):  # the first line says that the first batch begins
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    assert process.wait(timeout=30) == -signal.SIGKILL
