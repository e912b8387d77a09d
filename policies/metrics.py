"""What a team achieved for its tokens: figures of a week, always as ratios of sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from policies.outcomes import Outcome
from policies.periods import IsoWeek
from policies.privacy import GroupRule, Published, publish
from policies.usage import Trust

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class PersonWeek:
    """One person's usage in one week. Never leaves the flows except to that person.

    `cost_list` is USD at list price over the records with a known price; `tokens_unpriced` are the
    tokens it leaves out.
    """

    person_id: int
    tokens: int
    cost_list: Decimal
    tokens_unpriced: int = 0


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """Outcomes that reached each state within a week."""

    declared: int
    claimed: int
    verified: int


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """A team's consumption in a week and what it bought. None where there is nothing to divide."""

    tokens: int
    cost_list_usd: Decimal
    tokens_unpriced: int
    outcomes_per_million_tokens: Decimal | None
    cost_per_verified_outcome_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """One week of a team, fit to be shown to it."""

    week: IsoWeek
    outcomes: OutcomeCounts
    contributors: int
    figures: Published[WeekFigures]

    @property
    def suppressed(self) -> bool:
        """Whether tokens, cost and ratios are withheld."""
        return self.figures.withheld is not None


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """A usage source, how hard it is to inflate, and up to when it has delivered (UTC)."""

    source: str
    trust: Trust
    as_of: datetime


@dataclass(frozen=True, slots=True)
class TeamDigest:
    """A team's week, its previous weeks (oldest first), and the outcomes it is about.

    `sources` and `price_basis` ("genai-prices of 2026-11-01") say where the figures come from.
    """

    team_name: str
    this_week: TeamWeek
    history: tuple[TeamWeek, ...]
    verified: tuple[Outcome, ...]
    claimed: tuple[Outcome, ...]
    declared: tuple[Outcome, ...]
    sources: tuple[SourceFreshness, ...] = ()
    price_basis: str = ""


def team_week(
    week: IsoWeek, outcomes: OutcomeCounts, usage: Sequence[PersonWeek], rule: GroupRule
) -> TeamWeek:
    """Add up a team's week and publish it under the group rule."""
    by_person: Mapping[int, int] = {one.person_id: one.tokens for one in usage}
    figures = week_figures(usage, outcomes.verified)
    return TeamWeek(
        week=week,
        outcomes=outcomes,
        contributors=sum(tokens > 0 for tokens in by_person.values()),
        figures=publish(figures, by_person, rule),
    )


def week_figures(usage: Sequence[PersonWeek], verified: int) -> WeekFigures:
    """Sums, and ratios of sums, over the people of one team."""
    tokens = sum(one.tokens for one in usage)
    cost = sum((one.cost_list for one in usage), Decimal(0))
    unpriced = sum(one.tokens_unpriced for one in usage)
    return WeekFigures(
        tokens=tokens,
        cost_list_usd=cost,
        tokens_unpriced=unpriced,
        outcomes_per_million_tokens=Decimal(verified) * MILLION / tokens if tokens else None,
        cost_per_verified_outcome_usd=cost / verified if verified and tokens else None,
    )


def digest_json(digest: TeamDigest) -> dict[str, object]:
    """A digest as `mileage digest --format json` prints it: this week, `history` of the same keys, provenance.

    Tokens, cost (USD) and ratios are numbers, or None where they are withheld or nothing divides.
    """
    weeks = [_week_json(digest.team_name, week) for week in digest.history]
    return {
        **_week_json(digest.team_name, digest.this_week),
        "history": weeks,
        "price_basis": digest.price_basis,
        "sources": [
            {"source": one.source, "trust": one.trust.name.lower(), "as_of": one.as_of.isoformat()}
            for one in digest.sources
        ],
    }


def _week_json(team: str, week: TeamWeek) -> dict[str, object]:
    figures, withheld = week.figures.shown, week.figures.withheld
    return {
        "team": team,
        "week": str(week.week),
        "outcomes": {
            "declared": week.outcomes.declared,
            "claimed": week.outcomes.claimed,
            "verified": week.outcomes.verified,
        },
        "tokens": figures.tokens if figures else None,
        "tokens_unpriced": figures.tokens_unpriced if figures else None,
        "cost_list_usd": _number(figures.cost_list_usd) if figures else None,
        "outcomes_per_million_tokens": (
            _number(figures.outcomes_per_million_tokens) if figures else None
        ),
        "cost_per_verified_outcome_usd": (
            _number(figures.cost_per_verified_outcome_usd) if figures else None
        ),
        "contributors": week.contributors,
        "suppressed": week.suppressed,
        "withheld_because": withheld.reason if withheld else None,
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
