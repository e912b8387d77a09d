"""People and channels as Slack tells of them: large channels, enterprises, and failures."""

import json
from collections.abc import AsyncIterator, Iterator

import aiohttp
import httpx
import pytest

from bot.clock import Clock
from bot.slack import Directory, Workspace
from bot.slack_api import NO_ANSWER, slack_client
from tests.bot.gateway import Said, gateway
from tests.bot.live import BOT_TOKEN, WORKSPACE, sandbox_process

CROWD = [f"U1{number:04d}" for number in range(1500)]
OURS = Workspace("T0LIVE", "", "U0BOT", "B0BOT", frozenset())
ENTERPRISE = Workspace("T0LIVE", "E0OURS", "U0BOT", "B0BOT", frozenset())


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A workspace with a channel of 1,501 people, of whom dee came last."""
    users = [
        *WORKSPACE["users"],
        *({"id": one, "name": one.lower(), "real_name": one} for one in CROWD),
    ]
    crowd = {"id": "C0ALL", "name": "all", "members": [*CROWD, "U0BOT", "U0DEE"]}
    workspace = {**WORKSPACE, "users": users, "channels": [*WORKSPACE["channels"], crowd]}
    with (
        sandbox_process(tmp_path_factory.mktemp("slack"), workspace) as (_, url),
        httpx.Client(base_url=url, trust_env=False) as http,
    ):
        yield http


@pytest.fixture
async def directory(slack: httpx.Client) -> AsyncIterator[Directory]:
    async with aiohttp.ClientSession() as session:
        client = slack_client(BOT_TOKEN, f"{slack.base_url}/api/", session, for_delivery=True)
        yield Directory(client, OURS, Clock.starting_at(None))


async def test_a_large_channel_is_read_to_its_end(directory: Directory) -> None:
    assert await directory.is_in("C0ALL", "U0DEE")
    assert not await directory.is_in("C0ALL", "U0BEN")
    assert await directory.outside("C0ALL", [CROWD[0], "U0BEN", CROWD[-1], "U0DEE"]) == ["U0BEN"]
    assert await directory.colleagues_in("C0ALL") == []


def break_users_info(slack: httpx.Client) -> None:
    fault = {"method": "users.info", "fault": "server_error"}
    assert slack.post("/sandbox/faults", json=fault).json()["ok"]


async def test_only_who_slack_does_not_know_is_missing(
    directory: Directory, slack: httpx.Client
) -> None:
    found = await directory.profiles(["U0DEE", "U0NOBODY", "U0GUEST"])
    assert [one.name for one in found] == ["Dee Tester", "Gus Guest"]
    assert [one.may_take_part for one in found] == [True, False]
    break_users_info(slack)
    with pytest.raises(NO_ANSWER):
        await directory.profiles(["U0ANA", "U0BEN", "U0CHI"])


PEOPLE = [
    ("a member of ours", OURS, {"team_id": "T0LIVE"}, True),
    ("a member of another workspace", OURS, {"team_id": "T0OTHER"}, False),
    ("a stranger", OURS, {"team_id": "T0LIVE", "is_stranger": True}, False),
    (
        "a member of another workspace of our enterprise",
        ENTERPRISE,
        {"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0OURS"}},
        True,
    ),
    (
        "a member of another enterprise, in a shared channel",
        ENTERPRISE,
        {"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0OTHER"}},
        False,
    ),
    ("a member of a workspace of no enterprise", ENTERPRISE, {"team_id": "T0OTHER"}, False),
    (
        "a member of an enterprise, for a workspace of none",
        OURS,
        {"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0OTHER"}},
        False,
    ),
    ("a member whom the enterprise itself names", ENTERPRISE, {"team_id": "E0OURS"}, True),
]


@pytest.mark.parametrize(
    ("sentence", "workspace", "told", "is_ours"), PEOPLE, ids=[row[0] for row in PEOPLE]
)
async def test_people_of_other_organisations_are_refused(
    sentence: str, workspace: Workspace, told: dict[str, object], is_ours: bool
) -> None:
    user = {"id": "U1", "name": "u", **told}
    said = Said(200, "application/json", json.dumps({"ok": True, "user": user}))
    async with gateway(said) as url, aiohttp.ClientSession() as session:
        client = slack_client("xoxb-1", url, session)
        profile = await Directory(client, workspace, Clock.starting_at(None)).profile("U1")
    assert profile.may_take_part is is_ours, sentence
