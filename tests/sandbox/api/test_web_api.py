"""The Web API through Slack's own clients: arguments, tokens, scopes and refusals."""

import asyncio
import json
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.running import Running, manifest_with, running

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}


async def refusal(call: Any) -> dict[str, Any]:  # noqa: ANN401
    with pytest.raises(SlackApiError) as refused:
        await call
    return dict(refused.value.response.data)


async def test_auth_test_says_who_the_bot_is(here: Running) -> None:
    answer = await here.client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        "U0BOT",
        "B0SANDBOX",
        "T0TEAM",
    )
    assert "chat:write" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, "not_authed"),
        ("xoxb-wrong", "invalid_auth"),
        ("xapp-sandbox", "not_allowed_token_type"),
    ],
)
async def test_a_wrong_token_is_refused(here: Running, token: str | None, error: str) -> None:
    body = await refusal(here.client_with(token).auth_test())
    assert body["error"] == error


async def test_an_app_token_is_needed_for_a_socket(here: Running) -> None:
    body = await refusal(here.client.apps_connections_open(app_token="xoxb-sandbox"))
    assert body["error"] == "not_allowed_token_type"


async def test_a_missing_scope_is_named() -> None:
    async with running(manifest=manifest_with(without_scopes=["chat:write"])) as here:
        body = await refusal(here.client.chat_postMessage(channel="C0TEAM", text="Hi"))
    assert (body["error"], body["needed"]) == ("missing_scope", "chat:write")
    assert "commands" in body["provided"]


async def test_an_unknown_method_is_refused(here: Running) -> None:
    body = await refusal(here.client.api_call("chat.shout"))
    assert body["error"] == "unknown_method"


async def test_form_json_and_get_carry_the_same_arguments(here: Running) -> None:
    headers = {"Authorization": "Bearer xoxb-sandbox"}
    fields = {"channel": "C0TEAM", "text": "Hi", "blocks": json.dumps([SECTION])}
    as_json = {**fields, "blocks": [SECTION]}
    answers = [
        await here.http.post("/api/chat.postMessage", data=fields, headers=headers),
        await here.http.post("/api/chat.postMessage", json=as_json, headers=headers),
        await here.http.post("/api/chat.postMessage", json=fields, headers=headers),
        await here.http.get("/api/chat.postMessage", params=fields, headers=headers),
    ]
    assert [answer.json()["ok"] for answer in answers] == [True] * 4
    assert len(here.sandbox.workspace.timeline("C0TEAM", "U0ANA")) == 4


async def test_a_posted_message_is_seen_by_members_and_in_history(here: Running) -> None:
    posted = await here.client.chat_postMessage(channel="C0TEAM", text="Hi", blocks=[SECTION])
    history = await here.client.conversations_history(channel="C0TEAM")
    assert [one["ts"] for one in history["messages"]] == [posted["ts"]]
    assert history["messages"][0]["blocks"][0]["block_id"]
    assert (await here.get("messages", channel="#team", user="ana"))["messages"][0]["text"] == "Hi"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "Hi"}, "channel_not_found"),
        ({"channel": "C0LEADS", "text": "Hi"}, "channel_not_found"),
        ({"channel": "C0OPEN", "text": "Hi"}, "not_in_channel"),
        ({"channel": "C0OLD", "text": "Hi"}, "is_archived"),
        ({"channel": "C0TEAM", "text": ""}, "no_text"),
        ({"channel": "C0TEAM", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0TEAM", "text": "Hi", "thread_ts": "1.2"}, "thread_not_found"),
        ({"channel": "C0TEAM", "blocks": "not json"}, "invalid_blocks_format"),
        ({"channel": "U0BOT", "text": "Hi"}, "cannot_dm_bot"),
        ({"channel": "C0TEAM", "text": "Hi", "metadata": {"a": 1}}, "invalid_metadata_schema"),
        ({"text": "Hi"}, "invalid_arguments"),
    ],
)
async def test_a_message_slack_would_refuse_is_refused(
    here: Running, arguments: dict[str, Any], error: str
) -> None:
    body = await refusal(here.client.api_call("chat.postMessage", json=arguments))
    assert body["error"] == error


async def test_a_public_channel_takes_chat_write_public(here: Running) -> None:
    manifest = manifest_with()
    manifest["oauth_config"]["scopes"]["bot"].append("chat:write.public")
    async with running(manifest=manifest) as public:
        assert (await public.client.chat_postMessage(channel="C0OPEN", text="Hi"))["ok"]


async def test_invalid_blocks_carry_json_pointers(here: Running) -> None:
    blocks = [SECTION, {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    body = await refusal(here.client.chat_postMessage(channel="C0TEAM", text="x", blocks=blocks))
    assert body["error"] == "invalid_blocks"
    line = "must be less than 151 characters [json-pointer:/blocks/1/text/text]"
    assert body["errors"] == [line]
    assert body["response_metadata"]["messages"] == [f"[ERROR] {line}"]


async def test_too_much_altogether_is_msg_blocks_too_long(here: Running) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    body = await refusal(
        here.client.chat_postMessage(channel="C0TEAM", text="x", blocks=[long] * 5)
    )
    assert body["error"] == "msg_blocks_too_long"


async def test_an_ephemeral_is_seen_by_its_person_only_and_by_no_history(here: Running) -> None:
    await here.client.chat_postEphemeral(channel="C0TEAM", user="U0ANA", text="Secret")
    seen = {
        user: len((await here.get("messages", channel="#team", user=user))["messages"])
        for user in ("U0ANA", "U0BEN")
    }
    assert seen == {"U0ANA": 1, "U0BEN": 0}
    assert (await here.client.conversations_history(channel="C0TEAM"))["messages"] == []


async def test_an_ephemeral_to_an_outsider_is_refused(here: Running) -> None:
    call = here.client.chat_postEphemeral(channel="C0TEAM", user="U0CHI", text="Secret")
    assert (await refusal(call))["error"] == "user_not_in_channel"


async def test_an_ephemeral_cannot_be_updated(here: Running) -> None:
    sent = await here.client.chat_postEphemeral(channel="C0TEAM", user="U0ANA", text="Secret")
    call = here.client.chat_update(channel="C0TEAM", ts=sent["message_ts"], text="Other")
    assert (await refusal(call))["error"] == "message_not_found"


async def test_an_update_keeps_the_blocks_it_does_not_mention(here: Running) -> None:
    posted = await here.client.chat_postMessage(channel="C0TEAM", text="Old", blocks=[SECTION])
    await here.client.chat_update(channel="C0TEAM", ts=posted["ts"], text="New")
    message = here.sandbox.workspace.message("C0TEAM", posted["ts"])
    assert message is not None
    assert (message.text, len(message.blocks), bool(message.edited)) == ("New", 1, True)
    await here.client.chat_update(channel="C0TEAM", ts=posted["ts"], text="New", blocks=[])
    assert message.blocks == []


async def test_somebody_elses_message_is_not_the_apps_to_change(here: Running) -> None:
    said = await here.post("message", user="ana", channel="#team", text="Mine")
    ts = said["message"]["ts"]
    change = here.client.chat_update(channel="C0TEAM", ts=ts, text="Yours")
    assert (await refusal(change))["error"] == "cant_update_message"
    removal = here.client.chat_delete(channel="C0TEAM", ts=ts)
    assert (await refusal(removal))["error"] == "cant_delete_message"


async def test_threads_hold_replies_outside_the_channel(here: Running) -> None:
    parent = await here.client.chat_postMessage(channel="C0TEAM", text="Parent")
    reply = await here.client.chat_postMessage(
        channel="C0TEAM", text="Reply", thread_ts=parent["ts"]
    )
    nested = here.client.chat_postMessage(channel="C0TEAM", text="No", thread_ts=reply["ts"])
    assert (await refusal(nested))["error"] == "cannot_reply_to_message"
    found = await here.client.conversations_replies(channel="C0TEAM", ts=parent["ts"])
    assert [one["text"] for one in found["messages"]] == ["Parent", "Reply"]
    history = await here.client.conversations_history(channel="C0TEAM")
    assert [one["text"] for one in history["messages"]] == ["Parent"]
    assert history["messages"][0]["reply_count"] == 1


async def test_a_direct_message_is_opened_once(here: Running) -> None:
    first = await here.client.conversations_open(users=["U0ANA"])
    second = await here.client.conversations_open(users="U0ANA")
    assert first["channel"]["id"] == second["channel"]["id"]
    assert second["already_open"] is True
    await here.client.chat_postMessage(channel="U0ANA", text="Psst")
    channel = here.sandbox.workspace.channels_of("U0ANA")[-1]
    assert [one.text for one in here.sandbox.workspace.timeline(channel.id, "U0ANA")] == ["Psst"]
    assert here.sandbox.workspace.timeline(channel.id, "U0BEN") == []


async def test_lists_come_in_pages(here: Running) -> None:
    seen: list[str] = []
    async for page in await here.client.users_list(limit=2):
        assert len(page["members"]) <= 2
        seen += [member["id"] for member in page["members"]]
    assert sorted(seen) == sorted(here.sandbox.workspace.users)
    wrong = here.client.users_list(cursor="nonsense")
    assert (await refusal(wrong))["error"] == "invalid_cursor"


async def test_people_show_their_zone_guest_state_and_email(here: Running) -> None:
    chi = (await here.client.users_info(user="U0CHI"))["user"]
    assert (chi["tz"], chi["tz_offset"]) == ("Asia/Tokyo", 9 * 3600)
    guest = (await here.client.users_info(user="U0GUEST"))["user"]
    assert guest["is_ultra_restricted"] is True
    ana = await here.client.users_lookupByEmail(email="ANA@example.com")
    assert ana["user"]["id"] == "U0ANA"
    nobody = here.client.users_lookupByEmail(email="no@example.com")
    assert (await refusal(nobody))["error"] == "users_not_found"


async def test_emails_are_shown_with_their_scope_only() -> None:
    async with running(manifest=manifest_with(without_scopes=["users:read.email"])) as here:
        ana = (await here.client.users_info(user="U0ANA"))["user"]
        assert "email" not in ana["profile"]
        call = here.client.users_lookupByEmail(email="ana@example.com")
        assert (await refusal(call))["needed"] == "users:read.email"


async def test_channel_types_need_their_own_scopes(here: Running) -> None:
    found = await here.client.conversations_list(types="public_channel,private_channel")
    assert sorted(one["name"] for one in found["channels"]) == ["old", "open", "team"]
    call = here.client.conversations_list(types="mpim")
    assert (await refusal(call))["needed"] == "mpim:read"
    members = await here.client.conversations_members(channel="C0TEAM")
    assert members["members"] == ["U0ANA", "U0BEN", "U0BOT"]


async def test_history_needs_membership_and_joining_gives_it(here: Running) -> None:
    call = here.client.conversations_history(channel="C0OPEN")
    assert (await refusal(call))["error"] == "not_in_channel"
    await here.client.conversations_join(channel="C0OPEN")
    assert (await here.client.conversations_history(channel="C0OPEN"))["messages"] == []


async def test_a_file_goes_up_in_three_steps(here: Running) -> None:
    answer = await here.client.files_upload_v2(
        channel="C0TEAM",
        filename="week.png",
        content=b"\x89PNG=&%",
        title="Week",
        initial_comment="See",
    )
    file = here.sandbox.workspace.file(answer["file"]["id"])
    assert file is not None
    assert (file.content, file.mimetype) == (b"\x89PNG=&%", "image/png")
    shown = here.sandbox.workspace.timeline("C0TEAM", "U0BEN")
    assert [(one.text, [f.title for f in one.files]) for one in shown] == [("See", ["Week"])]
    raw = await here.http.get(answer["file"]["url_private"])
    assert raw.content == b"\x89PNG=&%"


async def test_a_file_that_was_not_uploaded_cannot_be_shared(here: Running) -> None:
    begun = await here.client.files_getUploadURLExternal(filename="a.png", length=3)
    assert (await here.http.post(begun["upload_url"], content=b"12")).status_code == 400
    call = here.client.files_completeUploadExternal(files=[{"id": begun["file_id"], "title": "A"}])
    assert (await refusal(call))["error"] == "file_not_found"


async def test_reactions_are_added_once(here: Running) -> None:
    posted = await here.client.chat_postMessage(channel="C0TEAM", text="Hi")
    place = {"channel": "C0TEAM", "timestamp": posted["ts"], "name": "tada"}
    await here.client.reactions_add(**place)
    assert (await refusal(here.client.reactions_add(**place)))["error"] == "already_reacted"
    shown = await here.client.reactions_get(channel="C0TEAM", timestamp=posted["ts"])
    assert shown["message"]["reactions"][0]["users"] == ["U0BOT"]
    await here.client.reactions_remove(**place)
    assert (await refusal(here.client.reactions_remove(**place)))["error"] == "no_reaction"


async def test_blocks_can_be_checked_without_posting(here: Running) -> None:
    assert (await here.client.blocks_validate(blocks=[SECTION]))["ok"]
    body = await refusal(here.client.blocks_validate(blocks=[{"type": "marquee"}]))
    assert body["error"] == "invalid_blocks"


async def test_the_synchronous_client_works_as_well(here: Running) -> None:
    client = WebClient(token="xoxb-sandbox", base_url=f"{here.url}/api/")
    answer = await asyncio.to_thread(client.chat_postMessage, channel="C0TEAM", text="Hi")
    assert answer["message"]["text"] == "Hi"


async def test_a_foreign_host_name_is_refused(here: Running) -> None:
    answer = await here.http.get("/sandbox/workspace", headers={"Host": "evil.example.com"})
    assert answer.status_code == 400


async def test_a_plain_form_cannot_drive_the_control_api(here: Running) -> None:
    answer = await here.http.post("/sandbox/command", data={"user": "ana"})
    assert answer.status_code == 400


async def test_a_message_has_a_permalink(here: Running) -> None:
    posted = await here.client.chat_postMessage(channel="C0TEAM", text="Hi")
    answer = await here.client.chat_getPermalink(channel="C0TEAM", message_ts=posted["ts"])
    assert answer["channel"] == "C0TEAM"
    assert answer["permalink"].endswith(f"/archives/C0TEAM/p{posted['ts'].replace('.', '')}")


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0TEAM", "message_not_found"),
        ("C0NONE", "channel_not_found"),
        ("C0LEADS", "channel_not_found"),
    ],
)
async def test_what_has_no_permalink_is_named(here: Running, channel: str, error: str) -> None:
    body = await refusal(here.client.chat_getPermalink(channel=channel, message_ts="1.000100"))
    assert body["error"] == error
