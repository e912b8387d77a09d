import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, TypeAlias, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from messages import ids
from messages import render as rendering
from messages.limits import problems
from messages.metadata import FormContext
from messages.pages.base import HomePage, MessagePage, ModalPage, TeamFacingPage
from messages.pages.budget_forms import CounterForm, DeclineForm
from messages.pages.budgets import (
    AllowanceSet,
    Decided,
    Granted,
    OwnBudget,
    RequestCard,
    TeamBudgets,
    Undone,
    Voided,
    WhatIf,
)
from messages.pages.digest import Digest, DigestDetails, DigestPreview, DigestWorkflows
from messages.pages.findings import CoachingTip, LeadNotice, OwnerNotice
from messages.pages.rules import ExceptionSet, ParamsForm, RuleList, RulePage
from messages.render import TEMPLATES, compile_templates, render, render_digest
from policies.budgets import Balance, GrantBalance, Spend
from policies.forecast import Forecast
from policies.metrics import WeekFigures
from policies.privacy import Published
from policies.rules.findings import Finding
from policies.usage import TokenCounts
from sandbox.block_kit.blocks import is_too_long, problems_of
from tests.messages.examples import digest, every_page

Json: TypeAlias = Any
PAGES = every_page()
MARKUP = re.compile(r"<[^>]*>")


def surface_of(payload: Json) -> Json:
    return payload.get("type", "message")


def leaves(value: Json, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a payload with its pointer."""
    if isinstance(value, dict):
        for name, content in value.items():
            yield from leaves(content, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, content in enumerate(value):
            yield from leaves(content, f"{pointer}/{index}")
    else:
        yield pointer, value


def structure(payload: Json) -> list[tuple[str, Any]]:
    """Everything of a payload that is not text to read: its pointers, and the values of the rest."""
    read = ("/text", "/initial_value", "/alt_text", "/title", "/name", "/label")
    return [(at, None if at.endswith(read) else value) for at, value in leaves(payload)]


def markup(payload: Json) -> set[str]:
    """What Slack would take for a mention, a channel, a date or a link."""
    written = (v for at, v in leaves(payload) if at.endswith("/text"))
    found = (one for text in written for one in MARKUP.findall(text))
    return {one.split("|")[0] for one in found}


@pytest.mark.parametrize("name", PAGES)
def test_each_page_draws_its_golden_payload(name: str, golden: Callable[[str, str], None]) -> None:
    payload = render(PAGES[name])
    golden(f"{name}.json", json.dumps(payload, indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("name", PAGES)
def test_each_payload_fits_into_slack_and_into_the_local_workspace(name: str) -> None:
    payload = render(PAGES[name])
    assert problems(payload) == []
    assert problems_of(payload["blocks"], surface_of(payload)) == []
    if surface_of(payload) == "message":
        assert not is_too_long(payload["blocks"])


@pytest.mark.parametrize("name", [n for n, page in PAGES.items() if isinstance(page, MessagePage)])
def test_each_message_says_a_whole_sentence_where_blocks_are_not_shown(name: str) -> None:
    payload: Any = render(PAGES[name])
    assert re.search(r"[.?”]$", payload["text"])
    assert len(payload["text"].split()) >= 3


def test_no_page_shouts_or_uses_emoji() -> None:
    for name, page in PAGES.items():
        for _, text in leaves(render(page)):
            said = MARKUP.sub("", text) if isinstance(text, str) else ""
            assert "!" not in said, name
            assert not re.search("[\U0001f300-\U0001faff\u2600-\u27bf]", said), name


def test_every_block_of_text_from_people_is_shown_verbatim_without_autolinks() -> None:
    for name, page in PAGES.items():
        written = json.dumps(render(page))
        assert written.count('"mrkdwn"') == written.count('"verbatim": true'), name


# Hostile text

HOSTILE = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="<>&|!@#*_~`\"'\\{}%\n\u202e\u2066\u200d\u0301👍🏽ש", max_size=400),
)
BENIGN = {name: render(page) for name, page in PAGES.items()}


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(HOSTILE)
@example("<!channel> <!here> <@U123> <#C123> <https://evil.example|click> https://evil.example")
@example('"}], "blocks": [{"type": "divider"}')
@example("a" + "\u0301" * 1000)
@example("&" * 600)
@example("\ud800\udfff\x00\x1b[31m")
@example("\u202e\u202d\u2067")
@example("שלום " * 100)
def test_hostile_text_changes_no_structure_makes_no_markup_and_always_fits(hostile: str) -> None:
    for name, page in every_page(lambda _: hostile).items():
        payload = render(page)
        assert problems(payload) == [], name
        if name.endswith(("_of_300", "_long")) or not hostile:
            continue
        assert structure(payload) == structure(BENIGN[name]), name
        assert markup(payload) <= markup(BENIGN[name]), name
        json.dumps(payload, ensure_ascii=False).encode()


def test_a_title_that_looks_like_template_code_is_only_text() -> None:
    pages = every_page(lambda _: "{{ 7 * 7 }}")
    assert "{{ 7 ∗ 7 }}" in json.dumps(render(pages["outcome_declared"]), ensure_ascii=False)


def test_a_template_reaches_nothing_outside_its_page() -> None:
    environment = rendering._environment()
    with pytest.raises(SecurityError):
        environment.from_string("{{ page.__class__.__mro__ }}").render(page=PAGES["help"])
    with pytest.raises(UndefinedError):
        environment.from_string("{{ page.nothing }}").render(page=PAGES["help"])


def test_every_value_in_a_template_goes_through_tojson_or_a_macro() -> None:
    for file in TEMPLATES.glob("*.j2"):
        for value in re.findall(r"\{\{(.*?)\}\}", file.read_text(encoding="utf-8"), re.DOTALL):
            ends_in_json = value.strip().endswith("| tojson")
            is_macro = re.match(r"\s*([bcd]\.\w+|\w+_text|button|caller|facts|section\w*)\(", value)
            is_glue = re.fullmatch(r'\s*("," if not loop\.last|box|confirm)\s*', value)
            assert ends_in_json or is_macro or is_glue, f"{file.name}: {value}"


# Privacy by construction

NUMBERS = (int, float, Decimal)


def usage_numbers(kind: Json, seen: frozenset[Any] = frozenset()) -> Iterator[str]:
    """Names of numeric fields about usage that can be reached from a type without Published."""
    if kind in seen or getattr(kind, "__origin__", None) is Published:
        return
    for part in get_args(kind):
        yield from usage_numbers(part, seen | {kind})
    if kind in (WeekFigures, TokenCounts):
        yield str(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        for field in fields(kind):
            yield from usage_numbers(hints[field.name], seen | {kind})
            if hints[field.name] in NUMBERS and re.search("token|cost|usd|usage|spend", field.name):
                yield f"{kind.__name__}.{field.name}"


def team_facing(page: type[TeamFacingPage] = TeamFacingPage) -> list[type[TeamFacingPage]]:
    return [one for direct in page.__subclasses__() for one in (direct, *team_facing(direct))]


def test_pages_that_team_mates_read_take_figures_about_usage_as_published_alone() -> None:
    assert {Digest, DigestPreview, DigestDetails, DigestWorkflows} <= {*team_facing()}
    for page in team_facing():
        assert list(usage_numbers(page)) == []


PAGES_OF_LEADS = (
    RequestCard,
    TeamBudgets,
    Granted,
    AllowanceSet,
    Voided,
    Undone,
    Decided,
    WhatIf,
    CounterForm,
    DeclineForm,
    LeadNotice,
    OwnerNotice,
    RuleList,
    RulePage,
    ParamsForm,
    ExceptionSet,
)
WHAT_SOMEBODY_USED = {Balance, GrantBalance, Spend, Forecast, TokenCounts, Finding}


def types_within(kind: Json, seen: set[Any]) -> set[Any]:
    """Every type that can be reached from the fields of one."""
    if kind not in seen:
        seen.add(kind)
        for part in get_args(kind):
            types_within(part, seen)
        if is_dataclass(kind) and isinstance(kind, type):
            for hint in get_type_hints(kind).values():
                types_within(hint, seen)
    return seen


@pytest.mark.parametrize("page", PAGES_OF_LEADS)
def test_no_page_that_a_lead_reads_of_a_person_can_hold_what_they_used(page: type) -> None:
    reached = types_within(page, set())
    assert not reached & WHAT_SOMEBODY_USED
    assert not {name for name in get_type_hints(page) if re.search("used|left$|spend", name)} - {
        "pool_left"
    }


def test_the_inspection_finds_what_the_person_alone_reads() -> None:
    assert {Balance, Forecast} <= types_within(OwnBudget, set())
    assert Finding in types_within(CoachingTip, set())


def test_the_inspection_finds_a_bare_figure() -> None:
    assert list(usage_numbers(type(PAGES["me"])))


def test_a_withheld_week_shows_no_token_and_no_cost() -> None:
    payload = json.dumps(render(digest(people=3, gap=None)))
    assert "withheld" in payload
    assert "$" not in payload
    assert not re.search(r"\d+(\.\d+)?[MBk]\b", payload)


def test_a_list_of_outcomes_stands_in_the_order_of_ids_not_of_people() -> None:
    text = json.dumps(render(digest(verified=9)))
    shown = [int(number) for number in re.findall(r"O-(\d+), size", text)]
    assert shown == sorted(shown)


# Forms, charts and speed


def test_a_form_carries_ids_alone() -> None:
    payload: Any = render(PAGES["outcome_form_filled"])
    assert FormContext.decode(payload["private_metadata"]) == FormContext("C0PAY", None, 1)
    assert json.loads(payload["private_metadata"]) == {"channel": "C0PAY", "team": 1}


@pytest.mark.parametrize(
    "text", ["", "[]", "nonsense", '{"outcome": "12", "team": true, "channel": 3}']
)
def test_metadata_that_is_not_ours_counts_as_absent(text: str) -> None:
    assert FormContext.decode(text) == FormContext()


def test_every_input_is_found_under_the_same_block_and_action_id() -> None:
    for name, page in PAGES.items():
        for block in render(page)["blocks"]:
            if block["type"] == "input":
                assert block["block_id"] == block["element"]["action_id"], name
                known = {v for v in vars(ids).values() if isinstance(v, str)} | {
                    *ids.SETUP_MEMBER_FIELDS,
                    *ids.PARAM_FIELDS,
                }
                assert block["block_id"] in known


def test_every_button_has_a_listener_s_name() -> None:
    pressed = {
        v for page in PAGES.values() for at, v in leaves(render(page)) if at.endswith("action_id")
    }
    buttons = {action for action in pressed if action in ids.BUTTONS}
    assert buttons == set(ids.BUTTONS)


def test_a_digest_falls_back_from_slack_s_chart_to_an_image_to_words() -> None:
    page = digest()
    native, image, text = (
        [block["type"] for block in render_digest(page, form, "F1")["blocks"]]
        for form in ("native", "image", "text")
    )
    assert "data_visualization" in native
    assert "image" in image
    assert "data_visualization" not in image
    assert not {"image", "data_visualization"} & set(text)


def test_an_image_repeats_the_chart_s_numbers_in_words() -> None:
    blocks = render_digest(digest(), "image", "F1")["blocks"]
    (image,) = (block for block in blocks if block["type"] == "image")
    assert "16 Nov 0.025" in image["alt_text"]
    assert "Left out: the week of 28 Sep" in image["alt_text"]


def test_every_page_kind_has_its_template_and_every_template_its_page() -> None:
    kinds = [MessagePage, ModalPage, HomePage]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    used = {kind.template for kind in kinds if hasattr(kind, "template")}
    parts = {f"_{name}.json.j2" for name in ("blocks", "budgets", "digest", "rules")}
    assert used | parts == {file.name for file in TEMPLATES.glob("*")}
    assert compile_templates() == len(used | parts)
    assert {type(page).template for page in PAGES.values()} == used
