"""Both sides of every limit of tables and charts."""

import pytest

from tests.sandbox.block_kit.limits import Limit
from tests.sandbox.block_kit.samples import chart, data_table, pie, table

LIMITS = [
    Limit("one table", "message", [table(1, 1)], [table(1, 1), table(1, 1)], ""),
    Limit("100 table rows", "message", [table(100, 1)], [table(101, 1)], "/0/rows"),
    Limit("20 table columns", "message", [table(1, 20)], [table(1, 21)], "/0/rows/0"),
    Limit(
        "10,000 characters of cells",
        "message",
        [table(10, 10, "x" * 100)],
        [table(10, 10, "x" * 101)],
        "/0/rows",
    ),
    Limit("two charts", "message", [chart(), chart()], [chart(), chart(), chart()], ""),
    Limit("6 series", "message", [chart(series=6)], [chart(series=7)], "/0/chart/series"),
    Limit(
        "20 categories",
        "message",
        [chart(weeks=20)],
        [chart(weeks=21)],
        "/0/chart/axis_config/categories",
    ),
    Limit(
        "axis label 50",
        "message",
        [chart(x_label="x" * 50)],
        [chart(x_label="x" * 51)],
        "/0/chart/axis_config/x_label",
    ),
    Limit(
        "chart title 50",
        "message",
        [{**chart(), "title": "t" * 50}],
        [{**chart(), "title": "t" * 51}],
        "/0/title",
    ),
    Limit("6 segments", "message", [pie(6)], [pie(7)], "/0/chart/segments"),
    Limit(
        "a segment is more than nothing",
        "message",
        [pie(2, 0.1)],
        [pie(2, 0)],
        "/0/chart/segments/0/value",
    ),
    Limit("a known chart", "message", [chart("area")], [chart("radar")], "/0/chart"),
    Limit("two data rows", "message", [data_table(2)], [data_table(1)], "/0/rows"),
    Limit("101 data rows", "message", [data_table(101)], [data_table(102)], "/0/rows"),
    Limit(
        "page size 100",
        "message",
        [data_table(page_size=100)],
        [data_table(page_size=101)],
        "/0/page_size",
    ),
    Limit(
        "a row header that exists",
        "message",
        [data_table(row_header_column_index=1)],
        [data_table(row_header_column_index=2)],
        "/0/row_header_column_index",
    ),
]


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_a_table_or_chart_is_taken_up_to_its_limit_and_refused_beyond(limit: Limit) -> None:
    assert limit.problems_at_it() == []
    assert limit.pointer in limit.places_beyond_it()
