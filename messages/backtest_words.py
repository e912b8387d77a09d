"""Backtests and counts of findings in words, rounded, and only where they are fit to be shown."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from messages.pages.rules import BacktestLine
from messages.rule_words import readable, rounded, rounded_usd
from messages.wording import count, moment, significant
from policies.privacy import Published
from policies.rules.previews import Change, Findings, Preview
from policies.rules.reports import FindingCounts

NOT_SHOWN: Final = "are not shown: too few people have any"


def backtest(line: BacktestLine | None) -> str:
    """What the latest backtest came to, in one line."""
    if line is None:
        return "no backtest yet"
    dated = f"backtest of {count(line.days, 'day')}, {moment(line.made_at)}"
    old = "" if line.is_current else " of another text of the rule"
    if line.summary.shown is None:
        return f"{dated}{old}: findings {NOT_SHOWN}"
    return f"{dated}{old}: {_a_week(line.summary.shown.opened_a_week)} findings a week"


def backtest_in_full(line: BacktestLine | None) -> str:
    """The same with people, tips, money and what came back."""
    if line is None or line.summary.shown is None:
        return backtest(line).removeprefix("backtest of ")
    came_to = line.summary.shown
    parts = [backtest(line).removeprefix("backtest of ")]
    parts.append(f"{count(rounded(came_to.people), 'person', 'people')} in all")
    parts.append(f"{_a_week(came_to.told_a_week)} tips a week within the limit on tips")
    if came_to.impact_usd is not None:
        parts.append(f"about {rounded_usd(came_to.impact_usd)} at stake")
    if came_to.flapping:
        parts.append(f"{count(rounded(came_to.flapping), 'finding')} came back within a week")
    return ", ".join(parts)


def effect_lines(effect: Preview) -> str:
    """What other thresholds would have changed: `Findings: about 60 now, about 35 then`."""
    if effect.now.shown is None and effect.then.shown is None:
        return f"Findings {NOT_SHOWN}, before and after."
    rows: tuple[tuple[str, Callable[[Findings], str]], ...] = (
        ("Findings", lambda found: _about(found.findings)),
        ("People", lambda found: _about(found.people)),
        ("Money at stake", _money),
    )
    lines = [
        f"*{name}:* {_side(effect.now, words)} now, {_side(effect.then, words)} then"
        for name, words in rows
    ]
    if effect.change.shown is not None:
        lines.append(_change(effect.change.shown))
    elif effect.now.shown is not None:
        lines.append("The change is small or of few people, so it stays private.")
    return "\n".join(lines)


def findings(counted: Published[FindingCounts]) -> str:
    """`about 12 findings in 28 days`, or that they are of too few people."""
    if counted.shown is None:
        return "findings in 28 days not shown"
    opened = counted.shown.opened
    return (
        f"about {count(rounded(opened), 'finding')} in 28 days"
        if opened
        else "no findings in 28 days"
    )


def _change(change: Change) -> str:
    """`About 3 findings would be new, and about 41 would go.`"""
    parts = [
        f"about {count(rounded(number), 'finding')} would {what}"
        for number, what in ((change.more, "be new"), (change.fewer, "go"))
        if number
    ]
    return f"{' and '.join(parts).capitalize()}." if parts else "Nothing would change."


def _side(side: Published[Findings], words: Callable[[Findings], str]) -> str:
    return "not shown" if side.shown is None else words(side.shown)


def _about(number: int) -> str:
    return f"about {rounded(number):,}" if number else "none"


def _money(found: Findings) -> str:
    return f"about {rounded_usd(found.impact_usd)}" if found.impact_usd else "none"


def _a_week(number: float) -> str:
    return f"about {readable(float(significant(Decimal(str(number)), 2)))}" if number else "no"
