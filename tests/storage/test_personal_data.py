"""Every table that knows of people is listed, exported and forgotten; a new one has to be decided."""

import pytest
from sqlalchemy import func, select
from sqlmodel import Session

from messages.privacy_words import KINDS, READS
from policies.people import Person, SlackIdentity
from policies.personal_data import FORGOTTEN_NAME, DataKind, Fate, ReadKind
from storage import people
from storage.database import Database
from storage.forgetting import forget, has_rows
from storage.personal_data import ABOUT_NOBODY, PLACES, kept_about, people_columns
from storage.personal_exports import exported_tables
from storage.tables import PersonRow, Stored, table_of
from tests.storage.everything import NOON, fill, texts

IN_SLACK_ALONE = {
    *("outcome", "outcome_event", "evidence_check", "focus_window", "digest_answer", "audit"),
    *("delivery", "budget_request"),
}
"""What only somebody has who was in Slack: an import alone makes none of it."""


@pytest.fixture
def ben(database: Database) -> Person:
    """Somebody about whom every table knows something, beside Ann."""
    with database.writing() as session:
        ann = _known(session, "Ann")
        ben = _known(session, "Ben")
        fill(session, ben.id, ann.id)
    return ben


def _known(session: Session, name: str) -> Person:
    identity = SlackIdentity("E1", "T1", f"U{name.upper()}")
    return people.remember_person(session, identity, f"{name} T", f"{name}@example.org", "UTC")


def test_every_table_is_decided() -> None:
    about_people = {place.table.name for place in PLACES}
    about_nobody = {table_of(one).name for one in ABOUT_NOBODY}
    assert about_people | about_nobody == set(Stored.metadata.tables), (
        "Say in storage/personal_data.py what of a new table is about a person, and what becomes of it."
    )
    assert about_people & about_nobody == set()


@pytest.mark.parametrize("name", sorted(Stored.metadata.tables))
def test_every_column_that_names_a_person_is_decided(name: str) -> None:
    table = Stored.metadata.tables[name]
    decided = {column for place in PLACES if place.table is table for column in place.columns}
    assert people_columns(table) <= decided


def test_every_kind_and_every_look_has_words() -> None:
    assert set(KINDS) == set(DataKind) == {place.kind for place in PLACES}
    assert set(READS) == set(ReadKind)


def test_all_that_is_kept_is_listed_with_its_oldest_day(database: Database, ben: Person) -> None:
    with database.reading() as session:
        kept = kept_about(session, ben.id)
    assert {one.kind for one in kept} == set(DataKind)
    dated = {place.kind for place in PLACES if place.dated_by}
    assert {one.kind for one in kept if one.oldest} == dated


def test_all_that_is_kept_is_exported_without_anybody_else(database: Database, ben: Person) -> None:
    with database.reading() as session:
        exported = {one.name: list(one.rows(session)) for one in exported_tables(ben.id)}
    unmeasured = {"coaching_trial"}  # its trial is measured in what `fill` stores
    assert {name for name, rows in exported.items() if not rows} <= unmeasured
    assert set(exported) == {place.table.name for place in PLACES}
    assert "Ann" not in str(exported)
    assert "ben@example.org" in str(exported)
    assert "another person" in str(exported)


def test_a_trial_that_is_not_measured_yet_is_told_to_nobody(
    database: Database, ben: Person
) -> None:
    trials = Stored.metadata.tables["coaching_trial"]
    with database.writing() as session:
        session.connection().execute(trials.update().values(measured_at=None))
        tips = [one for one in kept_about(session, ben.id) if one.kind is DataKind.TIPS]
        exported = {one.name: list(one.rows(session)) for one in exported_tables(ben.id)}
    assert [one.rows for one in tips] == [2]
    assert exported["coaching_trial"] == []


def test_forgetting_leaves_nothing_that_leads_to_the_person(
    database: Database, ben: Person
) -> None:
    with database.writing() as session:
        going = [one for one in kept_about(session, ben.id) if one.fate is Fate.DELETED]
        done = forget(session, ben.id, NOON)
    assert done is not None
    assert done.deleted == {one.kind: one.rows for one in going}
    with database.reading() as session:
        assert not has_rows(session, ben.id)
        assert {one.fate for one in kept_about(session, ben.id)} == {Fate.NAMELESS}
        everything = texts(session).lower()
        row = session.get(PersonRow, ben.id)
    assert "ben" not in everything
    assert "ann@example.org" in everything
    assert row is not None
    assert (row.name, row.email, row.slack_user_id) == (FORGOTTEN_NAME, None, None)
    assert row.forgotten_at == NOON


def test_forgetting_takes_nothing_of_anybody_else(database: Database, ben: Person) -> None:
    with database.writing() as session:
        ann = people.find_person_by_email(session, "ann@example.org")
        assert ann is not None
        before = _counts_of(session, ann.id)
        forget(session, ben.id, NOON)
        after = _counts_of(session, ann.id)
    shared = {"personal_read", "rule_exception"}  # what is about Ben, though Ann had a part in it
    assert {k: v for k, v in before.items() if k not in shared} == {
        k: v for k, v in after.items() if k not in shared
    }


def test_two_who_turn_out_to_be_one_leave_no_row_behind(database: Database) -> None:
    with database.writing() as session:
        ann = _known(session, "Ann").id
        imported = people.ensure_person_by_email(session, "cy@example.org").id
        here = SlackIdentity("E1", "T1", "UCY")
        cy = people.remember_person(session, here, "Cy", None, "UTC").id
        fill(session, imported, ann, IN_SLACK_ALONE, acts=False)
        people.remember_person(session, here, "Cy", "cy@example.org", "UTC")
        left = {
            place.table.name
            for place in PLACES
            if session.connection().scalar(
                select(func.count()).select_from(place.table).where(place.rows_of(imported))
            )
        }
        kept = {one.kind for one in kept_about(session, cy)}
    assert left == set()
    assert {DataKind.USAGE, DataKind.FINDINGS, DataKind.LOOKS, DataKind.CLOSED_WEEKS} <= kept


def test_who_is_forgotten_already_is_nobody_to_forget(database: Database, ben: Person) -> None:
    with database.writing() as session:
        assert forget(session, ben.id, NOON) is not None
        assert forget(session, ben.id, NOON) is None
        assert forget(session, 999, NOON) is None


def _counts_of(session: Session, person_id: int) -> dict[str, int]:
    return {
        f"{place.table.name}": session.connection().scalar(
            select(func.count()).select_from(place.table).where(place.rows_of(person_id))
        )
        or 0
        for place in PLACES
        if place.fate is Fate.NAMELESS
    }
