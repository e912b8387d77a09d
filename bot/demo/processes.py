"""The demo's two programs, the sandbox and the bot, as child processes that end when the demo ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

BOT_TOKEN = "xoxb-sandbox-demo"  # noqa: S105 - opens nothing but the sandbox on this machine
APP_TOKEN = "xapp-sandbox-demo"  # noqa: S105 - as above
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 - as above
READY_WITHIN_SECONDS = 30
END_WITHIN_SECONDS = 10


class DemoError(Exception):
    """The demo cannot go on; the message says why in one sentence."""


@contextmanager
def sandbox_process(workspace: Path, manifest: Path, port: int, log: Path) -> Iterator[str]:
    """Run the sandbox; yields its base URL once it serves. DemoError carries its own words otherwise."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--workspace", str(workspace)]
    command += ["--manifest", str(manifest), "--bot-token", BOT_TOKEN, "--app-token", APP_TOKEN]
    command += ["--signing-secret", SIGNING_SECRET]
    with _child(command, {}, log) as child:
        line = _wait_for_line(child, log, "http://127.0.0.1:")
        yield line[line.index("http://") :].split()[0].rstrip("/")


@contextmanager
def bot_process(
    sandbox_url: str, settings: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `mileage run` against the sandbox, with further settings from the environment given."""
    environment = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "MILEAGE_SLACK_API_URL": f"{sandbox_url}/api/",
        **settings,
    }
    with _child([sys.executable, "-m", "bot", "run"], environment, log) as child:
        yield child


@contextmanager
def _child(
    command: list[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a session of its own, so that Ctrl-C reaches it through us and in order."""
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own programs, with arguments made here
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        try:
            yield child
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    try:
        child.wait(END_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _wait_for_line(child: subprocess.Popen[bytes], log: Path, containing: str) -> str:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        lines = log.read_text("utf-8", errors="replace").splitlines()
        found = next((line for line in lines if containing in line), None)
        if found is not None:
            return found
        if child.poll() is not None:
            raise DemoError(lines[-1] if lines else f"{log.name} ended at once and said nothing.")
        time.sleep(0.05)
    raise DemoError(f"The program did not start within {READY_WITHIN_SECONDS} s. See {log}.")
