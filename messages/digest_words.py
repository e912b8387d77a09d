"""What a digest says, in plain words; its Slack message and its terminal form both read from here."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from messages.against import against
from messages.charts import Chart, chart_of
from messages.escape import clip
from messages.wording import amount, count, percent, ratio, short_day, span, tokens, trust, usd
from policies.digest import TeamDigest
from policies.metrics import TeamWeek, WeekFigures

FEW_OUTCOMES = 10
SOURCES_NAMED = 8


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
    unlinked: str
    findings: str
    sources: str
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
        unlinked=_unlinked(week),
        findings=_findings(digest),
        sources=_sources(digest),
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
    if figures is None or not figures.tokens or week.outcomes.scored >= FEW_OUTCOMES:
        return ""
    return (
        f"With fewer than {FEW_OUTCOMES} outcomes a week, one more or less moves the ratios a lot: "
        "read the trend, not the week."
    )


def _unlinked(week: TeamWeek) -> str:
    """How much counts for no outcome, where that may be told."""
    figures = week.figures.shown
    if figures is None or figures.unattributed_share is None:
        return ""
    if not figures.unattributed_share:
        return "All tokens are linked to outcomes."
    return f"{percent(figures.unattributed_share)} of the tokens are linked to no outcome."


def _findings(digest: TeamDigest) -> str:
    """What the rules found, where that may be told."""
    found = digest.findings
    if found is None:
        return ""
    opened = count(found.opened, "finding") if found.opened else ""
    resolved = f"{found.resolved} resolved" if found.resolved else ""
    return f"Rules: {', '.join(part for part in (opened, resolved) if part)}."


def _figures(digest: TeamDigest) -> tuple[Figure, ...]:
    week, earlier = digest.this_week, digest.history
    verified = Figure(
        "Verified outcomes",
        _verified(week),
        against(
            Decimal(week.outcomes.scored),
            [Decimal(one.outcomes.scored) for one in earlier],
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


def _verified(week: TeamWeek) -> str:
    """`8`, or `8 and 1 exploration, not scored`."""
    counts = week.outcomes
    if not counts.explored:
        return str(counts.verified)
    return f"{counts.scored} and {count(counts.explored, 'exploration')}, not scored"


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
    fixed = digest.this_week.fixed_on
    since = f" Figures fixed on {short_day(fixed)}." if fixed else ""
    return f"Cost at list price{basis}.{_left_out(figures)}{since}"


def _left_out(figures: WeekFigures) -> str:
    """What the cost leaves out; how much of it only where that tells of enough people."""
    if figures.tokens_unpriced is None:
        share = "Some tokens"
    elif figures.tokens_unpriced:
        share = f"{percent(figures.tokens_unpriced / figures.tokens)} of the tokens"
    else:
        return ""
    return f" {share} have no known price and are not in the cost."


def _sources(digest: TeamDigest) -> str:
    """`Sources: claude-code (local files) up to 20 Nov; 1 other source.`; "" where none is told."""
    if digest.this_week.figures.shown is None:
        return ""
    told = [
        f"{clip(one.source, 60)} ({trust(one.trust)}) up to {short_day(one.as_of)}"
        for one in digest.sources[:SOURCES_NAMED]
    ]
    others = digest.other_sources + len(digest.sources) - len(told)
    told += [count(others, "other source")] if others else []
    return f"Sources: {'; '.join(told)}." if told else ""
