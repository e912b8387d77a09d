"""Reviewed classes of models: the library's against the price book, and files that cannot be taken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from policies.model_classes import (
    BY_RANK,
    FILE,
    ModelClasses,
    ReviewedModel,
    read_model_classes,
)
from policies.pricing import PriceBook
from policies.usage import ModelClass, TokenCounts, microseconds

LIBRARY = Path(__file__).parents[2] / "policies" / "library" / FILE
NOW_US = microseconds(datetime(2026, 11, 24, tzinfo=UTC))
A_REQUEST = TokenCounts(1_000, 50_000, 2_000, 0, 0, 900)
SOUND = """\
apiVersion: mileage/v1
models:
  opus: {class: frontier, cheaper: haiku}
  haiku: {class: small}
"""


@pytest.fixture(scope="module")
def library() -> ModelClasses:
    reading = read_model_classes(LIBRARY.read_text("utf-8"), FILE)
    assert [str(one) for one in reading.problems] == []
    return reading.classes


def test_every_model_of_the_library_is_in_the_price_book_and_has_a_price(
    library: ModelClasses,
) -> None:
    models = {model.id: model for one in get_snapshot().providers for model in one.models}
    assert sorted(library.reviewed_ids() - set(models)) == []
    for model_id in library.reviewed_ids():
        prices = models[model_id].get_prices(datetime(2026, 11, 24, tzinfo=UTC))
        assert prices.input_mtok is not None, model_id
        assert prices.output_mtok is not None, model_id


def test_what_a_model_is_compared_with_is_of_its_vendor_and_costs_less(
    library: ModelClasses,
) -> None:
    book = PriceBook()
    for model_id, model in library.models.items():
        if not model.cheaper:
            continue
        card, cheaper = book.card(model_id, NOW_US), book.card(model.cheaper, NOW_US)
        assert card is not None, model_id
        assert cheaper is not None, model.cheaper
        assert (card.model_id, cheaper.model_id) == (model_id, model.cheaper)
        assert card.provider == cheaper.provider, model_id
        dear, cheap = card.cost_nusd(A_REQUEST), cheaper.cost_nusd(A_REQUEST)
        assert dear is not None, model_id
        assert cheap is not None, model.cheaper
        assert cheap < dear, model_id


def test_every_frontier_model_of_the_library_can_be_compared(library: ModelClasses) -> None:
    assert [one for one in library.frontier_ids() if library.cheaper_than(one) is None] == []


@pytest.mark.parametrize(
    ("raw", "model_class", "cheaper"),
    [
        ("claude-opus-4-5-20251101", ModelClass.FRONTIER, "claude-sonnet-4-5"),
        ("claude-sonnet-4-5-20250929", ModelClass.MID, "claude-haiku-4-5"),
        ("claude-haiku-4-5-20251001", ModelClass.SMALL, None),
        ("gpt-5.1-codex", ModelClass.FRONTIER, "gpt-5.1-codex-mini"),
        ("gemini-2.5-pro", ModelClass.FRONTIER, "gemini-2.5-flash"),
    ],
)
def test_a_model_as_a_tool_names_it_has_its_class(
    library: ModelClasses, raw: str, model_class: ModelClass, cheaper: str | None
) -> None:
    card = PriceBook().card(raw, NOW_US)
    assert card is not None
    assert library.models[card.model_id].model_class is model_class
    assert library.cheaper_than(card.model_id) == cheaper


def test_a_model_that_nobody_reviewed_has_no_class() -> None:
    classes = read_model_classes(SOUND, FILE).classes
    assert classes.frontier_ids() == {"opus"}
    assert classes.reviewed_ids() == {"opus", "haiku"}
    assert classes.cheaper_than("opus") == "haiku"
    assert classes.cheaper_than("haiku") is None
    assert classes.cheaper_than("gpt") is None


def test_an_organisation_adds_models_and_judges_others_anew() -> None:
    before = read_model_classes(SOUND, FILE).classes
    own = "apiVersion: mileage/v1\nmodels:\n  house: {class: mid, cheaper: haiku}\n  opus: {class: mid}\n"
    classes = read_model_classes(own, FILE, before).classes
    assert classes.models["house"] == ReviewedModel(ModelClass.MID, "haiku")
    assert classes.frontier_ids() == frozenset()
    assert classes.reviewed_ids() == {"opus", "haiku", "house"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "model_classes.yaml:1:1: The file is empty"),
        ("- opus", "model_classes.yaml:1:1: A file of model classes begins with"),
        ("models: {}", "model_classes.yaml:1:1: Write “apiVersion: mileage/v1”."),
        ("apiVersion: mileage/v1", "model_classes.yaml:1:1: “models” has to hold models"),
        (SOUND + "rules: []\n", "model_classes.yaml:5:1: There is no key “rules” here."),
        (SOUND + "  opus: {class: mid}\n", "model_classes.yaml:5:3: “opus” stands here twice."),
        (SOUND.replace("small", "tiny"), "4:18: “class” has to be one of small, mid, frontier."),
        (SOUND.replace("{class: small}", "small"), "4:10: A model is written such as"),
        (
            SOUND.replace("class: small", "clas: small"),
            "4:11: There is no key “clas” here. Did you",
        ),
        (SOUND.replace("cheaper: haiku", "cheaper: heiku"), "Did you mean “haiku”?"),
        (SOUND.replace("cheaper: haiku", "cheaper: opus"), "“opus” has to be of a lower class"),
        (SOUND.replace("cheaper: haiku", "cheaper: []"), "“cheaper” has to be the id of a model."),
    ],
)
def test_a_file_that_is_wrong_adds_nothing_and_says_where(text: str, problem: str) -> None:
    before = ModelClasses({"house": ReviewedModel(ModelClass.MID)})
    reading = read_model_classes(text, FILE, before)
    assert reading.classes == before
    assert any(problem in str(one) for one in reading.problems), reading.problems


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_no_text_makes_the_reading_fail(text: str) -> None:
    read_model_classes(f"apiVersion: mileage/v1\nmodels: {text}", FILE)
    read_model_classes(text, FILE)


def test_classes_rank_from_small_to_frontier() -> None:
    assert BY_RANK == (ModelClass.SMALL, ModelClass.MID, ModelClass.FRONTIER)
