"""List prices: what genai-prices says, by class of token, day and tier; unknown stays unknown."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given
from hypothesis import strategies as st

from policies.pricing import HOUR_WRITE_MULTIPLIER, PriceBook, class_of_price
from policies.usage import Granularity, ModelClass, TokenCounts, microseconds

BOOK = PriceBook()
MARCH = datetime(2026, 3, 2, 8, tzinfo=UTC)
MILLION = 1_000_000

COUNTS = st.integers(0, 400_000)
MODELS = (
    "claude-sonnet-4-5-20250929",
    "claude-opus-4-6",
    "claude-haiku-4-5-20251001",
    "claude-opus-4-1-20250805",
    "gpt-5.2-codex",
    "gemini-2.5-pro",
)


def cost(
    model: str,
    tokens: TokenCounts,
    at: datetime = MARCH,
    granularity: Granularity = Granularity.REQUEST,
    fast: bool = False,
) -> Decimal | None:
    card = BOOK.card(model, microseconds(at), fast)
    return card.cost_usd(tokens, granularity) if card else None


@pytest.mark.parametrize(
    ("tokens", "usd"),
    [
        pytest.param(TokenCounts(MILLION // 10), "0.30", id="input"),
        pytest.param(TokenCounts(output_total=MILLION), "15", id="output"),
        pytest.param(TokenCounts(cache_read=100_000), "0.03", id="cache read"),
        pytest.param(TokenCounts(cache_write_5m=100_000), "0.375", id="five-minute write"),
        pytest.param(TokenCounts(cache_write_1h=100_000), "0.60", id="one-hour write, twice input"),
        pytest.param(
            TokenCounts(cache_write_other=100_000), "0.375", id="write of unknown lifetime"
        ),
        pytest.param(TokenCounts(), "0", id="nothing"),
        pytest.param(TokenCounts(1, 1, 1, 1, 1, 1), "0.00003180", id="one of each"),
    ],
)
def test_each_class_has_its_price(tokens: TokenCounts, usd: str) -> None:
    assert cost("claude-sonnet-4-5-20250929", tokens) == Decimal(usd)


@given(
    model=st.sampled_from(MODELS),
    counts=st.tuples(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS),
    day=st.integers(0, 500),
)
def test_a_request_costs_what_the_book_says(model: str, counts: tuple[int, ...], day: int) -> None:
    """The book's own input includes cache; ours never does, and the sums agree."""
    tokens, at = TokenCounts(*counts), MARCH + timedelta(days=day - 250)
    written = tokens.input_total - (tokens.input_uncached or 0) - (tokens.cache_read or 0)
    theirs = calc_price(
        Usage(
            input_tokens=tokens.input_total,
            cache_read_tokens=tokens.cache_read,
            cache_write_tokens=written,
            cache_write_1h_tokens=tokens.cache_write_1h,
            output_tokens=tokens.output_total,
        ),
        model,
        genai_request_timestamp=at,
    )
    ours = cost(model, tokens, at)
    assert ours is not None
    assert abs(ours - theirs.total_price) <= Decimal("5e-10")


def test_a_long_request_costs_the_dearer_tier_on_all_its_tokens() -> None:
    short = TokenCounts(10_000, cache_read=190_000, output_total=1_000)
    long = TokenCounts(10_001, cache_read=190_000, output_total=1_000)
    assert cost("claude-sonnet-4-5", short) == Decimal("0.102")
    assert cost("claude-sonnet-4-5", long) == Decimal("0.196506")


def test_a_bucket_is_never_charged_the_long_context_tier() -> None:
    bucket = TokenCounts(50 * MILLION)
    assert cost("claude-sonnet-4-5", bucket, granularity=Granularity.BUCKET) == 150
    assert cost("claude-sonnet-4-5", bucket) == 300


def test_prices_change_by_day() -> None:
    tokens = TokenCounts(MILLION)
    assert cost("claude-opus-4-6", tokens, datetime(2026, 3, 12, 23, 59, tzinfo=UTC)) == 10
    assert cost("claude-opus-4-6", tokens, datetime(2026, 3, 13, tzinfo=UTC)) == 5


def test_prices_that_change_within_a_day_are_not_kept_for_the_day() -> None:
    night, noon = (datetime(2025, 8, 1, hour, tzinfo=UTC) for hour in (20, 12))
    tokens = TokenCounts(MILLION)
    prices = [cost("deepseek-chat", tokens, at) for at in (night, noon, night)]
    expected = [
        calc_price(Usage(input_tokens=MILLION), "deepseek-chat", genai_request_timestamp=at)
        for at in (night, noon, night)
    ]
    assert prices == [one.total_price for one in expected]


@pytest.mark.parametrize("model", ["claude-experimental-owl-1", "unknown", "<synthetic>", ""])
def test_an_unknown_model_has_no_price_rather_than_none_at_all(model: str) -> None:
    assert BOOK.card(model, microseconds(MARCH)) is None


def test_the_matched_id_is_recorded() -> None:
    card = BOOK.card("gpt-5.2-codex", microseconds(MARCH))
    assert card is not None
    assert (card.provider, card.model_id) == ("openai", "gpt-5.2")


def test_a_fast_mode_has_its_own_price_where_the_book_has_one() -> None:
    tokens = TokenCounts(MILLION)
    assert cost("claude-opus-4-8", tokens, fast=True) == 2 * (cost("claude-opus-4-8", tokens) or 0)
    assert cost("claude-haiku-4-5", tokens, fast=True) == cost("claude-haiku-4-5", tokens)


def test_an_hour_s_write_costs_twice_the_input_for_every_claude_model_with_a_cache() -> None:
    from genai_prices.data_snapshot import get_snapshot

    anthropic = next(one for one in get_snapshot().providers if one.id == "anthropic")
    for model in anthropic.models:
        card = BOOK.card(model.id, microseconds(MARCH))
        assert card is not None
        assert card.base.input_uncached is not None
        assert card.base.cache_write_1h == HOUR_WRITE_MULTIPLIER * card.base.input_uncached


@pytest.mark.parametrize(
    ("input_usd", "output_usd", "expected"),
    [
        ("5", "25", ModelClass.FRONTIER),
        ("4", "20", ModelClass.FRONTIER),
        ("3", "15", ModelClass.MID),
        ("1", "7", ModelClass.MID),
        ("1", "5", ModelClass.SMALL),
        ("0", "0", ModelClass.SMALL),
    ],
)
def test_a_class_is_seeded_from_the_blended_price(
    input_usd: str, output_usd: str, expected: ModelClass
) -> None:
    assert class_of_price(Decimal(input_usd), Decimal(output_usd)) is expected


def test_a_card_holds_the_class_of_its_price() -> None:
    card = BOOK.card("claude-opus-4-5-20251101", microseconds(MARCH))
    assert card is not None
    assert (card.model_class, card.model_class_name) == (ModelClass.FRONTIER, "frontier")


def test_the_basis_names_the_book() -> None:
    assert BOOK.version == "genai-prices 0.2.3"


def test_halves_of_a_nano_dollar_go_to_the_even_one() -> None:
    card = BOOK.card("claude-haiku-5-5", microseconds(MARCH))
    assert card is not None
    halves = [card.cost_nusd(TokenCounts(cache_write_5m=count)) for count in (4, 12, 20)]
    assert halves == [500, 1500, 2500]
