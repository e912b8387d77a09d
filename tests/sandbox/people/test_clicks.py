"""Buttons, selects, Home, shortcuts and response URLs."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.model import Json
from tests.sandbox.running import BotFactory, Running
from tests.sandbox.texts import option, plain

BLOCKS: list[Json] = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "verify", "text": plain("Verify"), "value": "O-12"},
            {"type": "overflow", "action_id": "more", "options": [option("drop"), option("edit")]},
            {"type": "static_select", "action_id": "size", "options": [option("S"), option("M")]},
            {"type": "checkboxes", "action_id": "flags", "options": [option("x"), option("y")]},
        ],
    },
    {
        "type": "input",
        "block_id": "note",
        "label": plain("Note"),
        "element": {"type": "plain_text_input", "action_id": "typed"},
    },
]


class Clicks:
    """A bot that keeps every action payload."""

    def __init__(self) -> None:
        self.seen: asyncio.Queue[Json] = asyncio.Queue()

    def __call__(self, app: AsyncApp) -> None:
        for action in ("verify", "more", "size", "flags"):
            app.action(action)(self.keep)
        app.shortcut("new")(self.keep)
        app.shortcut("log")(self.keep)

    async def keep(self, ack: Any, body: Json) -> None:  # noqa: ANN401
        await ack()
        await self.seen.put(body)

    async def clicked(self, here: Running, ts: str, action: str, **more: object) -> Json:
        outcome = await here.post(
            "action", user="ana", channel="#team", ts=ts, action_id=action, **more
        )
        assert outcome["ok"], outcome
        return await self.seen.get()


@pytest.fixture
async def bot(connect: BotFactory) -> Clicks:
    clicks = Clicks()
    await connect(clicks)
    return clicks


async def posted(here: Running) -> str:
    answer = await here.client.chat_postMessage(channel="C0TEAM", text="O-12", blocks=BLOCKS)
    return str(answer["ts"])


async def test_a_button_sends_its_value_and_the_whole_state(here: Running, bot: Clicks) -> None:
    ts = await posted(here)
    body = await bot.clicked(here, ts, "verify", state={"row": {"size": "M"}})
    action = body["actions"][0]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "O-12", "row")
    assert body["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0TEAM",
        "is_ephemeral": False,
    }
    assert body["message"]["ts"] == ts
    assert body["state"]["values"] == {
        "row": {
            "size": {"type": "static_select", "selected_option": option("M")},
            "flags": {"type": "checkboxes", "selected_options": []},
        },
        "note": {"typed": {"type": "plain_text_input", "value": None}},
    }


@pytest.mark.parametrize(
    ("action", "value", "sent"),
    [
        ("more", "edit", {"selected_option": option("edit")}),
        ("size", "S", {"selected_option": option("S")}),
        ("flags", ["x", "y"], {"selected_options": [option("x"), option("y")]}),
    ],
)
async def test_a_choice_is_sent_as_slack_does(
    here: Running,
    bot: Clicks,
    action: str,
    value: object,
    sent: Json,
) -> None:
    body = await bot.clicked(here, await posted(here), action, value=value)
    assert sent.items() <= body["actions"][0].items()


async def test_what_one_person_chose_is_not_what_another_sees(here: Running, bot: Clicks) -> None:
    ts = await posted(here)
    await bot.clicked(here, ts, "size", value="S")
    await here.post("action", user="ben.o", channel="#team", ts=ts, action_id="verify")
    state = (await bot.seen.get())["state"]["values"]
    assert state["row"]["size"]["selected_option"] is None


async def test_typing_in_an_input_tells_nobody(here: Running, bot: Clicks) -> None:
    ts = await posted(here)
    outcome = await here.post(
        "action", user="ana", channel="#team", ts=ts, action_id="typed", value="text"
    )
    assert (outcome["ok"], outcome["ack_ms"]) == (True, None)
    body = await bot.clicked(here, ts, "verify")
    assert body["state"]["values"]["note"]["typed"]["value"] == "text"


async def test_nobody_clicks_in_somebody_elses_ephemeral(here: Running, bot: Clicks) -> None:
    sent = await here.client.chat_postEphemeral(
        channel="C0TEAM", user="U0ANA", text="x", blocks=BLOCKS
    )
    place = {"channel": "#team", "ts": sent["message_ts"], "action_id": "verify"}
    refused = await here.post("action", user="ben.o", block_id="row", **place)
    assert refused["error"] == "message_not_found"
    body = await bot.clicked(here, sent["message_ts"], "verify")
    assert body["container"]["is_ephemeral"] is True
    assert "message" not in body


async def test_a_response_url_replaces_and_deletes_the_ephemeral_it_came_from(
    here: Running, bot: Clicks
) -> None:
    sent = await here.client.chat_postEphemeral(
        channel="C0TEAM", user="U0ANA", text="x", blocks=BLOCKS
    )
    body = await bot.clicked(here, sent["message_ts"], "verify")
    hook = AsyncWebhookClient(body["response_url"])
    assert (await hook.send(text="Done", replace_original=True)).body == "ok"
    seen = (await here.get("messages", user="ana", channel="#team"))["messages"]
    assert [(one["text"], "blocks" in one) for one in seen] == [("Done", False)]
    await hook.send(delete_original=True)
    assert (await here.get("messages", user="ana", channel="#team"))["messages"] == []


async def test_a_response_url_is_private_unless_told_otherwise(here: Running, bot: Clicks) -> None:
    hook = AsyncWebhookClient(
        (await bot.clicked(here, await posted(here), "verify"))["response_url"]
    )
    await hook.send(text="For Ana")
    await hook.send(text="For all", response_type="in_channel")
    seen = (await here.get("messages", user="ben.o", channel="#team"))["messages"]
    assert [one["text"] for one in seen] == ["O-12", "For all"]
    refused = await hook.send(text="x", blocks=[{"type": "marquee"}])
    assert (refused.status_code, refused.body) == (400, "invalid_blocks")


async def test_a_response_url_works_five_times(here: Running, bot: Clicks) -> None:
    hook = AsyncWebhookClient(
        (await bot.clicked(here, await posted(here), "verify"))["response_url"]
    )
    answers = [await hook.send(text=str(number)) for number in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert answers[-1].body == "used_url"


async def test_a_response_url_works_for_thirty_minutes(here: Running, bot: Clicks) -> None:
    hook = AsyncWebhookClient(
        (await bot.clicked(here, await posted(here), "verify"))["response_url"]
    )
    here.clock.advance(29 * 60)
    assert (await hook.send(text="In time")).status_code == 200
    here.clock.advance(61)
    assert (await hook.send(text="Late")).status_code == 404


async def test_shortcuts_reach_the_app(here: Running, bot: Clicks) -> None:
    assert (await here.post("shortcut", user="ana", callback_id="new"))["ok"]
    assert (await bot.seen.get())["type"] == "shortcut"
    ts = await posted(here)
    await here.post("shortcut", user="ana", callback_id="log", channel="#team", ts=ts)
    body = await bot.seen.get()
    assert (body["type"], body["message_ts"], body["message"]["text"]) == (
        "message_action",
        ts,
        "O-12",
    )
    assert body["response_url"]


def home(text: str) -> Json:
    return {"type": "home", "blocks": [{"type": "header", "text": plain(text)}]}


async def test_the_home_tab_is_published_when_it_is_opened(
    here: Running, connect: BotFactory
) -> None:
    def setup(app: AsyncApp) -> None:
        @app.event("app_home_opened")
        async def show(event: Json, client: Any) -> None:  # noqa: ANN401
            await client.views_publish(user_id=event["user"], view=home(event["tab"]))

    await connect(setup)
    assert (await here.post("home/open", user="ana"))["view"] is None
    shown = (await here.get("home", user="ana", not_hash=""))["view"]
    assert shown["blocks"][0]["text"]["text"] == "home"
    assert (await here.get("home", user="ben.o"))["view"] is None


async def test_a_home_with_a_stale_hash_is_a_conflict(here: Running) -> None:
    first = await here.client.views_publish(user_id="U0ANA", view=home("1"))
    second = await here.client.views_publish(
        user_id="U0ANA", view=home("2"), hash=first["view"]["hash"]
    )
    assert second["view"]["id"] == first["view"]["id"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await here.client.views_publish(user_id="U0ANA", view=home("3"), hash=first["view"]["hash"])


async def test_changes_reach_the_screens_they_concern(here: Running) -> None:
    workspace = here.sandbox.workspace
    with workspace.subscribe("U0ANA") as ana, workspace.subscribe("U0BEN") as ben:
        await here.client.chat_postEphemeral(channel="C0TEAM", user="U0ANA", text="x")
        await here.client.chat_postMessage(channel="C0TEAM", text="y")
        seen = {
            name: [change.kind for change in (await feed.next(5), await feed.next(0.01)) if change]
            for name, feed in (("ana", ana), ("ben", ben))
        }
    assert seen == {"ana": ["ephemeral", "message"], "ben": ["message"]}
