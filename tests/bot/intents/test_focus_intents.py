"""`/outcome start` and `/outcome stop`, and the titles that begin alike."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.intents.focus import FocusIntent, StartFocus, StopFocus
from bot.intents.outcomes import Declare, parse_outcome
from bot.intents.words import NotUnderstood

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("start O-12", StartFocus(12)),
        ("START o12", StartFocus(12)),
        ("start 12", StartFocus(12)),
        ("stop", StopFocus()),
        ("Stop O-12", StopFocus()),
    ],
)
def test_focus_is_understood(line: str, intent: FocusIntent) -> None:
    assert parse_outcome(line, NOW, ZoneInfo("UTC")) == intent


@pytest.mark.parametrize("line", ["Start the migration", "Stop O-12 from flapping", "start over"])
def test_titles_that_begin_alike_are_titles(line: str) -> None:
    declared = parse_outcome(line, NOW, ZoneInfo("UTC"))
    assert isinstance(declared, Declare)
    assert declared.draft.title == line


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("start", "/outcome start O-12"),
        ("stpo", "/outcome stop"),
        ("strat", "/outcome start"),
        ("keys O-12", "/outcome keys O-12 PAY-123 branch:faster-checkout"),
        ("keys O-12 PAY-1 nonsense", "/outcome keys O-12 PAY-123 branch:faster-checkout"),
    ],
)
def test_what_is_missing_or_mistyped_is_named(line: str, nearest: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse_outcome(line, NOW, ZoneInfo("UTC"))
    assert refused.value.nearest == nearest
