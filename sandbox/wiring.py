"""Putting a sandbox together: everything is built here, nothing on import."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.faults import Faults
from sandbox.people.interactions import Interactions
from sandbox.startup.workspace_file import Seed
from sandbox.state.manifest import AppManifest
from sandbox.state.tickets import Tickets
from sandbox.state.workspace import Clock, InstalledApp, Workspace
from sandbox.transport.delivery import Transport
from sandbox.transport.events import RETRY_DELAYS, EventDispatcher
from sandbox.transport.http_mode import HttpDelivery
from sandbox.transport.socket_mode import SocketHub

DEFAULT_BOT_TOKEN = "xoxb-sandbox"  # noqa: S105 (opens nothing but the sandbox)
DEFAULT_APP_TOKEN = "xapp-sandbox"  # noqa: S105
DEFAULT_SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105


@dataclass(slots=True)
class Sandbox:
    """One workspace and everything that serves it."""

    workspace: Workspace
    hub: SocketHub
    transport: Transport
    tickets: Tickets
    events: EventDispatcher
    interactions: Interactions
    faults: Faults
    connections: set[object] = field(default_factory=set)
    """The web server's open connections, so that a fault can cut one."""

    @property
    def base_url(self) -> str:
        """Return where the sandbox listens, without a slash at the end."""
        return self.tickets.base_url

    def listen_at(self, base_url: str) -> None:
        """Tell every part where the sandbox listens."""
        self.tickets.base_url = base_url.rstrip("/")

    async def close(self) -> None:
        """End every feed, delivery and connection."""
        self.workspace.changes.close()
        await self.events.close()
        await self.hub.close()
        await self.transport.close()


def build_sandbox(
    seed: Seed,
    manifest: AppManifest,
    clock: Clock,
    bot_token: str = DEFAULT_BOT_TOKEN,
    app_token: str = DEFAULT_APP_TOKEN,
    signing_secret: str = DEFAULT_SIGNING_SECRET,
    http_url: str | None = None,
    event_retry_delays: Sequence[float] = RETRY_DELAYS,
) -> Sandbox:
    """Return a sandbox; payloads go to `http_url` if given, else over Socket Mode."""
    app = InstalledApp(manifest, bot_token, app_token, signing_secret)
    workspace = Workspace(seed.team, seed.users, seed.channels, app, clock)
    hub = SocketHub(app.app_id)
    transport: Transport = hub
    if http_url is not None:
        transport = HttpDelivery(http_url, signing_secret, clock)
    tickets = Tickets(workspace)
    return Sandbox(
        workspace=workspace,
        hub=hub,
        transport=transport,
        tickets=tickets,
        events=EventDispatcher(workspace, transport, event_retry_delays),
        interactions=Interactions(workspace, transport, tickets),
        faults=Faults(seed.faults),
    )
