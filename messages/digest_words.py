"""What a digest says, in plain words; its Slack message and its terminal form both read from here."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from messages.against import against
from messages.charts import Chart, chart_of
from messages.wording import amount, count, percent, ratio, span, tokens, usd
from policies.metrics import TeamDigest, TeamWeek, WeekFigures

FEW_OUTCOMES = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the week and what can be said of it against the weeks before."""

    name: str
    value: str
    against: str


@dataclass(frozen=True, slots=True)
class DigestWords:
    """The digest as sentences, with nothing escaped yet. Empty strings where nothing is to be said."""

    team: str
    dates: str
    headline: str
    figures: tuple[Figure, ...]
    withheld: str
    caution: str
    price: str
    chart: Chart | None


def words_of(digest: TeamDigest) -> DigestWords:
    """Say a team's week in words."""
    week = digest.this_week
    return DigestWords(
        team=digest.team_name,
        dates=span(week.week.monday, week.week.sunday),
        headline=_headline(digest.team_name, week),
        figures=_figures(digest),
        withheld=_withheld(week),
        caution=_caution(week),
        price=_price(digest),
        chart=chart_of(digest),
    )


def _headline(team: str, week: TeamWeek) -> str:
    figures, verified = week.figures.shown, week.outcomes.verified
    done = count(verified, "outcome")
    if figures is None:
        return f"{team} had {done} verified this week."
    if not figures.tokens:
        return f"{team} had {done} verified. No usage has arrived for this week yet."
    if not verified:
        return f"{team} used {tokens(figures.tokens)}; no outcome was verified this week."
    return f"{team} finished {done}, verified by colleagues, for {tokens(figures.tokens)}."


def _withheld(week: TeamWeek) -> str:
    if week.figures.withheld is None:
        return ""
    return f"Figures are withheld this week: {week.figures.withheld.reason}."


def _caution(week: TeamWeek) -> str:
    figures = week.figures.shown
    if figures is None or not figures.tokens or week.outcomes.verified >= FEW_OUTCOMES:
        return ""
    return (
        f"With fewer than {FEW_OUTCOMES} outcomes a week, one more or less moves the ratios a lot: "
        "read the trend, not the week."
    )


def _figures(digest: TeamDigest) -> tuple[Figure, ...]:
    week, earlier = digest.this_week, digest.history
    verified = Figure(
        "Verified outcomes",
        str(week.outcomes.verified),
        against(
            Decimal(week.outcomes.verified),
            [Decimal(one.outcomes.verified) for one in earlier],
            lambda value: f"{value:.0f}",
        ),
    )
    if week.figures.shown is None:
        return (verified,)
    used = _figure(digest, "Tokens", lambda one: Decimal(one.tokens), lambda v: amount(int(v)))
    if not week.figures.shown.tokens:
        return (verified, used)
    return (
        verified,
        used,
        _figure(
            digest,
            "Outcomes per million tokens",
            lambda one: one.outcomes_per_million_tokens,
            ratio,
        ),
        _figure(
            digest,
            "Cost per verified outcome, list price",
            lambda one: one.cost_per_verified_outcome_usd,
            usd,
        ),
    )


def _figure(
    digest: TeamDigest,
    name: str,
    pick: Callable[[WeekFigures], Decimal | None],
    form: Callable[[Decimal], str],
) -> Figure:
    now = digest.this_week.figures.shown
    value = pick(now) if now else None
    earlier = [
        pick(figures) if (figures := week.figures.shown) else None for week in digest.history
    ]
    return Figure(
        name, "none this week" if value is None else form(value), against(value, earlier, form)
    )


def _price(digest: TeamDigest) -> str:
    figures = digest.this_week.figures.shown
    if figures is None or not figures.tokens:
        return ""
    basis = f" ({digest.price_basis})" if digest.price_basis else ""
    unpriced = figures.tokens_unpriced
    left_out = (
        f" {percent(unpriced / figures.tokens)} of the tokens have no known price and are not in the cost."
        if unpriced
        else ""
    )
    return f"Cost at list price{basis}.{left_out}"
