"""Who may mark an outcome as reverted, or keep it: both buttons, pressed or forged by everybody, as one table."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from bot.flows import evidence, outcomes, reviews
from connectors.github import GitHub
from messages import ids
from messages.pages.help import Refused
from policies.outcomes import OutcomeDraft, OutcomeState
from policies.people import Weekday
from storage import audit
from storage import evidence as stored
from storage import outcomes as stored_outcomes
from storage.database import Database
from storage.people import TeamDraft, save_team
from tests.bot.desk import FOREIGN, GUEST, front_desk, profile
from tests.bot.seeded import introduce, payments
from tests.connectors.outside import CLOSED_AT as CLOSED
from tests.connectors.outside import GITHUB_TOKEN, FakeGitHub, Outside, merged_pull, pull
from tests.storage.records import NOON as NOW

PROFILES: Final = [
    *(profile(name) for name in ("ana", "ben", "chi", "lea", "nel")),
    profile("admin", is_admin=True),
    profile("guest", refusal=GUEST),
    profile("stranger", refusal=FOREIGN),
]

# who: may mark it as reverted, may keep it
MATRIX: Final = {
    "ana": (True, True),  # leads the team
    "admin": (True, True),
    "ben": (True, False),  # owns it: takes it back, but does not judge it
    "chi": (False, False),  # a colleague
    "lea": (False, False),  # leads another team
    "nel": (False, False),  # is of no team
    "guest": (False, False),
    "stranger": (False, False),
}
FORGED: Final = ("O-2", "O-999", "", "O-1; O-2", "<!channel>", "-1")
"""O-2 is verified and stands; the rest is nothing that a button carries."""


@pytest.fixture(scope="module")
def scene(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands before anybody presses anything, in a file to copy from."""
    path = tmp_path_factory.mktemp("scene") / "scene.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    try:
        play(database)
    finally:
        database.dispose()
    return path


@pytest.fixture
def stage(scene: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of the scene for one press."""
    shutil.copyfile(scene, tmp_path / "stage.db")
    database = Database.open(f"sqlite:///{tmp_path / 'stage.db'}")
    yield database
    database.dispose()


def play(database: Database) -> None:
    """O-1 of ben is verified, and its pull request was closed; O-2 is verified and merged."""
    payments(database)
    lea = introduce(database, "lea").person.id
    draft = TeamDraft("Other", "T0LIVE", "C0OTHER", "Europe/Berlin", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        save_team(session, draft, [lea], [lea], NOW)
    fake = FakeGitHub({1: pull(1, state="closed", closed_at=CLOSED), 2: merged_pull(2)})
    server = Outside(fake)
    with server.running():
        for number in fake.pulls:
            ben = introduce(database, "ben")
            declared = outcomes.declare(database, NOW, ben, OutcomeDraft(f"Number {number}"))
            link = f"{server.url}/shop/checkout/pull/{number}"
            outcomes.claim(database, NOW, ben, declared.outcome.id, link)
            reviews.verify(database, NOW, introduce(database, "chi"), declared.outcome.id)
        github = GitHub.at(f"{server.url}/api/v3", GITHUB_TOKEN)
        while evidence.check_next(database, NOW, github=github):
            pass
        github.close()


def standing(database: Database, outcome_id: int) -> tuple[OutcomeState, bool, int]:
    """(state, whether it was kept, how much was done to it); attempts that were refused do not count."""
    with database.reading() as session:
        outcome = stored_outcomes.outcome_of(session, outcome_id)
        check = stored.check_of(session, outcome_id)
        entries = audit.entries_about(session, f"O-{outcome_id}")
    noted = sum(one.action != "outcome.refused" for one in entries)
    assert outcome is not None
    return outcome.state, check is not None and check.kept_by is not None, noted


@pytest.mark.parametrize("action_id", [ids.MARK_REVERTED, ids.KEEP_OUTCOME])
@pytest.mark.parametrize("who", list(MATRIX))
async def test_the_table_of_permissions_holds(stage: Database, who: str, action_id: str) -> None:
    may = MATRIX[who][action_id == ids.KEEP_OUTCOME]
    before = standing(stage, 1)
    async with front_desk(stage, NOW, PROFILES) as desk:
        await desk.press(f"U0{who.upper()}", action_id, "O-1")
    (shown,) = desk.written.messages
    assert isinstance(shown, Refused) is not may, shown
    state, kept, noted = standing(stage, 1)
    assert (state is OutcomeState.REVERTED) is (may and action_id == ids.MARK_REVERTED)
    assert kept is (may and action_id == ids.KEEP_OUTCOME)
    assert (noted > before[2]) is may


@pytest.mark.parametrize("action_id", [ids.MARK_REVERTED, ids.KEEP_OUTCOME])
@pytest.mark.parametrize("value", FORGED)
async def test_a_forged_value_decides_nothing_even_of_a_lead(
    stage: Database, value: str, action_id: str
) -> None:
    before = [standing(stage, 1), standing(stage, 2)]
    async with front_desk(stage, NOW, PROFILES) as desk:
        await desk.press("U0ANA", action_id, value)
    (shown,) = desk.written.messages
    assert isinstance(shown, Refused), shown
    assert [standing(stage, 1), standing(stage, 2)] == before


async def test_a_double_click_is_answered_twice_and_done_once(stage: Database) -> None:
    async with front_desk(stage, NOW, PROFILES) as desk:
        await desk.press("U0ANA", ids.KEEP_OUTCOME, "O-1")
        once = standing(stage, 1)
        await desk.press("U0ANA", ids.KEEP_OUTCOME, "O-1")
    done, again = desk.written.messages
    assert not isinstance(done, Refused)
    assert isinstance(again, Refused)
    assert "kept O-1 already" in again.sentence
    assert standing(stage, 1) == once
