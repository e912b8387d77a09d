"""Learning workflows: whether a run gets cheaper, each workflow by its name, never a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from messages.charts import Chart, curve_chart
from messages.escape import clip, mrkdwn
from messages.wording import count, percent, usd
from policies.digest import TeamDigest
from policies.workflows import Course, TeamCurve

NAME_ROOM = 60
WORKFLOWS_NAMED = 4
MOST_CURVES: Final = 2
_TREND: Final = (Course.FALLING, Course.RISING, Course.LEVEL)


@dataclass(frozen=True, slots=True)
class WorkflowWords:
    """A workflow's course in words; `first` and `last` are "" where nothing was fitted."""

    name: str
    model: str
    runs: int
    course: str
    change: str
    first: str
    last: str
    in_words: str


def workflow_words(digest: TeamDigest) -> tuple[WorkflowWords, ...]:
    """The workflows that may be told, by name."""
    return tuple(_words(curve) for curve in _told(digest))


def workflow_line(words: WorkflowWords) -> str:
    """A workflow's course as a line of a list."""
    return f"• *{mrkdwn(words.name, 2 * NAME_ROOM)}*: {mrkdwn(words.in_words, 400)}"


def workflows_kept_back(digest: TeamDigest) -> str:
    """How many are not told, and why."""
    kept = sum(one.withheld is not None for one in digest.workflows)
    if not kept:
        return ""
    verb, who = ("stays", "it") if kept == 1 else ("stay", "each")
    return (
        f"{count(kept, 'other workflow')} {verb} private: too few people run {who}, "
        "or one of them most of it."
    )


def curves(digest: TeamDigest) -> tuple[Chart, ...]:
    """Up to two curves: those with a trend and the most runs."""
    drawn = sorted(_told(digest), key=lambda one: (_rank(one.course), -one.runs, one.name))
    charts = (curve_chart(curve) for curve in drawn)
    return tuple(chart for chart in charts if chart is not None)[:MOST_CURVES]


def each(curve: TeamCurve) -> str:
    """What is reckoned: `a run`, or `a unit of work`."""
    return "a unit of work" if curve.per_unit else "a run"


def course_in_words(curve: TeamCurve) -> str:
    """`a run costs less: $1.20 at first, $0.84 by now (12% to 41% less); 34 runs with opus`."""
    runs = f"{count(curve.runs, 'run')} with {clip(curve.model, NAME_ROOM)}"
    first, last = _money(curve.first_usd), _money(curve.last_usd)
    likely = f" ({change_in_words(curve)})" if change_in_words(curve) else ""
    match curve.course:
        case Course.FALLING:
            return f"{each(curve)} costs less: {first} at first, {last} by now{likely}; {runs}"
        case Course.RISING:
            return f"{each(curve)} costs more: {first} at first, {last} by now{likely}; {runs}"
        case Course.LEVEL:
            at = f" at {last}" if last else ""
            return f"{each(curve)} stays level{at}; {runs}"
        case Course.UNCLEAR:
            return f"no clear trend in the cost of {each(curve)}; {runs}"
        case Course.TOO_FEW_RUNS:
            return f"not enough runs yet; {runs}"


def change_in_words(curve: TeamCurve) -> str:
    """`12% to 41% less`, `8% to 55% more`, `6% less to 5% more`; "" where none was found."""
    if curve.change_low is None or curve.change_high is None:
        return ""
    low, high = sorted((curve.change_low, curve.change_high))
    if high <= 0:
        return _between(-high, -low, "less")
    if low >= 0:
        return _between(low, high, "more")
    return f"{percent(-low)} less to {percent(high)} more"


def _between(least: float, most: float, how: str) -> str:
    low, high = percent(least), percent(most)
    return f"{low} {how}" if low == high else f"{low} to {high} {how}"


def _words(curve: TeamCurve) -> WorkflowWords:
    return WorkflowWords(
        name=clip(curve.name, NAME_ROOM),
        model=clip(curve.model, NAME_ROOM),
        runs=curve.runs,
        course=_COURSES[curve.course],
        change=change_in_words(curve) if curve.course in _TREND else "",
        first=_money(curve.first_usd),
        last=_money(curve.last_usd),
        in_words=course_in_words(curve),
    )


def _told(digest: TeamDigest) -> list[TeamCurve]:
    return sorted(_shown(digest), key=lambda one: (one.name.casefold(), one.name))


def _shown(digest: TeamDigest) -> Iterable[TeamCurve]:
    return [one.shown for one in digest.workflows if one.shown is not None]


def _rank(course: Course) -> int:
    return _TREND.index(course) if course in _TREND else len(_TREND)


def _money(value: float | None) -> str:
    return "" if value is None else usd(Decimal(str(value)))


_COURSES: Final = {
    Course.FALLING: "falling",
    Course.RISING: "rising",
    Course.LEVEL: "level",
    Course.UNCLEAR: "unclear",
    Course.TOO_FEW_RUNS: "not enough runs yet",
}
