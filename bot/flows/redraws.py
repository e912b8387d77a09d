"""Changing a posted card in its place: not before it is posted, and one change after the other."""

from typing import Final

from sqlmodel import Session

from bot.flows.posts import NotYet, Post
from messages.pages.base import MessagePage
from storage import deliveries
from storage.deliveries import Claim, Delivery, DeliveryState

UNDER_WAY: Final = (DeliveryState.DUE, DeliveryState.CLAIMED)


def redrawn(
    session: Session, claim: Claim, posted: Delivery | None, turns: str, page: MessagePage | None
) -> Post | None:
    """The page in the place of the posted one; None where there is none, or nothing to show.

    NotYet while the card itself or an earlier change of it is under way: what was composed first could
    otherwise arrive last. `turns` is how the periods of its changes begin.
    """
    is_under_way = posted is not None and posted.state in UNDER_WAY
    if is_under_way or deliveries.is_behind(session, claim, turns):
        raise NotYet
    if page is None or posted is None or not posted.channel_id or not posted.message_ts:
        return None
    return Post(posted.channel_id, page, replaces_ts=posted.message_ts)
