"""What a team achieved for its tokens: figures of a week, always as ratios of sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from policies.outcomes import Outcome
from policies.periods import IsoWeek
from policies.privacy import (
    GroupRule,
    Published,
    can_be_restated,
    publish,
    publish_again,
    reason_to_withhold,
)
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
    """Outcomes that reached each state within a week; `explored` of the verified were exploration.

    What was reverted before the week's figures were fixed is not among the verified.
    """

    declared: int
    claimed: int
    verified: int
    explored: int = 0
    reverted: int = 0

    @property
    def scored(self) -> int:
        """The verified outcomes that ratios count: exploration is never scored."""
        return self.verified - self.explored


@dataclass(frozen=True, slots=True)
class WeekSums:
    """What a group used in a week. `tokens_unpriced` is None where there are some, and how many would
    tell of too few people.
    """

    contributors: int
    tokens: int
    cost_list: Decimal
    tokens_unpriced: int | None


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """A team's consumption in a week and what it bought. None where there is nothing to divide.

    `tokens_unpriced` is None where there are some, and how many is not told.
    """

    tokens: int
    cost_list_usd: Decimal
    tokens_unpriced: int | None
    outcomes_per_million_tokens: Decimal | None
    cost_per_verified_outcome_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """One week of a team, fit to be shown to it. `fixed_on` is since when the figures stand."""

    week: IsoWeek
    outcomes: OutcomeCounts
    contributors: int
    figures: Published[WeekFigures]
    fixed_on: date | None = None

    @property
    def suppressed(self) -> bool:
        """Whether tokens, cost and ratios are withheld."""
        return self.figures.withheld is not None


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """A person's usage source, how hard it is to inflate, and up to when it has delivered (UTC)."""

    source: str
    trust: Trust
    as_of: datetime


@dataclass(frozen=True, slots=True)
class TeamSource:
    """A source that enough of a team use to name it, and the UTC day up to which it has delivered."""

    source: str
    trust: Trust
    as_of: date


@dataclass(frozen=True, slots=True)
class TeamDigest:
    """A team's week, its previous weeks (oldest first), and the outcomes it is about.

    `sources`, `other_sources` (how many too few people use to be named) and `price_basis`
    ("genai-prices of 2026-11-01") say where figures come from; they are empty where none is shown.
    """

    team_name: str
    this_week: TeamWeek
    history: tuple[TeamWeek, ...]
    verified: tuple[Outcome, ...]
    claimed: tuple[Outcome, ...]
    declared: tuple[Outcome, ...]
    reverted: tuple[Outcome, ...] = ()
    sources: tuple[TeamSource, ...] = ()
    other_sources: int = 0
    price_basis: str = ""


def team_week(
    week: IsoWeek, outcomes: OutcomeCounts, usage: Sequence[PersonWeek], rule: GroupRule
) -> TeamWeek:
    """Add up a team's week and publish it under the group rule."""
    sums = week_sums(usage, rule)
    return TeamWeek(
        week=week,
        outcomes=outcomes,
        contributors=sums.contributors,
        figures=publish(week_figures(sums, outcomes.scored), _tokens(usage), rule, _costs(usage)),
    )


def closed_team_week(
    week: IsoWeek, outcomes: OutcomeCounts, sums: WeekSums, fixed_on: date, rule: GroupRule
) -> TeamWeek:
    """A week whose sums stand since they were first shown."""
    return TeamWeek(
        week=week,
        outcomes=outcomes,
        contributors=sums.contributors,
        figures=publish_again(week_figures(sums, outcomes.scored), sums.contributors, rule),
        fixed_on=fixed_on,
    )


def week_sums(usage: Sequence[PersonWeek], rule: GroupRule) -> WeekSums:
    """Sums over the people of one team, not yet found fit to publish."""
    unpriced = sum(one.tokens_unpriced for one in usage)
    return WeekSums(
        contributors=sum(one.tokens > 0 for one in usage),
        tokens=sum(one.tokens for one in usage),
        cost_list=sum((one.cost_list for one in usage), Decimal(0)),
        tokens_unpriced=unpriced if _splits_by_price((), usage, rule) else None,
    )


def week_figures(sums: WeekSums, scored: int) -> WeekFigures:
    """The sums, and ratios of sums; `scored` is how many outcomes were verified and count."""
    tokens, cost = sums.tokens, sums.cost_list
    return WeekFigures(
        tokens=tokens,
        cost_list_usd=cost,
        tokens_unpriced=sums.tokens_unpriced,
        outcomes_per_million_tokens=Decimal(scored) * MILLION / tokens if tokens else None,
        cost_per_verified_outcome_usd=cost / scored if scored and tokens else None,
    )


def sums_to_close(usage: Sequence[PersonWeek], rule: GroupRule) -> WeekSums | None:
    """The sums of a week that is shown, to be fixed; None where it is empty or withheld."""
    sums = week_sums(usage, rule)
    if not sums.tokens:
        return None
    return publish(sums, _tokens(usage), rule, _costs(usage)).shown


def sums_to_close_anew(
    closed: WeekSums, before: Sequence[PersonWeek], after: Sequence[PersonWeek], rule: GroupRule
) -> WeekSums | None:
    """New sums for a closed week; None where they would not differ, or the difference tells of a person.

    `before` is the usage that the closed sums were made of. A share without a price that was
    once kept back stays so.
    """
    if _by_person(before) == _by_person(after) or not (
        can_be_restated(_tokens(before), _tokens(after), rule)
        and can_be_restated(_costs(before), _costs(after), rule)
    ):
        return None
    sums = sums_to_close(after, rule)
    if sums is not None and (
        closed.tokens_unpriced is None or not _splits_by_price(before, after, rule)
    ):
        return replace(sums, tokens_unpriced=None)
    return sums


def _splits_by_price(
    before: Sequence[PersonWeek], after: Sequence[PersonWeek], rule: GroupRule
) -> bool:
    """Whether the tokens with and those without a price may each be told, and told anew."""
    return all(
        reason_to_withhold(of(after), rule) is None and can_be_restated(of(before), of(after), rule)
        for of in (_unpriced, _priced)
    )


def _by_person(usage: Sequence[PersonWeek]) -> Mapping[int, PersonWeek]:
    return {one.person_id: one for one in usage}


def _tokens(usage: Sequence[PersonWeek]) -> Mapping[int, int]:
    return {one.person_id: one.tokens for one in usage}


def _costs(usage: Sequence[PersonWeek]) -> Mapping[int, Decimal]:
    return {one.person_id: one.cost_list for one in usage}


def _unpriced(usage: Sequence[PersonWeek]) -> Mapping[int, int]:
    return {one.person_id: one.tokens_unpriced for one in usage}


def _priced(usage: Sequence[PersonWeek]) -> Mapping[int, int]:
    return {one.person_id: one.tokens - one.tokens_unpriced for one in usage}


def digest_json(digest: TeamDigest) -> dict[str, object]:
    """A digest as `mileage digest --format json` prints it: this week, `history` of the same keys, provenance.

    Tokens, cost (USD) and ratios are numbers, or None where they are withheld or nothing divides.
    `outcomes.verified` counts exploration too; the ratios leave it out.
    """
    weeks = [_week_json(digest.team_name, week) for week in digest.history]
    sources = digest.sources if digest.this_week.figures.shown else ()
    return {
        **_week_json(digest.team_name, digest.this_week),
        "history": weeks,
        "price_basis": digest.price_basis,
        "other_sources": digest.other_sources,
        "sources": [
            {"source": one.source, "trust": one.trust.name.lower(), "as_of": one.as_of.isoformat()}
            for one in sources
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
            "reverted": week.outcomes.reverted,
        },
        "verified_exploration": week.outcomes.explored,
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
        "fixed_on": week.fixed_on.isoformat() if week.fixed_on else None,
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
