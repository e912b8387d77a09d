"""Charts as data: Slack's own block and the sentence beside it; messages.pictures draws the same as a PNG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from messages.escape import clip, plain
from messages.wording import listed, ratio, short_day, significant, usd
from policies.digest import TeamDigest, UsualRange
from policies.metrics import TeamWeek
from policies.periods import IsoWeek
from policies.workflows import FitPoint, TeamCurve

WEEKS_DRAWN = 12
RUNS_DRAWN = 12
FEWEST_POINTS = 2
MOST_WEEKS_NAMED = 4
TITLE_ROOM = 50


@dataclass(frozen=True, slots=True)
class Point:
    """One place on the x axis; `value` is None where it is withheld or nothing divides.

    `low` and `high` are the ends of the band there, None where there is none.
    """

    label: str
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One series in the order of its x axis. `unit` is the value axis's label, `x_label` the other's.

    `band` says what lies between each point's `low` and `high` (`Usual`), "" where nothing does; `form`
    says a value in words. Labels are unique, and numbers where `by_number`.
    """

    kind: Literal["line", "bar"]
    title: str
    series: str
    unit: str
    points: tuple[Point, ...]
    x_label: str = "Week beginning"
    band: str = ""
    form: Callable[[Decimal], str] = ratio
    by_number: bool = False

    @property
    def shown(self) -> tuple[Point, ...]:
        """The points that have a value."""
        return tuple(point for point in self.points if point.value is not None)

    @property
    def left_out(self) -> str:
        """A sentence about the weeks without a value, or nothing."""
        missing = [point.label for point in self.points if point.value is None]
        if not missing:
            return ""
        if len(missing) > MOST_WEEKS_NAMED:
            which = f"{len(missing)} of {len(self.points)} weeks"
        else:
            which = f"the week{'' if len(missing) == 1 else 's'} of {listed(missing)}"
        return f"Left out: {which}, where no figure can be shown."

    @property
    def band_in_words(self) -> str:
        """`Usual: 0.017 to 0.030.`, or its two ends where it is not the same everywhere; "" without one."""
        ranges = list(dict.fromkeys(self._range(point) for point in self.shown))
        if not self.band or not ranges:
            return ""
        if len(ranges) == 1:
            return f"{self.band}: {ranges[0]}."
        return f"{self.band}: {ranges[0]} at first, {ranges[-1]} at last."

    @property
    def in_words(self) -> str:
        """The chart's numbers as text, for those who do not see it."""
        numbers = ", ".join(f"{point.label} {self._said(point.value)}" for point in self.shown)
        words = f"{self.title}, by {self.x_label.lower()}: {numbers}."
        return " ".join(part for part in (words, self.band_in_words, self.left_out) if part)

    @property
    def in_brief(self) -> str:
        """Its ends, its band and what it leaves out: enough beside the chart itself."""
        words = self._ends if self.by_number else self._extremes
        return " ".join(part for part in (words, self.band_in_words, self.left_out) if part)

    @property
    def _ends(self) -> str:
        first, last, where = self.shown[0], self.shown[-1], self.x_label.lower()
        return (
            f"{self._said(first.value)} at {where} {first.label}, "
            f"{self._said(last.value)} at {where} {last.label}."
        )

    @property
    def _extremes(self) -> str:
        lowest = min(self.shown, key=lambda point: point.value or Decimal(0))
        highest = max(self.shown, key=lambda point: point.value or Decimal(0))
        return (
            f"Lowest {self._said(lowest.value)} ({lowest.label}), "
            f"highest {self._said(highest.value)} ({highest.label})."
        )

    def _range(self, point: Point) -> str:
        return f"{self._said(point.low)} to {self._said(point.high)}"

    def _said(self, value: Decimal | None) -> str:
        return "" if value is None else self.form(value)


def chart_of(digest: TeamDigest) -> Chart | None:
    """Outcomes per million tokens where two weeks can show them, else verified outcomes a week.

    None where there are fewer than two weeks, or nothing was ever verified.
    """
    weeks = (*digest.history, digest.this_week)[-WEEKS_DRAWN:]
    ratios = [_outcomes_per_million(week) for week in weeks]
    if sum(value is not None for value in ratios) >= FEWEST_POINTS:
        return _chart_of_ratios(weeks, ratios, digest.usual.shown if digest.usual else None)
    verified = tuple(
        Point(short_day(week.week.monday), Decimal(week.outcomes.scored)) for week in weeks
    )
    if len(weeks) < FEWEST_POINTS or not any(point.value for point in verified):
        return None
    return Chart(
        kind="bar",
        title="Verified outcomes a week",
        series="Verified outcomes",
        unit="Outcomes",
        points=verified,
    )


def _chart_of_ratios(
    weeks: Sequence[TeamWeek], ratios: Sequence[Decimal | None], usual: UsualRange | None
) -> Chart:
    low, high = (usual.low, usual.high) if usual else (None, None)
    return Chart(
        kind="line",
        title="Verified outcomes per million tokens",
        series="Outcomes per million",
        unit="Outcomes per million tokens",
        points=tuple(
            Point(short_day(week.week.monday), value, low, high)
            for week, value in zip(weeks, ratios, strict=True)
        ),
        band="Usual range" if usual else "",
    )


def _outcomes_per_million(week: TeamWeek) -> Decimal | None:
    figures = week.figures.shown
    return figures.outcomes_per_million_tokens if figures else None


def tokens_chart(weeks: Sequence[tuple[IsoWeek, int]]) -> Chart | None:
    """A person's own tokens by week (oldest first); None with fewer than two weeks of usage."""
    drawn = weeks[-WEEKS_DRAWN:]
    largest = max((tokens for _, tokens in drawn), default=0)
    if len(drawn) < FEWEST_POINTS or largest == 0:
        return None
    unit, name = (10**6, "Million tokens") if largest >= 10**6 else (10**3, "Thousand tokens")
    points = tuple(Point(short_day(week.monday), Decimal(tokens) / unit) for week, tokens in drawn)
    return Chart(kind="bar", title="Your tokens by week", series=name, unit=name, points=points)


def curve_chart(curve: TeamCurve) -> Chart | None:
    """The fitted cost of a workflow's runs with its band; None with fewer than two points of a fit."""
    drawn = _spread(curve.fit, RUNS_DRAWN)
    if len(drawn) < FEWEST_POINTS:
        return None
    each = "a unit of work" if curve.per_unit else "a run"
    return Chart(
        kind="line",
        title=clip(f"Cost of {each}: {curve.name}", TITLE_ROOM),
        series="Fitted cost",
        unit=f"USD for {each}, list price",
        points=tuple(
            Point(str(one.run), _usd(one.cost_usd), _usd(one.low_usd), _usd(one.high_usd))
            for one in drawn
        ),
        x_label="Run",
        band="Likely range",
        form=usd,
        by_number=True,
    )


def _spread(fit: Sequence[FitPoint], most: int) -> Sequence[FitPoint]:
    """At most that many of the points, evenly spread, with the first and the last."""
    if len(fit) <= most:
        return fit
    return [fit[round(place * (len(fit) - 1) / (most - 1))] for place in range(most)]


def _usd(money: float) -> Decimal:
    return Decimal(str(money))


def data_visualization(chart: Chart, block_id: str = "chart") -> dict[str, object]:
    """Slack's chart block. Points without a value leave the categories, since it knows no gaps.

    It knows no bands either: the ends of the band are two more lines.
    """
    return {
        "type": "data_visualization",
        "block_id": block_id,
        "title": plain(chart.title, TITLE_ROOM),
        "chart": {
            "type": chart.kind,
            "series": [
                _series(name, [(point.label, pick(point)) for point in chart.shown])
                for name, pick in _lines(chart)
            ],
            "axis_config": {
                "categories": [point.label for point in chart.shown],
                "x_label": chart.x_label,
                "y_label": chart.unit,
            },
        },
    }


def _lines(chart: Chart) -> list[tuple[str, Callable[[Point], Decimal | None]]]:
    lines: list[tuple[str, Callable[[Point], Decimal | None]]] = [
        (chart.series, lambda point: point.value)
    ]
    if chart.band:
        lines.append((f"{chart.band}, low", lambda point: point.low))
        lines.append((f"{chart.band}, high", lambda point: point.high))
    return lines


def _series(name: str, values: Sequence[tuple[str, Decimal | None]]) -> dict[str, object]:
    return {
        "name": name,
        "data": [
            {"label": label, "value": float(significant(value or Decimal(0), 4))}
            for label, value in values
        ],
    }
