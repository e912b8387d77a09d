"""Settings that are missing or wrong: one sentence that names the variable and repeats no secret."""

import subprocess
from pathlib import Path

import pytest

from bot.logs import LogFileUnusable, configure_logs
from bot.settings import LogLevel, SettingsError, load_settings
from tests.bot.live import MILEAGE, ROOT

SECRET = "xoxb-hunter2"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and tokens that are well formed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", SECRET)
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("MILEAGE_SLACK_API_URL", "http://127.0.0.1:9/api/")


def run_here() -> subprocess.CompletedProcess[str]:
    """Run the bot with the environment as the test left it."""
    return subprocess.run(
        ["env", f"PYTHONPATH={ROOT}", "PYTHONWARNINGS=error", *MILEAGE, "run"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("MILEAGE_LOG_LEVEL", "LOUD", "MILEAGE_LOG_LEVEL: Input should be 'DEBUG', 'INFO'"),
        ("MILEAGE_CLOCK_START", "0001-01-01T00:00:00Z", "MILEAGE_CLOCK_START: "),
        ("MILEAGE_CLOCK_START", "9999-12-31T00:00:00Z", "MILEAGE_CLOCK_START: "),
        ("MILEAGE_CLOCK_START", "tomorrow", "MILEAGE_CLOCK_START: "),
        ("MILEAGE_WORKERS", "many", "MILEAGE_WORKERS: "),
        ("MILEAGE_DIGEST_GRACE_HOURS", "9" * 40, "MILEAGE_DIGEST_GRACE_HOURS: "),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(
    variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("level", ["debug", "Warning", " ERROR "])
def test_a_level_is_read_in_any_case(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEAGE_LOG_LEVEL", level)
    assert load_settings().log_level is LogLevel(level.strip().upper())


@pytest.mark.parametrize("token", [f"{SECRET}\nX-Other: 1", f"{SECRET}ü", "xoxb hunter2", "\udcff"])
def test_a_token_that_no_header_can_carry_is_refused_unsaid(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", token)
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN has a character") as refused:
        load_settings().required("slack_bot_token")
    assert "hunter2" not in str(refused.value)


def test_the_line_break_that_ends_a_file_is_no_part_of_a_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"{SECRET}\n")
    assert load_settings().required("slack_bot_token") == SECRET


def test_a_dotenv_that_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    content = f"SLACK_SIGNING_SECRET={SECRET}\nA=caf\u00e9\n"
    (tmp_path / ".env").write_text(content, encoding="latin-1")
    ended = run_here()
    assert ended.returncode == 2
    assert ended.stderr == ".env is not UTF-8 text. Save it as UTF-8.\n"


@pytest.mark.parametrize("place", ["/nonexistent/x", "."])
def test_a_log_file_that_cannot_be_written_is_one_sentence(place: str) -> None:
    with pytest.raises(LogFileUnusable) as refused:
        configure_logs(LogLevel.INFO, Path(place))
    assert str(refused.value).startswith(f"MILEAGE_LOG_FILE: {place} cannot be written: ")
    assert "\n" not in str(refused.value)
