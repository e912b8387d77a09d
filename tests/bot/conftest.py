"""A small workspace with the bot in it and its team set up, shared by every test that needs no other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from messages import ids
from tests.bot.live import PEOPLE, Live


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The bot on the sandbox. Ana leads Payments; ben, chi, dee, eli and fay are in it."""
    folder: Path = tmp_path_factory.mktemp("live")
    with Live.started(folder) as live:
        set_up_payments(live)
        yield live


def set_up_payments(live: Live) -> None:
    """What ana does first: the team's set-up with what the form already says."""
    assert live.says("ana", "/mileage setup", messages=0)["ok"]
    form = live.form("ana")
    assert form["callback_id"] == ids.SETUP_FORM
    before = len(live.sees("ana"))
    submitted = live.submits("ana", setup_members=[f"U0{name.upper()}" for name in PEOPLE])
    assert submitted["ok"], submitted
    shown = live.sees("ana", at_least=before + 1)
    assert "Payments is set up with 6 members" in shown[-1]["text"]
