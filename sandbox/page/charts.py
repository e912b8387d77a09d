"""data_visualization blocks as geometry: everything an SVG template needs, in its own units.

Ticks follow Heckbert's "Nice numbers for graph labels" (Graphics Gems, 1990).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.model import Json

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 14, 46
_LABEL_CHARACTER = 6.6


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One datum: a point (x, y), a bar (with width and height) or a slice (with a path)."""

    series: int
    words: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart laid out. `summary` says it in words; `header` and `table` hold its data."""

    kind: str
    title: str
    summary: str
    names: tuple[str, ...]
    header: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    marks: tuple[Mark, ...] = ()
    lines: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    baseline: float = 0
    x_label: str = ""
    y_label: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    step: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 2)

    def ticks(self) -> tuple[Tick, ...]:
        count = round((self.high - self.low) / self.step)
        values = [self.low + index * self.step for index in range(count + 1)]
        return tuple(Tick(self.y(value), compact(value, self.step)) for value in values)


def chart_of(block: Json) -> Chart:
    """Lay out one data_visualization block."""
    chart = block.get("chart") or {}
    title = str(block.get("title", ""))
    if chart.get("type") == "pie":
        return _pie(title, chart.get("segments") or [])
    return _cartesian(title, chart)


def compact(value: float, step: float = 0.0) -> str:
    """Return a number as an axis shows it: 950, 1.5k, 40M, 2.5B; dust beside `step` is 0."""
    if abs(value) < step * 1e-6:
        return "0"
    for size, suffix in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{_trimmed(value / size)}{suffix}"
    return _trimmed(value)


def exact(value: float) -> str:
    """Return a number in full, with thousands separated."""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def _trimmed(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _cartesian(title: str, chart: Json) -> Chart:
    kind = str(chart.get("type", "line"))
    axis = chart.get("axis_config") or {}
    categories = [str(category) for category in axis.get("categories") or []]
    series = chart.get("series") or []
    names = tuple(str(one.get("name", "")) for one in series)
    values = [_values(one, categories) for one in series]
    scale = _scale_for([value for row in values for value in row])
    slots = _slots(len(categories))
    marks = (
        _bars(names, categories, values, scale)
        if kind == "bar"
        else _points(names, categories, values, scale, slots)
    )
    lines = () if kind == "bar" else tuple(_line(row, slots, scale) for row in values)
    baseline = scale.y(min(max(0.0, scale.low), scale.high))
    areas = tuple(_area(line, slots, baseline) for line in lines) if kind == "area" else ()
    return Chart(
        kind=kind,
        title=title,
        summary=_summary(kind, names, categories, values),
        names=names,
        header=(str(axis.get("x_label") or ""), *names),
        table=tuple(
            (category, *(exact(row[index]) for row in values))
            for index, category in enumerate(categories)
        ),
        marks=marks,
        lines=lines,
        areas=areas,
        x_ticks=_category_ticks(categories, slots),
        y_ticks=scale.ticks(),
        baseline=baseline,
        x_label=str(axis.get("x_label") or ""),
        y_label=str(axis.get("y_label") or ""),
    )


def _values(series: Json, categories: Sequence[str]) -> list[float]:
    given = {str(point.get("label")): float(point.get("value", 0)) for point in series["data"]}
    return [given.get(category, 0.0) for category in categories]


def _scale_for(values: Sequence[float]) -> _Scale:
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        high = low + 1
    step = _nice((high - low) / 5)
    return _Scale(math.floor(low / step) * step, math.ceil(high / step) * step, step)


def _nice(raw: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(raw))
    share = raw / magnitude
    nice = next(size for size in (1, 2, 2.5, 5, 10) if share <= size + 1e-9)
    return nice * magnitude


def _slots(count: int) -> list[float]:
    """Return the middle of each category's slot on the x axis."""
    width = (WIDTH - LEFT - RIGHT) / max(count, 1)
    return [round(LEFT + width * (index + 0.5), 2) for index in range(count)]


def _category_ticks(categories: Sequence[str], slots: Sequence[float]) -> tuple[Tick, ...]:
    """Label as many categories as fit side by side, always keeping the last one."""
    if not categories:
        return ()
    room = (WIDTH - LEFT - RIGHT) / len(categories)
    longest = max(len(category) for category in categories) * _LABEL_CHARACTER + 10
    every = max(1, math.ceil(longest / room))
    offset = (len(categories) - 1) % every
    return tuple(
        Tick(slot, category)
        for index, (slot, category) in enumerate(zip(slots, categories, strict=True))
        if index % every == offset
    )


def _points(
    names: Sequence[str],
    categories: Sequence[str],
    values: Sequence[Sequence[float]],
    scale: _Scale,
    slots: Sequence[float],
) -> tuple[Mark, ...]:
    return tuple(
        Mark(number, f"{names[number]}, {category}: {exact(value)}", x, scale.y(value))
        for number, row in enumerate(values)
        for category, value, x in zip(categories, row, slots, strict=True)
    )


def _bars(
    names: Sequence[str],
    categories: Sequence[str],
    values: Sequence[Sequence[float]],
    scale: _Scale,
) -> tuple[Mark, ...]:
    slot = (WIDTH - LEFT - RIGHT) / max(len(categories), 1)
    group = min(slot * 0.72, 56.0 * max(len(values), 1))
    width = group / max(len(values), 1)
    zero = scale.y(0)
    marks: list[Mark] = []
    for number, row in enumerate(values):
        for index, value in enumerate(row):
            x = LEFT + slot * (index + 0.5) - group / 2 + width * number
            y = scale.y(value)
            marks.append(
                Mark(
                    number,
                    f"{names[number]}, {categories[index]}: {exact(value)}",
                    round(x + 1, 2),
                    min(y, zero),
                    round(max(width - 2, 1), 2),
                    round(abs(zero - y), 2),
                )
            )
    return tuple(marks)


def _line(row: Sequence[float], slots: Sequence[float], scale: _Scale) -> str:
    points = [f"{x} {scale.y(value)}" for x, value in zip(slots, row, strict=True)]
    return f"M{' L'.join(points)}" if points else ""


def _area(line: str, slots: Sequence[float], baseline: float) -> str:
    return f"{line} L{slots[-1]} {baseline} L{slots[0]} {baseline} Z" if line else ""


def _summary(
    kind: str,
    names: Sequence[str],
    categories: Sequence[str],
    values: Sequence[Sequence[float]],
) -> str:
    if not categories:
        return f"Empty {kind} chart."
    parts = [f"{kind.capitalize()} chart from {categories[0]} to {categories[-1]}."]
    for name, row in zip(names, values, strict=True):
        low, high = min(row), max(row)
        parts.append(
            f"{name}: first {exact(row[0])}, last {exact(row[-1])}, "
            f"lowest {exact(low)} ({categories[row.index(low)]}), "
            f"highest {exact(high)} ({categories[row.index(high)]})."
        )
    return " ".join(parts)


def _pie(title: str, segments: Sequence[Json]) -> Chart:
    names = tuple(str(segment.get("label", "")) for segment in segments)
    values = [max(float(segment.get("value", 0)), 0.0) for segment in segments]
    total = sum(values) or 1.0
    shares = [f"{value / total:.1%}".replace(".0%", "%") for value in values]
    marks: list[Mark] = []
    turned = 0.0
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        path = _slice(turned / total, (turned + value) / total)
        marks.append(Mark(number, f"{name}: {exact(value)} ({shares[number]})", path=path))
        turned += value
    told = ", ".join(f"{name} {share}" for name, share in zip(names, shares, strict=True))
    return Chart(
        kind="pie",
        title=title,
        summary=f"Pie chart of {len(names)} parts: {told}.",
        names=tuple(f"{name} · {share}" for name, share in zip(names, shares, strict=True)),
        header=("", "Value", "Share"),
        table=tuple(
            (name, exact(value), share)
            for name, value, share in zip(names, values, shares, strict=True)
        ),
        marks=tuple(marks),
        width=240,
        height=240,
    )


def _slice(start: float, end: float) -> str:
    """Return the path of a ring segment; turns are counted from twelve o'clock."""
    end = min(end, start + 0.99999)
    outer, inner, middle = 112.0, 66.0, 120.0
    corners = [
        (radius * math.sin(2 * math.pi * turn), -radius * math.cos(2 * math.pi * turn))
        for radius, turn in ((outer, start), (outer, end), (inner, end), (inner, start))
    ]
    a, b, c, d = (f"{middle + x:.2f} {middle + y:.2f}" for x, y in corners)
    large = int(end - start > 0.5)
    return f"M{a} A{outer} {outer} 0 {large} 1 {b} L{c} A{inner} {inner} 0 {large} 0 {d} Z"
