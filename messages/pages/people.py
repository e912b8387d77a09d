"""A person's own pages. Their figures are theirs alone: no other page takes these types."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from messages.charts import WEEKS_DRAWN, Chart, curve_chart, tokens_chart
from messages.escape import clip
from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage
from messages.pages.outcomes import by_urgency
from messages.wording import amount, change, listed, percent, short_day, span, usd
from policies.linking import LinkGroup
from policies.metrics import SourceFreshness
from policies.outcomes import KEYED_STATES, Outcome
from policies.periods import IsoWeek
from policies.usage import TokenCounts
from policies.workflows import OwnCurve

NO_TOKENS = TokenCounts()
MODELS_NAMED = 5


@dataclass(frozen=True, slots=True)
class ModelTokens:
    """Tokens of all classes that one model took."""

    model: str
    tokens: int


@dataclass(frozen=True, slots=True)
class PersonalWeek:
    """One person's usage in one week, for that person.

    `cost_list` is USD at list price over what has a known price; `tokens_unpriced` is what it
    leaves out. `models` may come in any order.
    """

    week: IsoWeek
    tokens: TokenCounts = NO_TOKENS
    cost_list: Decimal = Decimal(0)
    tokens_unpriced: int = 0
    models: tuple[ModelTokens, ...] = ()

    @property
    def cache_share(self) -> float | None:
        """The part of the input that came from the cache, 0 to 1; None without input."""
        if not self.tokens.input_total:
            return None
        return (self.tokens.cache_read or 0) / self.tokens.input_total

    @property
    def dates(self) -> str:
        """`16 to 22 November 2026`."""
        return span(self.week.monday, self.week.sunday)

    @property
    def by_class(self) -> str:
        """The tokens by disjoint class, in one sentence; classes nobody reported are left out."""
        written = (
            self.tokens.cache_write_5m,
            self.tokens.cache_write_1h,
            self.tokens.cache_write_other,
        )
        known = [count for count in written if count is not None]
        classes = (
            ("input not from the cache", self.tokens.input_uncached),
            ("read from the cache", self.tokens.cache_read),
            ("written to the cache", sum(known) if known else None),
            ("output", self.tokens.output_total),
        )
        return listed(f"{amount(count)} {name}" for name, count in classes if count is not None)

    @property
    def by_model(self) -> str:
        """The models by their share of the tokens, largest first; the smallest ones together."""
        largest = sorted(self.models, key=lambda one: (-one.tokens, one.model))
        total = sum(one.tokens for one in largest)
        if not total:
            return ""
        named = [
            f"{clip(one.model, 60)} {percent(one.tokens / total)}" for one in largest[:MODELS_NAMED]
        ]
        rest = sum(one.tokens for one in largest[MODELS_NAMED:])
        return listed([*named, f"others {percent(rest / total)}"] if rest else named)

    @property
    def cost(self) -> str:
        """The cost at list price, as far as prices are known."""
        if self.tokens_unpriced and self.tokens_unpriced >= self.tokens.total:
            return "not known"
        return usd(self.cost_list)

    @property
    def cost_gap(self) -> str:
        """What the cost leaves out, in a sentence, or nothing."""
        if not self.tokens_unpriced or not self.tokens.total:
            return ""
        share = percent(self.tokens_unpriced / self.tokens.total)
        return f"{share} of the tokens have no known price and are not in the cost."


@dataclass(frozen=True, slots=True)
class OpenTip:
    """A tip that the person was told and that still holds: `F-12`, its rule's title, and since when."""

    label: str
    title: str
    since: date
    is_tried: bool = False


@dataclass(frozen=True, slots=True)
class Me(MessagePage):
    """A person's own weeks, oldest first and ending with this one, shown to them alone.

    `price_basis` says which price list the cost rests on and of when; `unlinked` is what counts for
    no outcome. `workflows` are those that they ran lately, by name; `tips` what they were told.
    """

    template: ClassVar[str] = "me.json.j2"
    weeks: tuple[PersonalWeek, ...]
    outcomes: tuple[Outcome, ...]
    sources: tuple[SourceFreshness, ...]
    today: date
    price_basis: str = ""
    unlinked: tuple[LinkGroup, ...] = ()
    workflows: tuple[OwnCurve, ...] = ()
    tips: tuple[OpenTip, ...] = ()
    commands: Commands = DEFAULT_COMMANDS

    @property
    def this_week(self) -> PersonalWeek | None:
        """The last of the weeks."""
        return self.weeks[-1] if self.weeks else None

    @property
    def has_usage(self) -> bool:
        """Whether any week has a token."""
        return any(week.tokens.total for week in self.weeks)

    @property
    def unlinked_tokens(self) -> int:
        """How much counts for no outcome, in all."""
        return sum(group.tokens for group in self.unlinked)

    @property
    def tokens_in_words(self) -> str:
        """`1.3M so far` while the week lasts, `1.3M, up 12% on last week` after it: no part against a whole."""
        this = self.weeks[-1]
        said = amount(this.tokens.total)
        if self.today <= this.week.sunday:
            return f"{said} so far"
        if len(self.weeks) < 2:
            return said
        before, now = (Decimal(week.tokens.total) for week in self.weeks[-2:])
        trend = change(now, before)
        return f"{said}, {trend} {'with' if trend == 'about level' else 'on'} last week"

    @property
    def earlier(self) -> str:
        """The weeks before in words, newest first: the chart's numbers for those who do not see it."""
        weeks = self.weeks[-WEEKS_DRAWN:-1][::-1]
        return "; ".join(f"{short_day(w.week.monday)} {amount(w.tokens.total)}" for w in weeks)

    @property
    def cache_shares(self) -> str:
        """The part of the input that came from the cache, week by week with the newest first."""
        known = [(week, week.cache_share) for week in self.weeks[-WEEKS_DRAWN:][::-1]]
        return "; ".join(
            f"{short_day(week.week.monday)} {percent(share)}"
            for week, share in known
            if share is not None
        )

    @property
    def curve(self) -> Chart | None:
        """The curve of the own workflow with the most runs of those that have one."""
        by_runs = sorted(self.workflows, key=lambda one: one.curve.runs, reverse=True)
        charts = (curve_chart(one.curve) for one in by_runs)
        return next((chart for chart in charts if chart is not None), None)

    @property
    def chart(self) -> Chart | None:
        """The own tokens by week."""
        return tokens_chart([(week.week, week.tokens.total) for week in self.weeks])

    @property
    def in_order(self) -> tuple[Outcome, ...]:
        """Own open outcomes, most urgent first."""
        return by_urgency(self.outcomes)

    def open_to(self, group: LinkGroup) -> tuple[Outcome, ...]:
        """Those to which the group can be linked: by its key to none that waits for a review."""
        return tuple(one for one in self.in_order if group.key is None or one.state in KEYED_STATES)
