"""One's own data is the sender's alone, whatever a button or a form carries: tried by everybody."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from messages import ids
from messages.metadata import FormContext
from messages.pages.help import Refused
from messages.pages.privacy import Exported, ForgetForm, ForgottenNow, Privacy
from storage import people
from storage.database import Database
from tests.bot.desk import GUEST, FrontDesk, front_desk, profile
from tests.bot.seeded import MONDAY, introduce, payments, twelve_weeks_of_usage

PROFILES = [
    *(profile(name) for name in ("ana", "ben", "chi", "dee", "eli", "fay", "nel")),
    profile("admin", is_admin=True),
    profile("guest", refusal=GUEST),
]
FORGED = FormContext("C0PAY", outcome_id=1, team_id=1, request_id=2, finding_id=2)


@pytest.fixture
def seeded(sqlite_database: Database) -> Database:
    """Payments with twelve weeks of usage."""
    payments(sqlite_database)
    twelve_weeks_of_usage(sqlite_database)
    return sqlite_database


@asynccontextmanager
async def desk_of(database: Database) -> AsyncIterator[FrontDesk]:
    async with front_desk(database, MONDAY, PROFILES) as desk:
        yield desk


def owners(content: bytes) -> set[str]:
    """Whose usage is in an export."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lines = archive.read("usage.jsonl").decode().splitlines()
        return {json.loads(line)["actor_ref"] for line in lines}


@pytest.mark.parametrize(
    ("who", "sees_organisation"), [("ben", False), ("ana", False), ("admin", True), ("nel", False)]
)
async def test_everybody_reads_their_own_and_admins_the_counts(
    seeded: Database, who: str, sees_organisation: bool
) -> None:
    async with desk_of(seeded) as desk:
        await desk.command(f"U0{who.upper()}", "/mileage privacy")
        (page,) = desk.written.messages
    assert isinstance(page, Privacy)
    assert (page.organisation is not None) is sees_organisation


@pytest.mark.parametrize("value", ["", "2", "person:2", "U0BEN", "ben@example.com"])
async def test_an_export_is_of_who_presses_and_goes_to_them(seeded: Database, value: str) -> None:
    ana = introduce(seeded, "ana").person.id
    async with desk_of(seeded) as desk:
        await desk.press("U0ANA", ids.EXPORT_MINE, value)
        (page,) = desk.written.messages
        ((to, name, content),) = desk.written.files
    assert isinstance(page, Exported)
    assert (to, name) == ("U0ANA", "mileage-2026-11-16.zip")
    assert owners(content) == {f"person-{ana}@example.org"}


async def test_a_fourth_export_on_one_day_is_refused(seeded: Database) -> None:
    async with desk_of(seeded) as desk:
        for _ in range(4):
            await desk.press("U0BEN", ids.EXPORT_MINE, "")
        assert len(desk.written.files) == 3
        assert isinstance(desk.written.messages[-1], Refused)


async def test_a_form_says_what_goes_and_deletes_nothing(seeded: Database) -> None:
    async with desk_of(seeded) as desk:
        await desk.press("U0BEN", ids.OPEN_FORGET_FORM, "")
        (form,) = desk.written.forms
    assert isinstance(form, ForgetForm)
    assert form.going
    assert known(seeded, "ben")


async def test_a_form_without_the_box_ticked_deletes_nothing(seeded: Database) -> None:
    async with desk_of(seeded) as desk:
        said = await desk.submit("U0BEN", ids.FORGET_FORM, FormContext())
    assert list(said) == [ids.FORGET_SURE]
    assert known(seeded, "ben")


async def test_a_forged_form_deletes_who_sends_it_and_nobody_else(seeded: Database) -> None:
    async with desk_of(seeded) as desk:
        said = await desk.tick("U0CHI", ids.FORGET_FORM, FORGED, ids.FORGET_SURE, ids.FORGET_YES)
        (page,) = desk.written.messages
    assert said == {}
    assert isinstance(page, ForgottenNow)
    assert not known(seeded, "chi")
    assert all(known(seeded, name) for name in ("ana", "ben", "dee", "eli", "fay"))


async def test_guests_are_shown_nothing(seeded: Database) -> None:
    async with desk_of(seeded) as desk:
        await desk.command("U0GUEST", "/mileage privacy")
        await desk.press("U0GUEST", ids.EXPORT_MINE, "")
        await desk.tick("U0GUEST", ids.FORGET_FORM, FORGED, ids.FORGET_SURE, ids.FORGET_YES)
        assert {type(one) for one in desk.written.messages} == {Refused}
        assert desk.written.files == []


def known(database: Database, name: str) -> bool:
    with database.reading() as session:
        return people.find_person_by_email(session, f"{name}@example.com") is not None
