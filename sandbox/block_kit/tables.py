"""The table, data_table and data_visualization blocks: where documents disagree, the lower limit.

Source: docs.slack.dev/reference/block-kit/blocks/{table,data-table,data-visualization}-block.
"""

from sandbox.block_kit.rich_text import RICH_TEXT
from sandbox.block_kit.schema import (
    Check,
    Report,
    Rule,
    array,
    boolean,
    by_type,
    integer,
    number,
    one_of,
    shape,
    string,
    unique,
)
from sandbox.model import Json

MAX_TABLE_CHARACTERS = 10_000
MAX_COLUMNS = 20
MAX_CATEGORIES = 20
MAX_SERIES = 6

_BLOCK_ID: dict[str, Check] = {"block_id": string(255)}
_PLAIN_CELLS: dict[str, Check] = {
    "raw_text": shape({"text": string(MAX_TABLE_CHARACTERS, 0)}),
    "raw_number": shape({"value": number}, {"text": string(255)}),
}
_CELL = by_type({**_PLAIN_CELLS, "rich_text": RICH_TEXT}, "cell")


def characters(value: object) -> int:
    """Return how many characters a person would read in a piece of JSON."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(characters(entry) for entry in value)
    if isinstance(value, dict):
        return sum(characters(entry) for name, entry in value.items() if name not in _UNREAD)
    return 0


_UNREAD = frozenset(
    ("type", "block_id", "action_id", "url", "image_url", "style", "value", "slack_file")
)


def _is_even(table: Json, pointer: str, report: Report) -> None:
    if len({len(row) for row in table["rows"]}) > 1:
        report.add("all rows must have the same number of cells", f"{pointer}/rows")


def _fits(table: Json, pointer: str, report: Report) -> None:
    if characters(table["rows"]) > MAX_TABLE_CHARACTERS:
        report.add(
            f"cells must hold less than {MAX_TABLE_CHARACTERS + 1} characters", f"{pointer}/rows"
        )


def _header_is_plain(table: Json, pointer: str, report: Report) -> None:
    for index, cell in enumerate(table["rows"][0]):
        if cell["type"] == "rich_text":
            report.add("header cells must not be rich_text", f"{pointer}/rows/0/{index}")


def _row_header_exists(table: Json, pointer: str, report: Report) -> None:
    if table.get("row_header_column_index", 0) >= len(table["rows"][0]):
        report.add("no such column", f"{pointer}/row_header_column_index")


TABLE = shape(
    {"rows": array(array(_CELL, MAX_COLUMNS), 100)},
    {
        **_BLOCK_ID,
        "column_settings": array(
            shape(optional={"align": one_of("left", "center", "right"), "is_wrapped": boolean}),
            MAX_COLUMNS,
            0,
        ),
    },
    (_is_even, _fits),
)

DATA_TABLE = shape(
    {"caption": string(3000), "rows": array(array(_CELL, MAX_COLUMNS), 101, 2)},
    {
        **_BLOCK_ID,
        "page_size": integer(1, 100),
        "row_header_column_index": integer(0, MAX_COLUMNS - 1),
    },
    (_is_even, _fits, _header_is_plain, _row_header_exists),
)

_LABEL = string(20)
_POINT = shape({"label": _LABEL, "value": number})


def _positive(segment: Json, pointer: str, report: Report) -> None:
    if segment["value"] <= 0:
        report.add("must be greater than 0", f"{pointer}/value")


def _distinct(path: str, name: str | None) -> Rule:
    def rule(chart: Json, pointer: str, report: Report) -> None:
        entries = chart[path] if name is None else [entry[name] for entry in chart[path]]
        if not unique(entries):
            report.add("must be unique", f"{pointer}/{path}")

    return rule


def _no_gaps(chart: Json, pointer: str, report: Report) -> None:
    categories = sorted(chart["axis_config"]["categories"])
    for index, series in enumerate(chart["series"]):
        if sorted(point["label"] for point in series["data"]) != categories:
            report.add(
                "must have exactly one data point for every category",
                f"{pointer}/series/{index}/data",
            )


_AXIS_CONFIG = shape(
    {"categories": array(_LABEL, MAX_CATEGORIES)},
    {"x_label": string(50), "y_label": string(50)},
    (_distinct("categories", None),),
)
_SERIES = shape({"name": _LABEL, "data": array(_POINT, MAX_CATEGORIES)})
_PLOT = shape(
    {"series": array(_SERIES, MAX_SERIES), "axis_config": _AXIS_CONFIG},
    rules=(_distinct("series", "name"), _no_gaps),
)
_PIE = shape(
    {"segments": array(shape({"label": _LABEL, "value": number}, rules=(_positive,)), MAX_SERIES)},
    rules=(_distinct("segments", "label"),),
)

DATA_VISUALIZATION = shape(
    {
        "title": string(50),
        "chart": by_type({"line": _PLOT, "bar": _PLOT, "area": _PLOT, "pie": _PIE}, "chart"),
    },
    _BLOCK_ID,
)
