"""Charts as PNGs, light and dark: drawn without the network, with the fonts that vl-convert brings."""

from dataclasses import dataclass
from typing import Any, Final

import vl_convert

from messages.charts import Chart, chart_of
from messages.wording import count
from policies.digest import TeamDigest

WIDTH, HEIGHT, SCALE = 800, 400, 2
FONT = "Liberation Sans"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a picture. Each text and mark stands out from `paper` by at least 4.5 to 1."""

    paper: str
    ink: str
    quiet: str
    grid: str
    accent: str
    pale: str
    band: str


LIGHT: Final = Palette(
    paper="#ffffff",
    ink="#1f2933",
    quiet="#566470",
    grid="#e6eaee",
    accent="#1264a3",
    pale="#a9c6de",
    band="#dce9f4",
)
DARK: Final = Palette(
    paper="#1a1d21",
    ink="#f2f3f5",
    quiet="#abb2ba",
    grid="#34383e",
    accent="#66b2f0",
    pale="#3d5f7d",
    band="#253748",
)


def chart_png(digest: TeamDigest, *, dark: bool = False) -> bytes | None:
    """The digest's chart as a PNG of 1600 x 800 pixels, or None where there is nothing to draw."""
    chart = chart_of(digest)
    return None if chart is None else draw_png(chart, dark=dark)


def draw_png(chart: Chart, *, dark: bool = False) -> bytes:
    """Any chart as a PNG of 1600 x 800 pixels."""
    spec = vega_lite(chart, DARK if dark else LIGHT)
    return vl_convert.vegalite_to_png(spec, scale=SCALE, allowed_base_urls=[])


def vega_lite(chart: Chart, palette: Palette = LIGHT) -> dict[str, Any]:
    """The Vega-Lite specification of a chart; its data stand inside it."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        "title": {"text": chart.title, "subtitle": _subtitle(chart)},
        "data": {"values": _rows(chart)},
        "encoding": {"x": _x_axis(chart)},
        "layer": [
            *_band(chart, palette),
            *_marks(chart, palette),
            _label_of_now(chart, palette),
            _not_shown(palette),
        ],
        "config": _config(palette),
    }


def _rows(chart: Chart) -> list[dict[str, Any]]:
    last = len(chart.points) - 1
    return [
        {
            "at": float(point.label) if chart.by_number else point.label,
            "value": None if point.value is None else float(point.value),
            "low": None if point.low is None else float(point.low),
            "high": None if point.high is None else float(point.high),
            "words": None if point.value is None else chart.form(point.value),
            "now": index == last,
        }
        for index, point in enumerate(chart.points)
    ]


def _subtitle(chart: Chart) -> list[str]:
    if chart.by_number:
        first = f"A fit over {count(int(chart.points[-1].label), chart.x_label.lower())}."
    else:
        first = chart.left_out or f"{count(len(chart.shown), 'week')}, the last one marked."
    return [first, f"Shaded: {_within_sentence(chart.band_in_words)}"] if chart.band else [first]


def _within_sentence(words: str) -> str:
    """`Usual range: 1 to 2.` after other words: `usual range, 1 to 2.`"""
    return (words[:1].lower() + words[1:]).replace(": ", ", ", 1)


def _x_axis(chart: Chart) -> dict[str, Any]:
    axis: dict[str, Any] = {"labelAngle": 0, "grid": False, "tickSize": 0, "labelPadding": 8}
    field = {"field": "at", "title": chart.x_label, "axis": axis}
    if chart.by_number:
        scale = {"zero": False, "nice": False, "padding": 24}
        return {**field, "type": "quantitative", "scale": scale, "axis": {**axis, **_FEW_TICKS}}
    return {**field, "type": "ordinal", "sort": None}


def _band(chart: Chart, palette: Palette) -> list[dict[str, Any]]:
    if not chart.band:
        return []
    return [
        {
            "mark": {"type": "area", "color": palette.band, **_curved(chart)},
            "encoding": {"y": {**_y_axis(chart), "field": "low"}, "y2": {"field": "high"}},
        }
    ]


def _marks(chart: Chart, palette: Palette) -> list[dict[str, Any]]:
    value = _y_axis(chart)
    if chart.kind == "bar":
        shade = {"condition": {"test": "datum.now", "value": palette.accent}, "value": palette.pale}
        return [{"mark": _BAR, "encoding": {"y": value, "color": shade}}]
    kept = "datum.now" if chart.by_number else "datum.value !== null"
    line = {**_LINE, "color": palette.accent, **_curved(chart)}
    return [
        {"mark": line, "encoding": {"y": value}},
        {
            "transform": [{"filter": kept}],
            "mark": {"type": "point", "filled": True, "opacity": 1, "stroke": palette.accent},
            "encoding": {
                "y": value,
                "size": {"condition": {"test": "datum.now", "value": 130}, "value": 45},
                "color": {
                    "condition": {"test": "datum.now", "value": palette.accent},
                    "value": palette.paper,
                },
            },
        },
    ]


def _curved(chart: Chart) -> dict[str, Any]:
    """A fit is smooth; weeks are not."""
    return {"interpolate": "monotone"} if chart.by_number else {}


def _y_axis(chart: Chart) -> dict[str, Any]:
    axis: dict[str, Any] = {"tickCount": 4, "domain": False, "ticks": False, "labelPadding": 8}
    if chart.unit == "Outcomes":
        axis["tickMinStep"] = 1
    return {
        "field": "value",
        "type": "quantitative",
        "title": chart.unit,
        "scale": {"zero": True, "nice": True},
        "axis": axis,
    }


def _label_of_now(chart: Chart, palette: Palette) -> dict[str, Any]:
    return {
        "transform": [{"filter": "datum.now && datum.value !== null"}],
        "mark": {
            "type": "text",
            "dy": -16,
            "fontSize": 15,
            "fontWeight": 700,
            "color": palette.ink,
        },
        "encoding": {"y": _y_axis(chart), "text": {"field": "words"}},
    }


def _not_shown(palette: Palette) -> dict[str, Any]:
    return {
        "transform": [{"filter": "datum.value === null"}],
        "mark": {"type": "text", "dy": -12, "fontSize": 12, "color": palette.quiet},
        "encoding": {"y": {"value": "height"}, "text": {"value": "not shown"}},
    }


_LINE = {"type": "line", "strokeWidth": 2.5, "invalid": "break-paths-show-domains"}
_FEW_TICKS = {"tickCount": 8, "tickMinStep": 1}
_BAR = {"type": "bar", "cornerRadiusEnd": 3, "width": {"band": 0.6}}


def _config(palette: Palette) -> dict[str, Any]:
    return {
        "background": palette.paper,
        "padding": 24,
        "font": FONT,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "group",
            "font": FONT,
            "fontSize": 18,
            "fontWeight": 700,
            "color": palette.ink,
            "subtitleFont": FONT,
            "subtitleFontSize": 13,
            "subtitleColor": palette.quiet,
            "subtitlePadding": 6,
            "offset": 18,
        },
        "axis": {
            "labelFont": FONT,
            "titleFont": FONT,
            "labelFontSize": 13,
            "titleFontSize": 13,
            "titleFontWeight": 400,
            "labelColor": palette.quiet,
            "titleColor": palette.quiet,
            "gridColor": palette.grid,
            "domainColor": palette.grid,
            "titlePadding": 14,
        },
    }
