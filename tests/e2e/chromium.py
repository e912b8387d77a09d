"""Where Chromium is, and how the browser tests start it.

`python -m tests.e2e.chromium` makes sure it exists: from Debian's packages where that is allowed,
else it says in one loud line what will be skipped. With MILEAGE_TEST_STRICT set that line is an error.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")

CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

MISSING = (
    "SKIPPED: every browser test. There is no Chromium here; install the package `chromium`, or name "
    "the program in MILEAGE_CHROMIUM."
)

_PACKAGES = ("chromium", "fonts-dejavu-core")


def find_chromium() -> Path | None:
    """Return Chromium's program: the one MILEAGE_CHROMIUM names, else the first on PATH."""
    named = os.environ.get("MILEAGE_CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    found = (shutil.which(name) for name in NAMES)
    return next((Path(program) for program in found if program), None)


def is_strict() -> bool:
    """Whether a missing Chromium is a failure, as it is in CI."""
    return bool(os.environ.get("MILEAGE_TEST_STRICT"))


def install() -> bool:
    """Install Debian's package when this machine lets us; return whether that worked."""
    if not shutil.which("apt-get"):
        return False
    prefix = _as_root()
    if prefix is None:
        return False
    commands = (
        [*prefix, "apt-get", "update", "-qq"],
        [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *_PACKAGES],
    )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return all(
            subprocess.run(command, check=False, timeout=600, env=environment).returncode == 0
            for command in commands
        )
    except subprocess.TimeoutExpired:
        return False


def _as_root() -> list[str] | None:
    """Return what to put before a command that needs root, or None when it cannot be had."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0
    ):
        return [sudo, "-n"]
    return None


def main() -> int:
    """Make sure that Chromium exists; return the exit code."""
    if find_chromium() is not None:
        return 0
    if not os.environ.get("MILEAGE_CHROMIUM") and install() and find_chromium() is not None:
        return 0
    sys.stderr.write(f"\n{MISSING}\n\n")
    return 1 if is_strict() else 0


if __name__ == "__main__":
    sys.exit(main())
