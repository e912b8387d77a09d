"""Live updates: one server-sent stream a person, saying what changed; the page fetches it again."""

import json
from collections.abc import AsyncIterator

from sandbox.model import Change
from sandbox.state.workspace import Workspace

HEARTBEAT_SECONDS = 15.0


async def stream(workspace: Workspace, user_id: str) -> AsyncIterator[str]:
    """Return the events of one open page, until the workspace closes its feeds.

    Each is `{"kind", "channel", "thread"}`; silence is broken by comments, so that a page that went
    away is noticed.
    """
    with workspace.subscribe(user_id) as feed:
        yield _event(Change(kind="resync"))
        while not feed.ended:
            change = await feed.next(timeout=HEARTBEAT_SECONDS)
            yield _event(change) if change is not None else ": still here\n\n"


def _event(change: Change) -> str:
    data = {"kind": change.kind, "channel": change.channel_id, "thread": change.thread_ts}
    return f"data: {json.dumps(data)}\n\n"
