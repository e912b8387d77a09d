"""Focus and linking through the real bot and the sandbox."""

import json
import re
from datetime import UTC, datetime

from messages import ids
from policies.usage import microseconds
from storage.database import Database
from storage.usage import store_usage
from tests.bot.live import Json, Live, text_of
from tests.bot.seeded import introduce
from tests.storage.records import usage_record


def declared(live: Live, who: str, title: str) -> str:
    return re.findall(r"O-\d+", live.reply(who, f"/outcome {title}"))[0]


def use(live: Live, who: str, **keys: str) -> None:
    """Usage of today, as an import would bring it."""
    database = Database.open(live.database_url)
    now = microseconds(datetime.now(UTC))
    person = introduce(database, who).person.id
    with database.writing() as session:
        store_usage(session, [usage_record(person, json.dumps(keys), now, **keys)])
    database.dispose()


def links(message: Json) -> list[Json]:
    """The elements of a message that link usage, with the blocks they stand in."""
    found = [block for block in message["blocks"] if block["type"] == "section"]
    return [one for one in found if one.get("accessory", {}).get("action_id") == ids.LINK_USAGE]


def value_of(block: Json, outcome: str) -> str:
    """What is sent to link to an outcome: that of the button, or of the option where there are several."""
    chosen = block["accessory"]
    if "options" in chosen:
        [chosen] = [one for one in chosen["options"] if outcome in one["text"]["text"]]
    return str(chosen["value"])


def taps(live: Live, who: str, message: Json, block: Json, value: str) -> str:
    """What somebody reads who presses a button, or chooses the option of that value."""
    before = {one["ts"] for one in live.sees(who)}
    tapped = live.post(
        "action",
        user=who,
        channel="#payments",
        ts=message["ts"],
        action_id=ids.LINK_USAGE,
        block_id=block["block_id"],
        value=value,
    )
    assert tapped["ok"], tapped
    news: list[Json] = []

    def has_come() -> bool:
        news[:] = [one for one in live.sees(who) if one["ts"] not in before]
        return bool(news)

    live.wait_for(has_come, "that the tap was answered")
    return text_of(news[0])


def test_an_outcome_comes_into_focus_and_leaves_it(live: Live) -> None:
    label = declared(live, "eli", "Plan the move of invoices")
    assert f"{label} is in focus" in live.reply("eli", f"/outcome start {label}")
    assert f"{label} is no longer in focus" in live.reply("eli", "/outcome stop")
    assert "No outcome of yours is in focus" in live.reply("eli", "/outcome stop")
    assert "Your team has no outcome O-999" in live.reply("eli", "/outcome start O-999")


def test_own_usage_is_linked_with_one_tap(live: Live) -> None:
    use(live, "fay", ticket="TAP-1", branch="tap")
    use(live, "fay", ticket="TAP-2", branch="tap")
    first = declared(live, "fay", "Link by a button")
    mine = live.says("fay", "/mileage me")["messages"][0]
    button = next(one for one in links(mine) if "TAP-1" in one["text"]["text"])
    value = value_of(button, first)
    said = taps(live, "fay", mine, button, value)
    assert f"count for *{first}* now" in said
    assert "52.1k tokens of yours" in said
    assert "linked already" in taps(live, "fay", mine, button, value)

    second = declared(live, "fay", "Link by a select")
    mine = live.says("fay", "/mileage me")["messages"][0]
    assert "TAP-1" not in text_of(mine)
    [select] = [one for one in links(mine) if "TAP-2" in one["text"]["text"]]
    assert "options" in select["accessory"]
    assert f"count for *{second}* now" in taps(live, "fay", mine, select, value_of(select, second))
