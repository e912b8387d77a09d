"""A pass over many people in a process of its own: `python -m tests.bot.killed_pass URL FOLDER`.

It says when a batch begins, so that it can be killed in its midst.
"""

import sys
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from bot.flows import rule_facts, rule_pass
from bot.flows.gathering import Gathering
from bot.flows.rule_pass import RulePasses
from bot.rulebook import Rulebook
from policies.rules.catalogue import facts_without_data
from policies.rules.facts import SubjectKind
from policies.rules.passes import Step
from policies.rules.subjects import Subject, SubjectFacts
from storage.database import Database
from tests.bot.ruled import GATHERING, TUESDAY

PEOPLE = 400
BATCH = 50


def everybody(_session: Session, _as_of: datetime, _gathering: Gathering) -> Iterator[SubjectFacts]:
    """An expensive day of each; the people are those with the first ids."""
    kind = SubjectKind.ENGINEER_DAY
    for person_id in range(1, PEOPLE + 1):
        labels = {"person": str(person_id), "team": ""}
        subject = Subject(kind, f"person:{person_id}", labels, person_id)
        yield SubjectFacts(subject, facts_without_data(kind) | {"usage.cost_usd": 9.0})


def run(url: str, folder: Path, now: datetime = TUESDAY) -> int:
    """The sweep, as the program runs it."""
    rule_facts.GATHERERS[SubjectKind.ENGINEER_DAY] = everybody
    database = Database.open(url)
    turned = RulePasses(Rulebook.loaded(library=folder), lambda: GATHERING)(database, now)
    database.dispose()
    return turned


if __name__ == "__main__":
    rule_pass.BATCH = BATCH  # type: ignore[misc]
    save = rule_pass._save

    def saying(database: Database, steps: Collection[Step], now: datetime) -> int:
        """Say that a batch begins, and save it."""
        sys.stderr.write("batch\n")
        sys.stderr.flush()
        return save(database, steps, now)

    rule_pass._save = saying
    run(sys.argv[1], Path(sys.argv[2]))
