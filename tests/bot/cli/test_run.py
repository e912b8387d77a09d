"""`mileage run`, `migrate` and `doctor` as processes: exit codes, one sentence, clean ends."""

import json
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from slack_sdk.signature import SignatureVerifier
from typer.testing import CliRunner

from bot.cli.main import app
from storage.database import Database
from tests.bot.live import (
    APP_TOKEN,
    BOT_TOKEN,
    MILEAGE,
    ROOT,
    SECRET,
    Live,
    sandbox_process,
    text_of,
)
from tests.bot.seeded import MONDAY, payments, twelve_weeks_of_usage, verified_outcome


def mileage(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in an empty folder; nothing answers at its Slack."""
    settings = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "MILEAGE_SLACK_API_URL": "http://127.0.0.1:9/api/",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        "PATH": "/usr/bin:/bin",
    }
    return subprocess.run(
        [*MILEAGE, *arguments],
        cwd=folder,
        env={k: v for k, v in {**settings, **environment}.items() if v},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def inside(folder: Path, *arguments: str) -> Result:
    """The same without a process of its own, for what needs none."""
    url = f"sqlite:///{folder / 'mileage.db'}"
    env = {"MILEAGE_DATABASE_URL": url, "MILEAGE_CLOCK_START": MONDAY.isoformat()}
    return CliRunner().invoke(app, list(arguments), env=env)


def is_one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


def test_a_missing_token_is_one_sentence(tmp_path: Path) -> None:
    done = mileage(tmp_path, "run", SLACK_APP_TOKEN="")
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "SLACK_APP_TOKEN is not set" in done.stderr


def test_http_needs_the_signing_secret(tmp_path: Path) -> None:
    done = mileage(tmp_path, "run", "--http", "3000")
    assert (done.returncode, "SLACK_SIGNING_SECRET" in done.stderr) == (2, True)


def test_an_unreachable_slack_is_one_sentence(tmp_path: Path) -> None:
    done = mileage(tmp_path, "run")
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "not reachable" in done.stderr


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    done = mileage(tmp_path, "run", MILEAGE_MINIMUM_GROUP="1")
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)
    assert "MILEAGE_MINIMUM_GROUP" in done.stderr


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    assert inside(tmp_path, "migrate").exit_code == 0
    with sqlite3.connect(tmp_path / "mileage.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    done = mileage(tmp_path, "run")
    assert (done.returncode, is_one_sentence(done.stderr)) == (2, True)
    assert "newer Mileage" in done.stderr
    for command in (("migrate",), ("digest", "Payments")):
        refused = inside(tmp_path, *command)
        assert (refused.exit_code, "newer Mileage" in refused.stderr) == (2, True)


def test_a_database_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mileage.db").write_bytes(b"not a database at all" * 300)
    done = mileage(tmp_path, "run")
    assert done.returncode == 2
    assert is_one_sentence(done.stderr)


def test_a_digest_of_an_unknown_team_names_the_nearest(tmp_path: Path) -> None:
    seeded(tmp_path)
    done = inside(tmp_path, "digest", "Paymnets")
    assert done.exit_code == 2
    assert "Did you mean “Payments”?" in done.stderr


def test_a_digest_of_no_week_is_one_sentence(tmp_path: Path) -> None:
    seeded(tmp_path)
    done = inside(tmp_path, "digest", "Payments", "--week", "2026-W60")
    assert (done.exit_code, is_one_sentence(done.stderr)) == (2, True)


@pytest.mark.parametrize("week", ["2026-W47", "2026-W48", "2150-W01"])
def test_a_digest_of_a_week_that_has_not_ended_is_one_sentence(tmp_path: Path, week: str) -> None:
    seeded(tmp_path)
    done = inside(tmp_path, "digest", "Payments", "--week", week)
    assert (done.exit_code, is_one_sentence(done.stderr)) == (2, True)
    assert "The latest full week is 2026-W46." in done.stderr


def test_the_digest_is_written_as_text_json_and_png(tmp_path: Path) -> None:
    seeded(tmp_path)
    week = ("digest", "payments", "--week", "2026-W46")
    assert "Retire the old ledger" in inside(tmp_path, *week).stdout
    found = json.loads(inside(tmp_path, *week, "--format", "json").stdout)
    assert found["week"] == "2026-W46"
    assert found["outcomes"] == {"declared": 1, "claimed": 1, "verified": 1, "reverted": 0}
    assert found["contributors"] == 6
    assert found["suppressed"] is False
    assert found["outcomes_per_million_tokens"] == pytest.approx(1e6 / found["tokens"], rel=1e-4)
    assert len(found["history"]) == 11
    png = str(tmp_path / "week.png")
    drawn = inside(tmp_path, *week, "--format", "png", "--output", png)
    assert drawn.exit_code == 0, drawn.stderr
    assert (tmp_path / "week.png").read_bytes().startswith(b"\x89PNG")


def test_all_teams_are_written_as_text_and_json(tmp_path: Path) -> None:
    seeded(tmp_path)
    week = ("digest", "--company", "--week", "2026-W46")
    assert "Payments" in inside(tmp_path, *week).stdout
    found = json.loads(inside(tmp_path, *week, "--format", "json").stdout)
    assert (found["week"], found["together"], found["withheld_together"]) == (
        "2026-W46",
        None,
        None,
    )
    [team] = found["teams"]
    assert (team["team"], team["tokens"]) == ("Payments", None)
    assert team["withheld_because"] == "its digest has not shown this week yet"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("--company", "Payments"), "not both"),
        (("--company", "--format", "png"), "All teams are written as text or JSON."),
        (("--company", "--workspace", "T9"), "Add --workspace with one of: T0LIVE."),
        (("--company", "--week", "2026-W60"), "2026 has no week 60."),
        (("--company", "--week", "2026-W47"), "The latest full week is 2026-W46"),
    ],
)
def test_all_teams_asked_for_wrongly_is_explained(
    tmp_path: Path, typed: tuple[str, ...], sentence: str
) -> None:
    seeded(tmp_path)
    done = inside(tmp_path, "digest", *typed)
    assert done.exit_code == 2
    assert sentence in " ".join(done.stderr.split())


def test_the_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    done = mileage(tmp_path, "doctor", "--json")
    assert done.returncode == 1
    findings = {one["name"]: one for one in json.loads(done.stdout)}
    assert not findings["slack"]["ok"]
    assert not findings["database"]["ok"]


def test_the_doctor_is_content_with_a_sound_installation(tmp_path: Path) -> None:
    seeded(tmp_path)
    with sandbox_process(tmp_path) as (_, url):
        done = mileage(
            tmp_path,
            "doctor",
            MILEAGE_SLACK_API_URL=f"{url}/api/",
            MILEAGE_CLOCK_START=MONDAY.isoformat(),
        )
    assert done.returncode in (0, 1)
    assert "workspace T0LIVE" in done.stdout
    assert "WRONG  scope" not in done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_bot_posts_the_digest_at_its_minute_and_stops_cleanly(
    tmp_path: Path, number: int
) -> None:
    database = seeded(tmp_path, "live.db")
    database.dispose()
    start = (MONDAY + timedelta(minutes=1)).isoformat()
    with Live.started(tmp_path, MILEAGE_CLOCK_START=start) as live:

        def digests() -> list[str]:
            shown = [one for one in live.sees("fay") if not one["is_ephemeral"]]
            return [text_of(one) for one in shown if "9 to 15 November" in text_of(one)]

        live.wait_for(lambda: bool(digests()), "no digest")
        assert len(digests()) == 1
        code, output = live.stop_bot(number)
        assert (code, output) == (0, "")
        assert '"stopped"' in live.log_text
        live.start_bot()
        assert "O-" in live.reply("ana", "/outcome After the restart")
        assert len(digests()) == 1


def test_the_bot_comes_back_after_its_socket_was_cut(tmp_path: Path) -> None:
    seeded(tmp_path, "live.db").dispose()
    with Live.started(tmp_path) as live:
        live.post("sockets/refresh")
        live.wait_for(lambda: live.get("sockets", at_least="1")["connections"] >= 1)
        assert "O-" in live.reply("ana", "/outcome After the refresh")


def test_signed_requests_are_answered_over_http_and_others_refused(tmp_path: Path) -> None:
    seeded(tmp_path, "live.db").dispose()
    port = free_port()
    with (
        sandbox_process(tmp_path) as (process, url),
        httpx.Client(base_url=url, trust_env=False, timeout=30) as http,
        bot_over_http(Live(tmp_path, http, process, f"{url}/api/"), port) as live,
    ):
        address = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{address}/health", trust_env=False).text == "ok"
        body = (
            "ssl_check=0&command=/mileage&text=help&user_id=U0ANA&team_id=T0LIVE&channel_id=C0PAY"
        )
        headers = {"content-type": "application/x-www-form-urlencoded"}
        refused = httpx.post(
            f"{address}/slack/events", content=body, headers=headers, trust_env=False
        )
        assert refused.status_code == 401
        headers |= signed(body)
        taken = httpx.post(
            f"{address}/slack/events", content=body, headers=headers, trust_env=False
        )
        assert (taken.status_code, taken.text) == (200, "")
        live.wait_for(lambda: any("/outcome" in one["text"] for one in live.sees("ana")))


def signed(body: str) -> dict[str, str]:
    import time

    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": str(signature)}


@contextmanager
def bot_over_http(live: Live, port: int) -> Iterator[Live]:
    live.start_bot("--http", str(port))
    try:
        yield live
    finally:
        assert live.stop_bot() == (0, "")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seeded(folder: Path, name: str = "mileage.db") -> Database:
    """Payments with twelve weeks of usage and one verified outcome."""
    database = Database.open(f"sqlite:///{folder / name}")
    database.migrate()
    payments(database)
    twelve_weeks_of_usage(database)
    verified_outcome(database, "Retire the old ledger")
    return database
