"""A pass that is killed at any moment loses and doubles nothing once another replica takes it over."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import func, select

from bot.flows import rule_facts
from bot.flows.rule_pass import RulePasses
from bot.rulebook import Rulebook
from policies.rules.facts import SubjectKind
from storage import people
from storage.database import Database
from storage.tables import FindingEventRow, FindingRow
from tests.bot.killed_pass import BATCH, PEOPLE, everybody
from tests.bot.ruled import GATHERING, HOUR, RULES, TUESDAY

ROOT = Path(__file__).parents[3]


@pytest.fixture
def rules(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of rules that find something of everybody, and everybody."""
    limit = '    limit: {findings: 1000, share: 1.0}\n    say: {coach: "You used'
    text = RULES.replace('    say: {coach: "You used', limit)
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    with database.writing() as session:
        for number in range(PEOPLE):
            people.ensure_person_by_email(session, f"p{number}@example.org")
    monkeypatch.setitem(rule_facts.GATHERERS, SubjectKind.ENGINEER_DAY, everybody)
    return tmp_path


@pytest.mark.parametrize("batches_before_the_kill", [0, 3])
def test_a_killed_pass_is_taken_over_and_completed(
    database: Database, database_url: str, rules: Path, batches_before_the_kill: int
) -> None:
    _kill_after(database_url, rules, batches_before_the_kill)
    found, events = _stored(database)
    assert found == events
    assert found % BATCH == 0
    assert BATCH * batches_before_the_kill <= found < PEOPLE
    sweep = RulePasses(Rulebook.loaded(library=rules), lambda: GATHERING)
    assert sweep(database, TUESDAY + HOUR / 4) == 0  # its lease has not run out
    assert sweep(database, TUESDAY + HOUR * 0.6) == PEOPLE - found
    assert _stored(database) == (PEOPLE, PEOPLE)
    assert sweep(database, TUESDAY + HOUR) == 0
    assert _stored(database) == (PEOPLE, PEOPLE)


def _stored(database: Database) -> tuple[int, int]:
    """How many findings and events there are."""
    with database.reading() as session:
        found = session.exec(select(func.count()).select_from(FindingRow)).one()
        return found, session.exec(select(func.count()).select_from(FindingEventRow)).one()


def _kill_after(url: str, rules: Path, batches: int) -> None:
    """Start a pass, and SIGKILL it in the midst of the batch after so many."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bot.killed_pass", url, str(rules)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for _ in range(batches + 1):
        while process.stderr.readline() != "batch\n":
            assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.stderr.close()
    assert process.wait(timeout=30) == -signal.SIGKILL
