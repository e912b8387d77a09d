"""What a submitted form about a rule or a tip says, and what it is refused for."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.fields import FormRefused
from bot.intents.rule_forms import (
    ExceptionWanted,
    Silence,
    StageWanted,
    read_exception_form,
    read_params_form,
    read_silence_form,
    read_stage_form,
    read_value,
    read_wrong_form,
)
from messages import ids
from policies.outcomes import MAX_REASON
from policies.rules.facts import FactType, FactValue, SubjectKind, Unit
from policies.rules.model import Param, Place, Rule, Stage

NOW, UTC_ZONE = datetime(2026, 11, 12, 10, tzinfo=UTC), ZoneInfo("UTC")
State = dict[str, dict[str, dict[str, object]]]

USD = Param("floor_usd", FactType.DOUBLE, 5.0, Unit.USD, 0.5, 500.0)
SHARE = Param("share", FactType.DOUBLE, 0.25, Unit.SHARE, 0.05, 0.95)
CALLS = Param("requests", FactType.INT, 20000, Unit.REQUESTS, 1000, 1_000_000)
FREE = Param("times", FactType.DOUBLE, 3.0, Unit.TIMES)
FLAG = Param("strict", FactType.BOOL, default=True)
WORD = Param("name", FactType.STRING, "verify")
RULE = Rule(
    "a-rule",
    1,
    Place("a.yaml", 1, 1),
    SubjectKind.OUTCOME,
    "true",
    "A rule",
    params={one.name: one for one in (USD, CALLS)},
)


def state(**typed: str) -> State:
    return {
        name: {name: {"value": text, "selected_date": None, "selected_option": None}}
        for name, text in typed.items()
    }


@pytest.mark.parametrize(
    ("param", "said", "value"),
    [
        (USD, "2.5", 2.5),
        (USD, " $2.50 ", 2.5),
        (USD, "3 usd", 3.0),
        (USD, "500", 500.0),
        (USD, ".5", 0.5),
        (SHARE, "0.5", 0.5),
        (SHARE, "25%", 0.25),
        (CALLS, "20,000", 20000),
        (CALLS, "1 000 requests", 1000),
        (FREE, "-2", -2.0),
        (FLAG, "No", False),
        (FLAG, "true", True),
        (WORD, "  two   words ", "two words"),
    ],
)
def test_a_value_is_read_as_people_write_it(param: Param, said: str, value: FactValue) -> None:
    read = read_value(said, param)
    assert read == value
    assert param.type.holds(read)


@pytest.mark.parametrize(
    ("param", "said", "sentence"),
    [
        (USD, "", "Write a value, such as 5."),
        (USD, "much", "“much” is no number. Write it as 5."),
        (USD, "0.49", "It has to be from 0.5 to 500."),
        (USD, "500.01", "It has to be from 0.5 to 500."),
        (USD, "nan", "“nan” is no number"),
        (USD, "1e3", "“1e3” is no number"),
        (USD, "٣", "is no number"),
        (SHARE, "25", "It has to be from 0.05 to 0.95."),
        (CALLS, "1000.5", "Write a whole number."),
        (CALLS, "-5", "It has to be from 1,000 to 1,000,000."),
        (FREE, "9" * 30, "too large"),
        (FREE, "9" * 30_000, "no number"),
        (FLAG, "maybe", "Write yes or no."),
        (WORD, "x" * 101, "101 characters; 100 fit."),
    ],
)
def test_what_is_no_value_is_refused_with_what_to_write(
    param: Param, said: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_value(said, param)
    assert sentence in str(refused.value)


@given(st.sampled_from([USD, SHARE, CALLS, FREE, FLAG, WORD]), st.text())
def test_any_text_is_a_value_of_the_type_or_refused(param: Param, said: str) -> None:
    with suppress(ValueError):
        assert param.type.holds(read_value(said, param))


def test_the_thresholds_stand_in_the_order_of_the_rule() -> None:
    form = state(param_1="2.5", param_2="2000", param_3="forged")
    assert read_params_form(form, RULE) == {"floor_usd": 2.5, "requests": 2000}


def test_each_wrong_threshold_is_told_at_its_field() -> None:
    with pytest.raises(FormRefused) as refused:
        read_params_form(state(param_1="0"), RULE)
    assert set(refused.value.errors) == {"param_1", "param_2"}


def test_a_silence_is_read_and_without_a_day_lasts_as_usual() -> None:
    form = state(answer_until="2026-11-20", answer_reason="the\nmove")
    assert read_silence_form(form, NOW, UTC_ZONE) == Silence(date(2026, 11, 20), "the move")
    assert read_silence_form({}, NOW, UTC_ZONE) == Silence(None)


def test_an_exception_is_read() -> None:
    form = state(
        exception_what="O-12", exception_until="2027-05-11", exception_reason="a load test"
    )
    wanted = ExceptionWanted(
        12, covers_team=False, last_day=date(2027, 5, 11), reason="a load test"
    )
    assert read_exception_form(form, NOW, UTC_ZONE) == wanted


def test_a_stage_is_read() -> None:
    form = state(stage_to="coach", stage_reason="proven")
    assert read_stage_form(form) == StageWanted(Stage.COACH, "proven")


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"answer_until": "2026-11-11"}, ids.ANSWER_UNTIL, "2026-11-11 is past"),
        ({"answer_until": "2027-02-11"}, ids.ANSWER_UNTIL, "more than 90 days ahead"),
        ({"answer_until": "soon"}, ids.ANSWER_UNTIL, "“soon” is not a day"),
        ({"answer_reason": "x" * (MAX_REASON + 1)}, ids.ANSWER_REASON, "501 characters"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(
    fields: dict[str, str], field: str, sentence: str
) -> None:
    with pytest.raises(FormRefused) as refused:
        read_silence_form(state(**fields), NOW, UTC_ZONE)
    assert sentence in refused.value.errors[field]


@pytest.mark.parametrize("said", ["", " … ", "x" * (MAX_REASON + 1)])
def test_a_wrong_tip_needs_a_reason_that_fits(said: str) -> None:
    with pytest.raises(FormRefused):
        read_wrong_form(state(answer_reason=said))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"exception_what": "everybody"}, ids.EXCEPTION_WHAT),
        ({"exception_what": ""}, ids.EXCEPTION_WHAT),
        ({"exception_until": ""}, ids.EXCEPTION_UNTIL),
        ({"exception_until": "2027-05-12"}, ids.EXCEPTION_UNTIL),
        ({"exception_reason": "-"}, ids.EXCEPTION_REASON),
    ],
)
def test_an_exception_that_makes_no_sense_is_refused(changed: dict[str, str], field: str) -> None:
    sound = {"exception_what": "me", "exception_until": "2026-11-30", "exception_reason": "so"}
    with pytest.raises(FormRefused) as refused:
        read_exception_form(state(**sound | changed), NOW, UTC_ZONE)
    assert set(refused.value.errors) == {field}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"stage_to": "loud"}, ids.STAGE_TO),
        ({"stage_to": ""}, ids.STAGE_TO),
        ({"stage_reason": ""}, ids.STAGE_REASON),
    ],
)
def test_a_stage_that_makes_no_sense_is_refused(changed: dict[str, str], field: str) -> None:
    with pytest.raises(FormRefused) as refused:
        read_stage_form(state(**{"stage_to": "coach", "stage_reason": "so"} | changed))
    assert set(refused.value.errors) == {field}
