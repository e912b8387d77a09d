import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.page.charts import Chart, chart_of, compact, exact
from tests.sandbox.page import gallery


def chart(kind: str, *rows: list[float], label: str = "W{}") -> Chart:
    categories = [label.format(number) for number in range(len(rows[0]))]
    series = [
        {
            "name": f"S{n}",
            "data": [{"label": c, "value": v} for c, v in zip(categories, row, strict=True)],
        }
        for n, row in enumerate(rows)
    ]
    axis = {"categories": categories, "x_label": "Week", "y_label": "Tokens"}
    return chart_of(
        {
            "type": "data_visualization",
            "title": "T",
            "chart": {"type": kind, "series": series, "axis_config": axis},
        }
    )


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([4.6, 2.1], ["0", "1", "2", "3", "4", "5"]),
        ([38_200_000.0, 1.0], ["0", "10M", "20M", "30M", "40M"]),
        ([-3.0, 5.0], ["-4", "-2", "0", "2", "4", "6"]),
        ([-0.3, 0.3], ["-0.4", "-0.2", "0", "0.2", "0.4"]),
        ([0.0, 0.0], ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ([0.17, 0.05], ["0", "0.05", "0.1", "0.15", "0.2"]),
    ],
)
def test_the_value_axis_has_round_steps_from_zero(values: list[float], ticks: list[str]) -> None:
    assert [tick.label for tick in chart("line", values).y_ticks] == ticks


@pytest.mark.parametrize("kind", ["line", "bar", "area"])
@settings(deadline=None)
@given(st.lists(st.floats(-1e12, 1e12, allow_subnormal=False), min_size=1, max_size=20))
def test_every_mark_stands_inside_the_frame(kind: str, values: list[float]) -> None:
    drawn = chart(kind, values)
    for mark in drawn.marks:
        assert drawn.left - 1 <= mark.x <= drawn.right + 1
        assert drawn.top - 1 <= mark.y
        assert mark.y + mark.height <= drawn.bottom + 1
    assert len(drawn.marks) == len(values)
    assert drawn.table[0][1] == exact(values[0])


def test_long_labels_are_thinned_and_the_last_one_stays() -> None:
    drawn = chart("line", [float(n) for n in range(20)], label="Week beginning {}")
    shown = [tick.label for tick in drawn.x_ticks]
    assert shown[-1] == "Week beginning 19"
    assert len(shown) < 8


def test_bars_below_zero_hang_from_the_base_line() -> None:
    drawn = chart("bar", [2.0, -1.0])
    up, down = drawn.marks
    assert up.y + up.height == pytest.approx(drawn.baseline)
    assert down.y == pytest.approx(drawn.baseline)


def test_a_pie_of_one_part_is_still_drawn_and_an_empty_one_does_no_harm() -> None:
    whole = {"type": "pie", "segments": [{"label": "All", "value": 3}]}
    drawn = chart_of({"title": "T", "chart": whole})
    assert drawn.names == ("All · 100%",)
    assert " 1 1 " in drawn.marks[0].path
    assert chart_of({"title": "T", "chart": {"type": "pie", "segments": []}}).marks == ()


def test_the_words_say_what_the_picture_shows() -> None:
    assert chart_of(gallery.PIE).summary.startswith("Pie chart of 4 parts: Features 54.8%")
    assert (
        "S0: first 1, last 3, lowest 1 (W0), highest 3 (W1)."
        in chart("bar", [1.0, 3.0, 3.0]).summary
    )


@pytest.mark.parametrize(
    ("value", "step", "shown"),
    [
        (950, 0.0, "950"),
        (1500, 0.0, "1.5k"),
        (40e6, 0.0, "40M"),
        (2.5e9, 0.0, "2.5B"),
        (0, 1e6, "0"),
        (-2e6, 0.0, "-2M"),
    ],
)
def test_numbers_are_short_on_the_axis(value: float, step: float, shown: str) -> None:
    assert compact(value, step) == shown
