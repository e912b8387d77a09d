"""The demo as a visitor starts it, as a child process."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY_WITHIN_SECONDS = 120


@contextmanager
def running_demo(folder: Path, *arguments: str) -> Iterator[str]:
    """Run `mileage demo` on a free port; yields the workspace's URL, and ends it with Ctrl-C."""
    _let_children_be_interrupted()
    output = folder / "demo.out"
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--folder", str(folder / "demo")]
    with output.open("wb") as file:
        child = subprocess.Popen(
            [*command, *arguments],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONWARNINGS": "error::ResourceWarning"},
            start_new_session=True,
        )
    try:
        yield _url(child, output)
    finally:
        child.send_signal(signal.SIGINT)
        code = child.wait(30)
    assert code == 0, output.read_text("utf-8")


def _let_children_be_interrupted() -> None:
    """Started in the background of a script, this process ignores Ctrl-C, and its children would too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _url(child: subprocess.Popen[bytes], output: Path) -> str:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        text = output.read_text("utf-8")
        if match := re.search(r"http://127\.0\.0\.1:\d+", text):
            return match[0]
        assert child.poll() is None, text
        time.sleep(0.1)
    raise AssertionError(f"The demo was not ready in time: {output.read_text('utf-8')}")
