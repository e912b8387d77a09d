"""A team is found by its name in any case, in every script, on both engines."""

from datetime import UTC, datetime

import pytest

from storage import people
from storage.database import Database
from storage.errors import NameTaken
from storage.people import TeamDraft

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Payments", "pAYMENTS"), ("Équipe", "équipe"), ("Équipe", "E\u0301QUIPE"), ("ПЛАТЕЖИ", "платежи"),
     ("Straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("İstanbul", "i\u0307stanbul"), ("Core  Team", " core team ")],
)  # fmt: skip
def test_a_team_is_found_as_anybody_would_write_it(
    database: Database, name: str, typed: str
) -> None:
    with database.writing() as session:
        team = people.save_team(session, TeamDraft(name, "T0", "C0"), (), (), NOW)
    with database.reading() as session:
        found = people.team_named(session, typed)
    assert found is not None
    assert (found.id, found.name) == (team.id, name)
    with pytest.raises(NameTaken), database.writing() as session:
        people.save_team(session, TeamDraft(typed.strip(), "T0", "C1"), (), (), NOW)
