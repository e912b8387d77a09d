"""The weekly digest: a team's own week against its own past, for its channel and the thread below."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from messages.charts import Chart
from messages.digest.tables import skills_table, weeks_table, workflows_table
from messages.digest.words import DigestWords, words_of
from messages.digest.workflows import curves
from messages.pages.base import DEFAULT_COMMANDS, Commands, TeamFacingPage
from messages.tables import Table
from policies.digest import TeamDigest
from policies.digest_answers import DigestOpinion
from policies.people import Person
from policies.privacy import Published

ChartForm = Literal["native", "image", "text"]


@dataclass(frozen=True, slots=True)
class DigestPage(TeamFacingPage):
    """A part of a digest. Figures about usage stand in `digest` as Published and nowhere else.

    `people` are those whom the outcomes name. `chart` is native first; image needs `image_file_ids`,
    the ids of the PNGs of `charts` as uploaded to Slack; text draws nothing.
    """

    digest: TeamDigest
    people: tuple[Person, ...]
    commands: Commands = DEFAULT_COMMANDS
    chart: ChartForm = "native"
    image_file_ids: tuple[str, ...] = ()

    @property
    def words(self) -> DigestWords:
        """The digest in plain words."""
        return words_of(self.digest)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """What the page draws, in order; `charts.draw_png` makes a picture of each."""
        return ()

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to say; then it is not posted."""
        return False


@dataclass(frozen=True, slots=True)
class Digest(DigestPage):
    """A team's week, as the channel reads it."""

    template: ClassVar[str] = "digest.json.j2"

    @property
    def answer_value(self) -> str:
        """What the buttons that ask whether it was useful carry: `T-1 2026-W47`."""
        return f"T-{self.digest.team_id} {self.digest.this_week.week}"

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The one chart of the weeks, where two of them can be drawn."""
        return (self.words.chart,) if self.words.chart else ()

    @property
    def is_preview(self) -> bool:
        """Whether only the lead reads this."""
        return False

    @property
    def lists_all(self) -> bool:
        """Whether it lists what a thread would: there is none, or little else to say."""
        return self.is_preview or self.digest.this_week.suppressed


@dataclass(frozen=True, slots=True)
class DigestPreview(Digest):
    """The same, to a lead alone, with a line that says when it will be posted and where.

    `posts_at` is an aware moment, or None when it was posted already. `answers` are what people said of
    the latest digest that takes no more of them.
    """

    posts_at: datetime | None = None
    channel_id: str | None = None
    answers: Published[DigestOpinion] | None = None

    @property
    def is_preview(self) -> bool:
        """Whether only the lead reads this."""
        return True


@dataclass(frozen=True, slots=True)
class DigestDetails(DigestPage):
    """The first reply in a digest's thread: all outcomes with their links, the weeks as tables, provenance."""

    template: ClassVar[str] = "digest_details.json.j2"

    @property
    def tables(self) -> tuple[Table, ...]:
        """The weeks, and their skills where any are told."""
        skills = skills_table(self.digest)
        return (weeks_table(self.digest), skills) if skills else (weeks_table(self.digest),)


@dataclass(frozen=True, slots=True)
class DigestWorkflows(DigestPage):
    """The second reply: each workflow's cost per run, with up to two curves. Empty without workflows."""

    template: ClassVar[str] = "digest_workflows.json.j2"

    @property
    def table(self) -> Table | None:
        """The workflows by name."""
        return workflows_table(self.digest)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Up to two curves."""
        return curves(self.digest)

    @property
    def is_empty(self) -> bool:
        """Whether no workflow of the team may be told."""
        return self.table is None
