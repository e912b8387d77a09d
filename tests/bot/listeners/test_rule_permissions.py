"""Who may do what about tips and rules: every command, button and form, tried by everybody, as one table."""

import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from sqlmodel import select

from bot.flows.mutes import mute
from bot.flows.rule_exceptions import make
from bot.flows.rule_thresholds import mark_of
from bot.intents.rule_forms import ExceptionWanted
from bot.rulebook import Rulebook
from messages import ids
from messages.metadata import FormContext
from messages.pages.help import NotUnderstood, Refused
from messages.pages.rules import Reckoning
from policies.people import Weekday
from storage import coaching_slots, rule_settings
from storage.database import Database
from storage.people import TeamDraft, save_team
from storage.tables import (
    AuditRow,
    CoachingSlotRow,
    FindingRow,
    FindingVerdictRow,
    RuleBacktestRow,
    RuleExceptionRow,
    RuleParamRow,
    RuleSettingRow,
)
from tests.bot.desk import FOREIGN, GUEST, FrontDesk, front_desk, profile
from tests.bot.rule_scene import NOW, proven, rulebook, told
from tests.bot.seeded import introduce, payments

PEOPLE: Final = {
    "person": "ben",
    "colleague": "dee",
    "lead": "ana",
    "owner": "chi",
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
VALUES: Final = {"floor_usd": 8.0, "calls": 10}
CARD: Final = "one-task-one-session"
"""A practice card that ben was told."""
TYPED: Final = {"param_1": "8", "param_2": "10"}


@dataclass
class Scene:
    """Ben was told of F-1 by big-day, whose owner is chi; ana leads his team, which E-1 excepts."""

    path: Path
    team_id: int
    book: Rulebook

    def about(self, *, team: bool = True, mark: bool = False) -> FormContext:
        team_id = self.team_id if team else None
        rule = self.book.current.judges["big-day"].rule
        terms = mark_of(rule, team_id, VALUES) if mark else None
        return FormContext("C0PAY", None, team_id, terms=terms, finding_id=1, rule_id="big-day")


Act = Callable[[FrontDesk, Scene, str], Awaitable[object]]


def types(line: str) -> Act:
    async def act(desk: FrontDesk, _scene: Scene, user_id: str) -> None:
        await desk.command(user_id, line)

    return act


def presses(action_id: str, value: str) -> Act:
    async def act(desk: FrontDesk, _scene: Scene, user_id: str) -> None:
        await desk.press(user_id, action_id, value)

    return act


def submits(form: str, *, team: bool = True, mark: bool = False, **fields: str) -> Act:
    async def act(desk: FrontDesk, scene: Scene, user_id: str) -> None:
        assert not await desk.submit(user_id, form, scene.about(team=team, mark=mark), **fields)

    return act


ACTS: Final[dict[str, Act]] = {
    "/mileage policies": types("/mileage policies"),
    "/mileage policies RULE": types("/mileage policies big-day"),
    "button tried": presses(ids.TIP_TRIED, "F-1"),
    "button planned": presses(ids.TIP_PLANNED, "F-1"),
    "button snooze": presses(ids.TIP_SNOOZED, "F-1"),
    "button not relevant": presses(ids.TIP_NOT_RELEVANT, "F-1"),
    "button wrong": presses(ids.TIP_WRONG, "F-1"),
    "button why": presses(ids.TIP_WHY, "F-1"),
    "button lead may know": presses(ids.TIP_LEAD_MAY_KNOW, "F-1"),
    "button keep from lead": presses(ids.TIP_KEEP_FROM_LEAD, "F-1"),
    "button change answer": presses(ids.TIP_CHANGE, "F-1"),
    "button stop": presses(ids.TIP_STOP, "F-1"),
    "button hear again": presses(ids.TIP_RESUME, "F-1"),
    "card tried": presses(ids.CARD_TRIED, CARD),
    "card not relevant": presses(ids.CARD_NOT_RELEVANT, CARD),
    "card stop": presses(ids.CARD_STOP, CARD),
    "card why": presses(ids.CARD_WHY, CARD),
    "/mileage mute": types("/mileage mute"),
    "/mileage mute KIND": types("/mileage mute match-model"),
    "/mileage unmute KIND": types("/mileage unmute match-model"),
    "/mileage coaching": types("/mileage coaching"),
    "form planned": submits(ids.PLAN_FORM, answer_until="2026-11-20"),
    "form snooze": submits(ids.SNOOZE_FORM, answer_until="2026-11-20"),
    "form wrong": submits(ids.WRONG_FORM, answer_reason="It was a load test"),
    "button page": presses(ids.LIST_RULES, "1"),
    "button open": presses(ids.OPEN_RULE, "big-day"),
    "button promote": presses(ids.PROMOTE_RULE, "big-day"),
    "button demote": presses(ids.DEMOTE_RULE, "big-day"),
    "button release": presses(ids.RELEASE_RULE, "quiet-source"),
    "button adjust": presses(ids.ADJUST_RULE, "big-day"),
    "button adjust all": presses(ids.ADJUST_FOR_ALL, "big-day"),
    "button except": presses(ids.EXCEPT_RULE, "big-day"),
    "button end": presses(ids.END_EXCEPTION, "E-1"),
    "form stage": submits(ids.STAGE_FORM, stage_to="digest", stage_reason="Too loud"),
    "form save": submits(ids.PARAMS_FORM, mark=True, **TYPED),
    "form save all": submits(ids.PARAMS_FORM, team=False, mark=True, **TYPED),
    "form except me": submits(
        ids.EXCEPTION_FORM,
        exception_what="me",
        exception_until="2026-12-01",
        exception_reason="A load test",
    ),
    "form except team": submits(
        ids.EXCEPTION_FORM,
        exception_what="team",
        exception_until="2026-12-01",
        exception_reason="A load test",
    ),
}

# y: it is done.  own: done as well, with what is the person's own, and nothing of Payments is changed.
# -: refused, and nothing is changed.
MATRIX: Final = """
                       | person | colleague | lead | owner | admin | other lead | nobody | guest | stranger
/mileage policies      | y      | y         | y    | y     | y     | y          | y      | -     | -
/mileage policies RULE | y      | y         | y    | y     | y     | y          | y      | -     | -
button tried           | y      | -         | -    | -     | -     | -          | -      | -     | -
button planned         | y      | -         | -    | -     | -     | -          | -      | -     | -
button snooze          | y      | -         | -    | -     | -     | -          | -      | -     | -
button not relevant    | y      | -         | -    | -     | -     | -          | -      | -     | -
button wrong           | y      | -         | -    | -     | -     | -          | -      | -     | -
button why             | y      | -         | -    | -     | -     | -          | -      | -     | -
button lead may know   | y      | -         | -    | -     | -     | -          | -      | -     | -
button keep from lead  | y      | -         | -    | -     | -     | -          | -      | -     | -
button change answer   | y      | -         | -    | -     | -     | -          | -      | -     | -
button stop            | y      | -         | -    | -     | -     | -          | -      | -     | -
button hear again      | y      | -         | -    | -     | -     | -          | -      | -     | -
card tried             | y      | -         | -    | -     | -     | -          | -      | -     | -
card not relevant      | y      | -         | -    | -     | -     | -          | -      | -     | -
card stop              | y      | -         | -    | -     | -     | -          | -      | -     | -
card why               | y      | -         | -    | -     | -     | -          | -      | -     | -
/mileage mute          | y      | y         | y    | y     | y     | y          | y      | -     | -
/mileage mute KIND     | y      | y         | y    | y     | y     | y          | y      | -     | -
/mileage unmute KIND   | y      | -         | -    | -     | -     | -          | -      | -     | -
/mileage coaching      | -      | -         | y    | -     | y     | y          | -      | -     | -
form planned           | y      | -         | -    | -     | -     | -          | -      | -     | -
form snooze            | y      | -         | -    | -     | -     | -          | -      | -     | -
form wrong             | y      | -         | -    | -     | -     | -          | -      | -     | -
button page            | y      | y         | y    | y     | y     | y          | y      | -     | -
button open            | y      | y         | y    | y     | y     | y          | y      | -     | -
button promote         | -      | -         | -    | y     | y     | -          | -      | -     | -
button demote          | -      | -         | -    | y     | y     | -          | -      | -     | -
button release         | -      | -         | -    | -     | y     | -          | -      | -     | -
button adjust          | -      | -         | y    | -     | -     | own        | -      | -     | -
button adjust all      | -      | -         | -    | y     | y     | -          | -      | -     | -
button except          | y      | y         | y    | y     | y     | y          | y      | -     | -
button end             | -      | -         | y    | y     | y     | -          | -      | -     | -
form stage             | -      | -         | -    | y     | y     | -          | -      | -     | -
form save              | -      | -         | y    | y     | y     | -          | -      | -     | -
form save all          | -      | -         | -    | y     | y     | -          | -      | -     | -
form except me         | y      | y         | y    | y     | y     | y          | y      | -     | -
form except team       | -      | -         | y    | -     | -     | own        | -      | -     | -
"""
SAYS_NOTHING: Final = {
    *("button tried", "button not relevant", "button lead may know", "button change answer"),
    "button keep from lead",
    *("button stop", "button hear again"),
    *("card tried", "card not relevant", "card stop"),
    *("form planned", "form snooze", "form wrong"),
}
"""What the person sees of these is the tip itself, changed in its place."""


def cells() -> list[tuple[str, str, str]]:
    head, *rows = [line.split("|") for line in MATRIX.strip("\n").splitlines()]
    roles = [cell.strip() for cell in head[1:]]
    return [
        (row[0].strip(), role, cell.strip())
        for row in rows
        for role, cell in zip(roles, row[1:], strict=True)
    ]


def state_of(database: Database, team_id: int) -> list[str]:
    """Everything about rules as it stands, but what another team has set and excepted."""
    tables = (FindingRow, FindingVerdictRow, RuleSettingRow, RuleBacktestRow, CoachingSlotRow)
    with database.reading() as session:
        rows = [repr(row) for table in tables for row in session.exec(select(table))]
        params = session.exec(select(RuleParamRow)).all()
        exceptions = session.exec(select(RuleExceptionRow)).all()
    rows += [repr(row) for row in params if row.team_id in (0, team_id)]
    return rows + [repr(row) for row in exceptions if row.team_id in (None, team_id)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Scene:
    """What came before, played once."""
    folder = tmp_path_factory.mktemp("rules")
    path = folder / "scene.db"
    shutil.copyfile(migrated_sqlite, path)
    database = Database.open(f"sqlite:///{path}")
    try:
        return played(database, path, rulebook(folder / "rules"))
    finally:
        database.dispose()


def played(database: Database, path: Path, book: Rulebook) -> Scene:
    team = payments(database)
    lea = introduce(database, "lea").person.id
    ben_id = introduce(database, "ben").person.id
    draft = TeamDraft("Other", "T0LIVE", "C0OTHER", "Europe/Berlin", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        save_team(session, draft, [lea], [lea], NOW)
        rule_settings.hold(session, "quiet-source", "It matched 9 of 10.", NOW)
        assert coaching_slots.take(session, ben_id, NOW.date(), None, NOW, CARD)
    told(database, team)
    mute(database, NOW, introduce(database, "ben"), book.current, "match-model")
    proven(database, book.current.judges["big-day"].rule)
    excepted = ExceptionWanted(None, covers_team=True, last_day=NOW.date(), reason="A move")
    make(database, NOW, introduce(database, "ana"), book.current, "big-day", excepted)
    return Scene(path, team.id, book)


@pytest.fixture
def stage(scene: Scene, tmp_path: Path) -> Iterator[Database]:
    """A copy of the scene for one try."""
    path = tmp_path / "stage.db"
    shutil.copyfile(scene.path, path)
    database = Database.open(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.mark.parametrize(
    ("what", "role", "cell"), cells(), ids=lambda value: re.sub(r"\W+", "_", value)
)
async def test_the_table_of_permissions_holds(
    what: str, role: str, cell: str, scene: Scene, stage: Database
) -> None:
    async with front_desk(stage, NOW, PROFILES, scene.book) as desk:
        before = state_of(stage, scene.team_id)
        await ACTS[what](desk, scene, f"U0{PEOPLE[role].upper()}")
        after = state_of(stage, scene.team_id)
    shown = [*desk.written.messages, *desk.written.forms]
    if cell == "y" and what in SAYS_NOTHING:
        assert shown == []
    else:
        assert len(shown) == 1, shown
        assert isinstance(shown[0], Refused | NotUnderstood) is (cell == "-"), shown
    if cell != "y":
        assert after == before


HOSTILE = ("", "F-0", "F--1", "f1; drop", "F-99999999999999999999", "<!channel>", "x" * 1900)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("action", [*ids.TIP_BUTTONS, *ids.RULE_BUTTONS])
async def test_a_forged_value_of_a_button_is_refused_or_means_nothing(
    action: str, value: str, scene: Scene, stage: Database
) -> None:
    async with front_desk(stage, NOW, PROFILES, scene.book) as desk:
        before = state_of(stage, scene.team_id)
        await desk.press("U0BEN", action, value)
        assert state_of(stage, scene.team_id) == before
    (shown,) = desk.written.messages
    if action not in (ids.LIST_RULES, ids.LIST_MORE_RULES) and (value or action != ids.OPEN_RULE):
        assert isinstance(shown, Refused)


@pytest.mark.parametrize(
    "context",
    [
        FormContext(),
        FormContext(finding_id=99, rule_id="no-such-rule"),
        FormContext(finding_id=-1, rule_id="<!channel>" * 100, team_id=-5, terms="x" * 500),
        FormContext(finding_id=10**18, rule_id="", team_id=10**18),
    ],
)
async def test_forged_metadata_of_a_form_changes_nothing(
    context: FormContext, scene: Scene, stage: Database
) -> None:
    fields = {
        "answer_reason": "so",
        "stage_to": "lead",
        "stage_reason": "so",
        "exception_what": "me",
        "exception_until": "2026-12-01",
        "exception_reason": "so",
    }
    forms = (ids.PLAN_FORM, ids.WRONG_FORM, ids.STAGE_FORM, ids.PARAMS_FORM, ids.EXCEPTION_FORM)
    async with front_desk(stage, NOW, PROFILES, scene.book) as desk:
        before = state_of(stage, scene.team_id)
        for form in forms:
            errors = await desk.submit("U0ADMIN", form, context, **fields)
            assert bool(errors) is (form == ids.PARAMS_FORM)
        assert state_of(stage, scene.team_id) == before
    assert len(desk.written.messages) == len(forms) - 1
    assert all(isinstance(one, Refused) for one in desk.written.messages)


async def test_other_thresholds_are_compared_in_the_open_form_and_saved_with_its_mark(
    scene: Scene, stage: Database
) -> None:
    async with front_desk(stage, NOW, PROFILES, scene.book) as desk:
        first = await desk.send_form("U0ANA", ids.PARAMS_FORM, scene.about(), **TYPED)
        assert first["response_action"] == "update"
        assert "Reckoning" in str(first["view"])
        (compared,) = desk.written.updates
        assert compared.reckoning is Reckoning.DONE  # type: ignore[attr-defined]
        context = compared.context  # type: ignore[attr-defined]
        other = await desk.send_form("U0ANA", ids.PARAMS_FORM, context, **TYPED | {"param_1": "9"})
        assert other["response_action"] == "update"
        saved = await desk.send_form("U0ANA", ids.PARAMS_FORM, context, **TYPED)
    assert saved == {}
    with stage.reading() as session:
        params = session.exec(select(RuleParamRow)).all()
        assert [(row.team_id, row.name, row.value) for row in params] == [
            (scene.team_id, "floor_usd", "8.0")
        ]
        done = session.exec(select(AuditRow).where(AuditRow.action == "rule.params_set"))
        assert len(done.all()) == 1


async def test_a_wrong_threshold_is_told_at_its_field(scene: Scene, stage: Database) -> None:
    async with front_desk(stage, NOW, PROFILES, scene.book) as desk:
        errors = await desk.submit(
            "U0ANA", ids.PARAMS_FORM, scene.about(), param_1="0.1", param_2="many"
        )
    assert "from 0.5 to 500" in errors["param_1"]
    assert "no number" in errors["param_2"]


async def test_who_may_not_compare_reads_so_in_the_form(scene: Scene, stage: Database) -> None:
    async with front_desk(stage, NOW, PROFILES, scene.book) as desk:
        await desk.send_form("U0BEN", ids.PARAMS_FORM, scene.about(), **TYPED)
    (page,) = desk.written.updates
    assert "Only a lead of the team does that" in page.refusal  # type: ignore[attr-defined]
    assert desk.written.messages == []


async def test_a_rule_that_changed_since_its_effect_was_shown_is_compared_anew(
    scene: Scene, stage: Database
) -> None:
    old = replace(scene.about(mark=True), terms="0" * 24)
    async with front_desk(stage, NOW, PROFILES, scene.book) as desk:
        shown = await desk.send_form("U0ANA", ids.PARAMS_FORM, old, **TYPED)
    assert shown["response_action"] == "update"
