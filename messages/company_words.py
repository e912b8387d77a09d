"""What the week of all teams says, in plain words; its Slack message and its terminal form read from here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from messages.against import against
from messages.digest.figures import Figure
from messages.wording import amount, count, listed, ratio, span, tokens, usd
from policies.company import CompanyDigest, CompanySums, CompanyTeam, CompanyWeek, added

NAMES_SHOWN = 5
WITHHELD = "withheld"
NOT_YET = "not shown yet"


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team's week: figures, or one word that says why there are none."""

    name: str
    verified: str
    tokens: str
    cost: str
    ratio: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as a row of a table."""
        return (self.name, self.verified, self.tokens, self.cost, self.ratio)


COLUMNS = TeamLine(
    "Team", "Verified", "Tokens", "Cost per verified outcome", "Outcomes per 1M tokens"
)


@dataclass(frozen=True, slots=True)
class CompanyWords:
    """The sums as sentences, with nothing escaped yet. Empty strings where nothing is to be said."""

    dates: str
    headline: str
    figures: tuple[Figure, ...]
    left_out: str
    unknown: str


def words_of_company(digest: CompanyDigest) -> CompanyWords:
    """Say a week of all teams in words."""
    monday, sunday = digest.this_week.week.monday, digest.this_week.week.sunday
    return CompanyWords(
        dates=span(monday, sunday),
        headline=_headline(digest),
        figures=_figures(digest),
        left_out=" ".join(filter(None, (_which(digest), _open(digest), _withheld(digest)))),
        unknown=_unknown(digest),
    )


def team_line(team: CompanyTeam) -> TeamLine:
    """A team's week in the words of a table."""
    counts, figures = team.week.outcomes, team.week.figures.shown
    verified = f"{counts.verified:,}"
    if figures is None:
        return TeamLine(team.name, verified, NOT_YET if team.is_open else WITHHELD, "", "")
    if not figures.tokens:
        return TeamLine(team.name, verified, "no usage", "", "")
    cost, per_million = figures.cost_per_verified_outcome_usd, figures.outcomes_per_million_tokens
    return TeamLine(
        team.name,
        verified,
        amount(figures.tokens),
        _no_cost(counts.verified, counts.scored) if cost is None else usd(cost),
        "" if per_million is None else ratio(per_million),
    )


def _no_cost(verified: int, scored: int) -> str:
    """Why there is no cost per outcome: nothing divides, or what was used has no price."""
    if scored:
        return "not known"
    return "only exploration" if verified else "none verified"


def _headline(digest: CompanyDigest) -> str:
    who = count(len(digest.teams), "team")
    done = count(digest.this_week.outcomes.verified, "outcome")
    sums = _all(digest.this_week)
    if sums is None:
        return f"{who} had {done} verified."
    whose = "" if sums.teams == len(digest.teams) else f" {_figures_of(sums, digest)} used"
    if whose:
        return f"{who} had {done} verified.{whose} {tokens(sums.tokens)}."
    return f"{who} finished {done}, verified by colleagues, for {tokens(sums.tokens)}."


def _figures_of(sums: CompanySums, digest: CompanyDigest) -> str:
    return f"{sums.teams:,} of the {len(digest.teams):,} teams"


def _all(week: CompanyWeek) -> CompanySums | None:
    """The shown teams, and the rest with them where it is told."""
    rest = week.rest.shown if week.rest else None
    parts = [one for one in (week.shown.shown, rest) if one is not None]
    return added(parts) if parts else None


def _figures(digest: CompanyDigest) -> tuple[Figure, ...]:
    """Of the shown teams alone: in the weeks before, the rest may not have been told."""
    if digest.this_week.shown.shown is None:
        return ()
    return (
        _figure(
            digest, "Verified outcomes", lambda one: Decimal(one.scored), lambda v: f"{v:,.0f}"
        ),
        _figure(digest, "Tokens", lambda one: Decimal(one.tokens), lambda v: amount(int(v))),
        _outcomes_per_million(digest),
        _cost_per_outcome(digest),
    )


def _cost_per_outcome(digest: CompanyDigest) -> Figure:
    name, now = "Cost per verified outcome, list price", digest.this_week.shown.shown
    if now is not None and now.scored and now.cost_per_verified_outcome_usd is None:
        return Figure(name, "not known", "no price is known for what was used")
    return _figure(digest, name, lambda one: one.cost_per_verified_outcome_usd, usd)


def _outcomes_per_million(digest: CompanyDigest) -> Figure:
    """With the interval in which a week like those before would lie, where there is one."""
    plain = _figure(
        digest, "Outcomes per million tokens", lambda one: one.outcomes_per_million_tokens, ratio
    )
    usual = digest.usual.shown if digest.usual else None
    if usual is None:
        return plain
    said = f"{usual.position} the usual range ({ratio(usual.low)} to {ratio(usual.high)})"
    return replace(plain, against=said)


def _figure(
    digest: CompanyDigest,
    name: str,
    pick: Callable[[CompanySums], Decimal | None],
    form: Callable[[Decimal], str],
) -> Figure:
    now = digest.this_week.shown.shown
    value = pick(now) if now else None
    earlier = [pick(sums) if (sums := one.shown.shown) else None for one in digest.history]
    said = "none this week" if value is None else form(value)
    return Figure(name, said, against(value, earlier, form))


def _which(digest: CompanyDigest) -> str:
    sums = digest.this_week.shown.shown
    if sums is None or sums.teams == len(digest.teams):
        return ""
    return f"These figures are of the {count(sums.teams, 'team')} whose own are shown."


def _open(digest: CompanyDigest) -> str:
    if not digest.open:
        return ""
    were = "has" if digest.open == 1 else "have"
    return f"{count(digest.open, 'team')} {were} not been shown this week's figures yet."


def _withheld(digest: CompanyDigest) -> str:
    rest = digest.this_week.rest
    told = rest.shown if rest else None
    if told is not None:
        return (
            f"{count(told.teams, 'team')} whose own figures are private used "
            f"{tokens(told.tokens)} together, {usd(told.cost_list_usd)} at list price."
        )
    if not digest.withheld:
        return ""
    return (
        f"The figures of {count(digest.withheld, 'team')} are private: too few people, "
        "or one person's share is too large. They are in no sum."
    )


def _unknown(digest: CompanyDigest) -> str:
    if not digest.unknown:
        return ""
    shown = [f"“{name}”" for name in digest.unknown[:NAMES_SHOWN]]
    return f"There is no team {listed(shown)}."
