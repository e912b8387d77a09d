"""A team's weeks as a chart: Slack's own block, a PNG and a sentence, all from the same points."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import vl_convert

from messages.wording import count, listed, ratio, short_day, significant
from policies.digest import TeamDigest
from policies.metrics import TeamWeek
from policies.periods import IsoWeek

WEEKS_DRAWN = 12
FEWEST_WEEKS = 2
MOST_WEEKS_NAMED = 4
WIDTH, HEIGHT, SCALE = 800, 400, 2


@dataclass(frozen=True, slots=True)
class Point:
    """A week's value, or None where it is withheld or nothing divides."""

    week: IsoWeek
    value: Decimal | None

    @property
    def label(self) -> str:
        """The week by its Monday: `16 Nov`; unique within a year."""
        return short_day(self.week.monday)


@dataclass(frozen=True, slots=True)
class Chart:
    """One series over consecutive weeks, oldest first. `unit` is the value axis's label."""

    kind: Literal["line", "bar"]
    title: str
    series: str
    unit: str
    points: tuple[Point, ...]

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
    def in_words(self) -> str:
        """The chart's numbers as text, for those who do not see it."""
        numbers = ", ".join(
            f"{p.label} {ratio(p.value)}" for p in self.shown if p.value is not None
        )
        return f"{self.title}, by week beginning: {numbers}. {self.left_out}".strip()


def chart_of(digest: TeamDigest) -> Chart | None:
    """Outcomes per million tokens where two weeks can show them, else verified outcomes a week.

    None where there are fewer than two weeks, or nothing was ever verified.
    """
    weeks = (*digest.history, digest.this_week)[-WEEKS_DRAWN:]
    ratios = tuple(Point(week.week, _outcomes_per_million(week)) for week in weeks)
    if sum(point.value is not None for point in ratios) >= FEWEST_WEEKS:
        title = "Verified outcomes per million tokens"
        return Chart("line", title, "Outcomes per million", "Outcomes per million tokens", ratios)
    verified = tuple(Point(week.week, Decimal(week.outcomes.scored)) for week in weeks)
    if len(weeks) < FEWEST_WEEKS or not any(point.value for point in verified):
        return None
    return Chart("bar", "Verified outcomes a week", "Verified outcomes", "Outcomes", verified)


def tokens_chart(weeks: Sequence[tuple[IsoWeek, int]]) -> Chart | None:
    """A person's own tokens by week (oldest first); None with fewer than two weeks of usage."""
    drawn = weeks[-WEEKS_DRAWN:]
    largest = max((tokens for _, tokens in drawn), default=0)
    if len(drawn) < FEWEST_WEEKS or largest == 0:
        return None
    unit, name = (10**6, "Million tokens") if largest >= 10**6 else (10**3, "Thousand tokens")
    points = tuple(Point(week, Decimal(tokens) / unit) for week, tokens in drawn)
    return Chart("bar", "Your tokens by week", name, name, points)


def data_visualization(chart: Chart, block_id: str = "chart") -> dict[str, object]:
    """Slack's chart block. Weeks without a value leave the categories, since it knows no gaps."""
    points = [
        {"label": p.label, "value": float(significant(p.value, 4))}
        for p in chart.shown
        if p.value is not None
    ]
    return {
        "type": "data_visualization",
        "block_id": block_id,
        "title": chart.title,
        "chart": {
            "type": chart.kind,
            "series": [{"name": chart.series, "data": points}],
            "axis_config": {
                "categories": [point.label for point in chart.shown],
                "x_label": "Week beginning",
                "y_label": chart.unit,
            },
        },
    }


def chart_png(digest: TeamDigest) -> bytes | None:
    """The digest's chart as a PNG of 1600 x 800 pixels, or None where there is nothing to draw.

    Drawn without the network and with the fonts that vl-convert brings.
    """
    chart = chart_of(digest)
    return None if chart is None else draw_png(chart)


def draw_png(chart: Chart) -> bytes:
    """Any chart as a PNG of 1600 x 800 pixels."""
    return vl_convert.vegalite_to_png(vega_lite(chart), scale=SCALE, allowed_base_urls=[])


def _outcomes_per_million(week: TeamWeek) -> Decimal | None:
    figures = week.figures.shown
    return figures.outcomes_per_million_tokens if figures else None


INK, QUIET, GRID, PAPER = "#1f2933", "#5d6b79", "#e6eaee", "#ffffff"
ACCENT, PALE = "#1264a3", "#a9c6de"
FONT = "Liberation Sans"


def vega_lite(chart: Chart) -> dict[str, Any]:
    """The Vega-Lite specification of a chart; its data stand inside it."""
    rows = [
        {
            "week": point.label,
            "value": None if point.value is None else float(point.value),
            "words": None if point.value is None else ratio(point.value),
            "now": index == len(chart.points) - 1,
        }
        for index, point in enumerate(chart.points)
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        "title": {"text": chart.title, "subtitle": _subtitle(chart)},
        "data": {"values": rows},
        "encoding": {
            "x": {
                "field": "week",
                "type": "ordinal",
                "sort": None,
                "title": "Week beginning",
                "axis": {"labelAngle": 0, "grid": False, "tickSize": 0, "labelPadding": 8},
            }
        },
        "layer": [*_marks(chart), _label_of_now(), _NOT_SHOWN],
        "config": _CONFIG,
    }


def _subtitle(chart: Chart) -> str:
    return chart.left_out or f"{count(len(chart.shown), 'week')}, the last one marked"


def _marks(chart: Chart) -> list[dict[str, Any]]:
    value = {**_VALUE, "title": chart.unit}
    if chart.kind == "line":
        return [
            {"mark": _LINE, "encoding": {"y": value}},
            {
                "transform": [{"filter": "datum.value !== null"}],
                "mark": {"type": "point", "filled": True, "opacity": 1, "stroke": ACCENT},
                "encoding": {
                    "y": value,
                    "size": {"condition": {"test": "datum.now", "value": 130}, "value": 45},
                    "color": {"condition": {"test": "datum.now", "value": ACCENT}, "value": PAPER},
                },
            },
        ]
    if chart.unit == "Outcomes":
        value["axis"] = {**_VALUE["axis"], "tickMinStep": 1}
    shade = {"condition": {"test": "datum.now", "value": ACCENT}, "value": PALE}
    return [{"mark": _BAR, "encoding": {"y": value, "color": shade}}]


def _label_of_now() -> dict[str, Any]:
    return {
        "transform": [{"filter": "datum.now && datum.value !== null"}],
        "mark": {"type": "text", "dy": -16, "fontSize": 15, "fontWeight": 700, "color": INK},
        "encoding": {"y": _VALUE, "text": {"field": "words"}},
    }


_VALUE: dict[str, Any] = {
    "field": "value",
    "type": "quantitative",
    "scale": {"zero": True, "nice": True},
    "axis": {"tickCount": 4, "domain": False, "ticks": False, "labelPadding": 8},
}
_LINE = {
    "type": "line",
    "color": ACCENT,
    "strokeWidth": 2.5,
    "invalid": "break-paths-show-domains",
}
_BAR = {"type": "bar", "cornerRadiusEnd": 3, "width": {"band": 0.6}}
_NOT_SHOWN: dict[str, Any] = {
    "transform": [{"filter": "datum.value === null"}],
    "mark": {"type": "text", "dy": -12, "fontSize": 12, "color": QUIET},
    "encoding": {"y": {"value": "height"}, "text": {"value": "not shown"}},
}
_CONFIG: dict[str, Any] = {
    "background": PAPER,
    "padding": 24,
    "font": FONT,
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "group",
        "font": FONT,
        "fontSize": 18,
        "fontWeight": 700,
        "color": INK,
        "subtitleFont": FONT,
        "subtitleFontSize": 13,
        "subtitleColor": QUIET,
        "subtitlePadding": 6,
        "offset": 18,
    },
    "axis": {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": 400,
        "labelColor": QUIET,
        "titleColor": QUIET,
        "gridColor": GRID,
        "domainColor": "#c5ccd3",
        "titlePadding": 14,
    },
}
