"""What every command has in common: help, exit codes, and one sentence where it cannot go on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli.main import app


def commands(typed: tuple[str, ...] = (), group: object = None) -> Iterator[tuple[str, ...]]:
    """Every command as it is typed, the program itself first."""
    found = group or get_command(app)
    yield typed
    for name, command in getattr(found, "commands", {}).items():
        yield from commands((*typed, name), command)


def run(*typed: str, **environment: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of a command."""
    ended = CliRunner().invoke(app, typed, prog_name="mileage", env=environment)
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended.exit_code, ended.stdout, ended.stderr


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("typed", list(commands()), ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help(typed: tuple[str, ...], option: str) -> None:
    code, said, complained = run(*typed, option)
    assert (code, complained) == (0, "")
    assert " ".join(["Usage: mileage", *typed]) in said
    assert len(said.splitlines()) > 6


@pytest.mark.parametrize("typed", list(commands()), ids=" ".join)
def test_every_option_and_argument_is_explained(typed: tuple[str, ...]) -> None:
    command = get_command(app)
    for name in typed:
        command = command.commands[name]  # type: ignore[attr-defined]  # only groups have others
    assert command.help
    unexplained = [one.name for one in command.params if not getattr(one, "help", None)]
    assert unexplained == []


@pytest.mark.parametrize("typed", [(), ("import",), ("rules",), ("privacy",)])
def test_a_group_alone_shows_its_help_and_is_bad_usage(typed: tuple[str, ...]) -> None:
    code, said, complained = run(*typed)
    assert code == 2
    assert "Commands" in said + complained


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("digset", "Payments"), "Did you mean 'digest'?"),
        (("--bogus",), "No such option"),
        (("digest",), "Missing argument 'TEAM'"),
        (("digest", "Payments", "--format", "gif"), "'gif' is not one of"),
        (("run", "now"), "unexpected extra argument"),
        (("import", "cvs", "usage.csv"), "No such command 'cvs'"),
        (("demo", "--now", "soon"), "no time with a zone"),
    ],
)
def test_bad_usage_is_explained_with_exit_code_2(typed: tuple[str, ...], sentence: str) -> None:
    code, _, complained = run(*typed)
    assert code == 2
    assert sentence in " ".join(complained.split())


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://h:abc/d",
        "postgresql://h/d?bogus=1",
        "sqlite:///mileage.db?bogus=1",
        "postgresql://127.0.0.1:1/d?user=u&password=hunter2",
        "sqlite:////nonexistent/mileage.db",
    ],
)
@pytest.mark.parametrize("typed", [("digest", "Payments"), ("migrate",)], ids=" ".join)
def test_a_database_that_cannot_be_used_is_one_sentence(
    typed: tuple[str, ...], address: str
) -> None:
    code, said, complained = run(*typed, MILEAGE_DATABASE_URL=address)
    assert (code, said) == (2, "")
    assert complained.count("\n") == 1
    assert "MILEAGE_DATABASE_URL" in complained
    assert "hunter2" not in complained


@pytest.mark.parametrize("token", ["", "xoxb-cut\noff"])
def test_the_doctor_goes_on_without_a_token_and_names_a_database_without_its_password(
    token: str,
) -> None:
    address = "postgresql://127.0.0.1:1/d?user=u&password=hunter2"
    code, said, complained = run("doctor", MILEAGE_DATABASE_URL=address, SLACK_BOT_TOKEN=token)
    assert code == 1
    assert "WRONG  SLACK_BOT_TOKEN: " in said
    assert "WRONG  database: The database at postgresql://127.0.0.1:1/d" in said
    assert "hunter2" not in said + complained
