"""A workspace file or a manifest that cannot be used is one sentence that says where and why."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.__main__ import main
from tests.sandbox.running import MANIFEST, WORKSPACE


def refusal_of(option: str, file: Path, content: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one sentence with which the program declines to start."""
    file.write_text(content)
    assert main(["--port", "0", option, str(file)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    return said.err


def broken(**changes: Any) -> str:  # noqa: ANN401
    return json.dumps({**WORKSPACE, **changes})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "workspace.json:1:2: this is not JSON"),
        (broken(users=[]), "users: List should have at least 1 item"),
        (broken(colour="red"), "colour: Extra inputs are not permitted"),
        (broken(users=[*WORKSPACE["users"], WORKSPACE["users"][0]]), "user id U0ANA occurs twice"),
        (broken(users=[{**WORKSPACE["users"][0], "tz": "Mars/Olympus"}]), "no time zone"),
        (
            broken(channels=[{"id": "C1", "name": "x", "members": ["U0NOBODY"]}]),
            "#x has a member U0NOBODY who is no user",
        ),
        (broken(faults=[{"method": "*", "fault": "plague"}]), "faults: A fault needs"),
    ],
)
def test_a_bad_workspace_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, sentence: str
) -> None:
    said = refusal_of("--workspace", tmp_path / "workspace.json", content, capsys)
    assert sentence in said


def manifest(**features: Any) -> str:  # noqa: ANN401
    return json.dumps({**MANIFEST, "features": {**MANIFEST["features"], **features}})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a: [", "app_manifest.yaml:1:"),
        ("display_information: {}", "display_information.name: Field required"),
        (manifest(banana=1), "features.banana: Extra inputs"),
        (
            manifest(slash_commands=[{"command": "/Outcome", "description": "x"}]),
            "slash_commands.0.command: String should match",
        ),
        (
            manifest(slash_commands=[{"command": "/outcome"}]),
            "slash_commands.0.description: Field required",
        ),
        (manifest(bot_user=None), "bot scopes need features.bot_user"),
        (
            json.dumps(
                {
                    **MANIFEST,
                    "settings": {"event_subscriptions": {"bot_events": ["message.groups"]}},
                }
            ),
            "the event message.groups needs the bot scope groups:history",
        ),
    ],
)
def test_a_bad_manifest_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, sentence: str
) -> None:
    said = refusal_of("--manifest", tmp_path / "app_manifest.yaml", content, capsys)
    assert sentence in said
