"""A workspace with a page and an app scripted by the test, all in this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette

from sandbox.model import Channel, Json, Message, Team, User
from sandbox.page.routes import page_routes
from sandbox.people.interactions import Interactions
from sandbox.state import posting
from sandbox.state.manifest import AppManifest, Shortcut, SlashCommand
from sandbox.state.tickets import Tickets
from sandbox.state.workspace import InstalledApp, Workspace
from sandbox.transport.delivery import Ack, DeliveryError, Kind, Retry

MANIFEST = AppManifest(
    name="Mileage",
    bot_display_name="Mileage",
    scopes=frozenset({"commands", "chat:write", "channels:history"}),
    commands=(
        SlashCommand("/outcome", "Declare what you will achieve", "TITLE [by DATE]"),
        SlashCommand("/mileage", "Your mileage, your team's, help"),
    ),
    shortcuts=(
        Shortcut("Log as outcome", "log_outcome", "message"),
        Shortcut("Declare an outcome", "declare", "global", "Opens the form"),
    ),
    events=frozenset({"app_home_opened", "message.im"}),
)


@dataclass
class ScriptedApp:
    """Stands where Bolt would: keeps every payload and answers as the test says."""

    answer: Callable[[Json], Json | None] = lambda _: None
    heard: list[Json] = field(default_factory=list)

    async def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Ack:
        self.heard.append(payload)
        return Ack(self.answer(payload), 1.0)

    async def close(self) -> None:
        """Nothing is open."""


class DeafApp(ScriptedApp):
    """An app that is not connected."""

    async def deliver(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Ack:
        raise DeliveryError("dispatch_failed")


@dataclass
class Stage:
    """Everything a page test touches."""

    workspace: Workspace
    app: ScriptedApp
    interactions: Interactions

    @property
    def asgi(self) -> Starlette:
        return Starlette(routes=page_routes(self.workspace, self.interactions))

    def post(
        self, content: Json, channel_id: str = "C0GENERAL", only: str | None = None
    ) -> Message:
        """Let the app post a message, or an ephemeral to one person."""
        message = posting.compose(self.workspace, channel_id, content, ephemeral_to=only)
        if only:
            return self.workspace.post_ephemeral(message)
        return self.workspace.post(message)


def people() -> list[User]:
    return [
        User("U0ANA", "ana", "Ana Ferreira", "ana@example.com", tz="Europe/Berlin", is_admin=True),
        User("U0BEN", "ben", "Ben Okafor", "ben@example.com"),
        User("U0CHI", "chi", "Chi Nguyen", "chi@example.com"),
    ]


def channels() -> list[Channel]:
    everybody = ["U0ANA", "U0BEN", "U0CHI", "U0BOT"]
    return [
        Channel("C0GENERAL", "general", everybody[:], is_general=True, topic="All of engineering"),
        Channel("C0TEAM", "team-checkout", ["U0ANA", "U0BEN", "U0BOT"]),
        Channel("C0SECRET", "leads", ["U0BEN", "U0BOT"], is_private=True),
    ]


def stage(app: ScriptedApp | None = None, clock: Callable[[], float] = time.time) -> Stage:
    installed = InstalledApp(MANIFEST, "xoxb-1", "xapp-1", "secret")
    workspace = Workspace(Team(name="Northwind"), people(), channels(), installed, clock)
    app = app or ScriptedApp()
    interactions = Interactions(workspace, app, Tickets(workspace))
    return Stage(workspace, app, interactions)
