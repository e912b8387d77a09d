"""What each person has read: the page's own memory, for bold names and counts in the sidebar."""

from sandbox.model import Channel
from sandbox.state.workspace import Workspace


class ReadMarks:
    """The last timestamp each person saw in each channel.

    What was there before the page started counts as read.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._start = f"{workspace.clock():.6f}"
        self._seen: dict[tuple[str, str], str] = {}

    def mark(self, user_id: str, channel: Channel) -> None:
        """Remember that the person has seen everything in the channel."""
        latest = max([self._start, *channel.messages, *channel.ephemerals])
        self._seen[user_id, channel.id] = latest

    def unread(self, user_id: str, channel: Channel) -> int:
        """Return how many messages by others the person has not seen in the channel itself."""
        seen = self._seen.get((user_id, channel.id), self._start)
        count = 0
        for message in reversed(self._workspace.timeline(channel.id, user_id)):
            if message.ts <= seen:
                break
            count += message.user != user_id
        return count
