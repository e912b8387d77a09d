import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from policies.usage import UsageRecord
from storage import migrations
from storage.address import normalised_url
from storage.database import Database
from storage.tables import Stored, UsageRow, table_of
from tests.postgres import create_database
from tests.storage.records import usage_record


@pytest.fixture(
    params=[pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]
)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/bare.db"
    return create_database(request.getfixturevalue("postgres"), f"bare_{tmp_path.name}".lower())


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, Stored.metadata))


def test_an_upgraded_empty_database_is_what_the_models_say(database_url: str) -> None:
    engine = create_engine(normalised_url(database_url))
    with engine.connect() as connection:
        assert _differences(connection) == []
    engine.dispose()


def test_the_last_migration_can_be_undone_and_done_again(empty_url: str) -> None:
    database = Database.open(empty_url)
    database.migrate()
    engine = create_engine(normalised_url(empty_url))
    with engine.begin() as connection:
        migrations.downgrade(connection)
        assert migrations.revision_of(connection) == migrations.revisions()[-2]
        migrations.downgrade(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        migrations.upgrade(connection)
        assert _differences(connection) == []
    engine.dispose()
    database.require_current()
    database.dispose()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    database.require_current()


def test_replicas_that_migrate_at_once_do_not_disturb_each_other(empty_url: str) -> None:
    databases = [Database.open(empty_url) for _ in range(4)]
    failures: list[Exception] = []

    def migrate(database: Database) -> None:
        try:
            database.migrate()
        except Exception as error:  # noqa: BLE001 - any failure at all fails the test
            failures.append(error)

    threads = [threading.Thread(target=migrate, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    databases[0].require_current()
    for database in databases:
        database.dispose()


def test_the_usage_table_has_the_fields_of_the_record_in_their_order() -> None:
    assert tuple(column.name for column in table_of(UsageRow).columns) == UsageRecord._fields


def test_the_names_of_the_files_say_what_alembic_says() -> None:
    scripts = ScriptDirectory.from_config(migrations.alembic_config())
    chain = [script.revision for script in scripts.walk_revisions()]
    assert migrations.revisions() == tuple(reversed(chain))
    assert migrations.newest() == scripts.get_current_head()


def test_people_at_home_when_cohorts_came_count_there_since_ever(empty_url: str) -> None:
    engine = create_engine(normalised_url(empty_url))
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        connection.exec_driver_sql(
            "INSERT INTO team VALUES (1, 'One', 'T1', 'C1', 'UTC', 'monday', 9, 30)"
        )
        for values in ("(1, 'Ann', 'UTC', 1)", "(2, 'Bob', 'UTC', NULL)"):
            connection.exec_driver_sql(
                f"INSERT INTO person (id, name, time_zone, home_team_id) VALUES {values}"  # noqa: S608
            )
        migrations.upgrade(connection)
        found = connection.exec_driver_sql(
            "SELECT team_id, person_id, from_week, until_week FROM membership"
        )
        assert [tuple(row) for row in found] == [(1, 1, None, None)]
    engine.dispose()


def test_hours_of_what_was_stored_before_are_noted_when_rules_come(empty_url: str) -> None:
    engine = create_engine(normalised_url(empty_url))
    hour = 3_600_000_000
    with engine.begin() as connection:
        migrations.upgrade(connection, "0004")
        connection.exec_driver_sql(
            "INSERT INTO person (id, name, time_zone) VALUES (1, 'Ann', 'UTC')"
        )
        records = [
            usage_record(1, name, start, ingested_at_us=arrived)
            for name, start, arrived in (("a", hour, 9), ("b", 2 * hour - 1, 7), ("c", 2 * hour, 9))
        ]
        connection.execute(table_of(UsageRow).insert(), [one._asdict() for one in records])
        migrations.upgrade(connection)
        found = connection.exec_driver_sql("SELECT * FROM source_hour ORDER BY hour")
        assert [tuple(row) for row in found] == [("claude-code", 1, 7, 0), ("claude-code", 2, 9, 0)]
    engine.dispose()
