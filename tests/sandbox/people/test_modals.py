"""Modals: the stack, state of every element, acks, hashes, triggers."""

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from sandbox.model import Json
from tests.sandbox.running import BotFactory, Running
from tests.sandbox.texts import option, plain


def field(name: str, element: Json, **more: object) -> Json:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name),
        "element": {"action_id": "it", **element},
        **more,
    }


def form(**more: object) -> Json:
    blocks = [
        field("title", {"type": "plain_text_input", "max_length": 20}),
        field(
            "size",
            {
                "type": "static_select",
                "options": [option("S"), option("M")],
                "initial_option": option("M"),
            },
        ),
        field("keys", {"type": "checkboxes", "options": [option("a"), option("b")]}, optional=True),
        field("due", {"type": "datepicker", "initial_date": "2026-12-01"}, optional=True),
        field("who", {"type": "multi_users_select"}, optional=True),
        field(
            "count",
            {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"},
            optional=True,
        ),
    ]
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Outcome"),
        "submit": plain("Declare"),
        "blocks": blocks,
        **more,
    }


class Recorder:
    """A bot that opens a form on /outcome and acknowledges its submission as told."""

    def __init__(self, opens: Json | None = None, **ack: object) -> None:
        self.opens = opens or form()
        self.ack = ack
        self.views: list[Json] = []
        self.closed: list[Json] = []
        self.trigger = ""

    def __call__(self, app: AsyncApp) -> None:
        app.command("/outcome")(self.open)
        app.view("form")(self.submitted)
        app.view_closed("form")(self.was_closed)

    async def open(self, ack: Any, body: Json, client: Any) -> None:  # noqa: ANN401
        await ack()
        self.trigger = body["trigger_id"]
        await client.views_open(trigger_id=self.trigger, view=self.opens)

    async def submitted(self, ack: Any, view: Json) -> None:  # noqa: ANN401
        self.views.append(view)
        await ack(**self.ack)

    async def was_closed(self, ack: Any, body: Json) -> None:  # noqa: ANN401
        self.closed.append(body)
        await ack()


async def opened(here: Running) -> Json:
    await here.post("command", user="ana", channel="#team", text="/outcome")
    return (await here.get("views", user="ana", at_least=1))["views"][-1]


async def submitted(here: Running, state: Json | None = None) -> Json:
    state = {"title": {"it": "x"}} if state is None else state
    return await here.post("view/submit", user="ana", state=state)


async def test_a_form_is_opened_filled_and_closed(here: Running, connect: BotFactory) -> None:
    bot = Recorder(form(private_metadata="O-12"))
    await connect(bot)
    await opened(here)
    state = {"title": {"it": "Cut p95"}, "keys": {"it": ["b"]}, "who": {"it": ["U0BEN"]}}
    outcome = await submitted(here, state)
    assert (outcome["ok"], outcome["view"]) == (True, None)
    assert bot.views[0]["private_metadata"] == "O-12"
    assert bot.views[0]["state"]["values"] == {
        "title": {"it": {"type": "plain_text_input", "value": "Cut p95"}},
        "size": {"it": {"type": "static_select", "selected_option": option("M")}},
        "keys": {"it": {"type": "checkboxes", "selected_options": [option("b")]}},
        "due": {"it": {"type": "datepicker", "selected_date": "2026-12-01"}},
        "who": {"it": {"type": "multi_users_select", "selected_users": ["U0BEN"]}},
        "count": {"it": {"type": "number_input", "value": None}},
    }


@pytest.mark.parametrize(
    ("state", "errors"),
    [
        ({}, {"title": "Please complete this required field."}),
        ({"title": {"it": "x" * 21}}, {"title": "Must be at most 20 characters."}),
        ({"title": {"it": "x"}, "count": {"it": "1.5"}}, {"count": "Enter a whole number."}),
        ({"title": {"it": "x"}, "count": {"it": "0"}}, {"count": "Must be at least 1."}),
    ],
)
async def test_slack_itself_holds_back_an_incomplete_form(
    here: Running, connect: BotFactory, state: Json, errors: Json
) -> None:
    bot = Recorder()
    await connect(bot)
    await opened(here)
    outcome = await submitted(here, state)
    assert (outcome["ok"], outcome["errors"], bot.views) == (False, errors, [])


async def test_an_option_that_is_not_offered_cannot_be_chosen(
    here: Running, connect: BotFactory
) -> None:
    await connect(Recorder())
    await opened(here)
    outcome = await submitted(here, {"size": {"it": "XXL"}})
    assert outcome["error"] == "invalid_choice"


async def test_the_apps_errors_are_shown_and_the_form_stays(
    here: Running, connect: BotFactory
) -> None:
    await connect(Recorder(response_action="errors", errors={"title": "Taken"}))
    await opened(here)
    outcome = await submitted(here)
    assert (outcome["ok"], outcome["errors"]) == (False, {"title": "Taken"})
    shown = (await here.get("views", user="ana"))["views"][0]
    assert shown["errors"] == {"title": "Taken"}
    assert shown["state"]["values"]["title"]["it"]["value"] == "x"


async def test_errors_for_no_such_input_are_trouble(here: Running, connect: BotFactory) -> None:
    await connect(Recorder(response_action="errors", errors={"nowhere": "Taken"}))
    await opened(here)
    outcome = await submitted(here)
    assert outcome["notice"] == "We had some trouble connecting. Try again?"


async def test_an_update_keeps_the_id_and_changes_the_hash(
    here: Running, connect: BotFactory
) -> None:
    other = form(title=plain("Second"))
    await connect(Recorder(response_action="update", view=other))
    before = await opened(here)
    outcome = await submitted(here)
    after = outcome["view"]
    assert after["title"]["text"] == "Second"
    assert after["id"] == before["id"]
    assert after["hash"] != before["hash"]
    assert after["state"]["values"]["title"]["it"]["value"] == "x"


async def test_a_stack_holds_three_views(here: Running, connect: BotFactory) -> None:
    await connect(Recorder(response_action="push", view=form()))
    first = await opened(here)
    for _ in range(2):
        outcome = await submitted(here)
    stack = (await here.get("views", user="ana"))["views"]
    assert [view["root_view_id"] for view in stack] == [first["id"]] * 3
    assert [view["previous_view_id"] for view in stack] == [None, stack[0]["id"], stack[1]["id"]]
    outcome = await submitted(here)
    assert outcome["error"] == "push_limit_reached"


async def test_clear_closes_the_whole_stack(here: Running, connect: BotFactory) -> None:
    bot = Recorder(response_action="push", view=form())
    await connect(bot)
    await opened(here)
    await submitted(here)
    bot.ack = {"response_action": "clear"}
    await submitted(here)
    assert (await here.get("views", user="ana"))["views"] == []


@pytest.mark.parametrize("wants_to_know", [True, False])
async def test_closing_is_told_to_those_who_asked(
    here: Running, connect: BotFactory, *, wants_to_know: bool
) -> None:
    bot = Recorder(form(notify_on_close=wants_to_know))
    await connect(bot)
    await opened(here)
    assert (await here.post("view/close", user="ana"))["ok"]
    assert [body["is_cleared"] for body in bot.closed] == ([False] if wants_to_know else [])


async def test_a_view_belongs_to_its_person(here: Running, connect: BotFactory) -> None:
    await connect(Recorder())
    view = await opened(here)
    assert (await here.get("views", user="ben.o"))["views"] == []
    outcome = await here.post("view/submit", user="ben.o", view_id=view["id"])
    assert outcome["error"] == "view_not_found"


async def test_a_trigger_works_once_and_for_three_seconds(
    here: Running, connect: BotFactory
) -> None:
    bot = Recorder()
    await connect(bot)
    await opened(here)
    fresh = here.sandbox.tickets.trigger("U0ANA")
    here.clock.advance(3.1)
    for trigger, error in (
        (bot.trigger, "exchanged_trigger_id"),
        (fresh, "expired_trigger_id"),
        ("12345.98765", "invalid_trigger_id"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await here.client.views_open(trigger_id=trigger, view=form())


async def test_a_stale_hash_is_a_conflict(here: Running, connect: BotFactory) -> None:
    await connect(Recorder())
    view = await opened(here)
    fresh = await here.client.views_update(view_id=view["id"], hash=view["hash"], view=form())
    assert fresh["view"]["hash"] != view["hash"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await here.client.views_update(view_id=view["id"], hash=view["hash"], view=form())


async def test_an_invalid_view_is_refused_with_pointers(here: Running) -> None:
    with pytest.raises(SlackApiError) as refused:
        await here.client.views_open(trigger_id="x", view={**form(), "title": plain("x" * 25)})
    body = refused.value.response.data
    assert body["error"] == "invalid_arguments"
    assert body["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]


async def test_an_external_select_asks_the_app(here: Running, connect: BotFactory) -> None:
    element = {"type": "external_select", "action_id": "pick", "min_query_length": 2}
    view = form(blocks=[field("one", element)])
    asked: list[str] = []

    def setup(app: AsyncApp) -> None:
        Recorder(view)(app)

        @app.options("pick")
        async def offer(ack: Any, payload: Json) -> None:  # noqa: ANN401
            asked.append(payload["value"])
            await ack(options=[option("O-1"), option("O-2")])

    await connect(setup)
    top = await opened(here)
    place = {"user": "ana", "view_id": top["id"], "action_id": "pick"}
    assert (await here.post("options", query="O", **place))["options"] == []
    found = await here.post("options", query="O-", **place)
    assert [one["value"] for one in found["options"]] == ["O-1", "O-2"]
    assert asked == ["O-"]
    assert (await here.post("view/submit", user="ana", state={"one": {"pick": "O-2"}}))["ok"]


async def test_a_chosen_conversation_brings_a_response_url(
    here: Running, connect: BotFactory
) -> None:
    element = {"type": "conversations_select", "response_url_enabled": True}
    urls: list[Json] = []

    def setup(app: AsyncApp) -> None:
        bot = Recorder(form(blocks=[field("where", element)]))
        app.command("/outcome")(bot.open)

        @app.view("form")
        async def submitted(ack: Any, body: Json, respond: Any) -> None:  # noqa: ANN401
            await ack()
            urls.extend(body["response_urls"])
            await respond("Declared", response_type="in_channel")

    await connect(setup)
    await opened(here)
    await here.post("view/submit", user="ana", state={"where": {"it": "C0TEAM"}})
    seen = await here.get("messages", user="ben.o", channel="#team", at_least=1)
    assert [one["text"] for one in seen["messages"]] == ["Declared"]
    assert [(one["block_id"], one["channel_id"]) for one in urls] == [("where", "C0TEAM")]
