"""Each response counts once, as ccusage counts it: to the token, whatever the order of files."""

import json
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.connectors.ccusage import MISSING, PROGRAM, ccusage, oracle
from tests.connectors.claude_code_files import (
    ABSENT,
    LATER,
    Line,
    line,
    read,
    text,
    totals,
    write,
)
from tests.generators.claude_code import ClaudeCodeLogs

needs_ccusage = pytest.mark.skipif(PROGRAM is None, reason=MISSING)
GATEWAY = "answer"
ITERATIONS = {
    "iterations": [
        {"type": "message", "model": None, "input_tokens": 1, "output_tokens": 2},
        {
            "type": "advisor_message",
            "model": "claude-opus-4-20250514",
            "input_tokens": 100,
            "output_tokens": 200,
            "cache_read_input_tokens": 7,
            "cache_creation_input_tokens": 5,
        },
    ]
}
WRAPPED = {
    "type": "progress",
    "sessionId": "s1",
    "timestamp": LATER,
    "data": {
        "type": "agent_progress",
        "message": {k: v for k, v in line(50).items() if k not in ("sessionId", "version")},
    },
}

CASES: dict[str, tuple[int, list[Line]]] = {
    "one line": (1, [line(1)]),
    "the fuller of two lines of a response stays": (10, [line(1), line(10, at=LATER)]),
    "a later line with less changes nothing": (10, [line(10), line(1, at=LATER)]),
    "another request under the same message id is another response": (
        11,
        [line(1), line(10, request="req_2")],
    ),
    "a resumed session copies responses": (10, [line(1), line(10, session="s2")]),
    "a sidechain replays its parent under another request id": (
        1,
        [line(1), line(10, request="req_2", side=True, at=LATER)],
    ),
    "the parent wins also when the replay comes first": (
        1,
        [line(10, request="req_2", side=True, at=LATER), line(1)],
    ),
    "a sidechain of another session replays nothing": (
        11,
        [line(1), line(10, request="req_2", side=True, session="s2")],
    ),
    "a sidechain with the same request id is a copy in any session": (
        1,
        [line(1), line(10, side=True, session="s2")],
    ),
    "two sidechains of one session that share a message": (
        10,
        [line(1, side=True), line(10, request="req_2", side=True)],
    ),
    "a replay of a session that resumed the parent's": (
        5,
        [line(5), line(1, session="s2"), line(50, request="req_2", side=True, session="s2")],
    ),
    "a replay of two parents": (
        6,
        [line(50, request="r3", side=True), line(1, request="r1"), line(5, request="r2")],
    ),
    "without request ids the same moment is the same response": (
        10,
        [line(1, request=ABSENT), line(10, request=ABSENT)],
    ),
    "without request ids another moment is another response": (
        11,
        [line(1, request=ABSENT), line(10, request=ABSENT, at=LATER)],
    ),
    "without request ids another session is another response": (
        11,
        [
            line(1, request=ABSENT, message=GATEWAY),
            line(10, request=ABSENT, session="s2", message=GATEWAY),
        ],
    ),
    "with and without a request id": (11, [line(1, request=ABSENT), line(10)]),
    "a replay of a parent without a request id": (
        1,
        [line(1, request=ABSENT), line(10, side=True)],
    ),
    "without message ids every line counts": (
        2,
        [line(1, message=ABSENT), line(1, message=ABSENT)],
    ),
    "writes count by lifetime where the log tells it": (
        51,
        [
            line(
                1,
                usage={
                    "cache_creation_input_tokens": 100,
                    "cache_creation": {
                        "ephemeral_5m_input_tokens": 30,
                        "ephemeral_1h_input_tokens": 20,
                    },
                },
            )
        ],
    ),
    "writes of unknown lifetime": (101, [line(1, usage={"cache_creation_input_tokens": 100})]),
    "a synthetic line with tokens counts": (7, [line(7, model="<synthetic>")]),
    "an API error counts what it used": (3, [line(3, isApiErrorMessage=True)]),
    "a line without a model": (3, [line(3, model=ABSENT)]),
    "an advisor's rounds count beside the response": (313, [line(1, usage=ITERATIONS)]),
    "an advisor's rounds count once": (
        313,
        [line(1, usage=ITERATIONS), line(1, usage=ITERATIONS, at=LATER)],
    ),
    "a sub-agent's wrapped answer": (50, [WRAPPED]),
    "a wrapped answer and the answer itself": (51, [WRAPPED, line(51)]),
}


@pytest.mark.parametrize(("tokens", "lines"), CASES.values(), ids=CASES)
def test_a_log_counts(tmp_path: Path, tokens: int, lines: list[Line]) -> None:
    reading = read(write(tmp_path, {"p/s1.jsonl": text(*lines)}))
    assert (sum(totals(reading)), list(reading.refused)) == (tokens, [])
    assert len(lines) <= reading.duplicates + len(reading.observations)  # type: ignore[arg-type]  # a list


@needs_ccusage
@pytest.mark.parametrize("lines", [lines for _, lines in CASES.values()], ids=CASES)
def test_ccusage_counts_the_same(tmp_path: Path, lines: list[Line]) -> None:
    projects = write(tmp_path, {"p/s1.jsonl": text(*lines)})
    assert totals(read(projects)) == ccusage(projects)


@pytest.mark.parametrize(("tokens", "lines"), CASES.values(), ids=CASES)
def test_the_order_of_lines_is_no_matter(tmp_path: Path, tokens: int, lines: list[Line]) -> None:
    reading = read(write(tmp_path, {"p/s1.jsonl": text(*reversed(lines))}))
    assert sum(totals(reading)) == tokens


def test_of_equal_totals_the_dearer_line_stays(tmp_path: Path) -> None:
    lines = (line(10), line(0, usage={"output_tokens": 10}))
    for order, name in ((lines, "a"), (lines[::-1], "b")):
        reading = read(write(tmp_path / name, {"p/s1.jsonl": text(*order)}))
        assert totals(reading) == (0, 10, 0, 0)


def test_copies_of_a_file_elsewhere_add_nothing(tmp_path: Path) -> None:
    content = text(*(one for _, lines in CASES.values() for one in lines))
    alone = read(write(tmp_path / "a", {"p/s1.jsonl": content}))
    copied = read(
        write(tmp_path / "b", {"p/s1.jsonl": content, "q/s1.jsonl": content, "z/s1.jsonl": content})
    )
    assert totals(copied) == totals(alone)


def test_links_are_not_followed(tmp_path: Path) -> None:
    projects = write(tmp_path, {"p/s1.jsonl": text(line(1))})
    outside = tmp_path / "elsewhere.jsonl"
    outside.write_text(text(line(5, message="msg_2")))
    (projects / "p" / "linked.jsonl").symlink_to(outside)
    (projects / "q").symlink_to(projects / "p")
    assert (read(projects).files, sum(totals(read(projects)))) == (1, 1)


def with_session_of_its_own(one: Line) -> Line:
    """A sidechain's request belongs to one session, as it does in logs."""
    if one.get("isSidechain") and "requestId" in one and one["requestId"] == "req_side":
        return one | {"requestId": f"req_side_{one['sessionId']}"}
    return one


LINES = st.builds(
    line,
    st.integers(0, 30),
    message=st.sampled_from(["msg_1", "msg_2", GATEWAY]),
    request=st.sampled_from(["req_1", "req_2", "req_side", ABSENT]),
    session=st.sampled_from(["s1", "s2"]),
    at=st.sampled_from(["2026-01-09T10:00:00.000Z", LATER]),
    side=st.sampled_from([ABSENT, False, True]),
    usage=st.fixed_dictionaries({"output_tokens": st.integers(0, 5)}),
).map(with_session_of_its_own)


def as_files(lines: list[Line]) -> dict[str, str]:
    """A file a session, sidechains in files of their own that come after."""
    files: defaultdict[str, list[Line]] = defaultdict(list)
    for one in sorted(lines, key=lambda one: one.get("isSidechain") is True):
        name = "z/side.jsonl" if one.get("isSidechain") is True else f"p/{one['sessionId']}.jsonl"
        files[name].append(one)
    return {name: text(*content) for name, content in files.items()}


def sidechains_keep_to_their_session(lines: list[Line]) -> bool:
    """Not the one case in which ccusage's figure depends on the order of lines.

    That is a sidechain's request which is told again in a session that never had it.
    """
    sessions: defaultdict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for one in lines:
        if "requestId" in one:
            side = one.get("isSidechain") is True
            sessions[one["message"]["id"], one["requestId"], side].add(one["sessionId"])
    return all(
        found <= sessions.get((message, request, False), found)
        and (len(found) == 1 or (message, request, False) in sessions)
        for (message, request, side), found in sessions.items()
        if side
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=14))
def test_any_log_counts_as_the_rules_say(lines: list[Line]) -> None:
    assume(sidechains_keep_to_their_session(lines))
    files = as_files(lines)
    with TemporaryDirectory() as folder:
        assert (
            sum(totals(read(write(Path(folder), files)))) == sum(oracle(files)) if files else True
        )


@needs_ccusage
@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=14))
def test_any_log_counts_as_ccusage_counts_it(lines: list[Line]) -> None:
    assume(sidechains_keep_to_their_session(lines))
    files = as_files(lines)
    with TemporaryDirectory() as folder:
        projects = write(Path(folder), files)
        assert sum(totals(read(projects))) == sum(ccusage(projects)) == sum(oracle(files))


def usage_lines_of(files: list[Path]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for path in files:
        rows = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
        usage: list[Any] = [row for row in rows if "usage" in row.get("message", {})]
        kept[str(path)] = text(*usage) if usage else ""
    return kept


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_believable_log_counts_as_the_rules_say(tmp_path: Path, seed: int) -> None:
    files = ClaudeCodeLogs(seed).write(tmp_path, 3_000)
    reading = read(tmp_path / "projects")
    assert totals(reading) == oracle(usage_lines_of(files))
    assert (reading.lines, list(reading.refused)) == (3_000, [])


@needs_ccusage
@pytest.mark.parametrize("seed", [1, 2])
def test_a_believable_log_counts_as_ccusage_counts_it(tmp_path: Path, seed: int) -> None:
    ClaudeCodeLogs(seed).write(tmp_path, 6_000)
    assert totals(read(tmp_path / "projects")) == ccusage(tmp_path / "projects")
