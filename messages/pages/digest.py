"""The weekly digest: a team's own week against its own past, for its channel."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from messages.digest_words import DigestWords, words_of
from messages.pages.base import DEFAULT_COMMANDS, Commands, TeamFacingPage
from policies.digest import TeamDigest
from policies.people import Person

ChartForm = Literal["native", "image", "text"]


@dataclass(frozen=True, slots=True)
class Digest(TeamFacingPage):
    """A team's week. Figures about usage stand in `digest` as Published and nowhere else.

    `people` are those whom the outcomes name. `chart` is native first; image needs `image_file_id`,
    the id of the PNG as uploaded to Slack; text draws nothing.
    """

    template: ClassVar[str] = "digest.json.j2"
    digest: TeamDigest
    people: tuple[Person, ...]
    commands: Commands = DEFAULT_COMMANDS
    chart: ChartForm = "native"
    image_file_id: str | None = None

    @property
    def words(self) -> DigestWords:
        """The digest in plain words."""
        return words_of(self.digest)

    @property
    def is_preview(self) -> bool:
        """Whether only the lead reads this."""
        return False


@dataclass(frozen=True, slots=True)
class DigestPreview(Digest):
    """The same, to a lead alone, with a line that says when it will be posted and where.

    `posts_at` is an aware moment, or None when it was posted already.
    """

    posts_at: datetime | None = None
    channel_id: str | None = None

    @property
    def is_preview(self) -> bool:
        """Whether only the lead reads this."""
        return True
