"""A week of all teams: each from the figures it was shown itself, and what they come to together.

Teams stand by name, or as a reader named them; nothing orders them by what they used or achieved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from policies.digest import UsualRange
from policies.metrics import (
    MILLION,
    OutcomeCounts,
    PersonWeek,
    TeamWeek,
    WeekFigures,
    WeekSums,
    sums_to_close,
)
from policies.periods import IsoWeek
from policies.privacy import GroupRule, Published, publish_again, published_together
from policies.usual import Draws, usual_range

FIGURES: Final = (
    "tokens",
    "cost_list_usd",
    "outcomes_per_million_tokens",
    "cost_per_verified_outcome_usd",
)


@dataclass(frozen=True, slots=True)
class CompanyTeam:
    """One team's week, fit to be shown; `is_open` is whether nobody was shown its figures yet."""

    name: str
    week: TeamWeek
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class CompanySums:
    """What some teams used together in a week; `scored` of their outcomes were verified and count."""

    teams: int
    tokens: int
    cost_list_usd: Decimal
    scored: int

    @property
    def outcomes_per_million_tokens(self) -> Decimal | None:
        """The ratio of the sums; None where nothing was used."""
        return Decimal(self.scored) * MILLION / self.tokens if self.tokens else None

    @property
    def cost_per_verified_outcome_usd(self) -> Decimal | None:
        """The ratio of the sums; None where nothing divides, or nothing was used at a known price."""
        return self.cost_list_usd / self.scored if self.scored and self.cost_list_usd else None


@dataclass(frozen=True, slots=True)
class CompanyWeek:
    """All teams in one week.

    `shown` is what those used together whose own figures are shown. `rest` is the same of those whose
    own figures are withheld, None while nothing of them was told. `outcomes` are those of all teams; of a
    week before, only the verified ones are counted.
    """

    week: IsoWeek
    outcomes: OutcomeCounts
    shown: Published[CompanySums]
    rest: Published[CompanySums] | None = None


@dataclass(frozen=True, slots=True)
class CompanyDigest:
    """A week of all teams against the weeks before (oldest first), and its teams.

    `usual` is about outcomes per million tokens of the shown teams, None with too little to say it from.
    `chosen` is whether the reader named the teams: sums are then of these alone. `total` is how many
    teams there are; `unknown` are names that none of them has.
    """

    this_week: CompanyWeek
    history: tuple[CompanyWeek, ...]
    teams: tuple[CompanyTeam, ...]
    total: int
    usual: Published[UsualRange] | None = None
    chosen: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def withheld(self) -> int:
        """Of how many teams the figures are private."""
        return sum(one.week.suppressed and not one.is_open for one in self.teams)

    @property
    def open(self) -> int:
        """Of how many teams the figures were not shown yet."""
        return sum(one.is_open for one in self.teams)


def usual_of(
    history: Sequence[CompanyWeek], this_week: CompanyWeek, draws: Draws
) -> Published[UsualRange] | None:
    """Where the shown teams' outcomes per million tokens usually lie; None with too little to say it from."""
    usual = usual_range([_as_one_team(one) for one in history], _as_one_team(this_week), draws)
    return None if usual is None else this_week.shown.then(lambda _: usual)


def _as_one_team(week: CompanyWeek) -> TeamWeek:
    """The shown teams of a week as if they were one."""
    scored = week.shown.shown.scored if week.shown.shown else 0
    figures = week.shown.then(
        lambda sums: WeekFigures(
            sums.tokens,
            sums.cost_list_usd,
            None,
            sums.outcomes_per_million_tokens,
            sums.cost_per_verified_outcome_usd,
        )
    )
    return TeamWeek(week.week, OutcomeCounts(0, 0, scored), 0, figures)


def outcomes_together(counts: Iterable[OutcomeCounts]) -> OutcomeCounts:
    """The outcomes of several teams, added up."""
    each = list(counts)
    return OutcomeCounts(
        declared=sum(one.declared for one in each),
        claimed=sum(one.claimed for one in each),
        verified=sum(one.verified for one in each),
        explored=sum(one.explored for one in each),
        reverted=sum(one.reverted for one in each),
    )


def sums_of_team(week: TeamWeek) -> Published[CompanySums]:
    """A team's published week as a part of a larger sum."""
    scored = week.outcomes.scored
    return week.figures.then(lambda one: CompanySums(1, one.tokens, one.cost_list_usd, scored))


def shown_together(weeks: Iterable[TeamWeek]) -> Published[CompanySums]:
    """What those teams used together whose figures are shown: anybody could add them up."""
    return published_together([sums_of_team(one) for one in weeks], added)


def added(parts: Sequence[CompanySums]) -> CompanySums:
    """The sums of sums."""
    return CompanySums(
        sum(one.teams for one in parts),
        sum(one.tokens for one in parts),
        sum((one.cost_list_usd for one in parts), Decimal(0)),
        sum(one.scored for one in parts),
    )


def withheld_teams(
    usage: Mapping[int, Sequence[PersonWeek]], rule: GroupRule
) -> dict[int, Sequence[PersonWeek]]:
    """Those of the teams, by id, that used something and whose own sums may not be shown."""
    return {
        team_id: used
        for team_id, used in usage.items()
        if any(one.tokens for one in used) and sums_to_close(used, rule) is None
    }


def rest_to_close(withheld: Mapping[int, Sequence[PersonWeek]], rule: GroupRule) -> WeekSums | None:
    """What withheld teams used together, to be fixed; None where that tells too much itself.

    Whoever subtracts the shown teams from a total has exactly this, so it has to be fit by itself.
    """
    return sums_to_close([one for used in withheld.values() for one in used], rule)


def rest_as_closed(
    sums: WeekSums, teams: int, scored: int, rule: GroupRule
) -> Published[CompanySums]:
    """The rest as it was told before; withheld where the minimum group was raised since."""
    value = CompanySums(teams, sums.tokens, sums.cost_list, scored)
    return publish_again(value, sums.contributors, rule)


def company_json(digest: CompanyDigest) -> dict[str, object]:
    """All teams as `mileage digest --company --format json` prints them: `together`, `history`, `teams`.

    Tokens, cost (USD) and ratios are numbers, or None where they are withheld, not shown yet, or nothing
    divides. Sums are of the shown teams; `withheld_together` is None where it is not told.
    """
    week = digest.this_week
    return {
        **_week_json(week),
        "outcomes": _outcomes_json(week.outcomes),
        "withheld_together": _sums_json(week.rest),
        "usual_outcomes_per_million_tokens": _usual_json(digest.usual),
        "history": [_week_json(one) for one in digest.history],
        "teams": [_team_json(one) for one in digest.teams],
    }


def _usual_json(usual: Published[UsualRange] | None) -> dict[str, object] | None:
    found = usual.shown if usual else None
    if found is None:
        return None
    return {"low": float(found.low), "high": float(found.high), "position": found.position}


def _week_json(week: CompanyWeek) -> dict[str, object]:
    return {
        "week": str(week.week),
        "verified": week.outcomes.verified,
        "together": _sums_json(week.shown),
    }


def _team_json(team: CompanyTeam) -> dict[str, object]:
    figures = sums_of_team(team.week).shown
    withheld = team.week.figures.withheld
    return {
        "team": team.name,
        "outcomes": _outcomes_json(team.week.outcomes),
        **(_figures_json(figures) if figures else dict.fromkeys(FIGURES)),
        "withheld_because": withheld.reason if withheld else None,
    }


def _outcomes_json(counts: OutcomeCounts) -> dict[str, int]:
    return {
        "declared": counts.declared,
        "claimed": counts.claimed,
        "verified": counts.verified,
        "reverted": counts.reverted,
    }


def _sums_json(sums: Published[CompanySums] | None) -> dict[str, object] | None:
    found = sums.shown if sums else None
    return {"teams": found.teams, **_figures_json(found)} if found else None


def _figures_json(sums: CompanySums) -> dict[str, object]:
    per_million, cost = sums.outcomes_per_million_tokens, sums.cost_per_verified_outcome_usd
    values = (
        sums.tokens,
        float(sums.cost_list_usd),
        None if per_million is None else float(per_million),
        None if cost is None else float(cost),
    )
    return dict(zip(FIGURES, values, strict=True))
