"""The text of `/mileage`, one row a case."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.mileage import (
    MileageHelp,
    MileageIntent,
    Mute,
    OpenSetup,
    PreviewDigest,
    ShowCoaching,
    ShowCompany,
    ShowMe,
    ShowMutes,
    ShowRules,
    ShowTeam,
    Unmute,
    parse_mileage,
)
from bot.intents.words import NotUnderstood
from policies.periods import IsoWeek

ROWS = [
    ("", MileageHelp()),
    ("help", MileageHelp()),
    ("ME", ShowMe()),
    (" team ", ShowTeam()),
    ("setup", OpenSetup()),
    ("digest", PreviewDigest()),
    ("policies", ShowRules()),
    ("Policies  Retry-Storm ", ShowRules("retry-storm")),
    ("policies no such rule", ShowRules("no such rule")),
    ("coaching", ShowCoaching()),
    ("mute", ShowMutes()),
    ("unmute", ShowMutes()),
    ("mute ALL", Mute("all")),
    ("Unmute match-model", Unmute("match-model")),
    ("digest 2026-w46", PreviewDigest(IsoWeek(2026, 46))),
    ("company", ShowCompany()),
    ("company 2026-W46", ShowCompany(IsoWeek(2026, 46))),
    ("company Payments, Data  platform,,", ShowCompany(None, ("Payments", "Data platform"))),
    ("company 2026-w46 Search", ShowCompany(IsoWeek(2026, 46), ("Search",))),
    ("company 2026 plans", ShowCompany(None, ("2026 plans",))),
]


@pytest.mark.parametrize(("text", "intent"), ROWS)
def test_a_word_becomes_its_intent(text: str, intent: MileageIntent) -> None:
    assert parse_mileage(text) == intent


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("stup", "/fuel setup"),
        ("mtue all", "/fuel mute"),
        ("tema", "/fuel team"),
        ("polices", "/fuel policies"),
        ("leaderboard", "/fuel help"),
        ("me @ana", "/fuel me"),
        ("digest last", "/fuel digest 2026-W46"),
        ("company 2026W46 Search", "/fuel company 2026-W46"),
        ("compnay", "/fuel company"),
        ("digest 9999-W52", "/fuel digest 2026-W46"),
        ("digest 0001-W01", "/fuel digest 2026-W46"),
    ],
)
def test_what_is_not_understood_names_the_nearest_form(text: str, nearest: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse_mileage(text, command="/fuel")
    assert refused.value.nearest == nearest


@given(st.text() | st.text().map("digest {}".format) | st.text().map("company {}".format))
def test_any_text_is_an_intent_or_a_refusal(text: str) -> None:
    with suppress(NotUnderstood):
        parse_mileage(text)
