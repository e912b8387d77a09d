"""The one sentence above a digest, and what has to be said before any figure is read."""

from messages.digest.impact import per_million
from messages.wording import count, tokens
from policies.digest import TeamDigest
from policies.metrics import TeamWeek

FEW_OUTCOMES = 10


def headline(digest: TeamDigest) -> str:
    """The week in one sentence."""
    team, week = digest.team_name, digest.this_week
    figures, verified = week.figures.shown, week.outcomes.verified
    done = count(verified, "verified outcome")
    if figures is None:
        return f"{team} had {done} this week."
    if not figures.tokens and not verified:
        return f"{team} had no verified outcome this week, and no usage of it has arrived."
    if not figures.tokens:
        return f"{team} had {done}. No usage has arrived for this week yet."
    if not verified:
        return f"{team} used {tokens(figures.tokens)}; no outcome was verified this week."
    return f"{team} finished {done} for {tokens(figures.tokens)}{_ratio(digest)}."


def withheld(week: TeamWeek) -> str:
    """Why no figure about usage is shown, and what is."""
    if week.figures.withheld is None:
        return ""
    below = "Outcomes are listed below, without ratios." if week.outcomes.verified else ""
    return f"Figures are withheld this week: {week.figures.withheld.reason}. {below}".strip()


def caution(week: TeamWeek) -> str:
    """That ratios of few outcomes jump."""
    figures = week.figures.shown
    if figures is None or not figures.tokens or week.outcomes.scored >= FEW_OUTCOMES:
        return ""
    return (
        f"With fewer than {FEW_OUTCOMES} outcomes a week, one more or less moves the ratios a lot: "
        "read the trend, not the week."
    )


def _ratio(digest: TeamDigest) -> str:
    """`: 0.84 outcomes per million tokens, within its usual range (0.6 to 1.1)`."""
    figure = per_million(digest)
    if figure is None or not digest.this_week.outcomes.scored:
        return ""
    usual = f", {figure.against}" if digest.usual and digest.usual.shown else ""
    return f": {figure.value} outcomes per million tokens{usual}"
