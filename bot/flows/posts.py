"""What a flow wants posted: the page and where it goes. bot/delivery.py alone posts it."""

from dataclasses import dataclass

from messages.pages.base import MessagePage


@dataclass(frozen=True, slots=True)
class Post:
    """A page for a channel, or for one person (`channel_id` is then their user id).

    `replaces_ts` names the message that is changed in place instead of posting a new one.
    """

    channel_id: str
    page: MessagePage
    replaces_ts: str | None = None
