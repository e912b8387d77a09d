import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlmodel import select

from storage import migrations, people
from storage.database import Database
from storage.errors import (
    DatabaseLocked,
    DatabaseTooNew,
    DatabaseTooOld,
    DatabaseUnreachable,
    StorageError,
)
from storage.tables import PersonRow

ROOT = Path(__file__).parents[2]


def test_a_write_that_fails_halfway_leaves_nothing(database: Database) -> None:
    def fail_halfway() -> None:
        with database.writing() as session:
            people.ensure_person_by_email(session, "ann@example.org")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    with database.reading() as session:
        assert people.find_person_by_email(session, "ann@example.org") is None


def test_a_reading_session_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read-?only"), database.reading() as session:
        people.ensure_person_by_email(session, "ann@example.org")
    with database.writing() as session:
        assert people.ensure_person_by_email(session, "ann@example.org").id


def test_a_reading_session_sees_one_moment(database: Database) -> None:
    with database.reading() as session:
        assert people.find_person_by_email(session, "ann@example.org") is None
        with database.writing() as other:
            people.ensure_person_by_email(other, "ann@example.org")
        assert people.find_person_by_email(session, "ann@example.org") is None
    with database.reading() as session:
        assert people.find_person_by_email(session, "ann@example.org") is not None


def test_a_new_file_is_waited_for_while_another_program_writes_to_it(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    database = Database.open(f"sqlite:///{path}")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(database.is_empty)
        with pytest.raises(TimeoutError):
            answer.result(timeout=0.1)
        other.execute("COMMIT")
        assert answer.result()
    other.close()
    database.dispose()


def test_no_update_is_lost_between_threads_that_read_and_write_back(database: Database) -> None:
    with database.writing() as session:
        person_id = people.ensure_person_by_email(session, "ann@example.org", "0").id

    def count_up() -> None:
        for _ in range(25):
            with database.writing() as session:
                query = select(PersonRow).where(PersonRow.id == person_id).with_for_update()
                row = session.exec(query).one()
                row.name = str(int(row.name) + 1)

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        person = people.person_of(session, person_id)
    assert person is not None
    assert person.name == "200"


def test_a_locked_database_is_one_clear_sentence(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    database = Database.open(sqlite_url, lock_wait_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with (
            pytest.raises(DatabaseLocked, match="is locked by another program"),
            database.writing(),
        ):
            pass
    finally:
        other.close()
    with database.writing() as session:
        assert people.ensure_person_by_email(session, "ann@example.org").id
    database.dispose()


def test_an_exclusively_locked_database_is_reported_by_the_check_at_start(sqlite_url: str) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    database = Database.open(sqlite_url, lock_wait_seconds=0.05)
    try:
        with pytest.raises(DatabaseLocked, match="locked"):
            database.require_current()
    finally:
        other.close()
        database.dispose()


def test_an_empty_database_asks_for_migrate(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(DatabaseTooOld, match="Run “mileage migrate”"):
        database.require_current()
    with (
        pytest.raises(DatabaseTooOld, match="Run “mileage migrate”"),
        database.reading() as session,
    ):
        people.all_teams(session)
    database.dispose()


def test_a_newer_database_is_refused_and_not_migrated(database: Database) -> None:
    with database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="newer Mileage"):
        database.require_current()
    with pytest.raises(DatabaseTooNew, match="newer Mileage"):
        database.migrate()


def test_an_older_database_asks_for_migrate(database: Database) -> None:
    for older in (*migrations.revisions()[:-1], None):
        with database.writing() as session:
            session.connection().execute(text("DELETE FROM alembic_version"))
            if older is not None:
                row = text("INSERT INTO alembic_version VALUES (:older)")
                session.connection().execute(row, {"older": older})
        with pytest.raises(DatabaseTooOld, match="Run “mileage migrate”"):
            database.require_current()


def test_tables_of_another_program_are_named_and_left_alone(database: Database) -> None:
    with database.writing() as session:
        session.connection().execute(text("DROP TABLE alembic_version"))
    assert database.is_empty()
    with pytest.raises(DatabaseUnreachable, match="tables that Mileage did not make") as refused:
        database.migrate()
    assert "\n" not in str(refused.value)
    assert database.is_empty()


def test_a_sqlite_file_that_cannot_be_written_is_one_sentence(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    content[18] = 3  # a write version of the file format that is to come: SQLite then only reads
    path.write_bytes(content)
    database = Database.open(sqlite_url)
    with (
        pytest.raises(DatabaseUnreachable, match="does not let this program write") as refused,
        database.writing() as session,
    ):
        people.ensure_person_by_email(session, "ann@example.org")
    assert "\n" not in str(refused.value)
    database.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("option", ["default_transaction_read_only=on", "role=pg_monitor"])
def test_a_server_that_does_not_let_us_write_is_one_sentence(
    postgres_url: str, option: str
) -> None:
    address = make_url(postgres_url).update_query_dict({"options": f"-c {option}"})
    database = Database.open(address.render_as_string(hide_password=False))
    with (
        pytest.raises(DatabaseUnreachable, match="does not let this program write") as refused,
        database.writing() as session,
    ):
        people.ensure_person_by_email(session, "ann@example.org")
    assert "\n" not in str(refused.value)
    database.dispose()


@pytest.mark.parametrize(
    "url",
    ["postgresql://nobody:secret@127.0.0.1:1/none", "sqlite:////nowhere/at/all/mileage.db"],
)
def test_an_unreachable_database_is_one_sentence_without_the_password(url: str) -> None:
    database = Database.open(url)
    with pytest.raises(DatabaseUnreachable, match="cannot be used") as caught:
        database.require_current()
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    database.dispose()


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_bytes(b"not a database, just text" * 100)
    database = Database.open(f"sqlite:///{path}")
    with pytest.raises(StorageError, match="file is not a database"):
        database.require_current()
    database.dispose()


@pytest.mark.postgres
def test_a_row_that_another_program_holds_is_one_clear_sentence(postgres_url: str) -> None:
    database = Database.open(postgres_url, lock_wait_seconds=0.05)
    with database.writing() as session:
        person_id = people.ensure_person_by_email(session, "ann@example.org").id
    held = select(PersonRow).where(PersonRow.id == person_id).with_for_update()
    with database.writing() as holder:
        holder.exec(held).one()
        with pytest.raises(DatabaseLocked, match="locked"), database.writing() as session:
            session.exec(held).one()
    database.dispose()


def test_connections_left_open_are_closed_at_exit_without_a_warning(sqlite_url: str) -> None:
    program = (
        "import sys; from storage.database import Database\n"
        "database = Database.open(sys.argv[1])\n"
        "database.require_current()\n"
    )
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", program, sqlite_url]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
