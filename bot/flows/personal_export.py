"""Somebody's own data as a ZIP: each table as CSV and as JSON, with a page that says what it is."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from msgspec.json import encode
from sqlmodel import Session

from bot.flows.people import Speaker
from bot.flows.privacy import EXPORTED
from bot.flows.refusals import Refusal
from policies.outcomes import local_day_of
from policies.people import Person
from storage import audit
from storage.database import Database
from storage.personal_data import subject_of
from storage.personal_exports import ExportedTable, exported_tables
from storage.requests import take_turn

EXPORTS_A_DAY: Final = 3
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
IN_MEMORY: Final = 16_000_000
"""Bytes beyond which the file is written to disk."""

READ_ME: Final = """What Mileage keeps about you, as of {now:%Y-%m-%d %H:%M} UTC: {rows:,} rows.

Each table is there as CSV and as JSON Lines, a row a line. Moments are UTC, money is US dollars.
“you” is you; where somebody else took a step it says “another person”, whose data it is not yours to have.
usage       requests or buckets with their tokens; prompts and answers are never stored
engineer_day, usage_share, team_week_person   sums of them: by day, by outcome, by closed week
outcome, outcome_event   what you own, verified or took a step of
finding, finding_event, finding_verdict   what rules found about you, and what you answered
personal_read   who was shown something of yours, and what of others you were shown
audit       what you did
A tip whose effect is still being measured is left out until it is measured, two weeks after.
"""


@dataclass(frozen=True, slots=True)
class OwnExport:
    """The file, and how many rows are in it."""

    file_name: str
    content: bytes
    rows: int


def export_mine(database: Database, now: datetime, speaker: Speaker) -> OwnExport:
    """The speaker's own data; Refusal after a few a day, because it reads a lot."""
    person = speaker.person
    today = local_day_of(now, speaker.zone)
    with database.writing() as session:
        whose, what = subject_of(person.id), f"export:{today}"
        if not take_turn(session, whose, what, EXPORTS_A_DAY, now):
            raise Refusal(
                f"You exported your data {EXPORTS_A_DAY} times today.", "Try again tomorrow."
            )
    return export_of(database, now, person, person.id)


def export_of(database: Database, now: datetime, person: Person, actor_id: int | None) -> OwnExport:
    """Everything about one person, of one moment; `actor_id` is None for the operator.

    The export is in the audit trail before it is made, and the person finds the operator's among the looks.
    """
    with database.writing() as session:
        audit.record(session, actor_id, EXPORTED, subject_of(person.id), {}, now)
    with database.reading() as session, SpooledTemporaryFile(IN_MEMORY) as file:
        rows = _write(session, file, person.id, now)
        file.seek(0)
        return OwnExport(f"mileage-{now:%Y-%m-%d}.zip", file.read(), rows)


def _write(session: Session, file: IO[bytes], person_id: int, now: datetime) -> int:
    total = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in exported_tables(person_id):
            rows = _write_csv(archive, table, session)
            if rows:
                _write_json(archive, table, session)
            total += rows
        archive.writestr("README.txt", READ_ME.format(now=now, rows=total))
    return total


def _write_csv(archive: zipfile.ZipFile, table: ExportedTable, session: Session) -> int:
    with archive.open(f"{table.name}.csv", "w") as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        writer = csv.writer(text)
        writer.writerow(table.columns)
        count = 0
        for row in table.rows(session):
            writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
            count += 1
        text.flush()
        text.detach()
        return count


def _write_json(archive: zipfile.ZipFile, table: ExportedTable, session: Session) -> None:
    """A row a line, without what it has no value for."""
    with archive.open(f"{table.name}.jsonl", "w") as file:
        for row in table.rows(session):
            cells = zip(table.columns, row, strict=True)
            file.write(encode({name: cell for name, cell in cells if cell is not None}) + b"\n")


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet takes for text: what people typed may begin like a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell
