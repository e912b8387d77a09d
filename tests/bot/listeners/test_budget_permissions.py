"""Who may do what about budgets: every command, button and form, tried by everybody, as one table."""

import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlmodel import select

from bot.flows import budget_requests, grants
from messages import ids
from messages.metadata import FormContext
from messages.pages.help import NotUnderstood, Refused
from messages.pages.team import NoTeam
from policies.amounts import Amount, BudgetUnit
from policies.people import Weekday
from storage.database import Database
from storage.people import TeamDraft, save_team
from storage.tables import (
    AuditRow,
    BudgetRequestRow,
    BudgetTermsRow,
    GrantRow,
    PersonAllowanceRow,
)
from tests.bot.budgeted import NOW, M, asking, declared, named, with_terms
from tests.bot.desk import FOREIGN, GUEST, FrontDesk, front_desk, profile
from tests.bot.seeded import introduce

PEOPLE: Final = {
    "asker": "ben",
    "colleague": "chi",
    "lead": "ana",
    "admin": "admin",
    "other lead": "lea",
    "nobody": "nel",
    "guest": "guest",
    "stranger": "stranger",
}
PROFILES: Final = [
    *(profile(name) for name in ("ana", "ben", "chi", "dee", "eli", "fay", "lea", "nel")),
    profile("admin", is_admin=True),
    profile("guest", refusal=GUEST),
    profile("stranger", refusal=FOREIGN),
]


@dataclass
class Scene:
    """Payments and Other keep budgets; ben asked R-1, was offered something for R-2, and holds a grant."""

    path: Path
    team_id: int
    waiting: str
    countered: str
    grant: str
    outcome: str

    def about(self, label: str = "") -> FormContext:
        number = int(label.partition("-")[2]) if label else None
        return FormContext("C0PAY", None, self.team_id, number)


Act = Callable[[FrontDesk, Scene, str], Awaitable[object]]


def types(line: str) -> Act:
    """Somebody types a line in the channel of Payments; the words in braces are of the scene."""

    async def act(desk: FrontDesk, scene: Scene, user_id: str) -> None:
        said = line.format(s=scene, ben="<@U0BEN|ben>", dee="<@U0DEE|dee>")
        await desk.command(user_id, said)

    return act


def presses(action_id: str, value: str = "") -> Act:
    """Somebody presses a button, or sends what looks like it."""

    async def act(desk: FrontDesk, scene: Scene, user_id: str) -> None:
        await desk.press(user_id, action_id, value.format(s=scene))

    return act


def submits(form: str, label: str = "", **fields: str) -> Act:
    """Somebody sends a form, whether it was ever opened for them or not."""

    async def act(desk: FrontDesk, scene: Scene, user_id: str) -> None:
        about = scene.about(label.format(s=scene))
        assert not await desk.submit(user_id, form, about, **fields)

    return act


ACTS: Final[dict[str, Act]] = {
    "/budget": types("/budget"),
    "/budget help": types("/budget help"),
    "/budget request (form)": types("/budget request"),
    "/budget request": types("/budget request 1M because so"),
    "/budget move": types("/budget move 1M to {s.outcome}"),
    "/budget grant": types("/budget grant {dee} 1M"),
    "/budget set": types("/budget set {dee} 60M"),
    "/budget void": types("/budget void {s.grant} because so"),
    "/budget approve": types("/budget approve {s.waiting}"),
    "/budget decline": types("/budget decline {s.waiting} because no"),
    "/budget team": types("/budget team"),
    "/budget what-if": types("/budget what-if -20%"),
    "/budget setup": types("/budget setup"),
    "button my budget": presses(ids.SHOW_MY_BUDGET),
    "button request more": presses(ids.REQUEST_MORE),
    "button set up": presses(ids.OPEN_TERMS),
    "button approve": presses(ids.APPROVE_REQUEST, "{s.waiting}"),
    "button counter": presses(ids.COUNTER_REQUEST, "{s.waiting}"),
    "button decline": presses(ids.DECLINE_REQUEST, "{s.waiting}"),
    "button accept": presses(ids.ACCEPT_OFFER, "{s.countered}"),
    "button withdraw": presses(ids.WITHDRAW_REQUEST, "{s.waiting}"),
    "button mute": presses(ids.MUTE_WARNINGS, "T-{s.team_id} 2026-11-01"),
    "form request": submits(ids.REQUEST_FORM, request_amount="1M", request_reason="So"),
    "form counter": submits(ids.COUNTER_FORM, "{s.waiting}", counter_amount="1M"),
    "form decline": submits(ids.DECLINE_FORM, "{s.waiting}", decline_reason="No room"),
    "form set up": submits(
        ids.TERMS_FORM, terms_unit="tokens", terms_period="month", terms_base="50M"
    ),
}

# y: it is done, and answered.  own: done as well, with the person's own team or budget, and nothing of
# Payments is read or changed.  -: refused, and nothing is changed.
MATRIX: Final = """
                       | asker | colleague | lead | admin | other lead | nobody | guest | stranger
/budget                | y     | y         | y    | -     | own        | -      | -     | -
/budget help           | y     | y         | y    | y     | y          | y      | -     | -
/budget request (form) | y     | y         | y    | -     | own        | -      | -     | -
/budget request        | y     | y         | y    | -     | own        | -      | -     | -
/budget move           | y     | y         | y    | -     | -          | -      | -     | -
/budget grant          | -     | -         | y    | -     | -          | -      | -     | -
/budget set            | -     | -         | y    | -     | -          | -      | -     | -
/budget void           | -     | -         | y    | y     | -          | -      | -     | -
/budget approve        | -     | -         | y    | y     | -          | -      | -     | -
/budget decline        | -     | -         | y    | y     | -          | -      | -     | -
/budget team           | -     | -         | y    | -     | own        | -      | -     | -
/budget what-if        | -     | -         | y    | -     | own        | -      | -     | -
/budget setup          | -     | -         | y    | -     | own        | -      | -     | -
button my budget       | y     | y         | y    | -     | own        | -      | -     | -
button request more    | y     | y         | y    | -     | own        | -      | -     | -
button set up          | -     | -         | y    | -     | own        | -      | -     | -
button approve         | -     | -         | y    | y     | -          | -      | -     | -
button counter         | -     | -         | y    | y     | -          | -      | -     | -
button decline         | -     | -         | y    | y     | -          | -      | -     | -
button accept          | y     | -         | -    | -     | -          | -      | -     | -
button withdraw        | y     | -         | -    | -     | -          | -      | -     | -
button mute            | y     | y         | y    | -     | -          | -      | -     | -
form request           | y     | y         | y    | -     | own        | -      | -     | -
form counter           | -     | -         | y    | y     | -          | -      | -     | -
form decline           | -     | -         | y    | y     | -          | -      | -     | -
form set up            | -     | -         | y    | -     | -          | -      | -     | -
"""


def cells() -> list[tuple[str, str, str]]:
    head, *rows = [line.split("|") for line in MATRIX.strip("\n").splitlines()]
    roles = [cell.strip() for cell in head[1:]]
    return [
        (row[0].strip(), role, cell.strip())
        for row in rows
        for role, cell in zip(roles, row[1:], strict=True)
    ]


def other_team(database: Database) -> None:
    """The team of lea, with budgets of its own."""
    lea = introduce(database, "lea").person.id
    draft = TeamDraft("Other", "T0LIVE", "C0OTHER", "Europe/Berlin", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        team = save_team(session, draft, [lea], [lea], NOW)
        session.add(
            BudgetTermsRow(
                team_id=team.id,
                unit="tokens",
                period="month",
                base=40 * M,
                pool=None,
                auto_approve=0,
            )
        )


def state_of(database: Database, team_id: int) -> list[str]:
    """Everything stored about a team's budgets, but for base grants, which come by themselves."""
    with database.reading() as session:
        grants_there = select(GrantRow).where(GrantRow.team_id == team_id, GrantRow.base_of == None)  # noqa: E711
        rows = [
            *session.exec(grants_there),
            *session.exec(select(BudgetRequestRow).where(BudgetRequestRow.team_id == team_id)),
            *session.exec(select(BudgetTermsRow).where(BudgetTermsRow.team_id == team_id)),
            *session.exec(select(PersonAllowanceRow).where(PersonAllowanceRow.team_id == team_id)),
        ]
        return sorted(repr(row) for row in rows)


def refusals_noted(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(AuditRow).where(AuditRow.action == "budget.refused")).all())


@pytest.fixture(scope="module")
def scene(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """What stands before anybody tries anything, in a file to copy from."""
    path = tmp_path_factory.mktemp("scene") / "scene.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    try:
        return played(database, path)
    finally:
        database.dispose()


@pytest.fixture
def stage(scene: Scene, tmp_path: Path) -> Iterator[Database]:
    """A copy of the scene for one try."""
    path = tmp_path / "stage.db"
    shutil.copyfile(scene.path, path)
    database = Database.open(f"sqlite:///{path}")
    yield database
    database.dispose()


def played(database: Database, path: Path) -> Scene:
    """Let happen what comes before."""
    team = with_terms(database)
    other_team(database)
    ana, ben = introduce(database, "ana"), introduce(database, "ben")
    outcome_id = declared(database, ben)
    waiting = budget_requests.request(database, NOW, ben, asking(3 * M, outcome_id, "Load test"))
    other = budget_requests.request(database, NOW, ben, asking(2 * M, outcome_id, "Rerun"))
    offer = Amount(M, BudgetUnit.TOKENS)
    budget_requests.counter(database, NOW, ana, other.request.id, offer, None, "Less will do")
    granted = grants.grant(database, NOW, ana, named("ben"), asking(5 * M))
    return Scene(
        path,
        team.id,
        waiting.request.label,
        other.request.label,
        granted.grant.label,
        f"O-{outcome_id}",
    )


REFUSALS = (Refused, NotUnderstood, NoTeam)


@pytest.mark.parametrize(
    ("what", "role", "cell"), cells(), ids=lambda value: re.sub(r"\W+", "_", value)
)
async def test_the_table_of_permissions_holds(
    what: str, role: str, cell: str, scene: Scene, stage: Database
) -> None:
    async with front_desk(stage, NOW, PROFILES) as desk:
        before = state_of(stage, scene.team_id)
        await ACTS[what](desk, scene, f"U0{PEOPLE[role].upper()}")
        after = state_of(stage, scene.team_id)
    shown = [*desk.written.messages, *desk.written.forms]
    assert len(shown) == 1, shown
    was_refused = isinstance(shown[0], REFUSALS)
    assert was_refused is (cell == "-"), shown
    if cell != "y":
        assert after == before
        assert "Payments" not in repr(shown[0]) or was_refused
