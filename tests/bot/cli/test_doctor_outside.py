"""`mileage doctor` on outside systems: whether each secret works, and nothing about those that are off."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from tests.connectors.outside import (
    CURSOR_KEY,
    GITHUB_TOKEN,
    LITELLM_KEY,
    FakeCursor,
    FakeGitHub,
    FakeLiteLlm,
    Outside,
)


def findings(folder: Path, **variables: str) -> dict[str, tuple[bool, str]]:
    env = {
        "MILEAGE_DATABASE_URL": f"sqlite:///{folder / 'none.db'}",
        "SLACK_BOT_TOKEN": None,
        **{f"MILEAGE_{name.upper()}": value for name, value in variables.items()},
    }
    done = CliRunner().invoke(app, ["doctor", "--json"], env=env)
    assert not any(secret in done.output for secret in variables.values() if "wrong" in secret)
    return {one["name"]: (one["ok"], one["says"]) for one in json.loads(done.stdout)}


@pytest.mark.parametrize("is_right", [True, False])
def test_each_secret_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_right: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    github, litellm, cursor = Outside(FakeGitHub()), Outside(FakeLiteLlm()), Outside(FakeCursor())
    with github.running(), litellm.running(), cursor.running():
        found = findings(
            tmp_path,
            github_api_url=f"{github.url}/api/v3",
            github_token=GITHUB_TOKEN if is_right else "ghp_wrong",
            litellm_url=litellm.url,
            litellm_key=LITELLM_KEY if is_right else "sk-wrong",
            cursor_api_url=cursor.url,
            cursor_key=CURSOR_KEY if is_right else "key_wrong",
        )
    said = {name: found[name] for name in ("github", "litellm", "cursor")}
    if is_right:
        assert said == {
            "github": (True, "the token works, 4,999 of 5,000 requests are left this hour"),
            "litellm": (True, "LiteLLM takes the key"),
            "cursor": (True, "Cursor takes the key"),
        }
    else:
        assert said == {
            "github": (False, "GitHub does not take MILEAGE_GITHUB_TOKEN: 401"),
            "litellm": (False, "LiteLLM does not take MILEAGE_LITELLM_KEY: 401"),
            "cursor": (False, "Cursor does not take MILEAGE_CURSOR_KEY: 401"),
        }


def test_what_is_off_is_not_mentioned_and_half_a_setting_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert {"github", "litellm", "cursor", "outside systems"}.isdisjoint(findings(tmp_path))
    found = findings(tmp_path, litellm_key="sk-x")
    assert found["outside systems"] == (
        False,
        "MILEAGE_LITELLM_KEY is set, but not MILEAGE_LITELLM_URL. Set both.",
    )
