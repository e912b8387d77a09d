"""Amounts as people type them: tokens or dollars, exact, and refused with the nearest right form."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.amounts import (
    MOST_TOKENS,
    MOST_USD,
    Amount,
    BudgetUnit,
    NotAnAmount,
    as_typed,
    parse_amount,
)
from policies.usage import NANOS_PER_USD


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("40M", 40_000_000),
        ("40m", 40_000_000),
        (" 250k ", 250_000),
        ("1.5B", 1_500_000_000),
        ("2T", 2 * 10**12),
        ("0.5k", 500),
        ("800000", 800_000),
        ("800,000", 800_000),
        ("800_000", 800_000),
        ("1", 1),
        ("0.000001M", 1),
        ("1000T", MOST_TOKENS),
    ],
)
def test_tokens_are_read_in_every_documented_form(text: str, tokens: int) -> None:
    assert parse_amount(text) == Amount(tokens, BudgetUnit.TOKENS)


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        ("$50", "50"),
        ("$0.01", "0.01"),
        ("$1,234.50", "1234.50"),
        ("$2k", "2000"),
        ("$0.000001", "0.000001"),
        ("$100M", "100000000"),
    ],
)
def test_dollars_are_exact_to_the_nano(text: str, usd: str) -> None:
    amount = parse_amount(text)
    assert amount == Amount(int(Decimal(usd) * NANOS_PER_USD), BudgetUnit.USD)
    assert amount.usd == Decimal(usd)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ten", "Write 40M, 250k"),
        ("", "Write 40M, 250k"),
        ("-5M", "Write 40M, 250k"),
        ("+5M", "Write 40M, 250k"),
        ("5 M", "Write 40M, 250k"),
        ("5MM", "Write 40M, 250k"),
        ("50$", "Write 40M, 250k"),
        ("€50", "Write 40M, 250k"),
        ("1e6", "Write 40M, 250k"),
        ("1.2.3M", "Write 40M, 250k"),
        ("٤٠M", "Write 40M, 250k"),
        ("½M", "Write 40M, 250k"),
        ("inf", "Write 40M, 250k"),
        ("NaN", "Write 40M, 250k"),
        ("0", "more than nothing"),
        ("$0", "more than nothing"),
        ("0.0M", "more than nothing"),
        ("1.5", "not a whole number"),
        ("0.0001k", "not a whole number"),
        ("1001T", "more than any budget"),
        ("$101M", "more than any budget"),
        ("1,5M", "Write 40M, 250k"),
        ("1,50", "Write 40M, 250k"),
        ("1000000000000001", "more than any budget"),
        ("999999999999999T", "more than any budget"),
        ("$999999999999999B", "more than any budget"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(NotAnAmount, match=says):
        parse_amount(text)


@given(st.text(max_size=40))
def test_any_text_is_an_amount_within_bounds_or_a_sentence(text: str) -> None:
    try:
        amount = parse_amount(text)
    except NotAnAmount:
        return
    most = MOST_TOKENS if amount.unit is BudgetUnit.TOKENS else int(MOST_USD * NANOS_PER_USD)
    assert 0 < amount.value <= most


@given(st.integers(1, MOST_TOKENS))
def test_a_whole_number_of_tokens_is_read_as_it_stands(tokens: int) -> None:
    assert parse_amount(str(tokens)).value == parse_amount(f"{tokens:,}").value == tokens


@pytest.mark.parametrize("typed", ["20M", "12.5M", "1234.567k", "250k", "1.5B", "999", "$12.5"])
def test_an_amount_is_written_as_people_type_it(typed: str) -> None:
    assert as_typed(parse_amount(typed)) == typed


@given(st.integers(1, MOST_TOKENS))
def test_what_is_written_is_read_as_the_same_amount(tokens: int) -> None:
    amount = Amount(tokens, BudgetUnit.TOKENS)
    assert parse_amount(as_typed(amount)) == amount
