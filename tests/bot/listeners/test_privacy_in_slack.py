"""Reading, exporting and deleting one's own data, through the real bot and the sandbox."""

from pathlib import Path

from messages import ids
from tests.bot.conftest import set_up_payments
from tests.bot.listeners.test_outcomes_in_slack import direct
from tests.bot.live import Json, Live, text_of


def shown(
    live: Live, user: str, line: str = "/mileage privacy", channel: str = "#payments"
) -> Json:
    """The private message that answers a command."""
    before = {one["ts"] for one in live.sees(user, channel)}
    assert live.says(user, line, channel)["ok"]
    (found,) = [one for one in live.sees(user, channel) if one["ts"] not in before]
    return found


def test_an_export_lies_in_one_s_own_direct_message(live: Live) -> None:
    message = shown(live, "ben")
    assert "What Mileage keeps about you" in text_of(message)
    assert live.presses("ben", message, ids.EXPORT_MINE)["ok"]
    live.wait_for(lambda: any(one.get("files") for one in direct(live, "ben")))
    (posted,) = [one for one in direct(live, "ben") if one.get("files")]
    assert posted["files"][0]["name"].startswith("mileage-")
    assert not [one for one in live.sees("ana") if one.get("files")]


def test_somebody_has_their_data_deleted_and_is_new_afterwards(tmp_path: Path) -> None:
    with Live.started(tmp_path) as live:  # whom nobody else's test needs any more
        set_up_payments(live)
        message = shown(live, "ben")
        assert "Which teams you count in" in text_of(message)
        assert live.presses("ben", message, ids.OPEN_FORGET_FORM)["ok"]
        form = live.form("ben")
        assert form["callback_id"] == ids.FORGET_FORM
        assert "counted under a new person" in str(form)
        assert ids.FORGET_SURE in str(live.submits("ben"))
        live.submits("ben", **{ids.FORGET_SURE: [ids.FORGET_YES]})
        live.wait_for(lambda: any("Deleted:" in text_of(one) for one in live.sees("ben")))
        assert "Which teams" not in text_of(shown(live, "ben"))
        assert "ben" not in live.log_text.lower()
