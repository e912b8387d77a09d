"""`mileage privacy`: counts for the officer, and one person's data for that person."""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from storage import audit, people
from storage.database import Database
from tests.bot.seeded import payments, twelve_weeks_of_usage


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Payments with its people in a database, and an empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    database = Database.open(sqlite_url)
    payments(database)
    twelve_weeks_of_usage(database)
    database.dispose()
    return {"MILEAGE_DATABASE_URL": sqlite_url, "MILEAGE_RETENTION_DAYS": "365"}


def run(settings: dict[str, str], *typed: str) -> Result:
    return CliRunner().invoke(app, ["privacy", *typed], env=settings)


def test_the_status_tells_counts_and_nobody_s_figure(settings: dict[str, str]) -> None:
    said = run(settings, "status")
    assert said.exit_code == 0
    assert "Minimum group: 5 active people, nobody over 50%" in said.stdout
    assert "Retention: 365 days" in said.stdout
    assert "People: 6 known, 0 forgotten" in said.stdout
    found = json.loads(run(settings, "status", "--json").stdout)
    rows = {one["table"]: one["rows"] for one in found["tables"]}
    assert rows["usage"] == 72
    assert "Tester" not in said.stdout + json.dumps(found)
    assert "example" not in said.stdout + json.dumps(found)


def test_one_person_s_data_goes_to_a_file_once(settings: dict[str, str], tmp_path: Path) -> None:
    done = run(settings, "export", "ben@example.com", "--output", "ben.zip")
    assert (done.exit_code, "ben.zip" in done.stdout) == (0, True)
    assert (tmp_path / "ben.zip").stat().st_mode & 0o077 == 0, "nobody else reads it"
    with zipfile.ZipFile(tmp_path / "ben.zip") as archive:
        usage = archive.read("usage.csv").decode().splitlines()
        lines = archive.read("usage.jsonl").decode().splitlines()
        assert b"never stored" in archive.read("README.txt")
    assert len(usage) == 13
    assert {json.loads(line)["person_id"] for line in lines} == {"you"}
    again = run(settings, "export", "ben@example.com", "--output", "ben.zip")
    assert (again.exit_code, "there already" in again.stderr) == (2, True)


def test_forgetting_asks_first(settings: dict[str, str], sqlite_url: str) -> None:
    unasked = run(settings, "forget", "ben@example.com")
    assert (unasked.exit_code, "--yes" in unasked.stderr) == (2, True)
    done = run(settings, "forget", "Ben@Example.com", "--yes")
    assert (done.exit_code, "rows are deleted" in done.stdout) == (0, True)
    database = Database.open(sqlite_url)
    with database.reading() as session:
        assert people.find_person_by_email(session, "ben@example.com") is None
        (entry,) = [
            one for one in audit.entries_about(session, "person:2") if "forgotten" in one.action
        ]
    database.dispose()
    assert entry.actor_id is None


@pytest.mark.parametrize(
    "typed",
    [("export", "x@example.com", "--output", "x.zip"), ("forget", "x@example.com", "--yes")],
)
def test_nobody_of_that_address_is_a_finding(
    settings: dict[str, str], typed: tuple[str, ...]
) -> None:
    ended = run(settings, *typed)
    assert (ended.exit_code, ended.stderr) == (1, "Nobody is known under x@example.com.\n")
