"""The Events API: which events the app subscribed to, and their delivery with retries."""

import asyncio
from collections.abc import Sequence

from sandbox.model import Channel, Json
from sandbox.state.manifest import may_receive
from sandbox.state.workspace import Workspace
from sandbox.transport.delivery import DeliveryError, Retry, Transport
from sandbox.transport.payloads import event_callback

RETRY_DELAYS = (1.0, 60.0, 300.0)

_MESSAGE_EVENTS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed"}


class EventDispatcher:
    """Turns workspace events into deliveries; what the manifest leaves out is not sent."""

    def __init__(
        self,
        workspace: Workspace,
        transport: Transport,
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        self._workspace = workspace
        self._transport = transport
        self._delays = tuple(retry_delays)
        self._tasks: set[asyncio.Task[None]] = set()
        workspace.on_event(self.hear)

    def hear(self, event: Json, channel: Channel | None) -> None:
        """Send an event if the app subscribed to it and may see where it happened."""
        if self._is_wanted(event, channel):
            self._send(event, channel)
        if self._is_mention(event, channel):
            mention = {k: v for k, v in event.items() if k not in ("channel_type", "subtype")}
            self._send({**mention, "type": "app_mention"}, channel)

    async def close(self) -> None:
        """Stop delivering."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_wanted(self, event: Json, channel: Channel | None) -> bool:
        name = event["type"]
        if name == "message":
            name = _MESSAGE_EVENTS[event["channel_type"]]
        return self._is_subscribed(name) and self._is_inside(channel)

    def _is_subscribed(self, name: str) -> bool:
        manifest = self._workspace.app.manifest
        return name in manifest.events and may_receive(name, manifest.scopes)

    def _is_inside(self, channel: Channel | None) -> bool:
        return channel is None or self._workspace.app.bot_user_id in channel.members

    def _is_mention(self, event: Json, channel: Channel | None) -> bool:
        if event["type"] != "message" or event.get("subtype") or event.get("bot_id"):
            return False
        is_named = f"<@{self._workspace.app.bot_user_id}" in event.get("text", "")
        return (
            is_named
            and event["channel_type"] != "im"
            and self._is_subscribed("app_mention")
            and self._is_inside(channel)
        )

    def _send(self, event: Json, channel: Channel | None) -> None:
        task = asyncio.create_task(self._deliver(event, channel))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event: Json, channel: Channel | None) -> None:
        payload = event_callback(self._workspace, event, channel)
        retry: Retry | None = None
        for attempt, delay in enumerate((*self._delays, None), start=1):
            try:
                await self._transport.deliver("events_api", payload, retry)
            except DeliveryError as error:
                if delay is None:
                    return
                retry = Retry(attempt, _REASONS.get(error.code, "unknown_error"))
                await asyncio.sleep(delay)
            else:
                return
