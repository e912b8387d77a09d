"""Socket Mode that acknowledges before it does anything else.

Slack waits three seconds for an ack. Bolt sends it when its dispatch returns, behind whatever else
the event loop has to do; here it leaves as soon as the envelope is read, and the work follows. Forms are the exception: their ack may carry what to change in which field.
"""

from collections.abc import Mapping
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

NEEDS_NO_ANSWER = {"slash_commands", "events_api"}
ANSWERED_BY_ACK = {"view_submission", "block_suggestion"}


class PromptSocketModeHandler(AsyncSocketModeHandler):
    """Acks first."""

    async def handle(  # type: ignore[override]  # of the base class, which knows no aiohttp
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Take one envelope."""
        if not may_ack_at_once(req.type, req.payload):
            await send_async_response(client, req, await run_async_bolt_app(self.app, req), 0.0)
            return
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
        await run_async_bolt_app(self.app, req)


def may_ack_at_once(kind: str, payload: Mapping[str, Any]) -> bool:
    """Whether the ack of such an envelope says nothing but that it arrived."""
    return kind in NEEDS_NO_ANSWER or payload.get("type") not in ANSWERED_BY_ACK
