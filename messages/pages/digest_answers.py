"""The reply to whoever says whether a digest was useful."""

from dataclasses import dataclass
from typing import ClassVar

from messages.pages.base import MessagePage
from policies.periods import IsoWeek


@dataclass(frozen=True, slots=True)
class DigestAnswered(MessagePage):
    """That the answer is noted, and who can see what of it."""

    template: ClassVar[str] = "digest_answered.json.j2"
    week: IsoWeek
    is_useful: bool
