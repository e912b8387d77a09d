"""The usage record's arithmetic: exact, disjoint, and unknown is not zero."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.usage import (
    TokenCounts,
    first_key_of_hour,
    from_microseconds,
    microseconds,
    nanos_from_usd,
    sum_tokens,
    usage_key_of,
    usd_from_nanos,
)

COUNTS = st.none() | st.integers(0, 10**9)
TOKENS = st.builds(TokenCounts, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
MOMENTS = st.integers(0, 4_000_000_000_000_000)


def test_a_class_unknown_everywhere_stays_unknown_in_a_sum() -> None:
    total = sum_tokens([TokenCounts(1, None, 2), TokenCounts(None, None, 3, output_total=4)])
    assert total == TokenCounts(1, None, 5, None, None, 4)
    assert (total.total, total.input_total) == (10, 6)


@given(st.lists(TOKENS))
def test_a_sum_has_the_tokens_of_its_parts(counts: list[TokenCounts]) -> None:
    assert sum_tokens(counts).total == sum(one.total for one in counts)


@given(st.text(), st.text(), MOMENTS, MOMENTS)
def test_keys_have_16_bytes_and_grow_with_the_hour(a: str, b: str, one: int, other: int) -> None:
    first, second = usage_key_of("csv", a, one), usage_key_of("csv", b, other)
    assert len(first) == len(second) == 16
    hours = one // 3_600_000_000, other // 3_600_000_000
    if hours[0] != hours[1]:
        assert (first < second) == (hours[0] < hours[1])
    assert first_key_of_hour(from_microseconds(one)) <= first


def test_a_key_is_its_source_s_and_its_own() -> None:
    keys = {usage_key_of(source, key, 0) for source in ("csv", "litellm") for key in ("a", "b")}
    assert len(keys) == 4
    assert usage_key_of("csv", "a", 0) == usage_key_of("csv", "a", 3_599_999_999)


@given(MOMENTS)
def test_moments_survive_as_microseconds(us: int) -> None:
    assert microseconds(from_microseconds(us)) == us
    shifted = from_microseconds(us).astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert microseconds(shifted) == us


def test_an_epoch_is_the_epoch() -> None:
    assert from_microseconds(0) == datetime(1970, 1, 1, tzinfo=UTC)


@given(st.integers(-(10**15), 10**15))
def test_money_is_exact(nanos: int) -> None:
    assert nanos_from_usd(usd_from_nanos(nanos)) == nanos


@pytest.mark.parametrize(
    ("usd", "nanos"), [("0.0000000005", 0), ("0.0000000015", 2), ("1.25", 1_250_000_000)]
)
def test_halves_of_a_nano_dollar_go_to_the_even_one(usd: str, nanos: int) -> None:
    assert nanos_from_usd(Decimal(usd)) == nanos
