"""A sandbox in the test's own event loop, and unmodified Bolt apps connected to it."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import httpx
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import serving
from sandbox.startup.manifest_file import manifest_from
from sandbox.startup.workspace_file import seed_from
from sandbox.wiring import DEFAULT_APP_TOKEN, DEFAULT_BOT_TOKEN, Sandbox, build_sandbox

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Mileage"},
    "features": {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "mileage"},
        "slash_commands": [
            {"command": "/outcome", "description": "Declare", "should_escape": True},
            {"command": "/raw", "description": "As typed"},
        ],
        "shortcuts": [
            {"name": "New", "type": "global", "callback_id": "new", "description": "New one"},
            {"name": "Log", "type": "message", "callback_id": "log", "description": "Log it"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "channels:history",
                "channels:join",
                "channels:read",
                "chat:write",
                "commands",
                "files:read",
                "files:write",
                "groups:read",
                "im:history",
                "im:read",
                "im:write",
                "reactions:read",
                "reactions:write",
                "users:read",
                "users:read.email",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "app_mention",
                "app_uninstalled",
                "member_joined_channel",
                "message.channels",
                "message.im",
                "reaction_added",
            ]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}

WORKSPACE: dict[str, Any] = {
    "team": {"id": "T0TEAM", "domain": "example", "name": "Example"},
    "users": [
        {"id": "U0ANA", "name": "ana", "real_name": "Ana", "email": "ana@example.com"},
        {"id": "U0BEN", "name": "ben.o", "real_name": "Ben", "email": "ben@example.com"},
        {"id": "U0CHI", "name": "chi", "real_name": "Chi", "tz": "Asia/Tokyo"},
        {"id": "U0GUEST", "name": "guest", "real_name": "Guest", "is_ultra_restricted": True},
    ],
    "channels": [
        {"id": "C0TEAM", "name": "team", "members": ["U0ANA", "U0BEN", "U0BOT"]},
        {"id": "C0OPEN", "name": "open", "members": ["U0ANA", "U0CHI"]},
        {"id": "C0OLD", "name": "old", "members": ["U0ANA", "U0BOT"], "is_archived": True},
        {"id": "C0LEADS", "name": "leads", "members": ["U0ANA"], "is_private": True},
    ],
}


class Clock:
    """Real time, plus whatever a test lets pass."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


def manifest_with(**changes: object) -> dict[str, Any]:
    """Return the manifest with some bot scopes removed, or whole settings replaced."""
    changed = deepcopy(MANIFEST)
    for scope in changes.pop("without_scopes", ()):
        changed["oauth_config"]["scopes"]["bot"].remove(scope)
        if scope == "channels:history":
            changed["settings"]["event_subscriptions"]["bot_events"].remove("message.channels")
    for name, value in changes.items():
        changed["settings"][name] = value
    return changed


@dataclass
class Running:
    sandbox: Sandbox
    url: str
    http: httpx.AsyncClient
    clock: Clock

    @property
    def client(self) -> AsyncWebClient:
        return self.client_with(DEFAULT_BOT_TOKEN)

    def client_with(self, token: str | None) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=f"{self.url}/api/", timeout=5)

    async def post(self, path: str, **body: object) -> dict[str, Any]:
        answer = await self.http.post(f"/sandbox/{path}", json=body)
        return dict(answer.json())

    async def get(self, path: str, **query: object) -> dict[str, Any]:
        answer = await self.http.get(f"/sandbox/{path}", params=query)
        return dict(answer.json())


@asynccontextmanager
async def running(
    clock: Clock | None = None,
    manifest: dict[str, Any] | None = None,
    workspace: dict[str, Any] | None = None,
    **options: object,
) -> AsyncIterator[Running]:
    clock = clock or Clock()
    sandbox = build_sandbox(
        seed_from(workspace or WORKSPACE, "the test's workspace"),
        manifest_from(manifest or MANIFEST),
        clock,
        **{"event_retry_delays": (0.01, 0.01, 0.01), **options},
    )
    # Plain HTTP: loading certificates would only cost time.
    async with (
        serving(sandbox) as url,
        httpx.AsyncClient(base_url=url, verify=False) as http,  # noqa: S501
    ):
        yield Running(sandbox, url, http, clock)


BotFactory = Callable[[Callable[[AsyncApp], None]], Awaitable[AsyncApp]]


@asynccontextmanager
async def bots(here: Running) -> AsyncIterator[BotFactory]:
    """Yield a function that connects an AsyncApp whose listeners `setup` registers."""
    handlers: list[AsyncSocketModeHandler] = []

    async def connect(setup: Callable[[AsyncApp], None]) -> AsyncApp:
        app = AsyncApp(client=here.client, signing_secret="unused in Socket Mode")
        setup(app)
        handler = AsyncSocketModeHandler(app, DEFAULT_APP_TOKEN, ping_interval=0.5)
        handlers.append(handler)
        await handler.connect_async()
        await here.sandbox.hub.wait_for(len(handlers))
        return app

    try:
        yield connect
    finally:
        for handler in handlers:
            await handler.close_async()
