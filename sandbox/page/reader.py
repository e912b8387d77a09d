"""Who is looking: everything outside the JSON that changes how the same JSON looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Reader:
    """One person's eyes at one moment.

    people, channels, groups: ids to the names shown without `@` or `#`; only what they may see.
    direct: ids of their direct messages to the other side's name. files: file ids to local
    addresses. base: prefix of the reader's own pages, such as `/as/U1`.
    """

    user_id: str
    now: datetime
    zone: tzinfo = UTC
    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    direct: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    base: str = ""

    def local(self, seconds: float) -> datetime:
        """Return a Unix time in the reader's own zone."""
        return datetime.fromtimestamp(seconds, tz=self.zone)
