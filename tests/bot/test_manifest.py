"""The manifest and the code name the same commands, shortcuts, events and scopes, both ways."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ruamel.yaml import YAML

from bot.listeners import commands as command_listeners
from bot.listeners.edge import Edge
from bot.rulebook import Rulebook
from bot.scopes import METHOD_SCOPES, OPTIONAL, needed_scopes
from bot.settings import Settings
from bot.slack import Installation, Workspace
from bot.slack_api import slack_client
from bot.under_way import UnderWay
from bot.wiring import slack_app
from messages import ids
from messages.pages.base import Commands
from policies.privacy import GroupRule

ROOT = Path(__file__).parents[2]
WORKSPACE = Workspace("T0", "", "U0BOT", "B0BOT", frozenset())


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "app_manifest.yaml")
    return loaded


class Recorder:
    """Registers like an app, and remembers what."""

    def __init__(self) -> None:
        self.heard: dict[str, set[str]] = {}

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        def register(*names: object, **_: object) -> Callable[..., Any]:
            self.heard.setdefault(kind, set()).update(n for n in names if isinstance(n, str))
            return lambda listener: listener

        return register


@pytest.fixture(scope="module")
def heard() -> dict[str, set[str]]:
    """What the listeners register, by kind."""
    from bot.wiring import LISTENERS

    recorder = Recorder()
    for module in LISTENERS:
        module.register(recorder, edge())  # type: ignore[arg-type]  # a recorder stands for the app
    return recorder.heard


def edge() -> Edge:
    return Edge(
        clock=None,  # type: ignore[arg-type]  # nothing is called while registering
        database=None,  # type: ignore[arg-type]
        workers=None,  # type: ignore[arg-type]
        directory=None,  # type: ignore[arg-type]
        installation=Installation(WORKSPACE, "xoxb-none"),
        replies=None,  # type: ignore[arg-type]
        commands=Commands(),
        rule=GroupRule(),
        wake_delivery=lambda: None,
        under_way=UnderWay(),
        rulebook=Rulebook(),
        gathering=None,  # type: ignore[arg-type]
        digest_terms=None,  # type: ignore[arg-type]
    )


def test_every_command_is_heard_and_declared(
    manifest: dict[str, Any], heard: dict[str, set[str]]
) -> None:
    declared = {one["command"] for one in manifest["features"]["slash_commands"]}
    assert declared == heard["command"]
    assert all(one["should_escape"] for one in manifest["features"]["slash_commands"])


def test_every_shortcut_is_heard_and_declared(
    manifest: dict[str, Any], heard: dict[str, set[str]]
) -> None:
    declared = {one["callback_id"] for one in manifest["features"]["shortcuts"]}
    assert declared == heard["shortcut"] == {command_listeners.LOG_AS_OUTCOME}


def test_every_event_is_heard_and_declared(
    manifest: dict[str, Any], heard: dict[str, set[str]]
) -> None:
    declared = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    assert declared == heard["event"]


def test_every_button_and_form_has_a_listener(heard: dict[str, set[str]]) -> None:
    assert heard["action"] == set(ids.BUTTONS)
    assert heard["view"] == set(ids.FORMS)


def test_every_scope_is_needed_and_every_needed_one_is_asked_for(manifest: dict[str, Any]) -> None:
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    assert asked == needed_scopes()
    assert OPTIONAL.keys() <= asked


def test_every_web_api_method_in_the_source_has_its_scopes_listed() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    client_methods = {name.replace(".", "_"): name for name in METHOD_SCOPES}
    called = set(re.findall(r"client\s*\.((?:[a-z]+_)+[a-zA-Z0-9]+)\(", source))
    called |= (
        {"files_getUploadURLExternal", "files_completeUploadExternal"}
        if ("files_upload_v2" in called)
        else set()
    )
    called -= {"files_upload_v2", "send_socket_mode_response"}
    assert called == client_methods.keys()


async def test_the_app_is_built_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    async with aiohttp.ClientSession() as session:
        client = slack_client("xoxb-none", "http://127.0.0.1:9/api/", session)
        with caplog.at_level(logging.WARNING):
            app = slack_app(Settings(), client, edge())
    assert app.name == "mileage"
    assert caplog.records == []
