"""The peer to agree with: ccusage itself, and its rules told once more.

`python -m tests.connectors.ccusage` installs the program from the npm registry, pinned by the lock in
`peer/`, into `.peers/`; `MILEAGE_CCUSAGE` names another one. Where npm is missing, one loud line says
what will be skipped; with MILEAGE_TEST_STRICT set that line is an error.

`oracle` tells the rules of ccusage 20.0.24 once more, line after line in the order of files, as the
program goes about it; it shares nothing with the product.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent / "peer"
PLACE = Path(__file__).parents[2] / ".peers" / "ccusage"
PROGRAMS = "node_modules/@ccusage/*/bin/ccusage"
MISSING = (
    "SKIPPED: every comparison with ccusage. It is not installed; install npm and run make test "
    "again, or name the program in MILEAGE_CCUSAGE."
)


def find_ccusage() -> str | None:
    """The program: the one MILEAGE_CCUSAGE names, else the installed one."""
    named = os.environ.get("MILEAGE_CCUSAGE")
    installed = sorted(PLACE.glob(PROGRAMS))
    return named or (str(installed[0]) if installed else None)


def install() -> bool:
    """Install what the lock names; whether that worked."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    PLACE.mkdir(parents=True, exist_ok=True)
    for file in LOCK.iterdir():
        shutil.copy(file, PLACE)
    done = subprocess.run(
        [npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=PLACE,
        check=False,
    )
    for program in PLACE.glob(PROGRAMS):
        program.chmod(0o755)  # the package leaves that to its wrapper
    return done.returncode == 0


def main() -> int:
    """Make sure that the program is there; the exit code."""
    if find_ccusage() is None and not (install() and find_ccusage()):
        sys.stderr.write(f"{MISSING}\n")
        return 1 if os.environ.get("MILEAGE_TEST_STRICT") else 0
    return 0


PROGRAM = find_ccusage()

Totals = tuple[int, int, int, int]


def ccusage(projects: Path) -> Totals:
    """What the program itself counts: input, output, cache written, cache read."""
    assert PROGRAM is not None
    done = subprocess.run(
        [PROGRAM, "claude", "daily", "--json", "--offline", "--timezone", "UTC"],
        env={"HOME": "/nonexistent", "CLAUDE_CONFIG_DIR": str(projects.parent), "PATH": "/bin"},
        capture_output=True,
        check=True,
        text=True,
    )
    found = json.loads(done.stdout)["totals"]
    names = ("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens")
    return tuple(found[name] for name in names)  # type: ignore[return-value]  # four names


def oracle(files: Mapping[str, str]) -> Totals:
    """What its rules count, for files that hold nothing but usage lines."""
    kept: list[dict[str, Any]] = []
    for name in sorted(files):
        for row in files[name].splitlines():
            take(kept, entry(json.loads(row), name))
    return tuple(sum(one["counts"][place] for one in kept) for place in range(4))  # type: ignore[return-value]  # four places


def take(kept: list[dict[str, Any]], new: dict[str, Any]) -> None:
    """Add the line, or let it stand for, or give way to, the line it repeats."""
    if new["message"] is None:
        kept.append(new)
        return
    same = [one for one in kept if one["message"] == new["message"]]
    match = next((one for one in same if is_same(one, new)), None)
    match = match or next((one for one in same if is_replay(one, new)), None)
    if match is None:
        kept.append(new)
        return
    match["sessions"] |= new["sessions"]
    if (not new["side"], sum(new["counts"])) > (not match["side"], sum(match["counts"])):
        match |= {**new, "sessions": match["sessions"]}


def is_same(one: dict[str, Any], new: dict[str, Any]) -> bool:
    if one["request"] != new["request"]:
        return False
    return new["request"] is not None or (one["at"], one["session"]) == (new["at"], new["session"])


def is_replay(one: dict[str, Any], new: dict[str, Any]) -> bool:
    return (one["side"] or new["side"]) and bool(one["sessions"] & new["sessions"])


def entry(row: dict[str, Any], name: str) -> dict[str, Any]:
    """The parts of a line that the rules look at."""
    usage = row["message"]["usage"]
    split = usage.get("cache_creation")
    written = sum(split.values()) if split is not None else usage["cache_creation_input_tokens"]
    session = row.get("sessionId") or Path(name).stem
    return {
        "message": row["message"].get("id"),
        "request": row.get("requestId"),
        "session": session,
        "sessions": {session},
        "at": row["timestamp"],
        "side": row.get("isSidechain") is True,
        "counts": (
            usage["input_tokens"],
            usage["output_tokens"],
            written,
            usage["cache_read_input_tokens"],
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
