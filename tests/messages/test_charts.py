import struct
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from messages import pictures
from messages.charts import Chart, chart_of, curve_chart, data_visualization, tokens_chart
from messages.digest_text import digest_text
from messages.limits import problems
from messages.pictures import DARK, LIGHT, Palette, chart_png, draw_png, vega_lite
from policies.digest import TeamDigest, digest_json
from policies.workflows import Course
from tests.messages.digest_examples import USUAL, curve, told
from tests.messages.examples import WEEK, digest, team_digest


def drawn(shape: TeamDigest) -> Chart:
    chart = chart_of(shape)
    assert chart is not None
    return chart


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (team_digest(), "line"),
        (team_digest(weeks=1, gap=None), "line"),
        (team_digest(people=3, gap=None), "bar"),
        (team_digest(weeks=1, gap=0), "bar"),
    ],
)
def test_ratios_are_drawn_where_two_weeks_show_them_else_outcomes(
    shape: TeamDigest, kind: str
) -> None:
    assert drawn(shape).kind == kind


@pytest.mark.parametrize(
    "shape", [team_digest(weeks=0), team_digest(verified=0, weeks=0, tokens=0)]
)
def test_a_single_week_is_no_chart(shape: TeamDigest) -> None:
    assert chart_of(shape) is None
    assert chart_png(shape) is None


def test_a_chart_shows_twelve_weeks_at_most() -> None:
    assert len(drawn(team_digest(weeks=30)).points) == 12


def test_a_withheld_week_leaves_slack_s_categories_and_is_named() -> None:
    chart = drawn(team_digest(gap=4))
    block = data_visualization(chart)
    assert "28 Sep" not in str(block)
    assert chart.left_out == "Left out: the week of 28 Sep, where no figure can be shown."
    assert problems({"text": "A chart.", "blocks": [block]}) == []


def test_a_withheld_week_is_a_gap_with_a_note_in_the_picture() -> None:
    rows = vega_lite(drawn(team_digest(gap=4)))["data"]["values"]
    (gap,) = (row for row in rows if row["value"] is None)
    assert gap["at"] == "28 Sep"
    assert len(rows) == 12


def test_the_png_is_drawn_at_twice_its_size_with_its_words_in_it() -> None:
    png = chart_png(team_digest())
    assert png is not None
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (1600, 800)
    assert len(png) > 20_000  # without a font the words are missing, and the file is half as large


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminance, as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_words_and_lines_are_legible_on_paper_and_on_the_band(palette: Palette) -> None:
    for colour in (palette.ink, palette.quiet, palette.accent):
        assert contrast(colour, palette.paper) >= 4.5
        assert contrast(colour, palette.band) >= 4.5


def test_the_dark_picture_differs_in_colours_alone() -> None:
    chart = drawn(team_digest())
    light, dark = (vega_lite(chart, palette) for palette in (LIGHT, DARK))
    assert light["data"] == dark["data"]
    assert dark["config"]["background"] == DARK.paper
    assert chart_png(team_digest(), dark=True) != chart_png(team_digest())


def test_the_usual_range_is_a_band_in_the_picture_and_two_lines_in_slack() -> None:
    chart = drawn(replace(team_digest(), usual=told(USUAL)))
    assert vega_lite(chart)["layer"][0]["mark"]["type"] == "area"
    block: Any = data_visualization(chart)
    names = [series["name"] for series in block["chart"]["series"]]
    assert names == ["Outcomes per million", "Usual range, low", "Usual range, high"]
    assert problems({"text": "A chart.", "blocks": [block]}) == []
    assert "Usual range: 0.017 to 0.031." in chart.in_words


def test_a_curve_is_drawn_from_its_first_run_to_its_last() -> None:
    chart = curve_chart(curve("nightly triage"))
    assert chart is not None
    assert len(chart.points) == 12
    assert (chart.points[0].label, chart.points[-1].label) == ("1", "34")
    assert chart.in_brief == (
        "$1.20 at run 1, $0.84 at run 34. Likely range: $1.08 to $1.34 at first, $0.76 to $0.94 at last."
    )
    assert problems({"text": "A chart.", "blocks": [data_visualization(chart)]}) == []
    assert draw_png(chart).startswith(b"\x89PNG")


def test_a_workflow_without_a_fit_is_no_chart() -> None:
    assert curve_chart(curve("x", Course.TOO_FEW_RUNS, 3)) is None


def test_drawing_reaches_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"data": {"url": "http://127.0.0.1:9/a.json"}, "mark": "bar", "encoding": {}}
    monkeypatch.setattr(pictures, "vega_lite", lambda *_: elsewhere)
    with pytest.raises(ValueError, match="not allowed"):
        pictures.draw_png(drawn(team_digest()))


def test_the_picture_needs_no_font_of_the_machine_and_no_address() -> None:
    spec = vega_lite(drawn(team_digest()))
    assert spec["config"]["font"] == "Liberation Sans"
    assert "url" not in str(spec["data"])


@pytest.mark.parametrize(
    ("largest", "unit"), [(900, "Thousand tokens"), (4_000_000, "Million tokens")]
)
def test_own_tokens_are_drawn_in_a_unit_that_suits_them(largest: int, unit: str) -> None:
    chart = tokens_chart([(WEEK.plus(-1), largest // 2), (WEEK, largest)])
    assert chart is not None
    assert chart.unit == unit
    assert problems({"text": "A chart.", "blocks": [data_visualization(chart)]}) == []


def test_own_tokens_without_usage_are_no_chart() -> None:
    assert tokens_chart([(WEEK.plus(-1), 0), (WEEK, 0)]) is None


def test_the_terminal_reads_the_same_digest(golden: Callable[[str, str], None]) -> None:
    page = digest()
    golden("digest.txt", digest_text(page.digest, page.people))
    golden("digest_withheld.txt", digest_text(team_digest(people=3, gap=None)))


def test_terminal_text_carries_no_control_characters() -> None:
    text = digest_text(team_digest(lambda _: "\x1b[31mred\u202e\n<x>"))
    assert all(sign.isprintable() or sign == "\n" for sign in text)


KEYS = {
    "team",
    "week",
    "outcomes",
    "tokens",
    "cost_list_usd",
    "outcomes_per_million_tokens",
    "cost_per_verified_outcome_usd",
    "contributors",
    "suppressed",
    "tokens_unpriced",
    "withheld_because",
    "verified_exploration",
    "fixed_on",
    "unattributed_share",
    "tokens_by_class",
    "cache_share",
    "skills",
}
OF_THE_DIGEST = {"sources", "other_sources", "price_basis"}
OF_THE_DIGEST |= {"usual_range", "impact", "findings", "workflows", "tip"}


def test_the_json_digest_has_exactly_its_keys_and_numbers() -> None:
    told = digest_json(team_digest(weeks=2, gap=0))
    history = told.pop("history")
    assert isinstance(history, list)
    assert set(told) == KEYS | OF_THE_DIGEST
    assert all(set(week) == KEYS for week in history)
    assert told["outcomes"] == {
        "declared": 11,
        "claimed": 10,
        "verified": 9,
        "reverted": 0,
    }
    assert told["tokens"] == 360_000_000
    assert told["outcomes_per_million_tokens"] == float(Decimal("0.025"))
    assert told["contributors"] == 6


def test_the_json_digest_withholds_what_the_channel_may_not_see() -> None:
    told = digest_json(team_digest(people=3, gap=None))
    assert told["suppressed"] is True
    assert told["contributors"] == 3
    hidden = (
        "tokens",
        "cost_list_usd",
        "outcomes_per_million_tokens",
        "cost_per_verified_outcome_usd",
        "unattributed_share",
        "tokens_by_class",
        "cache_share",
        "usual_range",
    )
    assert [told[name] for name in hidden] == [None] * 8
    assert told["skills"] == []
