"""The page over HTTP: who sees what, what a post does, and who is turned away."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.model import File
from sandbox.page.fields import field_name
from sandbox.page.routes import STATIC
from tests.sandbox.page import gallery
from tests.sandbox.page.markup import all_of, one, tags_of, text_of
from tests.sandbox.page.stage import DeafApp, Stage, stage

ORIGIN = "http://127.0.0.1:3000"


@pytest.fixture
async def client(staged: Stage) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=staged.asgi)
    headers = {"Origin": ORIGIN}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as made:
        yield made


async def html_of(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_start_leads_to_somebodys_channel(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.path == "/as/U0ANA/C0GENERAL"


async def test_the_page_shows_the_sidebar_header_and_people(client: httpx.AsyncClient) -> None:
    html = await html_of(client, "/as/U0ANA/C0GENERAL")
    assert [a["data-name"] for a in all_of(html, "a", data_testid="channel-link")] == [
        "general",
        "team-checkout",
        "Mileage",
    ]
    assert "leads" not in text_of(html)
    assert "All of engineering" in text_of(html)
    assert one(html, "option", value="U0ANA", selected="")
    assert [s["data-insert"] for s in all_of(html, "li", role="option")][:2] == [
        "/outcome ",
        "/mileage ",
    ]


async def test_switching_keeps_the_channel_when_the_other_person_sees_it(
    client: httpx.AsyncClient,
) -> None:
    for channel, lands in (("C0TEAM", "C0TEAM"), ("C0SECRET", "C0GENERAL")):
        path = f"/switch?user=U0CHI&channel={channel}"
        answer = await client.get(path, follow_redirects=True)
        assert answer.url.path == f"/as/U0CHI/{lands}"


@pytest.mark.parametrize(
    "path",
    ["/as/U0NONE", "/as/U0BOT/C0GENERAL", "/as/U0ANA/C0SECRET", "/as/U0ANA/parts/timeline/C0SECRET", "/as/U0ANA/with/U9"],
)  # fmt: skip
async def test_what_one_may_not_see_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_nothing_is_loaded_from_elsewhere(client: httpx.AsyncClient, staged: Stage) -> None:
    staged.post({"text": "x", "blocks": gallery.MESSAGE_BLOCKS})
    answer = await client.get("/as/U0ANA/C0GENERAL")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for tag, attributes in tags_of(answer.text):
        assert "style" not in attributes
        assert tag != "style"
        assert tag != "script" or attributes["src"].startswith("/static/")
        assert attributes.get("src", "/").startswith("/")
    for name in (
        "htmx.min.js",
        "htmx.LICENSE.txt",
        "page.js",
        "page.css",
        "blocks.css",
        "icon.svg",
    ):
        assert (await client.get(f"/static/{name}")).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::2]"])
async def test_a_foreign_host_is_refused(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/as/U0ANA/C0GENERAL", headers={"Host": host})).status_code == 403


@pytest.mark.parametrize("host", ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"])
async def test_every_name_of_this_machine_is_welcome(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/as/U0ANA/C0GENERAL", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "http://127.0.0.1:3001", "https://127.0.0.1:3000"]
)
async def test_a_post_from_elsewhere_is_refused(
    client: httpx.AsyncClient, staged: Stage, origin: str
) -> None:
    answer = await client.post(
        "/as/U0ANA/say/C0GENERAL", data={"text": "hi"}, headers={"Origin": origin}
    )
    assert answer.status_code == 403
    assert staged.workspace.timeline("C0GENERAL", "U0ANA") == []


async def test_what_one_says_everybody_reads(client: httpx.AsyncClient) -> None:
    said = await client.post("/as/U0ANA/say/C0GENERAL", data={"text": "Hi @ben <b>"})
    assert said.status_code == 204
    html = await html_of(client, "/as/U0BEN/parts/timeline/C0GENERAL")
    assert "Hi @Ben Okafor <b>" in text_of(html)
    sidebar = await html_of(client, "/as/U0CHI/parts/sidebar")
    assert one(sidebar, "a", data_name="general")["class"] == "unread"
    await html_of(client, "/as/U0CHI/parts/timeline/C0GENERAL")
    sidebar = await html_of(client, "/as/U0CHI/parts/sidebar")
    assert one(sidebar, "a", data_name="general")["class"] == ""


async def test_a_command_reaches_the_app_and_its_answer_only_the_person(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    staged.app.answer = lambda payload: {"text": f"*noted* {payload['text']}"}
    await client.post("/as/U0ANA/say/C0GENERAL", data={"text": "/outcome Cut p95 by Fri"})
    assert staged.app.heard[0]["command"] == "/outcome"
    html = await html_of(client, "/as/U0ANA/parts/timeline/C0GENERAL")
    assert "noted Cut p95 by Fri" in text_of(html)
    assert "Only visible to you" in text_of(html)
    other = await html_of(client, "/as/U0BEN/parts/timeline/C0GENERAL")
    assert "noted" not in other
    ts = one(html, "article")["data-ts"]
    stolen = await client.post(f"/as/U0BEN/dismiss/C0GENERAL/{ts}")
    assert stolen.status_code == 404
    await client.post(f"/as/U0ANA/dismiss/C0GENERAL/{ts}")
    assert "noted" not in await html_of(client, "/as/U0ANA/parts/timeline/C0GENERAL")


async def test_commands_do_not_work_in_threads(client: httpx.AsyncClient, staged: Stage) -> None:
    parent = staged.post({"text": "a"})
    answer = await client.post(
        "/as/U0ANA/say/C0GENERAL", data={"text": "/outcome x", "thread_ts": parent.ts}
    )
    assert "not supported in threads" in answer.headers["HX-Trigger"]
    assert staged.app.heard == []


async def test_a_thread_shows_its_replies_and_the_channel_their_number(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    parent = staged.post({"text": "the parent"})
    await client.post("/as/U0BEN/say/C0GENERAL", data={"text": "a reply", "thread_ts": parent.ts})
    thread = await html_of(client, f"/as/U0ANA/parts/thread/C0GENERAL/{parent.ts}")
    assert [a["data-user"] for a in all_of(thread, "article")] == ["U0BOT", "U0BEN"]
    timeline = await html_of(client, "/as/U0ANA/parts/timeline/C0GENERAL")
    assert "a reply" not in timeline
    assert "1 reply" in " ".join(text_of(timeline).split())


async def test_a_button_sends_its_value_and_the_rest_of_the_messages_state(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    message = staged.post({"text": "x", "blocks": [gallery.ACTIONS, gallery.TICKS]})
    form = {
        "block_id": "acts",
        "action_id": "verify",
        "value": "O-12",
        field_name("ticks", "boxes"): "durable",
        field_name("ticks", "radio"): "medium",
    }
    answer = await client.post(f"/as/U0BEN/act/message/C0GENERAL/{message.ts}", data=form)
    assert answer.status_code == 204
    payload = staged.app.heard[0]
    assert payload["user"]["id"] == "U0BEN"
    assert payload["actions"][0]["value"] == "O-12"
    values = payload["state"]["values"]["ticks"]
    assert [o["value"] for o in values["boxes"]["selected_options"]] == ["durable"]


@pytest.mark.parametrize(
    ("block", "element", "texts", "key", "expected"),
    [
        ("acts", "size", {field_name("acts", "size"): "large"}, "selected_option", gallery.SIZES[2]),
        ("acts", "more", {"value": "mute"}, "selected_option", gallery.option("Mute")),
        ("pickers", "who", {field_name("pickers", "who"): "U0CHI"}, "selected_user", "U0CHI"),
        ("pickers", "day", {field_name("pickers", "day"): "2026-12-24"}, "selected_date", "2026-12-24"),
        ("ticks", "radio", {field_name("ticks", "radio"): "small"}, "selected_option", gallery.SIZES[0]),
        ("feedback", "useful", {"value": "no"}, "value", "no"),
    ],
)  # fmt: skip
async def test_choosing_acts_at_once(
    client: httpx.AsyncClient,
    staged: Stage,
    block: str,
    element: str,
    texts: dict[str, str],
    key: str,
    expected: object,
) -> None:
    blocks = [gallery.ACTIONS, gallery.PICKERS, gallery.TICKS, gallery.CONTEXT_ACTIONS]
    message = staged.post({"text": "x", "blocks": blocks})
    form = {"block_id": block, "action_id": element, **texts}
    answer = await client.post(f"/as/U0ANA/act/message/C0GENERAL/{message.ts}", data=form)
    assert answer.status_code == 204, answer.text
    action = staged.app.heard[0]["actions"][0]
    assert (action["action_id"], action[key]) == (element, expected)


async def test_a_modal_is_filled_in_refused_and_submitted(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    view = staged.workspace.views.open("U0ANA", gallery.MODAL)
    submit = f"/as/U0ANA/submit/{view.id}"
    await client.post(submit, files=[("x", (None, "y"))])
    html = await html_of(client, "/as/U0ANA/parts/modals")
    assert text_of(html).count("Please complete this required field.") == 3
    filled = {
        field_name("in_plain_text_input", "title"): "Cut p95",
        field_name("in_static_select", "size"): "small",
        field_name("in_radio_buttons", "kind"): "fix",
    }
    refusal: dict[str, Any] = {
        "response_action": "errors",
        "errors": {"in_plain_text_input": "Say by how much."},
    }
    staged.app.answer = lambda _: refusal
    await client.post(submit, data=filled)
    html = await html_of(client, "/as/U0ANA/parts/modals")
    assert "Say by how much." in text_of(html)
    assert one(html, "input", type="text")["value"] == "Cut p95"
    staged.app.answer = lambda _: None
    await client.post(submit, data=filled)
    assert (await html_of(client, "/as/U0ANA/parts/modals")).strip() == ""
    values = staged.app.heard[-1]["view"]["state"]["values"]
    assert values["in_radio_buttons"]["kind"]["selected_option"]["value"] == "fix"


async def test_nobody_submits_somebody_elses_modal(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    view = staged.workspace.views.open("U0ANA", gallery.MODAL)
    assert (await html_of(client, "/as/U0BEN/parts/modals")).strip() == ""
    assert (await client.post(f"/as/U0BEN/submit/{view.id}", data={})).status_code == 404


async def test_stacked_modals_close_one_by_one_or_together(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    views = staged.workspace.views
    first = views.open("U0ANA", gallery.MODAL)
    second = views.push("U0ANA", gallery.EVERY_INPUT)
    html = await html_of(client, "/as/U0ANA/parts/modals")
    assert one(html, "dialog")["data-view-id"] == second.id
    assert all_of(html, "button", data_testid="modal-back")
    await client.post(f"/as/U0ANA/close/{second.id}")
    assert views.stack("U0ANA") == [first]
    third = views.push("U0ANA", gallery.EVERY_INPUT)
    await client.post(f"/as/U0ANA/close/{third.id}?all=1")
    assert views.stack("U0ANA") == []


async def test_an_uploaded_file_belongs_to_its_owner(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    view = staged.workspace.views.open("U0ANA", gallery.EVERY_INPUT)
    name = field_name("in_file_input", "evidence")
    await client.post(
        f"/as/U0ANA/submit/{view.id}", files={name: ("run.png", b"\x89PNG", "image/png")}
    )
    held = staged.app.heard[-1]["view"]["state"]["values"]["in_file_input"]["evidence"]["files"]
    assert (held[0]["name"], held[0]["filetype"]) == ("run.png", "png")
    file = staged.workspace.file(held[0]["id"])
    assert file is not None
    assert (file.name, file.content, file.mimetype) == ("run.png", b"\x89PNG", "image/png")
    own = await client.get(f"/as/U0ANA/files/{file.id}")
    assert (own.content, own.headers["Content-Type"]) == (b"\x89PNG", "image/png")
    assert (await client.get(f"/as/U0BEN/files/{file.id}")).status_code == 404


async def test_a_file_that_could_run_is_only_downloaded(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    file = File("F1", "x.html", 3, "x", "text/html", "U0ANA", 0, content=b"<b>", completed=True)
    staged.workspace.files[file.id] = file
    answer = await client.get("/as/U0ANA/files/F1")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_an_external_select_offers_what_the_app_answers(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    staged.app.answer = lambda payload: (
        {"options": [gallery.option("O-12"), gallery.option("O-14")]}
        if payload["type"] == "block_suggestion"
        else None
    )
    message = staged.post({"text": "x", "blocks": [gallery.PICKERS]})
    place = f"message/C0GENERAL/{message.ts}"
    query = {"block_id": "pickers", "action_id": "search", "q": "O"}
    answer = await client.get(f"/as/U0ANA/options/{place}", params=query)
    assert [i["value"] for i in all_of(answer.text, "input", type="radio")] == ["o-12", "o-14"]
    form = {"block_id": "pickers", "action_id": "search", field_name("pickers", "search"): "o-14"}
    await client.post(f"/as/U0ANA/act/{place}", data=form)
    assert staged.app.heard[-1]["actions"][0]["selected_option"] == gallery.option("O-14")


async def test_shortcuts_reactions_membership_and_home_reach_the_workspace(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    message = staged.post({"text": "x"})
    here = f"C0GENERAL/{message.ts}"
    await client.post(f"/as/U0ANA/shortcut/{here}", data={"callback_id": "log_outcome"})
    await client.post("/as/U0ANA/shortcut", data={"callback_id": "declare"})
    assert [p["type"] for p in staged.app.heard] == ["message_action", "shortcut"]
    await client.post(f"/as/U0ANA/react/{here}", data={"name": "tada"})
    html = await html_of(client, "/as/U0BEN/parts/timeline/C0GENERAL")
    assert one(html, "button", aria_label="tada: 1")["aria-pressed"] == "false"
    joined = await client.post("/as/U0CHI/join/C0TEAM")
    assert joined.headers["HX-Refresh"] == "true"
    assert "U0CHI" in staged.workspace.channels["C0TEAM"].members
    staged.workspace.views.publish("U0ANA", {"type": "home", "blocks": [gallery.SECTION]})
    assert (await client.post("/as/U0ANA/opened/home")).status_code == 204
    assert "Cut checkout p95" in text_of(await html_of(client, "/as/U0ANA/parts/home"))


async def test_an_app_that_is_not_there_is_told_as_slack_tells_it() -> None:
    staged = stage(DeafApp())
    transport = httpx.ASGITransport(app=staged.asgi)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        answer = await client.post(
            "/as/U0ANA/say/C0GENERAL", data={"text": "/outcome x"}, headers={"Origin": ORIGIN}
        )
    assert "/outcome failed" in answer.headers["HX-Trigger"]


async def test_the_stream_tells_each_person_only_what_concerns_them(staged: Stage) -> None:
    from sandbox.page.live import stream

    events = stream(staged.workspace, "U0BEN")
    assert "resync" in await anext(events)
    staged.post({"text": "private"}, only="U0ANA")
    staged.post({"text": "for all"})
    assert '"kind": "message", "channel": "C0GENERAL"' in await anext(events)
    staged.workspace.changes.close()
    assert [event async for event in events] == [": still here\n\n"]


async def test_nobody_hands_in_somebody_elses_file(
    client: httpx.AsyncClient, staged: Stage
) -> None:
    staged.workspace.files["F1"] = File("F1", "x.png", 1, "x", "image/png", "U0BEN", 0)
    view = staged.workspace.views.open("U0ANA", gallery.EVERY_INPUT)
    form = {field_name("in_file_input", "evidence"): "F1"}
    assert (await client.post(f"/as/U0ANA/submit/{view.id}", data=form)).status_code == 404
    assert staged.app.heard == []


def test_the_vendored_library_is_the_one_its_note_names() -> None:
    digest = hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest()
    assert digest in (STATIC / "VENDORED.txt").read_text()
