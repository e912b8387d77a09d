"""What flows want posted: the page and where it goes. bot/delivery.py alone posts it."""

from dataclasses import dataclass

from messages.pages.base import MessagePage


class NotYet(Exception):
    """Nothing can be composed before something else has happened; try again shortly."""


@dataclass(frozen=True, slots=True)
class Post:
    """A page for a channel, or for one person when `channel_id` is a user id (`U…`).

    `replaces_ts` names the message that is changed in place instead of posting a new one, `thread_ts`
    the one in whose thread it is a reply.
    """

    channel_id: str
    page: MessagePage
    replaces_ts: str | None = None
    thread_ts: str | None = None

    @property
    def is_private(self) -> bool:
        """Whether it goes to one person."""
        return self.channel_id.startswith(("U", "W"))
