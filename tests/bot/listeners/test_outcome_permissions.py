"""Who may do what to an outcome: every command, button and form, tried by everybody, as one table."""

import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from bot.flows import outcomes, reviews
from messages import ids
from messages.metadata import FormContext
from messages.pages.help import Refused
from policies.outcomes import OutcomeDraft, OutcomeState
from policies.people import Weekday
from storage import audit
from storage import outcomes as stored
from storage.database import Database
from storage.people import TeamDraft, save_team
from tests.bot.desk import FOREIGN, GUEST, FrontDesk, front_desk, profile
from tests.bot.seeded import introduce, payments
from tests.storage.records import NOON as NOW

PROFILES: Final = [
    *(profile(name) for name in ("ana", "ben", "chi", "lea", "nel")),
    profile("admin", is_admin=True),
    profile("guest", refusal=GUEST),
    profile("stranger", refusal=FOREIGN),
]
LINK: Final = "https://git.example.com/shop/pull/"

WHO: Final = ("ben", "chi", "ana", "admin", "lea", "nel", "guest", "stranger")
"""The owner, a colleague, the lead, an admin, another team's lead, nobody's, and two from outside."""

Try = Callable[[FrontDesk, str], Awaitable[object]]
CONTEXT: Final = FormContext("C0PAY", outcome_id=2)

# O-1 is declared, O-2 claimed, O-3 verified; all are ben's.
TABLE: Final[dict[str, tuple[Try, tuple[int, ...]]]] = {
    "show": (lambda d, u: d.command(u, "/outcome show O-1"), (1, 1, 1, 1, 0, 0, 0, 0)),
    "done": (lambda d, u: d.command(u, f"/outcome done O-1 {LINK}9"), (1, 0, 0, 0, 0, 0, 0, 0)),
    "drop": (lambda d, u: d.command(u, "/outcome drop O-1 because x"), (1, 0, 1, 1, 0, 0, 0, 0)),
    "revert": (
        lambda d, u: d.command(u, "/outcome revert O-3 because x"),
        (1, 0, 1, 1, 0, 0, 0, 0),
    ),
    "size": (lambda d, u: d.command(u, "/outcome size O-1 L"), (1, 0, 0, 0, 0, 0, 0, 0)),
    "complexity": (
        lambda d, u: d.command(u, "/outcome complexity O-2 hard"),
        (1, 0, 0, 0, 0, 0, 0, 0),
    ),
    "merge": (lambda d, u: d.command(u, "/outcome merge O-2 into O-1"), (1, 0, 1, 1, 0, 0, 0, 0)),
    "[I am done…]": (lambda d, u: d.press(u, ids.FINISH_OUTCOME, "O-1"), (1, 0, 0, 0, 0, 0, 0, 0)),
    "[Review…]": (lambda d, u: d.press(u, ids.REVIEW_OUTCOME, "O-2"), (0, 1, 1, 0, 0, 0, 0, 0)),
    "done form": (
        lambda d, u: d.submit(
            u, ids.DONE_FORM, FormContext("C0PAY", outcome_id=1), done_evidence=f"{LINK}9"
        ),
        (1, 0, 0, 0, 0, 0, 0, 0),
    ),
}
CASES: Final = [
    (way, who, bool(may))
    for way, (_, row) in TABLE.items()
    for who, may in zip(WHO, row, strict=True)
]


@pytest.fixture(scope="module")
def scene(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands before anybody tries anything, in a file to copy from."""
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
    """A copy of the scene for one attempt."""
    shutil.copyfile(scene, tmp_path / "stage.db")
    database = Database.open(f"sqlite:///{tmp_path / 'stage.db'}")
    yield database
    database.dispose()


def play(database: Database) -> None:
    payments(database)
    lea = introduce(database, "lea").person.id
    draft = TeamDraft("Other", "T0LIVE", "C0OTHER", "Europe/Berlin", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        save_team(session, draft, [lea], [lea], NOW)
    ben = introduce(database, "ben")
    for number in (1, 2, 3):
        one = outcomes.declare(database, NOW, ben, OutcomeDraft(f"Number {number}")).outcome
        if number > 1:
            outcomes.claim(database, NOW, ben, one.id, f"{LINK}{number}")
        if number > 2:
            reviews.verify(database, NOW, introduce(database, "chi"), one.id)


def standing(database: Database) -> list[object]:
    with database.reading() as session:
        return [stored.outcome_of(session, one) for one in (1, 2, 3)]


def noted(database: Database) -> list[str]:
    """What was audited about the three, attempts left out."""
    with database.reading() as session:
        entries = [e for one in (1, 2, 3) for e in audit.entries_about(session, f"O-{one}")]
    return [entry.action for entry in entries if entry.action != "outcome.refused"]


@pytest.mark.parametrize(("way", "who", "may"), CASES, ids=str)
async def test_the_table_of_permissions_holds(
    stage: Database,
    way: str,
    who: str,
    may: bool,
) -> None:
    before, noted_before = standing(stage), noted(stage)
    async with front_desk(stage, NOW, PROFILES) as desk:
        await TABLE[way][0](desk, f"U0{who.upper()}")
    answers = [*desk.written.messages, *desk.written.forms]
    assert len(answers) == 1, answers
    assert isinstance(answers[0], Refused) is not may, answers
    if not may:
        assert standing(stage) == before
        assert noted(stage) == noted_before


@pytest.mark.parametrize("verdict", ["verify", "reject"])
@pytest.mark.parametrize("who", WHO)
async def test_a_verdict_is_given_by_those_of_the_table_alone(
    stage: Database, who: str, verdict: str
) -> None:
    chi = introduce(stage, "chi")
    seen = reviews.review_form(stage, NOW, chi, 2, "C0PAY").context.event_id
    context = FormContext("C0PAY", outcome_id=2, event_id=seen)
    async with front_desk(stage, NOW, PROFILES) as desk:
        await desk.submit(
            f"U0{who.upper()}",
            ids.REVIEW_FORM,
            context,
            review_verdict=verdict,
            review_reason="No numbers",
        )
    judged = {"verify": OutcomeState.VERIFIED, "reject": OutcomeState.REJECTED}[verdict]
    with stage.reading() as session:
        outcome = stored.outcome_of(session, 2)
    assert outcome is not None
    assert outcome.state is (judged if who in ("chi", "ana") else OutcomeState.CLAIMED)


FORGED: Final = ("", "O-", "O-0", "O-999", "O-1; DROP TABLE", "G-1", "-1", "O-" + "9" * 400, "\0")


@pytest.mark.parametrize("value", FORGED)
@pytest.mark.parametrize("action_id", [ids.REVIEW_OUTCOME, ids.FINISH_OUTCOME])
async def test_a_forged_value_opens_nothing(stage: Database, action_id: str, value: str) -> None:
    before = standing(stage)
    async with front_desk(stage, NOW, PROFILES) as desk:
        await desk.press("U0ANA", action_id, value)
    assert [type(page) for page in desk.written.messages] == [Refused]
    assert desk.written.forms == []
    assert standing(stage) == before


@pytest.mark.parametrize(
    "context",
    [
        FormContext("C0PAY"),
        FormContext("C0PAY", outcome_id=2),
        FormContext("C0PAY", outcome_id=2, event_id=1),
        FormContext("C0PAY", outcome_id=999, event_id=1),
        FormContext("C0PAY", outcome_id=1, event_id=1),
    ],
)
async def test_a_forged_form_verifies_nothing(stage: Database, context: FormContext) -> None:
    before = standing(stage)
    async with front_desk(stage, NOW, PROFILES) as desk:
        await desk.submit("U0CHI", ids.REVIEW_FORM, context, review_verdict="verify")
    assert [type(page) for page in desk.written.messages] == [Refused]
    assert standing(stage) == before


async def test_reaching_for_what_is_not_theirs_is_audited_with_ids_alone(stage: Database) -> None:
    async with front_desk(stage, NOW, PROFILES) as desk:
        await desk.command("U0CHI", "/outcome drop O-1 because I say so")
        await desk.command("U0LEA", "/outcome show O-1")
    with stage.reading() as session:
        entries = [e for e in audit.entries_about(session, "O-1") if e.action == "outcome.refused"]
    assert [dict(entry.details) for entry in entries] == [{}, {}]


async def test_a_double_click_verifies_once(stage: Database) -> None:
    seen = reviews.review_form(stage, NOW, introduce(stage, "chi"), 2, "C0PAY").context.event_id
    context = FormContext("C0PAY", outcome_id=2, event_id=seen)
    async with front_desk(stage, NOW, PROFILES) as desk:
        for _ in range(2):
            await desk.submit("U0CHI", ids.REVIEW_FORM, context, "V1", review_verdict="verify")
    assert noted(stage).count("outcome.verified") == 2  # O-3, and O-2 once
