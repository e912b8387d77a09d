"""`python -m sandbox` as a program: one line when ready, a clean end, one sentence when it cannot."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.sandbox.running import WORKSPACE

ROOT = Path(__file__).parents[2]


def start(*arguments: str, cwd: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly_with_a_page_open(
    tmp_path: Path, how: signal.Signals
) -> None:
    file = tmp_path / "workspace.json"
    file.write_text(json.dumps(WORKSPACE))
    process = start("--port", "0", "--workspace", str(file), cwd=tmp_path)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Sandbox workspace at http://127.0.0.1:")
    url = line.split()[-1]
    assert httpx.get(f"{url}sandbox/workspace", verify=False).json()["team"] == "Example"  # noqa: S501
    with httpx.stream("GET", f"{url}as/U0ANA/events", verify=False) as feed:  # noqa: S501
        assert next(feed.iter_raw())
        process.send_signal(how)
        assert ended(process) == (0, "", "")


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = ended(start("--port", str(port), cwd=tmp_path))
    assert (code, out) == (2, "")
    assert err.startswith(f"Port {port} cannot be used")
    assert err.count("\n") == 1


def test_help_names_every_option(tmp_path: Path) -> None:
    code, out, _ = ended(start("--help", cwd=tmp_path))
    assert code == 0
    for option in ("--port", "--workspace", "--manifest", "--bot-token", "--http-url"):
        assert option in out
