"""What a submitted form about budgets says, and what it is refused for."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.intents.budget_forms import (
    Offer,
    read_counter_form,
    read_decline_form,
    read_request_form,
    read_terms_form,
)
from bot.intents.fields import FormRefused
from messages import ids
from policies.amounts import BudgetUnit, parse_amount
from policies.budget_requests import RequestDraft, TermsDraft
from policies.budgets import BudgetPeriod
from policies.outcomes import MAX_REASON

NOW, UTC_ZONE = datetime(2026, 11, 12, 10, tzinfo=UTC), ZoneInfo("UTC")
State = dict[str, dict[str, dict[str, object]]]


def state(**typed: str) -> State:
    """A form as it arrives: a text, a day and an option are told apart by the field."""
    return {
        name: {name: {"value": text, "selected_date": None, "selected_option": None}}
        for name, text in typed.items()
    }


def test_a_request_is_read_from_its_fields() -> None:
    form = state(
        request_amount="15M",
        request_until="2026-11-13",
        request_outcome="O-12",
        request_reason="Load\ntest\0",
    )
    draft = RequestDraft(parse_amount("15M"), date(2026, 11, 13), 12, "Load test")
    assert read_request_form(form, NOW, UTC_ZONE) == draft


def test_a_request_needs_an_amount_and_a_reason_alone() -> None:
    form = state(request_amount="15M", request_reason="Load test")
    draft = RequestDraft(parse_amount("15M"), reason="Load test")
    assert read_request_form(form, NOW, UTC_ZONE) == draft


WRONG: list[tuple[str, str, str, str]] = [
    ("no amount", ids.REQUEST_AMOUNT, "", "Say how much"),
    ("an amount in words", ids.REQUEST_AMOUNT, "ten", "“ten” is not an amount"),
    ("a negative amount", ids.REQUEST_AMOUNT, "-5M", "is not an amount"),
    ("a day that is past", ids.REQUEST_UNTIL, "2026-11-11", "2026-11-11 is past"),
    ("a day far ahead", ids.REQUEST_UNTIL, "2030-01-01", "more than a year ahead"),
    ("no day at all", ids.REQUEST_UNTIL, "soon", "“soon” is not a day"),
    ("a forged outcome", ids.REQUEST_OUTCOME, "DROP TABLE", "none of the choices"),
    ("no reason", ids.REQUEST_REASON, " … ", "Say why"),
    ("a reason too long", ids.REQUEST_REASON, "x" * (MAX_REASON + 1), "501 characters"),
]


@pytest.mark.parametrize(("sentence", "field", "typed", "says"), WRONG, ids=[r[0] for r in WRONG])
def test_a_wrong_field_is_named(sentence: str, field: str, typed: str, says: str) -> None:
    right = {"request_amount": "15M", "request_reason": "Load test"}
    with pytest.raises(FormRefused) as refusal:
        read_request_form(state(**{**right, field: typed}), NOW, UTC_ZONE)
    assert set(refusal.value.errors) == {field}
    assert says in refusal.value.errors[field]


def test_every_wrong_field_is_named_at_once() -> None:
    form = state(request_amount="ten", request_until="2020-01-01")
    with pytest.raises(FormRefused) as refusal:
        read_request_form(form, NOW, UTC_ZONE)
    assert len(refusal.value.errors) == 3


def test_an_offer_needs_no_reason_and_a_refusal_does() -> None:
    offer = read_counter_form(state(counter_amount="$5"), NOW, UTC_ZONE)
    assert offer == Offer(parse_amount("$5"), None, "")
    assert read_decline_form(state(decline_reason=" No  room ")) == "No room"
    with pytest.raises(FormRefused):
        read_decline_form(state(decline_reason=""))
    with pytest.raises(FormRefused):
        read_decline_form({})


def test_terms_are_read_with_what_is_left_out_as_no_limit() -> None:
    assert read_terms_form(state(terms_base="40M")) == TermsDraft(
        BudgetUnit.TOKENS, BudgetPeriod.MONTH, parse_amount("40M")
    )
    form = state(
        terms_unit="usd",
        terms_period="week",
        terms_base="$50",
        terms_pool="$300",
        terms_auto_approve="$5",
    )
    assert read_terms_form(form) == TermsDraft(
        BudgetUnit.USD, BudgetPeriod.WEEK, *map(parse_amount, ("$50", "$300", "$5"))
    )


def test_terms_in_two_units_are_refused_beside_the_odd_one() -> None:
    with pytest.raises(FormRefused) as refusal:
        read_terms_form(state(terms_unit="usd", terms_base="$50", terms_pool="300M"))
    assert set(refusal.value.errors) == {ids.TERMS_POOL}
    assert "not in US dollars" in refusal.value.errors[ids.TERMS_POOL]


def test_a_forged_choice_is_refused() -> None:
    with pytest.raises(FormRefused) as refusal:
        read_terms_form(state(terms_unit="gold", terms_base="40M"))
    assert ids.TERMS_UNIT in refusal.value.errors
