"""The address of a database, as people type it; and that no sentence about it repeats a secret."""

import pytest

from storage.address import normalised_url, shown, without_secrets
from storage.database import Database
from storage.errors import DatabaseUnreachable

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql:///d?sslmode=require", "postgresql+psycopg:///d?sslmode=require"),
        ("sqlite:///mileage.db", "sqlite:///mileage.db"),
        ("sqlite+aiosqlite:////srv/mileage.db", "sqlite:////srv/mileage.db"),
    ],
)
def test_an_address_is_taken_in_the_forms_people_have(typed: str, read: str) -> None:
    assert normalised_url(typed).render_as_string(hide_password=False) == read


@pytest.mark.parametrize(
    "typed",
    ["", "mileage.db", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "postgresql://h:abc/d",
     "jdbc:postgresql://h/d", "sqlite:///mile\0age.db", "sqlite:///\udcff.db", "://", "bogus://h/d"],
)  # fmt: skip
def test_an_address_that_is_no_database_gets_one_sentence(typed: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="MILEAGE_DATABASE_URL is no address"):
        Database.open(typed)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("postgresql://h/d?bogus=1", 'cannot be used: invalid connection option "bogus"'),
        ("postgresql://h/d?plugin=hunter2", 'invalid connection option "plugin"'),
        ("postgresql://h/d?host=a:1&host=b:x", "cannot be used"),
        ("sqlite:///mileage.db?bogus=1", "has “bogus” after a question mark"),
        ("sqlite:///mileage.db?timeout=abc", "has “timeout” after a question mark"),
        ("sqlite://host/mileage.db", "names a host"),
        ("postgresql://u:hun@ter2@h/d", "Write the signs @ : / [?] of a password"),
        ("postgresql://u:x@h/d;password=hunter2", "Write the signs"),
        ("postgresql://u:hunter2@h:5432/w@h/d", "Write the signs"),
    ],
)
def test_an_option_that_is_none_gets_one_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(DatabaseUnreachable, match=sentence) as refused:
        Database.open(typed)
    assert "\n" not in str(refused.value)
    assert SECRET not in str(refused.value)
    assert "ter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (f"postgresql://u:{SECRET}@h:5433/d", "postgresql://h:5433/d"),
        (f"postgresql://h/d?user=u&password={SECRET}", "postgresql://h/d"),
        (f"postgresql:///d?host=/run/pg&sslpassword={SECRET}", "postgresql:///run/pg/d"),
        (f"postgresql:///?host=a&host=b&dbname=d&password={SECRET}", "postgresql://a,b/d"),
        ("sqlite:////srv/mileage.db", "sqlite:////srv/mileage.db"),
    ],
)
def test_an_address_is_shown_as_its_host_and_database(typed: str, named: str) -> None:
    address = normalised_url(typed)
    assert shown(address) == named
    assert (SECRET in without_secrets(f"wrong: {SECRET}", address)) is (SECRET not in typed)


@pytest.mark.parametrize(
    "typed",
    [
        f"postgresql://u:{SECRET}@127.0.0.1:1/d",
        f"postgresql://127.0.0.1:1/d?user=u&password={SECRET}",
        f"postgresql://127.0.0.1:1/d?sslmode=require&sslpassword={SECRET}",
        f"postgresql://127.0.0.1:70000/d?password={SECRET}",
        f"postgresql://127.0.0.1:1/d?password={SECRET}&sslmode={SECRET}",
        f"postgresql://127.0.0.1:1/d?password={SECRET}&connect_timeout={SECRET}",
    ],
)
def test_a_server_that_does_not_answer_is_named_without_a_secret(typed: str) -> None:
    database = Database.open(typed)
    with pytest.raises(
        DatabaseUnreachable, match=r"at postgresql://127\.0\.0\.1:\d+/d cannot be"
    ) as no:
        database.require_current()
    database.dispose()
    assert SECRET not in str(no.value)
    assert "\n" not in str(no.value)
