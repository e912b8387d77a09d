import copy
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.block_kit.blocks import problems_of
from sandbox.block_kit.element_state import apply, state_values
from sandbox.block_kit.messages import with_ids
from sandbox.model import Json
from sandbox.page.reader import Reader
from sandbox.page.render import BLOCKS, ELEMENTS, Surface, hue, initials, render_blocks
from tests.sandbox.page import gallery
from tests.sandbox.page.markup import all_of, one, tags_of, text_of

READER = Reader(
    user_id="U0ANA",
    now=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    zone=ZoneInfo("Europe/Berlin"),
    people={"U0ANA": "Ana Ferreira", "U0BEN": "Ben Okafor"},
    channels={"C0GENERAL": "general"},
    direct={"D1": "Ben Okafor"},
    files={"F1": "/as/U0ANA/files/F1"},
    base="/as/U0ANA",
)


def html_of(
    *blocks: Json, entered: Json | None = None, errors: dict[str, str] | None = None
) -> str:
    ready = with_ids(copy.deepcopy(list(blocks)))
    surface = Surface("k", "/act", "/options", state_values(ready, entered or {}), errors or {})
    return " ".join(render_blocks(ready, READER, surface).split())


@pytest.mark.parametrize(
    ("block", "bits"),
    [
        (gallery.SECTION, ["<strong>O-12</strong>", "mention-self", "<time ", "Why this?", "section has-accessory"]),
        (gallery.FIELDS, ['class="fields"', "Plain &lt;b&gt;&amp; field"]),
        ({"type": "header", "text": gallery.plain("Week 47 :fuelpump:")}, ["<h3", "Week 47 ⛽</h3>"]),
        ({"type": "divider"}, ["<hr"]),
        (gallery.IMAGE, ["<figcaption>Mileage</figcaption>", 'href="https://example.com/chart.png"', "A rising line"]),
        (
            {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "own"},
            ['<img class="picture" src="/as/U0ANA/files/F1" alt="own"'],
        ),
        (
            {"type": "image", "image_url": "http://127.0.0.1:1/files/F1/x.png", "alt_text": "own"},
            ['src="/as/U0ANA/files/F1"'],
        ),
        (gallery.CONTEXT, ["Figures from the gateway", "<strong>2026-11-20</strong>", "icon"]),
        (gallery.RICH_TEXT, ["<strong>bold</strong>", "<ul", '<ol class="indent-1" start="3">', "<blockquote>", "<pre>"]),
        (gallery.MARKDOWN, ["<h2>Markdown</h2>", 'class="align-right"', '<a href="https://example.com" target="_blank"']),
        (gallery.TABLE, ['<th scope="col"', ">38.2M</td>", 'class="align-center"', "<thead>", "</tbody>"]),
        (gallery.DATA_TABLE, ["<caption>Verified outcomes this week</caption>", '<th scope="row"', 'data-page-size="3"']),
        (gallery.VIDEO, ['href="https://example.com/video"', "How Mileage counts"]),
        ({"type": "file", "external_id": "<x>", "source": "remote"}, ["File &lt;x&gt;"]),
        ({"type": "alert", "level": "error", "text": gallery.plain("Broken")}, ["alert-error", 'role="alert"', "Broken"]),
        (gallery.CONTEXT_ACTIONS, ['aria-label="Useful"', 'aria-label="Not useful"', 'aria-label="Remove"']),
        (gallery.CONTAINER, ["<details", " open>", "Three outcomes at risk", "Updated a minute ago", "O-14"]),
        (gallery.CARD, ["<article", "Model to task", "Tried it"]),
        (gallery.CAROUSEL, ['class="block carousel"', "Tip 0", "Tip 3"]),
        ({"type": "hologram"}, ["This block (hologram) cannot be shown here."]),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else "",
)  # fmt: skip
def test_each_block_has_its_semantic_html(block: Json, bits: list[str]) -> None:
    html = html_of(block)
    for bit in bits:
        assert bit in html


def test_every_block_slack_knows_is_in_the_gallery_and_valid() -> None:
    shown = [*gallery.MESSAGE_BLOCKS, gallery.DATA_TABLE, *gallery.MODAL["blocks"]]
    kinds = {block["type"] for block in shown} | {"file"}
    assert kinds == BLOCKS
    assert problems_of(gallery.MESSAGE_BLOCKS, "message") == []
    assert problems_of(gallery.MODAL["blocks"], "modal") == []
    assert problems_of(gallery.EVERY_INPUT["blocks"], "modal") == []


@pytest.mark.parametrize("kind", gallery.INPUTS)
def test_every_input_has_a_label_of_its_own(kind: str) -> None:
    html = html_of(gallery.input_block(kind, hint=gallery.plain("A hint"), optional=True))
    label = kind.replace("_", " ").capitalize()
    assert label in text_of(html)
    assert "A hint" in text_of(html)
    assert "(optional)" in text_of(html)
    if one_label := all_of(
        html, "label", **{"for": f"k-in_{kind}-{gallery.INPUTS[kind]['action_id']}"}
    ):
        assert any(given.get("id") == one_label[0]["for"] for _, given in tags_of(html))
    else:
        assert "<legend>" in html
    assert kind in ELEMENTS


@pytest.mark.parametrize(
    ("kind", "tag", "attributes"),
    [
        ("plain_text_input", "input", {"type": "text", "maxlength": "150", "placeholder": "Cut checkout p95 to 300 ms"}),
        ("number_input", "input", {"type": "text", "inputmode": "decimal"}),
        ("email_text_input", "input", {"type": "email"}),
        ("url_text_input", "input", {"type": "url"}),
        ("rich_text_input", "textarea", {}),
        ("static_select", "select", {}),
        ("users_select", "select", {}),
        ("channels_select", "select", {}),
        ("conversations_select", "select", {}),
        ("datepicker", "input", {"type": "date"}),
        ("timepicker", "input", {"type": "time"}),
        ("datetimepicker", "input", {"type": "datetime-local"}),
        ("file_input", "input", {"type": "file", "accept": ".png,.pdf"}),
    ],
)  # fmt: skip
def test_each_input_is_the_native_control_of_its_kind(
    kind: str, tag: str, attributes: dict[str, str]
) -> None:
    name = f"field/in_{kind}/{gallery.INPUTS[kind]['action_id']}"
    given = one(html_of(gallery.input_block(kind)), tag, name=name)
    assert attributes.items() <= given.items()


def test_an_input_waits_for_submission_unless_it_dispatches() -> None:
    assert "hx-post" not in html_of(gallery.input_block("static_select"))
    dispatching = html_of(gallery.input_block("static_select", dispatch_action=True))
    assert one(dispatching, "select")["hx-trigger"] == "change"


@pytest.mark.parametrize(
    ("on", "trigger"),
    [
        (None, "dispatch"),
        (["on_enter_pressed"], "dispatch"),
        (["on_character_entered"], "input delay:400ms"),
        (["on_character_entered", "on_enter_pressed"], "input delay:400ms, dispatch"),
    ],
)
def test_a_text_input_dispatches_when_it_says(on: list[str] | None, trigger: str) -> None:
    block = copy.deepcopy(gallery.input_block("plain_text_input", dispatch_action=True))
    if on:
        block["element"]["dispatch_action_config"] = {"trigger_actions_on": on}
    assert one(html_of(block), "input")["hx-trigger"] == trigger


def test_a_button_carries_its_ids_value_style_and_confirmation() -> None:
    drop = all_of(html_of(gallery.ACTIONS), "button", data_action_id="drop")[0]
    assert json.loads(drop["hx-vals"]) == {"block_id": "acts", "action_id": "drop", "value": "O-12"}
    assert json.loads(drop["data-confirm"])["title"]["text"] == "Drop O-12?"
    assert drop["hx-confirm"] == "ask"
    assert "button-danger" in drop["class"]


def test_a_link_button_opens_elsewhere_and_still_reports() -> None:
    link = one(html_of(gallery.ACTIONS), "a", data_action_id="open")
    assert link["href"] == "https://example.com/pr/1"
    assert json.loads(link["data-reports"])["action_id"] == "open"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x"])
def test_a_button_with_a_dangerous_address_is_no_link(url: str) -> None:
    block = {
        "type": "actions",
        "elements": [{"type": "button", "text": gallery.plain("x"), "url": url}],
    }
    assert not all_of(html_of(block), "a")


def test_what_was_entered_is_shown_and_errors_stand_beside_their_field() -> None:
    blocks = [gallery.input_block("plain_text_input"), gallery.input_block("checkboxes")]
    changed = {
        "in_plain_text_input": {"title": 'A "title"'},
        "in_checkboxes": {"flags": ["urgent"]},
    }
    entered = apply(blocks, {}, changed)
    html = html_of(*blocks, entered=entered, errors={"in_plain_text_input": "Too <short>."})
    assert one(html, "input", type="text")["value"] == 'A "title"'
    assert "checked" in one(html, "input", value="urgent")
    assert "checked" not in one(html, "input", value="exploration")
    assert one(html, "input", type="text")["aria-invalid"] == "true"
    assert "Too &lt;short&gt;." in html


def test_a_date_and_time_is_shown_in_the_readers_zone() -> None:
    html = html_of(gallery.PICKERS)
    assert one(html, "input", type="datetime-local")["value"] == "2026-11-18T12:10"


def test_people_and_channels_can_be_picked_by_name() -> None:
    html = html_of(gallery.PICKERS)
    assert {"U0ANA", "U0BEN", "C0GENERAL", "D1"} <= {o["value"] for o in all_of(html, "option")}
    assert "Ben Okafor" in text_of(html)
    assert "# general" in text_of(html)


@pytest.mark.parametrize("kind", ["line", "bar", "area"])
def test_a_chart_has_axes_legend_points_and_words(kind: str) -> None:
    html = html_of(gallery.chart(kind))
    svg = one(html, "svg")
    assert svg["role"] == "img"
    assert (
        "Checkout: first 2.1, last 4.6, lowest 2.1 (W36), highest 4.6 (W47)." in svg["aria-label"]
    )
    for words in ("Outcomes / 1M tokens", "Week", "W36", "W47", "Checkout", "Median of own past"):
        assert words in text_of(html)
    assert len(all_of(html, "rect" if kind == "bar" else "circle")) == 24
    assert "Checkout, W47: 4.6" in text_of(html)


def test_a_pie_names_its_shares() -> None:
    html = html_of(gallery.PIE)
    assert "Features · 54.8%" in text_of(html)
    assert "Exploration: 6,100,000 (8.2%)" in text_of(html)
    assert len(all_of(html, "path")) == 4


@pytest.mark.parametrize(
    ("name", "letters"), [("Ana Ferreira", "AF"), ("Mileage", "M"), ("a b c", "AC"), ("", "")]
)
def test_initials_come_from_the_first_and_last_name(name: str, letters: str) -> None:
    assert initials(name) == letters
    assert 0 <= hue(name) < 12


HOSTILE = st.text(max_size=30) | st.sampled_from(
    ['"><script>alert(1)</script>', "' onmouseover='x", "</title><b>", "<img src=x onerror=x>", "{{7*7}}", "js:alert(1)"]
)  # fmt: skip


@settings(deadline=None, max_examples=30)  # each example renders the whole gallery
@given(hostile=HOSTILE)
def test_hostile_json_never_becomes_markup(hostile: str) -> None:
    def poisoned(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: poisoned(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [poisoned(inner, key) for inner in value]
        wording = key in {
            "text",
            "alt_text",
            "value",
            "title",
            "name",
            "label",
            "caption",
            "url",
            "image_url",
            "block_id",
            "action_id",
            "x_label",
            "fallback",
            "external_id",
        }
        return hostile if wording and isinstance(value, str) else value

    blocks = [*gallery.MESSAGE_BLOCKS, gallery.DATA_TABLE, *gallery.MODAL["blocks"]]
    surface = Surface("k", "/act", "/options")
    poison = [poisoned(block) for block in copy.deepcopy(blocks)]
    html = str(render_blocks(poison, READER, surface))  # type: ignore[arg-type]  # same shapes
    for tag, attributes in tags_of(html):
        assert tag not in {"script", "b", "style", "iframe", "object"}
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not attributes.get("hx-confirm", "ask").startswith("js")
        assert attributes.get("href", "https:").startswith(
            ("https:", "http:", "mailto:", "tel:", "/as/")
        )
