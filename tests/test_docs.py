"""Documented examples are executed: what the guides tell people to type is understood."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli.main import app
from bot.intents.budgets import parse_budget
from bot.intents.mileage import parse_mileage
from bot.intents.outcomes import parse_outcome
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for found, text in FENCE.findall(page.read_text("utf-8")):
            if found == language:
                yield from ((page.name, line) for line in text.splitlines() if line.strip())


@pytest.mark.parametrize(("page", "line"), list(examples("slack")))
def test_every_documented_slash_command_is_understood(page: str, line: str) -> None:
    command, _, text = line.partition(" ")
    if command == "/outcome":
        parse_outcome(text, NOW, ZoneInfo("Europe/Berlin"))
    elif command == "/budget":
        as_sent = re.sub(r"@(\w+)", r"<@U0ANA|\1>", text)
        parse_budget(as_sent, NOW, ZoneInfo("Europe/Berlin"))
    else:
        assert command == "/mileage"
        parse_mileage(text)


@pytest.mark.parametrize(("page", "line"), [e for e in examples("console") if "mileage " in e[1]])
def test_every_documented_command_line_exists_with_its_options(page: str, line: str) -> None:
    words = [word for word in shlex.split(line) if word != "$"]
    if not words[0].endswith("mileage"):
        return
    taken = [word for word in words[1:] if not word.startswith("-")][:2]
    help_of = next(
        result.output
        for count in (2, 1)
        if (result := CliRunner().invoke(app, [*taken[:count], "--help"])).exit_code == 0
    )
    for option in (word.split("=")[0] for word in words if word.startswith("--")):
        assert option in help_of


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        variable = field.alias or f"MILEAGE_{name.upper()}"
        assert f"`{variable}`" in text, f"{variable} is missing from docs/operating.md"


def test_every_command_is_documented_and_has_help() -> None:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]  # a group
        assert command.help, f"mileage {name} has no help"
        assert f"mileage {name}" in text, f"mileage {name} is not documented"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
