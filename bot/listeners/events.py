"""The workspace taking its consent back."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from bot.listeners.edge import Edge

log = structlog.get_logger()


def register(app: AsyncApp, edge: Edge) -> None:
    """Forget the token as soon as it is worth nothing."""

    @app.event("app_uninstalled")
    async def on_uninstalled() -> None:
        edge.installation.forget()
        log.warning("app_uninstalled")

    @app.event("tokens_revoked")
    async def on_tokens_revoked(event: dict[str, Any]) -> None:
        if edge.directory.workspace.bot_user_id in (event.get("tokens") or {}).get("bot", ()):
            edge.installation.forget()
            log.warning("tokens_revoked")
