"""Makes small Claude Code logs line by line, and reads them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.claude_code import begin
from connectors.reading import Reading, nothing_listens

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AT = "2026-01-09T10:00:00.000Z"
LATER = "2026-01-09T10:00:07.500Z"
SONNET = "claude-sonnet-4-20250514"
ABSENT = object()

Line = dict[str, Any]


def line(
    tokens: int = 1,
    *,
    message: object = "msg_1",
    request: object = "req_1",
    session: object = "s1",
    at: object = AT,
    side: object = ABSENT,
    model: object = SONNET,
    usage: Mapping[str, Any] | None = None,
    **more: object,
) -> Line:
    """An assistant's line with so many input tokens; ABSENT leaves a field out."""
    counts = {
        "input_tokens": tokens,
        "output_tokens": 0,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        **(usage or {}),
    }
    answer = {"role": "assistant", "id": message, "model": model, "usage": present(counts)}
    return present(
        {
            "type": "assistant",
            "version": "2.0.14",
            "sessionId": session,
            "requestId": request,
            "isSidechain": side,
            "timestamp": at,
            "message": present(answer),
            **more,
        }
    )


def present(fields: Line) -> Line:
    """Without the fields that are absent."""
    return {name: value for name, value in fields.items() if value is not ABSENT}


def text(*lines: Line | str) -> str:
    """Lines as a log holds them: compact JSON."""
    written = (
        one if isinstance(one, str) else json.dumps(one, separators=(",", ":")) for one in lines
    )
    return "\n".join(written) + "\n"


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put files under `root`/projects and return that folder."""
    projects = root / "projects"
    for name, content in files.items():
        path = projects / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return projects


def read(path: Path, now: datetime = NOW) -> Reading:
    """Everything under a path, its facts in a list."""
    with begin(path, now) as finish:
        reading = finish(nothing_listens)
    return Reading(
        reading.files,
        reading.lines,
        reading.duplicates,
        reading.refused,
        list(reading.observations),
    )


def totals(reading: Reading) -> tuple[int, int, int, int]:
    """Input, output, cache written and cache read, as ccusage tells them."""
    counts = [one.tokens for one in reading.observations]
    return (
        sum(one.input_uncached or 0 for one in counts),
        sum(one.output_total or 0 for one in counts),
        sum(
            (one.cache_write_5m or 0) + (one.cache_write_1h or 0) + (one.cache_write_other or 0)
            for one in counts
        ),
        sum(one.cache_read or 0 for one in counts),
    )
