"""What a log may hold besides usage, and what is refused: by its line, in plain words, never quoted."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from connectors import lines as bounded
from connectors.lines import files_under
from connectors.reading import CannotRead, Refusal
from tests.connectors.claude_code_files import (
    ABSENT,
    AT,
    Line,
    line,
    read,
    text,
    totals,
    write,
)

SECRET = "hunter2-in-a-prompt"
GOOD = line(5, message="msg_good")

TAKEN: dict[str, Line | str] = {
    "a prompt": {"type": "user", "sessionId": "s1", "message": {"role": "user", "content": SECRET}},
    "a summary": {"type": "summary", "summary": SECRET, "leafUuid": "u"},
    "a snapshot of files": {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}},
    "a line of a kind yet unknown": {"type": "mode-changed", "sessionId": "s1", "mode": 3},
    "a tool's own usage": {
        "type": "user",
        "uuid": "u",
        "message": {"role": "user", "content": []},
        "toolUseResult": {"usage": {"input_tokens": 3, "output_tokens": 3}},
    },
    "an API error without tokens": line(0, model="<synthetic>", isApiErrorMessage=True),
    "half a surrogate pair in cut-off text": '{"type":"user","sessionId":"s","message":{"content":"\\ud83d"}}',
    "an empty line": "",
    "a line of spaces": "   ",
}

REFUSED: dict[str, tuple[bytes, str]] = {
    "cut off": (text(line(1, content=SECRET)).encode()[:120], "JSON that breaks off"),
    "damaged": (b'{"type":"user",,"sessionId":"s1"}', "damaged JSON"),
    "no JSON": (b"2026-01-09 INFO started", "not JSON"),
    "binary": (b"\x00\x01\x02PNG\x00\xff", "binary data"),
    "not UTF-8": (b'{"type":"user","sessionId":"s1","x":"caf\xe9"}', "not UTF-8"),
    "not an object": (b"[1,2]", "not a line of a Claude Code log"),
    "another program's line": (b'{"level":"info","msg":"up"}', "not a line of a Claude Code log"),
    "another agent's line": (
        b'{"timestamp":"2026-01-09T10:00:00Z","type":"session_meta","payload":{"id":"x"}}',
        "not a line of a Claude Code log",
    ),
    "a log's message": (
        b'{"type":"message","message":"request","usage":"high"}',
        "not a line of a Claude Code log",
    ),
    "nested too deeply": (
        b'{"a":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
        "JSON nested too deeply",
    ),
    "nested too deeply from the first sign on": (b"[" * 100_000, "JSON nested too deeply"),
}

UNUSABLE: dict[str, tuple[Line, str]] = {
    "a name no database takes": (line(1, gitBranch="main\0"), "a name holds a NUL character"),
    "a negative count": (line(-1), "message.usage.input_tokens is not a sensible number of tokens"),
    "an absurd count": (
        line(10**12),
        "message.usage.input_tokens is not a sensible number of tokens",
    ),
    "a count with a fraction": (
        line(1, usage={"output_tokens": 1.5}),
        "message.usage.output_tokens is not a sensible number of tokens",
    ),
    "a count as text": (
        line(1, usage={"cache_read_input_tokens": SECRET}),
        "message.usage.cache_read_input_tokens is not a sensible number of tokens",
    ),
    "no output": (
        line(1, usage={"output_tokens": ABSENT}),
        "message.usage.output_tokens is missing",
    ),
    "no timestamp": (line(1, at=ABSENT), "timestamp is missing"),
    "a timestamp that is none": (line(1, at=SECRET), "timestamp is not a date and time"),
    "the 30th of February": (
        line(1, at="2026-02-30T00:00:00Z"),
        "timestamp is not a date and time",
    ),
    "a timestamp without a zone": (line(1, at=AT.rstrip("Z")), "timestamp has no time zone"),
    "the year 1": (line(1, at="0001-01-01T00:00:00Z"), "timestamp is in no sensible year"),
    "the year 9999": (line(1, at="9999-12-31T23:59:59Z"), "timestamp is in no sensible year"),
    "a version that is none": (line(1, version=SECRET), "version is not like 2.0.1"),
    "an empty request id": (line(1, request=""), "requestId is empty"),
    "a null request id": (line(1, request=None), "requestId is null"),
    "a null model": (line(1, model=None), "message.model is null"),
    "an empty message id": (line(1, message=""), "message.id is empty"),
    "a session that is a number": (
        line(1, session=7),
        "sessionId is not what Claude Code writes there",
    ),
    "a speed unheard of": (
        line(1, usage={"speed": SECRET}),
        "message.usage.speed is not what Claude Code writes there",
    ),
    "a wrapped answer": (
        {
            "type": "progress",
            "sessionId": "s1",
            "data": {"message": {"message": {"usage": {"input_tokens": -1, "output_tokens": 1}}}},
        },
        "the wrapped answer's usage cannot be read",
    ),
}


@pytest.mark.parametrize("extra", TAKEN.values(), ids=TAKEN)
def test_lines_without_usage_are_taken(tmp_path: Path, extra: Line | str) -> None:
    reading = read(write(tmp_path, {"p/s1.jsonl": text(extra, GOOD)}))
    assert (totals(reading)[0], list(reading.refused)) == (5, [])


@pytest.mark.parametrize(("damaged", "reason"), REFUSED.values(), ids=REFUSED)
def test_damage_and_foreign_lines_are_refused(tmp_path: Path, damaged: bytes, reason: str) -> None:
    content = text(GOOD).encode() + damaged + b"\n" + text(line(2, message="msg_2")).encode()
    reading = read(write(tmp_path, {"p/s1.jsonl": content}))
    assert list(reading.refused) == [Refusal("p/s1.jsonl", 2, reason)]
    assert (reading.lines, totals(reading)[0]) == (3, 7)


@pytest.mark.parametrize(("bad", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_usage_that_cannot_be_is_refused(tmp_path: Path, bad: Line, reason: str) -> None:
    reading = read(write(tmp_path, {"p/s1.jsonl": text(GOOD, bad)}))
    assert list(reading.refused) == [Refusal("p/s1.jsonl", 2, reason)]
    assert totals(reading)[0] == 5


def test_no_reason_quotes_the_line(tmp_path: Path) -> None:
    bad = [text(one) for one, _ in UNUSABLE.values()]
    content = "".join(bad).encode() + b"".join(one + b"\n" for one, _ in REFUSED.values())
    reading = read(write(tmp_path, {"p/s1.jsonl": content}))
    assert len(reading.refused) == len(UNUSABLE) + len(REFUSED)
    assert SECRET not in json.dumps([refusal._asdict() for refusal in reading.refused])


def test_a_file_cut_off_within_its_last_line_keeps_the_rest(tmp_path: Path) -> None:
    content = text(GOOD, line(1)).encode()[:-40]
    reading = read(write(tmp_path, {"p/s1.jsonl": content}))
    assert [one.line for one in reading.refused] == [2]
    assert totals(reading)[0] == 5


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_either_line_ending_will_do(tmp_path: Path, ending: str) -> None:
    content = text(GOOD, line(1)).replace("\n", ending).rstrip()
    assert totals(read(write(tmp_path, {"p/s1.jsonl": content})))[0] == 6


def test_spaces_in_the_json_are_no_matter(tmp_path: Path) -> None:
    assert totals(read(write(tmp_path, {"p/s1.jsonl": json.dumps(GOOD)})))[0] == 5


def test_a_thousand_refusals_of_a_file_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    reading = read(write(tmp_path, {"p/s1.jsonl": "no\n" * 1_500 + text(GOOD)}))
    assert len(reading.refused) == 1_001
    assert reading.refused[-1] == Refusal("p/s1.jsonl", 1_001, "and 500 more lines of this file")
    assert (reading.lines, totals(reading)[0]) == (1_501, 5)


def test_a_line_without_end_is_skipped_in_little_memory(tmp_path: Path) -> None:
    path = write(tmp_path, {"p/s1.jsonl": text(GOOD)}) / "p" / "s1.jsonl"
    with path.open("ab") as file:
        file.write(b'{"type":"user","message":"')
        file.truncate(400 << 20)  # a hole: 400 MB of zero bytes that take no room
        file.seek(0, 2)
        file.write(b'"}\n' + text(line(2, message="msg_2")).encode())
    tracemalloc.start()
    reading = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(reading.refused) == [Refusal("s1.jsonl", 2, "longer than 64 MB")]
    assert (reading.lines, totals(reading)[0]) == (3, 7)
    assert peak < 3 * bounded.LONGEST_LINE


@pytest.mark.parametrize("block", [1, 2, 7, 20])
def test_lines_are_the_same_however_they_are_read(tmp_path: Path, block: int) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"a\n\nbb" + b"c" * 40 + b"\nlast")
    with path.open("rb", buffering=0) as file:
        blocks = bounded.blocks_of_lines(file, lambda _: None, longest=20, block=block)
        assert [one for lines in blocks for one in lines] == [b"a", b"", None, b"last"]


def test_keys_that_the_log_carries_are_kept_and_paths_are_not(tmp_path: Path) -> None:
    told = line(1, cwd="/home/ana/src/checkout", gitBranch="feature/PAY-123-retry", side=True)
    (fact,) = read(write(tmp_path, {"p/s1.jsonl": text(told)})).observations
    assert (fact.repo, fact.branch, fact.ticket) == ("checkout", "feature/PAY-123-retry", "PAY-123")
    assert (fact.session_id, fact.request_id) == ("s1", "req_1")
    assert (fact.tool, fact.query_source) == ("claude-code/2.0.14", "sidechain")
    assert "/home/ana" not in repr(fact)


@pytest.mark.parametrize(
    ("cwd", "branch", "expected"),
    [
        ("C:\\work\\ledger", "main", ("ledger", "main", None)),
        ("/", "HEAD", (None, None, None)),
        (ABSENT, None, (None, None, None)),
        ("/srv/app/", "pay-123", ("app", "pay-123", None)),
        ("/srv/app", "XPAY-12-AND-LED-9", ("app", "XPAY-12-AND-LED-9", "XPAY-12")),
        ("/srv/app", "release/UTF-8x", ("app", "release/UTF-8x", None)),
    ],
)
def test_keys_from_odd_places(
    tmp_path: Path, cwd: object, branch: object, expected: tuple[str | None, ...]
) -> None:
    told = line(1, cwd=cwd, gitBranch=branch)
    (fact,) = read(write(tmp_path, {"p/s1.jsonl": text(told)})).observations
    assert (fact.repo, fact.branch, fact.ticket) == expected


def test_a_missing_path_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"There is no file or folder .*projects"):
        read(tmp_path / "projects")
    with pytest.raises(CannotRead, match=r"no \*\.jsonl file under"):
        read(tmp_path)


def test_of_claude_code_s_own_folder_only_its_projects_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"p/s1.jsonl": text(GOOD)})
    (tmp_path / "history.jsonl").write_text('{"display":"hello","project":"/home/ana"}\n')
    reading = read(tmp_path)
    assert (reading.files, reading.lines, list(reading.refused)) == (1, 1, [])


def test_an_unreadable_file_is_refused_as_a_whole(tmp_path: Path) -> None:
    projects = write(tmp_path, {"p/good.jsonl": text(GOOD), "p/gone.jsonl": ""})
    from connectors.claude_code import log_files, read_files

    files = log_files(projects)
    (projects / "p" / "gone.jsonl").unlink()
    logs = read_files(files, projects, 2**62, lambda _: None)
    assert (logs.files, [one.file for one in logs.refused]) == (2, ["p/gone.jsonl"])


def test_a_pipe_among_the_logs_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text("{}\n")
    os.mkfifo(tmp_path / "endless.jsonl")
    assert files_under(tmp_path, ".jsonl", "") == [tmp_path / "one.jsonl"]
