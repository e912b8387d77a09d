"""What a submitted form says, and what it is refused for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.intents.forms import (
    FormRefused,
    read_done_form,
    read_outcome_form,
    read_review_form,
    read_setup_form,
)
from messages import ids
from policies.amounts import Amount, parse_amount
from policies.outcomes import KeyKind, OutcomeKey
from policies.reviews import Impact, ImpactUnit, Review, Verdict

State = dict[str, dict[str, Mapping[str, object]]]


def a_setup(**changed: Mapping[str, object]) -> State:
    fields: dict[str, Mapping[str, object]] = {
        ids.SETUP_NAME: {"value": "Checkout"},
        ids.SETUP_LEADS: {"selected_users": ["U1"]},
        ids.SETUP_MEMBERS: {"selected_users": ["U1", "U2"]},
        ids.SETUP_TIME_ZONE: {"selected_option": {"value": "Europe/Berlin"}},
        ids.SETUP_DAY: {"selected_option": {"value": "monday"}},
        ids.SETUP_TIME: {"selected_option": {"value": "09:30"}},
        **changed,
    }
    return {field: {field: element} for field, element in fields.items()}


def test_a_large_team_is_read_from_every_select_that_holds_a_part_of_it() -> None:
    parts = {
        field: {"selected_users": [f"U{number}{one}" for one in range(100)]}
        for number, field in enumerate(ids.SETUP_MEMBER_FIELDS[:3])
    }
    assert len(read_setup_form(a_setup(**parts)).member_ids) == 300


@pytest.mark.parametrize(
    ("field", "element"),
    [
        (ids.SETUP_NAME, {"value": "  "}),
        (ids.SETUP_NAME, {"value": "x" * 1000}),
        (ids.SETUP_LEADS, {"selected_users": []}),
        (ids.SETUP_TIME_ZONE, {"selected_option": {"value": "Mars/Olympus"}}),
        (ids.SETUP_TIME, {"selected_option": {"value": "25:99"}}),
        (ids.SETUP_DAY, {"selected_option": {"value": "someday"}}),
    ],
)
def test_a_wrong_field_of_the_setup_is_named(field: str, element: Mapping[str, object]) -> None:
    with pytest.raises(FormRefused) as refusal:
        read_setup_form(a_setup(**{field: element}))
    assert set(refusal.value.errors) == {field}


def test_what_no_database_takes_is_left_out_of_every_field() -> None:
    typed = {
        ids.OUTCOME_TITLE: {"value": "Cut\0 checkout\np95\ud83d"},
        ids.OUTCOME_KEYS: {"value": "branch:a\0b"},
        ids.OUTCOME_SIZE: {"selected_option": {"value": "L\0"}},
    }
    values = {field: {field: element} for field, element in typed.items()}
    draft = read_outcome_form(values, datetime(2026, 11, 12, tzinfo=UTC), ZoneInfo("UTC")).draft
    assert (draft.title, draft.size.value) == ("Cut checkout p95", "L")
    assert draft.keys == (OutcomeKey(KeyKind.BRANCH, "ab"),)
    setup = a_setup(
        **{
            ids.SETUP_NAME: {"value": "Check\0out"},
            ids.SETUP_MEMBERS: {"selected_users": ["U1\0", "\0"]},
        }
    )
    form = read_setup_form(setup)
    assert (form.name, form.member_ids) == ("Checkout", ("U1",))
    link = {ids.DONE_EVIDENCE: {ids.DONE_EVIDENCE: {"value": "https://x.test/4\x0081 \x1b"}}}
    assert read_done_form(link) == "https://x.test/481"


def test_evidence_that_is_no_link_is_refused_beside_its_field() -> None:
    with pytest.raises(FormRefused) as refusal:
        read_done_form({ids.DONE_EVIDENCE: {ids.DONE_EVIDENCE: {"value": "it works"}}})
    assert set(refusal.value.errors) == {ids.DONE_EVIDENCE}


def a_review(**changed: Mapping[str, object]) -> State:
    fields: dict[str, Mapping[str, object]] = {
        ids.REVIEW_VERDICT: {"selected_option": {"value": "verify"}},
        ids.REVIEW_MINUTES: {"value": "25"},
        ids.REVIEW_IMPACT: {"value": "1,200.50"},
        ids.REVIEW_IMPACT_UNIT: {"selected_option": {"value": "REVENUE"}},
        **changed,
    }
    return {field: {field: element} for field, element in fields.items()}


def test_a_verdict_comes_with_its_minutes_and_impact() -> None:
    reviewed = read_review_form(a_review())
    assert reviewed.verdict is Verdict.VERIFY
    assert reviewed.review == Review(25, Impact(Decimal("1200.50"), ImpactUnit.REVENUE))


def test_all_but_the_verdict_may_stay_empty() -> None:
    empty = {"value": None}
    form = a_review(
        review_minutes=empty, review_impact=empty, review_impact_unit={"selected_option": None}
    )
    assert read_review_form(form).review == Review()


def test_a_claim_is_sent_back_with_a_reason_on_one_line() -> None:
    form = a_review(
        review_verdict={"selected_option": {"value": "reject"}},
        review_reason={"value": "The link\nshows a draft\0"},
    )
    assert read_review_form(form).reason == "The link shows a draft"


@pytest.mark.parametrize(
    ("field", "element"),
    [
        (ids.REVIEW_VERDICT, {"selected_option": None}),
        (ids.REVIEW_VERDICT, {"selected_option": {"value": "approve"}}),
        (ids.REVIEW_REASON, {"value": "x" * 501}),
        (ids.REVIEW_MINUTES, {"value": "10001"}),
        (ids.REVIEW_MINUTES, {"value": "-1"}),
        (ids.REVIEW_MINUTES, {"value": "2.5"}),
        (ids.REVIEW_IMPACT, {"value": "lots"}),
        (ids.REVIEW_IMPACT, {"value": "0"}),
        (ids.REVIEW_IMPACT, {"value": "-3"}),
        (ids.REVIEW_IMPACT, {"value": "1e9"}),
        (ids.REVIEW_IMPACT, {"value": "٣"}),
        (ids.REVIEW_IMPACT, {"value": "1,5"}),
        (ids.REVIEW_IMPACT, {"value": None}),
        (ids.REVIEW_IMPACT_UNIT, {"selected_option": None}),
        (ids.REVIEW_IMPACT_UNIT, {"selected_option": {"value": "commits"}}),
    ],
)
def test_a_wrong_field_of_a_review_is_named(field: str, element: Mapping[str, object]) -> None:
    with pytest.raises(FormRefused) as refusal:
        read_review_form(a_review(**{field: element}))
    assert set(refusal.value.errors) == {field}


@pytest.mark.parametrize("said", ["", " ", "…", None])
def test_a_claim_is_sent_back_with_a_reason_or_not_at_all(said: str | None) -> None:
    form = a_review(
        review_verdict={"selected_option": {"value": "reject"}}, review_reason={"value": said}
    )
    with pytest.raises(FormRefused) as refusal:
        read_review_form(form)
    assert set(refusal.value.errors) == {ids.REVIEW_REASON}


def test_an_origin_that_is_no_link_is_refused_beside_its_field() -> None:
    form = {
        field: {field: {"value": value}}
        for field, value in ((ids.OUTCOME_TITLE, "Cut p95"), (ids.OUTCOME_ORIGIN, "in the meeting"))
    }
    with pytest.raises(FormRefused) as refusal:
        read_outcome_form(form, datetime(2026, 11, 12, tzinfo=UTC), ZoneInfo("UTC"))
    assert set(refusal.value.errors) == {ids.OUTCOME_ORIGIN}


@pytest.mark.parametrize(
    ("typed", "amount"), [("", None), ("40M", parse_amount("40M")), (" $50 ", parse_amount("$50"))]
)
def test_an_outcome_may_name_the_budget_for_it(typed: str, amount: Amount | None) -> None:
    form = {
        field: {field: {"value": value}}
        for field, value in ((ids.OUTCOME_TITLE, "Cut p95"), (ids.OUTCOME_AMOUNT, typed))
    }
    read = read_outcome_form(form, datetime(2026, 11, 12, tzinfo=UTC), ZoneInfo("UTC"))
    assert (read.draft.title, read.amount) == ("Cut p95", amount)


@pytest.mark.parametrize("typed", ["ten", "-5M", "0", "1,5M", "9" * 3000])
def test_a_budget_that_is_no_amount_is_refused_beside_its_field(typed: str) -> None:
    form = {
        field: {field: {"value": value}}
        for field, value in ((ids.OUTCOME_TITLE, "Cut p95"), (ids.OUTCOME_AMOUNT, typed))
    }
    with pytest.raises(FormRefused) as refusal:
        read_outcome_form(form, datetime(2026, 11, 12, tzinfo=UTC), ZoneInfo("UTC"))
    assert set(refusal.value.errors) == {ids.OUTCOME_AMOUNT}
