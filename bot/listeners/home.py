"""The App Home: drawn when somebody opens it, after what they do from it, and when they are told of something."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.flows.home import my_home
from bot.flows.refusals import Refusal
from bot.listeners.edge import Asked, Edge, Request
from bot.listeners.middleware import admit


def register(app: AsyncApp, edge: Edge) -> None:
    """Draw the Home when it is opened."""

    @app.event("app_home_opened")
    async def on_home_opened(
        context: AsyncBoltContext, body: dict[str, Any], event: dict[str, Any]
    ) -> None:
        if event.get("tab") != "home":
            return
        await redraw_home(edge, context.user_id or "", body)


async def redraw_home(edge: Edge, user_id: str, body: dict[str, Any] | None = None) -> None:
    """Draw the Home of somebody who may use the app; of anybody else, nothing."""
    try:
        # No channel: the direct message with the app is nobody's team channel.
        asked = await admit(edge, Request(user_id, None, None, "", body or {}))
    except Refusal:
        return
    await refresh_home(edge, asked)


async def refresh_home(edge: Edge, asked: Asked) -> None:
    """Draw somebody's Home anew."""
    page = await edge.run(my_home, asked.now, asked.speaker)
    await edge.replies.publish_home(asked.request.user_id, page)
